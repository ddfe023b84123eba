import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ExecOptions, HostSession, PromptPort, Transport } from '#core/ports.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { ErrorCode } from '#shared/error-catalogue.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { ChangedKey, PromptRequest } from '#shared/model/prompt.ts'
import { arrange, kill, lab, labFleet, labServer, run, type Server, servers, start, totp } from './lab.ts'

/** Gatehouse's own SSH against OpenSSH servers: through the jump host, with key and TOTP. */

const AUDIT_KEY = 'id_ed25519'
let folder: string
let home: string
let knownHosts: string
const open: Transport[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  home = join(folder, 'home')
  knownHosts = join(home, '.ssh', 'known_hosts')
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  for (const file of [AUDIT_KEY, 'known_hosts']) copyFileSync(join(lab.home, '.ssh', file), join(home, '.ssh', file))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()))
  rmSync(folder, { recursive: true })
})

interface Admin extends PromptPort {
  readonly asked: PromptRequest[]
  readonly changedKeys: ChangedKey[]
}

/** The person at the console: types the TOTP, and decides about keys as told. */
function admin(answer: (request: PromptRequest) => Promise<readonly string[] | null> = async () => null): Admin {
  const asked: PromptRequest[] = []
  const changedKeys: ChangedKey[] = []
  return {
    asked,
    changedKeys,
    ask: async (request) => {
      asked.push(request)
      return request.kind === 'keyboard-interactive' && request.hop === 'jump'
        ? ((await answer(request)) ?? [await totp()])
        : answer(request)
    },
    reportChangedKey: (changed) => void changedKeys.push(changed),
  }
}

/** The fleet with this test's own home, and short limits. */
function fleetHere(): Fleet {
  const fleet = labFleet()
  const identity = { user: fleet.identities.audit.user, identityFiles: [join(home, '.ssh', AUDIT_KEY)], agent: false }
  return {
    ...fleet,
    jump: fleet.jump.map((jump) => ({ ...jump, identity: { ...identity, user: 'admin' } })),
    identities: { audit: identity },
    policy: { ...fleet.policy, connectTimeoutSeconds: 5 },
  }
}

function transportFor(prompts: PromptPort, fleet = fleetHere(), agentSocket?: string): Transport {
  const transport = createSsh2Transport({
    fleet,
    prompts,
    agentSocket,
    clock: { now: () => Date.now() },
    log: () => {},
    paths: { data: join(folder, 'data'), home },
  })
  open.push(transport)
  return transport
}

const never = () => new AbortController().signal
const connect = (transport: Transport, server: Server): Promise<HostSession> => transport.connect(labServer(server), { signal: never() })

async function execute(session: HostSession, command: string, options: Partial<ExecOptions> = {}) {
  let stdout = ''
  const onStdout = (chunk: Buffer) => {
    stdout += chunk.toString()
    return true
  }
  const result = await session.exec(command, { timeoutMs: 30_000, signal: never(), onStdout, ...options })
  return { ...result, stdout }
}

const failing = (code: ErrorCode, host?: string) =>
  expect.objectContaining({ failure: expect.objectContaining(host ? { code, host } : { code }) })

/** sshd's own account of what happened on a host while `during` ran. */
async function sshdLog(host: 'jump' | Server, during: () => Promise<unknown>): Promise<string> {
  const since = (await arrange(host, 'date +%s.%N')).trim()
  await during()
  return arrange(host, `journalctl --sync; journalctl -q -t sshd --since=@${since} -o cat`)
}

describe('the way through', () => {
  test('three hosts at once: one login at the jump host, one TOTP, one login on each', async () => {
    const prompts = admin()
    const transport = transportFor(prompts)
    const log = await sshdLog('jump', async () => {
      const sessions = await Promise.all(servers.map((server) => connect(transport, server)))
      expect(await Promise.all(sessions.map(async (session) => (await execute(session, 'hostname')).stdout.trim()))).toEqual([...servers])
    })
    expect(prompts.asked.map(({ kind, hop }) => `${kind} ${hop}`)).toEqual(['keyboard-interactive jump'])
    expect(prompts.asked[0]).toMatchObject({ fields: [{ label: expect.stringContaining('Verification code'), echo: false }] })
    expect(log.match(/^Accepted keyboard-interactive/gm)).toHaveLength(1)
    expect(transport.jumpStates()).toMatchObject([{ name: 'jump', state: 'connected' }])
  })

  test('a second session on a host needs no second login', async () => {
    const transport = transportFor(admin())
    await connect(transport, 'gpu1')
    const log = await sshdLog('gpu1', async () => execute(await connect(transport, 'gpu1'), 'true'))
    expect(log).not.toContain('Accepted')
  })

  test('the shell of the next audit waits on the host, answers it, gives way under MaxSessions 1, and ends with the connection', async () => {
    const undo = 'rm -f /etc/ssh/sshd_config.d/one.conf; systemctl reload ssh'
    await arrange('gpu1', 'echo MaxSessions 1 >/etc/ssh/sshd_config.d/one.conf; systemctl reload ssh')
    try {
      const transport = transportFor(admin())
      const session = await connect(transport, 'gpu1')
      const waiting = async () => (await arrange('gpu1', `pgrep -u ${labFleet().identities.audit.user} -x sh || :`)).trim()
      const settled = async (there: boolean): Promise<string> => {
        const pid = await waiting()
        return (pid !== '') === there ? pid : settled(there)
      }
      const probe = (stdin: string) => execute(session, '/bin/sh', { ahead: 'say() { echo "$$ $1"; }\n', stdin })
      expect((await probe('say one\n')).stdout).toMatch(/^\d+ one\n$/)
      const pid = await settled(true)
      expect((await probe('say two\n')).stdout).toBe(`${pid} two\n`)
      await settled(true)
      expect((await execute(session, 'echo three')).stdout).toBe('three\n')
      expect(await waiting()).toBe('')
      // sshd counts a session for a moment longer than its channel is open.
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect((await probe('say four\n')).stdout).toMatch(/^\d+ four\n$/)
      await settled(true)
      await transport.close()
      await settled(false)
    } finally {
      await arrange('gpu1', undo)
    }
  })

  test('the shell of one audit is that of the next, gives way under MaxSessions 1, and ends with the connection', async () => {
    const undo = 'rm -f /etc/ssh/sshd_config.d/one.conf; systemctl reload ssh'
    await arrange('gpu1', 'echo MaxSessions 1 >/etc/ssh/sshd_config.d/one.conf; systemctl reload ssh')
    try {
      const transport = transportFor(admin())
      const session = await connect(transport, 'gpu1')
      const shells = async () => (await arrange('gpu1', `pgrep -u ${labFleet().identities.audit.user} -x sh || :`)).trim()
      const probe = async (word: string): Promise<string> => {
        let said = ''
        const onStdout = (chunk: Buffer) => {
          said += chunk
          return !said.includes('\n')
        }
        const [ahead, rests] = ['say() { echo "$$ $1"; }\n', 'rests\n']
        await execute(session, '/bin/sh', { ahead, stdin: `(say ${word})\necho rests\n`, rests, onStdout })
        // Until it has said that it rests.
        await new Promise((resolve) => setTimeout(resolve, 300))
        return said.split('\n', 1)[0] ?? ''
      }
      const [pid] = (await probe('one')).split(' ')
      expect([await probe('two'), await probe('three'), await shells()]).toEqual([`${pid} two`, `${pid} three`, pid])
      expect((await execute(session, 'echo four')).stdout).toBe('four\n')
      expect(await shells()).toBe('')
      await new Promise((resolve) => setTimeout(resolve, 200))
      const [next] = (await probe('five')).split(' ')
      expect(await shells()).toBe(next)
      await transport.close()
      while ((await shells()) !== '') await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await arrange('gpu1', undo)
    }
  })

  test('exit code, signal, standard input and output of a command', async () => {
    const session = await connect(transportFor(admin()), 'gpu1')
    expect(await execute(session, 'tr a-z A-Z; exit 7', { stdin: 'words in' })).toMatchObject({ exitCode: 7, stdout: 'WORDS IN' })
    expect(await execute(session, 'kill -TERM $$')).toMatchObject({ exitCode: null, signal: expect.stringMatching(/TERM$/) })
    let bytes = 0
    const onStdout = (chunk: Buffer) => {
      bytes += chunk.length
      return true
    }
    const result = await execute(session, 'head -c 20000000 /dev/zero', { onStdout })
    expect([result.exitCode, bytes]).toEqual([0, 20_000_000])
  })

  test.each(['gpu1', 'jump'] as const)(
    '%s renews its keys all the time: the connection stays, and what it carries is whole',
    async (server) => {
      const reload = 'systemctl reload ssh; until ss -Hltn | grep -q ":22 "; do sleep 0.1; done'
      await arrange(server, `echo RekeyLimit 64K >/etc/ssh/sshd_config.d/zz.conf; ${reload}`)
      try {
        const session = await connect(transportFor(admin()), 'gpu1')
        for (let round = 0; round < 4; round++) {
          const sent = randomBytes(150_000).toString('base64')
          const { stdout } = await execute(session, 'sha256sum; head -c 300000 /dev/urandom | base64 -w 0', { stdin: sent })
          expect(stdout.slice(0, 64)).toBe(createHash('sha256').update(sent).digest('hex'))
          expect(stdout.slice(68)).toMatch(/^[A-Za-z0-9+/]{400000}$/)
        }
      } finally {
        await arrange(server, `rm -f /etc/ssh/sshd_config.d/zz.conf; ${reload}`)
      }
    },
  )

  test('a TCP channel to the host opens from the jump host', async () => {
    const session = await connect(transportFor(admin()), 'gpu1')
    const channel = await session.openTcp(22, never())
    const banner = await new Promise<string>((resolve) => channel.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    expect(banner).toMatch(/^SSH-2\.0-OpenSSH/)
    channel.destroy()
  })
})

describe('host keys', () => {
  const fingerprint = async (host: 'jump' | Server) =>
    (await arrange(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]

  test('unknown: asked hop by hop with the fingerprint that the server prints, before any credential; trusted ones are remembered', async () => {
    rmSync(knownHosts)
    const prompts = admin(async ({ kind }) => (kind === 'host-key-unknown' ? ['trust'] : null))
    await connect(transportFor(prompts), 'gpu1')
    expect(prompts.asked.map(({ kind, hop }) => `${kind} ${hop}`)).toEqual([
      'host-key-unknown jump',
      'keyboard-interactive jump',
      'host-key-unknown gpu1',
    ])
    for (const request of prompts.asked) {
      if (request.kind !== 'host-key-unknown') continue
      const host = request.hop as 'jump' | 'gpu1'
      expect(request.presented).toEqual({ keyType: 'ssh-ed25519', sha256: await fingerprint(host) })
      expect((await arrange(host, request.command)).trim()).toContain(request.presented.sha256)
    }
    const again = admin()
    await connect(transportFor(again), 'gpu1')
    expect(again.asked.map(({ kind }) => kind)).toEqual(['keyboard-interactive'])
  })

  test('declined: the server never hears of the account', async () => {
    rmSync(knownHosts)
    const log = await sshdLog('jump', async () => {
      await expect(connect(transportFor(admin()), 'gpu1')).rejects.toEqual(failing('ssh.host-key-unknown', 'jump'))
    })
    expect(log).not.toMatch(/admin|Accepted|Failed|publickey/)
  })

  test('changed: stops with both fingerprints, asks nothing, sends nothing', async () => {
    const other = (await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')])).status
    expect(other).toBe(0)
    const [type, key] = readFileSync(join(folder, 'other.pub'), 'utf8').split(' ')
    writeFileSync(knownHosts, `10.77.1.10 ${type} ${key}\n`)
    const prompts = admin()
    const log = await sshdLog('jump', async () => {
      await expect(connect(transportFor(prompts), 'gpu1')).rejects.toEqual(failing('ssh.host-key-changed', 'jump'))
    })
    expect(log).not.toMatch(/admin|Accepted|Failed|publickey/)
    expect(prompts.asked).toEqual([])
    expect(prompts.changedKeys).toMatchObject([
      { hop: 'jump', presented: { sha256: await fingerprint('jump') }, pinnedAt: expect.stringContaining(':1') },
    ])
  })

  test.each([
    ['hashed names', (lines: string) => lines, ['-H']],
    ['a wildcard', (lines: string) => lines.replace(/^gpu2,\S+/m, '10.77.2.1?'), undefined],
  ])('known_hosts with %s', async (_, edit, hash) => {
    writeFileSync(knownHosts, edit(readFileSync(knownHosts, 'utf8')))
    if (hash) await run('ssh-keygen', [...hash, '-f', knownHosts])
    const prompts = admin()
    await connect(transportFor(prompts), 'gpu2')
    expect(prompts.asked.map(({ kind }) => kind)).toEqual(['keyboard-interactive'])
  })

  test('@revoked: refused', async () => {
    writeFileSync(knownHosts, readFileSync(knownHosts, 'utf8').replace(/^jump/m, '@revoked jump'))
    await expect(connect(transportFor(admin()), 'gpu1')).rejects.toEqual(failing('ssh.host-key-revoked', 'jump'))
  })
})

describe('authentication', () => {
  test('a wrong TOTP is not the end: the server asks again', async () => {
    let wrong = true
    const prompts = admin(async ({ kind }) => {
      if (kind !== 'keyboard-interactive' || !wrong) return null
      wrong = false
      return ['000000']
    })
    await connect(transportFor(prompts), 'gpu1')
    expect(prompts.asked.map((request) => request.kind === 'keyboard-interactive' && request.attempt)).toHaveLength(2)
  })

  test('a key that the server does not know: named as such, at its hop', async () => {
    rmSync(join(home, '.ssh', AUDIT_KEY))
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, '.ssh', AUDIT_KEY)])
    await expect(connect(transportFor(admin()), 'gpu1')).rejects.toEqual(failing('ssh.auth-failed', 'jump'))
  })

  test('a passphrase is asked once for both hops', async () => {
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'horse battery', '-f', join(home, '.ssh', AUDIT_KEY)])
    const prompts = admin(async ({ kind }) => (kind === 'passphrase' ? ['horse battery'] : null))
    await connect(transportFor(prompts), 'gpu1')
    expect(prompts.asked.map(({ kind }) => kind)).toEqual(['passphrase', 'keyboard-interactive'])
  })

  test.each(['rsa', 'ecdsa', 'ed25519'])('%s key from an agent', async (type) => {
    const key = join(folder, 'agent-key')
    const socket = join(folder, 'agent.sock')
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', key])
    const [agent] = (await run('ssh-agent', ['-s', '-a', socket])).stdout.match(/(?<=SSH_AGENT_PID=)\d+/) ?? []
    const publicKey = readFileSync(`${key}.pub`, 'utf8')
    const authorize = (user: string) => `cat >>/home/${user}/.ssh/authorized_keys`
    await Promise.all([arrange('jump', authorize('admin'), publicKey), arrange('gpu1', authorize('gatehouse-audit'), publicKey)])
    try {
      await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
      const fleet = fleetHere()
      const fromAgent = { user: 'gatehouse-audit', identityFiles: [], agent: true }
      const jump = fleet.jump.map((each) => ({ ...each, identity: { ...fromAgent, user: 'admin' } }))
      const session = await connect(transportFor(admin(), { ...fleet, jump, identities: { audit: fromAgent } }, socket), 'gpu1')
      expect(await execute(session, 'whoami')).toMatchObject({ stdout: 'gatehouse-audit\n' })
    } finally {
      process.kill(Number(agent))
    }
  })
})

describe('trouble', () => {
  test('a host that is down fails alone', async () => {
    await kill('gpu2')
    try {
      const transport = transportFor(admin())
      const [up, down] = await Promise.allSettled([connect(transport, 'gpu1'), connect(transport, 'gpu2')])
      expect(up.status).toBe('fulfilled')
      expect(down).toMatchObject({ status: 'rejected', reason: { failure: { host: 'gpu2' } } })
    } finally {
      await start('gpu2')
    }
  })

  test("a host's sshd that is killed in the middle is noticed at once: its stream through the jump host stays half open", async () => {
    const session = await connect(transportFor(admin()), 'gpu2')
    const running = execute(session, 'echo begun; exec sleep 30', {
      timeoutMs: 20_000,
      onStdout: () => {
        void arrange('gpu2', "pkill -KILL -f '[s]shd: gatehouse-audit'")
        return true
      },
    })
    await expect(running).rejects.toEqual(failing('ssh.connection-lost'))
  })

  test('a cancelled command leaves the connection to others', async () => {
    const session = await connect(transportFor(admin()), 'gpu1')
    const stop = new AbortController()
    const running = execute(session, 'echo begun; exec sleep 303', {
      signal: stop.signal,
      onStdout: () => {
        stop.abort()
        return true
      },
    })
    await expect(running).rejects.toEqual(failing('job.cancelled'))
    expect(await execute(session, 'echo still here')).toMatchObject({ stdout: 'still here\n' })
  })

  test('the jump host dies: what hangs on it ends, and a new connection works when it is back', async () => {
    const prompts = admin()
    const transport = transportFor(prompts)
    const session = await connect(transport, 'gpu1')
    const running = execute(session, 'sleep 304')
    const lost = expect(running).rejects.toEqual(
      expect.objectContaining({ failure: expect.objectContaining({ code: expect.stringMatching(/^ssh\.(jump|connection)-lost$/) }) }),
    )
    await kill('jump')
    await lost
    await start('jump')
    expect(await execute(await connect(transport, 'gpu1'), 'hostname')).toMatchObject({ stdout: 'gpu1\n' })
    expect(prompts.asked.map(({ kind }) => kind)).toEqual(['keyboard-interactive', 'keyboard-interactive'])
  })
})
