import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ConnectStage } from '../ports.ts'
import { acceptKey, admin, adminKey, bench, keyPair, never, run, startLoopback, startRaw, until } from './loopback.testing.ts'

/** What a login waits for. */
function gate() {
  let due = () => {}
  const loginAfter = new Promise<void>((resolve) => {
    due = resolve
  })
  return { due: () => due(), loginAfter }
}

describe('a host behind jump hosts', () => {
  test.each([0, 1, 2])('is reached through %i of them, with input, output and exit code', async (count) => {
    const target = await startLoopback()
    const jumps = await Promise.all(Array.from({ length: count }, () => startLoopback()))
    const { transport, host } = bench({ jumps: jumps.map(({ port }) => port), hosts: { gpu1: target.port } })
    const stages: [ConnectStage, string][] = []
    const session = await transport.connect(host('gpu1'), { signal: never(), onStage: (stage, hop) => stages.push([stage, hop]) })

    expect(await run(session, 'uptime', 'some input')).toEqual({ exitCode: 3, stdout: 'ran uptime: some input' })
    const order = ['tcp', 'handshake', 'authentication', 'ready']
    const names = [...jumps.map((_, index) => `jump${index + 1}`), 'gpu1']
    expect(stages).toEqual(names.flatMap((name) => order.map((stage) => [stage, name])))
    expect(transport.jumpStates().map(({ state }) => state)).toEqual(jumps.map(() => 'connected'))
  })

  test('shares one jump connection and one login with all hosts, and keeps them for the next audit', async () => {
    const jump = await startLoopback()
    const target = await startLoopback()
    const hosts = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, target.port]))
    const { transport, host } = bench({ jumps: [jump.port], hosts })
    const connectAll = () => Promise.all(['a', 'b', 'c', 'a'].map((name) => transport.connect(host(name), { signal: never() })))
    for (const session of await connectAll()) session.close()
    for (const session of await connectAll()) expect((await run(session, 'id')).exitCode).toBe(3)
    expect(jump.accepted()).toBe(1)
    expect(target.accepted()).toBe(3)
  })

  test('is logged in to anew when that is asked for, over the jump connection that is open; all of them end with the transport', async () => {
    const jump = await startLoopback()
    const target = await startLoopback()
    const { transport, host } = bench({ jumps: [jump.port], hosts: { a: target.port } })
    const first = await transport.connect(host('a'), { signal: never() })
    const second = await transport.connect(host('a'), { signal: never(), fresh: true })
    const third = await transport.connect(host('a'), { signal: never() })
    for (const session of [first, second, third]) expect((await run(session, 'id')).exitCode).toBe(3)
    expect([jump.accepted(), target.accepted()]).toEqual([1, 2])
    await transport.close()
    await until(() => target.open() === 0)
  })

  test("waits before its login until that is due, takes no place among the handshakes meanwhile, and is nobody else's before", async () => {
    const target = await startLoopback()
    const { transport, host } = bench({ hosts: { a: target.port }, concurrentHandshakes: 1 })
    const { due, loginAfter } = gate()
    const ahead = transport.connect(host('a'), { signal: never(), fresh: true, loginAfter })
    await until(() => target.accepted() === 1)
    const other = await transport.connect(host('a'), { signal: never() })
    expect([target.accepted(), target.attempts.length]).toEqual([2, 1])
    due()
    for (const session of [await ahead, other, await transport.connect(host('a'), { signal: never() })])
      expect((await run(session, 'id')).exitCode).toBe(3)
    expect([target.accepted(), target.attempts.length]).toEqual([2, 2])
  })

  test('is connected to anew when it hung up before the login was due', async () => {
    const target = await startLoopback()
    const { transport, host } = bench({ hosts: { a: target.port }, concurrentHandshakes: 1 })
    const { due, loginAfter } = gate()
    const ahead = transport.connect(host('a'), { signal: never(), fresh: true, loginAfter })
    await until(() => target.open() === 1)
    target.cut()
    await until(() => target.open() === 0)
    due()
    expect((await run(await ahead, 'id')).exitCode).toBe(3)
    expect([target.accepted(), target.attempts.length]).toEqual([2, 1])
  })

  test('leaves nothing open when nobody waits for a login that never came due', async () => {
    const target = await startLoopback()
    const { transport, host } = bench({ hosts: { a: target.port }, concurrentHandshakes: 1 })
    const stop = new AbortController()
    const ahead = transport.connect(host('a'), { signal: stop.signal, fresh: true, loginAfter: gate().loginAfter })
    await until(() => target.open() === 1)
    stop.abort()
    await expect(ahead).rejects.toMatchObject({ failure: { code: 'job.cancelled' } })
    await until(() => target.open() === 0)
    expect((await run(await transport.connect(host('a'), { signal: never() }), 'id')).exitCode).toBe(3)
    expect(target.attempts).toHaveLength(1)
  })

  test('never has more handshakes under way than the policy allows, whatever the number of hosts', async () => {
    const jump = await startLoopback()
    const target = await startLoopback({ authenticate: (context) => setTimeout(() => acceptKey(adminKey)(context), 5) })
    const names = Array.from({ length: 100 }, (_, index) => `h${index}`)
    const { transport, host } = bench({ jumps: [jump.port], hosts: Object.fromEntries(names.map((name) => [name, target.port])) })
    const sessions = await Promise.all(names.map((name) => transport.connect(host(name), { signal: never() })))
    expect(sessions).toHaveLength(100)
    expect(target.peakUnauthenticated()).toBeLessThanOrEqual(8)
    expect(target.peakUnauthenticated()).toBeGreaterThan(1)
    expect(jump.peakUnauthenticated()).toBe(1)
  })

  test.each([0, 1])('is a jump host itself: looked at over the connection that carries the others (jump %i of 2)', async (place) => {
    const jumps = [await startLoopback(), await startLoopback()]
    const target = await startLoopback()
    const { transport, host } = bench({ jumps: jumps.map(({ port }) => port), hosts: { gpu1: target.port } })
    await transport.connect(host('gpu1'), { signal: never() })
    const jump = { name: `jump${place + 1}`, address: '127.0.0.1', port: jumps[place]?.port ?? 0, labels: [] }
    const session = await transport.connect(jump, { signal: never() })
    expect(await run(session, 'sshd -T')).toEqual({ exitCode: 3, stdout: 'ran sshd -T: ' })
    session.close()
    expect((await run(await transport.connect(host('gpu1'), { signal: never() }), 'id')).exitCode).toBe(3)
    expect(jumps.map((server) => server.accepted())).toEqual([1, 1])
  })

  test('opens TCP channels to the host from the jump host', async () => {
    const jump = await startLoopback()
    const target = await startLoopback()
    const echo = await startRaw((socket) => socket.pipe(socket))
    const { transport, host } = bench({ jumps: [jump.port], hosts: { gpu1: target.port } })
    const session = await transport.connect(host('gpu1'), { signal: never() })
    const stream = await session.openTcp(echo.port, never())
    stream.write('hello')
    const chunk = await new Promise((resolve) => stream.once('data', resolve))
    expect(String(chunk)).toBe('hello')
    stream.destroy()
    await until(() => echo.open() === 0)
    await echo.close()
    await expect(session.openTcp(echo.port, never())).rejects.toMatchObject({
      failure: { code: expect.stringMatching(/^ssh\.(refused|unreachable)$/) },
    })
  })
})

describe('a host key', () => {
  test('that is unknown is asked about before any credential is sent, and filed privately once trusted', async () => {
    const target = await startLoopback()
    let attemptsWhenAsked = -1
    const prompts = admin({
      'host-key-unknown': () => {
        attemptsWhenAsked = target.attempts.length
        return ['trust']
      },
    })
    const made = bench({ hosts: { gpu1: target.port }, prompts })
    await made.transport.connect(made.host('gpu1'), { signal: never() })

    expect(attemptsWhenAsked).toBe(0)
    expect(prompts.asked).toEqual([
      {
        kind: 'host-key-unknown',
        hop: 'gpu1',
        address: `127.0.0.1:${target.port}`,
        presented: { keyType: 'ssh-ed25519', sha256: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) },
        command: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        alsoKnownAs: [],
      },
    ])
    const file = join(made.data, 'known_hosts')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^\\[127\\.0\\.0\\.1\\]:${target.port} ssh-ed25519 \\S+\n$`))

    const again = bench({ hosts: { gpu1: target.port }, prompts, home: made.home })
    await again.transport.connect(again.host('gpu1'), { signal: never() })
    expect(prompts.asked).toHaveLength(1)
  })

  test('that is not trusted ends the connection, and nothing is filed', async () => {
    const target = await startLoopback()
    const { transport, host, data } = bench({ hosts: { gpu1: target.port }, prompts: admin({ 'host-key-unknown': () => null }) })
    await expect(transport.connect(host('gpu1'), { signal: never() })).rejects.toMatchObject({ failure: { code: 'ssh.host-key-unknown' } })
    expect(target.attempts).toEqual([])
    expect(() => readFileSync(join(data, 'known_hosts'))).toThrow('ENOENT')
    await until(() => target.open() === 0)
  })

  test.each(['jump', 'target'])('that changed on the %s stops there, is shown and cannot be trusted', async (where) => {
    const other = keyPair()
    const jump = await startLoopback()
    const target = await startLoopback()
    const port = where === 'jump' ? jump.port : target.port
    const prompts = admin()
    const made = bench({ jumps: [jump.port], hosts: { gpu1: target.port }, prompts })
    const file = join(made.home, '.ssh', 'known_hosts')
    writeFileSync(file, `# mine\n[127.0.0.1]:${port} ${other.public}\n`)
    await expect(made.transport.connect(made.host('gpu1'), { signal: never() })).rejects.toMatchObject({
      failure: { code: 'ssh.host-key-changed', detail: expect.stringContaining(`${file}:2`) },
    })
    expect(prompts.changed).toMatchObject([
      { hop: where === 'jump' ? 'jump1' : 'gpu1', pinnedAt: `${file}:2`, removal: expect.stringContaining(`-R '[127.0.0.1]:${port}'`) },
    ])
    expect((where === 'jump' ? jump : target).attempts).toEqual([])
    expect(prompts.asked.filter(({ hop }) => hop === prompts.changed[0]?.hop)).toEqual([])
  })

  test('of the type on file is asked for, so a server with several keys does not look changed', async () => {
    const rsa = keyPair('rsa')
    const target = await startLoopback({ hostKeys: [keyPair(), rsa] })
    const prompts = admin()
    const made = bench({ hosts: { gpu1: target.port }, prompts })
    writeFileSync(join(made.home, '.ssh', 'known_hosts'), `[127.0.0.1]:${target.port} ${rsa.public}\n`)
    await made.transport.connect(made.host('gpu1'), { signal: never() })
    expect(prompts.asked).toEqual([])
  })

  test('trusted after the server lost patience is used on a second connection', async () => {
    const target = await startLoopback()
    const prompts = admin({
      'host-key-unknown': async () => {
        target.cut()
        await until(() => target.open() === 0)
        return ['trust']
      },
    })
    const { transport, host } = bench({ hosts: { gpu1: target.port }, prompts })
    const session = await transport.connect(host('gpu1'), { signal: never() })
    expect((await run(session, 'id')).exitCode).toBe(3)
    expect(prompts.asked).toHaveLength(1)
  })

  test('cannot be judged without a readable known_hosts, so nothing is connected', async () => {
    const target = await startLoopback()
    const made = bench({ hosts: { gpu1: target.port } })
    writeFileSync(join(made.home, '.ssh', 'known_hosts'), Buffer.alloc(4096))
    await expect(made.transport.connect(made.host('gpu1'), { signal: never() })).rejects.toMatchObject({
      failure: { code: 'ssh.known-hosts-unreadable' },
    })
    expect(target.accepted()).toBe(0)
  })
})
