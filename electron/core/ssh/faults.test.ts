import type { ServerChannel } from 'ssh2'
import { describe, expect, test } from 'vitest'
import {
  acceptKey,
  admin,
  adminKey,
  type Bench,
  bench,
  type Loopback,
  type LoopbackOptions,
  never,
  noise,
  run,
  startLoopback,
  startRaw,
  until,
} from './loopback.testing.ts'

const connect = (made: Bench, name = 'gpu1', signal = never()) => made.transport.connect(made.host(name), { signal })
const failsWith = (code: string, detail?: string | RegExp) => ({
  failure: { code, ...(detail === undefined ? {} : { detail: expect.stringMatching(detail) }) },
})

describe('a server that does not play along', () => {
  test('and says nothing at all is given up after the time of one stage', async () => {
    const silent = await startRaw(() => undefined)
    await expect(connect(bench({ hosts: { gpu1: silent.port }, stageSeconds: 1 }))).rejects.toMatchObject(
      failsWith('ssh.handshake-timeout', /gpu1 \(127\.0\.0\.1:\d+\): no key exchange within 1 s/),
    )
    await until(() => silent.open() === 0)
  })

  test('and stops after naming itself', async () => {
    const stuck = await startRaw((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'))
    await expect(connect(bench({ hosts: { gpu1: stuck.port }, stageSeconds: 1 }))).rejects.toMatchObject(failsWith('ssh.handshake-timeout'))
    await until(() => stuck.open() === 0)
  })

  test('and never answers a login', async () => {
    const stuck = await startLoopback({ authenticate: () => undefined })
    await expect(connect(bench({ hosts: { gpu1: stuck.port }, stageSeconds: 1 }))).rejects.toMatchObject(
      failsWith('ssh.auth-timeout', /not logged in within 1 s/),
    )
    await until(() => stuck.open() === 0)
  })

  test('and never opens a channel for a command', async () => {
    const deaf = await startLoopback({ deafTo: 'session' })
    const session = await connect(bench({ hosts: { gpu1: deaf.port }, stageSeconds: 1 }))
    await expect(run(session, 'id')).rejects.toMatchObject(failsWith('ssh.connection-lost', /no channel within 1 s/))
  })

  test('and hangs up at once', async () => {
    const closed = await startRaw((socket) => socket.destroy())
    await expect(connect(bench({ hosts: { gpu1: closed.port } }))).rejects.toMatchObject(failsWith('ssh.connection-lost'))
  })

  test('and is no SSH server', async () => {
    const web = await startRaw((socket) => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${'x'.repeat(20_000)}`))
    await expect(connect(bench({ hosts: { gpu1: web.port } }))).rejects.toMatchObject(failsWith('ssh.protocol'))
    await until(() => web.open() === 0)
  })

  test('and sends noise', async () => {
    const random = await startRaw((socket) => socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), noise(200_000)])))
    await expect(connect(bench({ hosts: { gpu1: random.port } }))).rejects.toMatchObject(failsWith('ssh.protocol'))
  })

  test('and hangs up while logging in', async () => {
    const target = await startLoopback({ authenticate: () => target.cut() })
    await expect(connect(bench({ hosts: { gpu1: target.port } }))).rejects.toMatchObject(failsWith('ssh.connection-lost', /logging in/))
  })

  test('and hangs up while the admin looks for his one-time code', async () => {
    const target: Loopback = await startLoopback({
      authenticate: (context) =>
        context.method === 'keyboard-interactive' ? context.prompt('Code: ', () => undefined) : context.reject(['keyboard-interactive']),
    })
    let withdrawn = false
    const prompts = admin({
      'keyboard-interactive': (_, signal) => {
        target.cut()
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            withdrawn = true
            resolve(null)
          }),
        )
      },
    })
    await expect(connect(bench({ hosts: { gpu1: target.port }, prompts }))).rejects.toMatchObject(
      failsWith('ssh.auth-timeout', /prompt was open/),
    )
    expect(withdrawn).toBe(true)
  })

  test('and shares no algorithm, with what it offers instead', async () => {
    const old = await startLoopback({ algorithms: { kex: ['diffie-hellman-group14-sha1'] } })
    await expect(connect(bench({ hosts: { gpu1: old.port } }))).rejects.toMatchObject(
      failsWith('ssh.protocol', /server offers KEX method: diffie-hellman-group14-sha1/),
    )
  })

  test('and speaks only weak ciphers', async () => {
    const old = await startLoopback({ algorithms: { cipher: ['aes128-cbc'] } })
    await expect(connect(bench({ hosts: { gpu1: old.port } }))).rejects.toMatchObject(failsWith('ssh.protocol', /aes128-cbc/))
  })

  test('and does not listen', async () => {
    const gone = await startRaw(() => undefined)
    await gone.close()
    await expect(connect(bench({ hosts: { gpu1: gone.port } }))).rejects.toMatchObject(failsWith('ssh.refused'))
  })
})

describe('a jump host', () => {
  test('that never answers when the way to a host is asked for', async () => {
    const target = await startLoopback()
    const jump = await startLoopback({ deafTo: 'tcpip' })
    const made = bench({ jumps: [jump.port], hosts: { gpu1: target.port }, stageSeconds: 1 })
    await expect(connect(made)).rejects.toMatchObject(failsWith('ssh.unreachable', /gpu1/))
    expect(target.accepted()).toBe(0)
  })

  test('that may not forward', async () => {
    const jump = await startLoopback({ forward: false })
    const target = await startLoopback()
    await expect(connect(bench({ jumps: [jump.port], hosts: { gpu1: target.port } }))).rejects.toMatchObject(
      failsWith('ssh.forwarding-refused', /gpu1 .*from jump1/),
    )
  })

  test('that is not there fails every host of the audit once, not once each', async () => {
    const silent = await startRaw(() => undefined)
    const made = bench({ jumps: [silent.port], hosts: { a: 1, b: 1 }, stageSeconds: 1 })
    const results = await Promise.allSettled(['a', 'b'].map((name) => connect(made, name)))
    expect(results).toMatchObject([1, 2].map(() => ({ reason: failsWith('ssh.handshake-timeout', /jump1/) })))
    await expect(connect(made, 'a')).rejects.toMatchObject(failsWith('ssh.handshake-timeout'))
    expect(made.transport.jumpStates()).toMatchObject([{ state: 'failed', failure: { code: 'ssh.handshake-timeout' } }])
    await until(() => silent.open() === 0)
  })

  test('that dies takes all hosts with it, and comes back on the next connect', async () => {
    const jump = await startLoopback()
    const target = await startLoopback({ onExec: () => undefined })
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port, c: target.port } })
    const sessions = await Promise.all(['a', 'b'].map((name) => connect(made, name)))
    const running = sessions.map((session) => run(session, 'sleep 100'))
    jump.cut()
    expect(await Promise.allSettled(running)).toMatchObject([1, 2].map(() => ({ reason: failsWith('ssh.jump-lost', /jump1/) })))
    expect(made.transport.jumpStates()).toMatchObject([{ state: 'failed' }])
    await expect(run(sessions[0] ?? (await connect(made)), 'id')).rejects.toMatchObject(failsWith('ssh.jump-lost'))

    await connect(made, 'c')
    expect(made.transport.jumpStates()).toMatchObject([{ state: 'connected' }])
    expect(jump.accepted()).toBe(2)
  })

  test('that dies while a host logs in', async () => {
    const jump = await startLoopback()
    const target = await startLoopback({ authenticate: () => jump.cut() })
    await expect(connect(bench({ jumps: [jump.port], hosts: { gpu1: target.port } }))).rejects.toMatchObject(failsWith('ssh.jump-lost'))
  })

  test('in the middle of a chain that dies is named, and the chain comes back', async () => {
    const jumps = await Promise.all([startLoopback(), startLoopback()])
    const target = await startLoopback()
    const made = bench({ jumps: jumps.map(({ port }) => port), hosts: { gpu1: target.port } })
    const session = await connect(made)
    jumps[0]?.cut()
    await until(() => made.transport.jumpStates()[0]?.state === 'failed')
    await expect(run(session, 'id')).rejects.toMatchObject(failsWith('ssh.jump-lost'))
    expect((await run(await connect(made), 'id')).exitCode).toBe(3)
  })
})

describe('a command', () => {
  test('that outlives its time is given up, and the session still works', async () => {
    const channels: ServerChannel[] = []
    const target = await startLoopback({
      onExec: (command, channel) => {
        channels.push(channel)
        if (command === 'id') channel.exit(0)
        if (command === 'id') channel.end()
      },
    })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    await expect(run(session, 'sleep', '', 50)).rejects.toMatchObject(failsWith('probe.timeout', /0\.05 s/))
    expect((await run(session, 'id')).exitCode).toBe(0)
  })

  test('whose connection drops in the middle', async () => {
    const target = await startLoopback({ onExec: (_, channel) => void channel.write('half', () => target.cut()) })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    await expect(run(session, 'cat')).rejects.toMatchObject(failsWith('ssh.connection-lost', /gpu1/))
  })

  test('that dies of a signal', async () => {
    const target = await startLoopback({
      onExec: (_, channel) => {
        channel.exit('KILL', false, '')
        channel.end()
      },
    })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    expect(await run(session, 'x')).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  })

  test('that floods is stopped by its reader, and the flood stops', async () => {
    let sent = 0
    let closed = false
    const target = await startLoopback({
      onExec: (_, channel) => {
        channel.on('close', () => {
          closed = true
        })
        const pour = (): void => {
          if (closed || sent > 1_000_000_000) return
          sent += 65_536
          if (channel.write(Buffer.alloc(65_536))) setImmediate(pour)
          else channel.once('drain', pour)
        }
        pour()
      },
    })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    let read = 0
    const result = await session.exec('yes', {
      timeoutMs: 10_000,
      signal: never(),
      onStdout: (chunk) => {
        read += chunk.length
        return read < 1_000_000
      },
    })
    expect(result).toEqual({ exitCode: null })
    await until(() => closed)
    expect(sent).toBeLessThan(50_000_000)
  })

  test('says at most 64 KiB on stderr', async () => {
    const target = await startLoopback({
      onExec: (_, channel) => {
        channel.stderr.write(Buffer.alloc(300_000, 0x61), () => {
          channel.exit(1)
          channel.end()
        })
      },
    })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    let heard = 0
    const result = await session.exec('x', {
      timeoutMs: 5_000,
      signal: never(),
      onStdout: () => true,
      onStderr: (chunk) => {
        heard += chunk.length
      },
    })
    expect([result.exitCode, heard]).toEqual([1, 65_536])
  })
})

describe('stopping', () => {
  const silent = (): LoopbackOptions => ({ authenticate: () => undefined })
  const questions = admin({
    'keyboard-interactive': (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(null))),
  })

  test.each([
    ['a handshake', async () => startRaw(() => undefined)],
    ['a login', async () => startLoopback(silent())],
    [
      'a prompt',
      async () =>
        startLoopback({
          authenticate: (context) =>
            context.method === 'keyboard-interactive'
              ? context.prompt('Code: ', () => undefined)
              : context.reject(['keyboard-interactive']),
        }),
    ],
  ])('%s closes its socket', async (_, start) => {
    const target = await start()
    const made = bench({ hosts: { gpu1: target.port }, prompts: questions })
    const stop = new AbortController()
    const waiting = connect(made, 'gpu1', stop.signal)
    await until(() => target.open() === 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    stop.abort()
    await expect(waiting).rejects.toMatchObject(failsWith('job.cancelled'))
    await until(() => target.open() === 0)
  })

  test('one host leaves the others and the jump host alone; the last one closes what is half open', async () => {
    const jump = await startLoopback({ authenticate: (context) => setTimeout(() => acceptKey(adminKey)(context), 200) })
    const target = await startLoopback()
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port } })
    const stop = new AbortController()
    const stopped = connect(made, 'a', stop.signal)
    const other = connect(made, 'b')
    await until(() => jump.open() === 1)
    stop.abort()
    await expect(stopped).rejects.toMatchObject(failsWith('job.cancelled'))
    expect((await run(await other, 'id')).exitCode).toBe(3)
    expect(jump.accepted()).toBe(1)
  })

  test('a command closes its channel and leaves no listener on the signal', async () => {
    let closed = false
    const target = await startLoopback({
      onExec: (_, channel) => {
        channel.on('close', () => {
          closed = true
        })
      },
    })
    const session = await connect(bench({ hosts: { gpu1: target.port } }))
    const stop = new AbortController()
    const running = session.exec('sleep', { timeoutMs: 5_000, signal: stop.signal, onStdout: () => true })
    await new Promise((resolve) => setTimeout(resolve, 100))
    stop.abort()
    await expect(running).rejects.toMatchObject(failsWith('job.cancelled'))
    await until(() => closed)
  })

  test('the transport closes every connection, and it connects no more', async () => {
    const jump = await startLoopback()
    const target = await startLoopback()
    const hung = await startRaw(() => undefined)
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port, hung: hung.port } })
    await Promise.all(['a', 'b'].map((name) => connect(made, name)))
    const waiting = connect(made, 'hung')
    await until(() => hung.open() === 1)
    await Promise.all([made.transport.close(), expect(waiting).rejects.toMatchObject(failsWith('job.cancelled'))])
    await until(() => jump.open() + target.open() + hung.open() === 0)
    await expect(connect(made, 'a')).rejects.toMatchObject(failsWith('job.cancelled'))
  })
})
