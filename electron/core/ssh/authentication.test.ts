import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthContext, KeyboardAuthContext } from 'ssh2'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  admin,
  adminKey,
  type Bench,
  bench,
  keyPair,
  type LoopbackOptions,
  never,
  provesKey,
  run,
  startLoopback,
} from './loopback.testing.ts'

const connect = (made: Bench, name = 'gpu1') => made.transport.connect(made.host(name), { signal: never() })

/** A key, then questions: what a jump host with a one-time code asks for. Each connection keeps its own state. */
function keyThenQuestions(ask: (context: KeyboardAuthContext) => void): LoopbackOptions {
  const proved = new WeakSet<object>()
  return {
    authenticate: (context: AuthContext) => {
      const connection = Reflect.get(context, '_protocol') as object
      if (context.method === 'keyboard-interactive' && proved.has(connection)) ask(context)
      else if (!provesKey(context, adminKey)) context.reject(['publickey'])
      else if (context.method === 'publickey' && context.signature === undefined) context.accept()
      else {
        proved.add(connection)
        context.reject(['keyboard-interactive'], true)
      }
    },
  }
}

describe('a key file', () => {
  test('proves itself in the first request: nothing is asked beforehand', async () => {
    const target = await startLoopback()
    await connect(bench({ hosts: { gpu1: target.port } }))
    expect(target.attempts).toEqual(['publickey signed'])
  })

  test.each(['rsa', 'ecdsa'] as const)('of type %s logs in', async (type) => {
    const key = keyPair(type)
    const algorithms: unknown[] = []
    const target = await startLoopback({
      authenticate: (context) => {
        if (provesKey(context, key)) {
          algorithms.push(Reflect.get(context, 'hashAlgo'))
          context.accept()
        } else context.reject(['publickey'])
      },
    })
    await connect(bench({ hosts: { gpu1: target.port }, keyFile: key.private }))
    if (type === 'rsa') expect(algorithms[0]).toMatch(/^sha(256|512)$/)
  })

  test('that the server does not take ends with what was tried and what is allowed', async () => {
    const target = await startLoopback()
    const made = bench({ hosts: { gpu1: target.port }, keyFile: keyPair().private })
    await expect(connect(made)).rejects.toMatchObject({
      failure: {
        code: 'ssh.auth-failed',
        host: 'gpu1',
        detail: expect.stringMatching(/auditor@127\.0\.0\.1:\d+: the server allows publickey; tried .*admin \(SHA256:/),
      },
    })
  })

  test.each([
    ['nonsense', 'hello', 0o600, 'Unsupported key format'],
    ['readable by others', adminKey.private, 0o644, 'readable by others'],
    ['only the public half', adminKey.public, 0o600, 'only the public half'],
  ])('that is %s is named when nothing else works', async (_, content, mode, reason) => {
    const target = await startLoopback()
    const made = bench({ hosts: { gpu1: target.port }, keyFile: content })
    chmodSync(join(made.home, '.ssh', 'admin'), mode)
    await expect(connect(made)).rejects.toMatchObject({ failure: { code: 'ssh.key-unreadable', detail: expect.stringContaining(reason) } })
  })

  test('that is unusable does not matter when another one works', async () => {
    const target = await startLoopback()
    const made = bench({ hosts: { gpu1: target.port }, identity: { identityFiles: ['~/.ssh/broken', '~/.ssh/admin'] } })
    writeFileSync(join(made.home, '.ssh', 'broken'), 'hello', { mode: 0o600 })
    await connect(made)
  })
})

describe('an encrypted key file', () => {
  const locked = keyPair('ed25519', 'open sesame')
  const accepts = (context: AuthContext) => (provesKey(context, locked) ? context.accept() : context.reject(['publickey']))

  test('asks for its passphrase once, however many hosts wait, and again when it was wrong', async () => {
    const target = await startLoopback({ authenticate: accepts })
    const answers = ['wrong', 'wrong too', 'open sesame']
    const prompts = admin({ passphrase: () => [answers.shift() ?? ''] })
    const names = ['a', 'b', 'c', 'd', 'e']
    const hosts = Object.fromEntries(names.map((name) => [name, target.port]))
    const made = bench({ hosts, keyFile: locked.private, prompts })
    await Promise.all(names.map((name) => connect(made, name)))
    const asked = prompts.asked.filter(({ kind }) => kind === 'passphrase')
    expect(asked).toMatchObject([1, 2, 3].map((attempt) => ({ attempt, file: join(made.home, '.ssh', 'admin') })))
  })

  test('is not asked for when the server would not take the key', async () => {
    const target = await startLoopback()
    const prompts = admin()
    await expect(connect(bench({ hosts: { gpu1: target.port }, keyFile: locked.private, prompts }))).rejects.toMatchObject({
      failure: { code: 'ssh.auth-failed' },
    })
    expect(prompts.asked.map(({ kind }) => kind)).toEqual(['host-key-unknown'])
  })

  test('is given up after three wrong passphrases', async () => {
    const target = await startLoopback({ authenticate: accepts })
    const prompts = admin({ passphrase: () => ['wrong'] })
    await expect(connect(bench({ hosts: { gpu1: target.port }, keyFile: locked.private, prompts }))).rejects.toMatchObject({
      failure: { code: 'ssh.key-unreadable', detail: expect.stringContaining('wrong passphrase 3 times') },
    })
  })

  test('whose passphrase is declined is not asked for again by the other hosts of the audit', async () => {
    const target = await startLoopback({ authenticate: accepts })
    const prompts = admin()
    const names = ['a', 'b', 'c', 'd']
    const hosts = Object.fromEntries(names.map((name) => [name, target.port]))
    const made = bench({ hosts, keyFile: locked.private, prompts, concurrentHandshakes: 1 })
    const results = await Promise.allSettled(names.map((name) => connect(made, name)))
    expect(results).toMatchObject(names.map(() => ({ reason: { failure: { code: 'prompt.declined' } } })))
    expect(prompts.asked.filter(({ kind }) => kind === 'passphrase')).toHaveLength(1)
  })

  test('whose passphrase was declined is asked for again by the next audit, however soon, once', async () => {
    const target = await startLoopback({ authenticate: accepts })
    const answers = [null, ['open sesame']]
    const prompts = admin({ passphrase: () => answers.shift() ?? null })
    const made = bench({ hosts: { a: target.port, b: target.port }, keyFile: locked.private, prompts, concurrentHandshakes: 1 })
    const audit = (since: number) =>
      Promise.allSettled(['a', 'b'].map((name) => made.transport.connect(made.host(name), { signal: never(), since })))
    expect(await audit(performance.now())).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    expect(await audit(performance.now())).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }])
    expect(answers).toEqual([])
  })
})

describe('a server with several steps', () => {
  test('gets the key, then answers to two rounds of questions, once for all hosts behind it', async () => {
    const given: string[][] = []
    const jump = await startLoopback(
      keyThenQuestions((context) => {
        context.prompt(
          [
            { prompt: 'Password: ', echo: false },
            { prompt: '\u001b[31mVerification code:\u001b[0m\u202e ', echo: true },
          ],
          'Welcome\u0007',
          'Two things',
          (first) => {
            given.push(first)
            context.prompt([{ prompt: 'Once more: ', echo: false }], (second) => {
              given.push(second)
              context.accept()
            })
          },
        )
      }),
    )
    const target = await startLoopback()
    const answers = [['pw', '123456'], ['654321']]
    const prompts = admin({ 'keyboard-interactive': () => answers.shift() ?? null })
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port, c: target.port }, prompts })
    await Promise.all(['a', 'b', 'c'].map((name) => connect(made, name)))
    expect(given).toEqual([['pw', '123456'], ['654321']])
    const asked = prompts.asked.filter(({ kind }) => kind === 'keyboard-interactive')
    expect(asked).toMatchObject([
      {
        hop: 'jump1',
        title: 'Welcome',
        instructions: 'Two things',
        attempt: 1,
        fields: [
          { label: 'Password:', echo: false },
          { label: 'Verification code:', echo: true },
        ],
      },
      { fields: [{ label: 'Once more:', echo: false }] },
    ])
    expect(jump.accepted()).toBe(1)
  })

  test('that refuses a one-time code is given a new one, never the old one', async () => {
    const codes: string[] = []
    const jump = await startLoopback(
      keyThenQuestions((context) =>
        context.prompt([{ prompt: 'Verification code: ', echo: false }], ([code = '']) => {
          codes.push(code)
          if (code === '2') context.accept()
          else context.reject(['keyboard-interactive'])
        }),
      ),
    )
    let next = 0
    const prompts = admin({ 'keyboard-interactive': () => [String(++next)] })
    const target = await startLoopback()
    const made = bench({ jumps: [jump.port], hosts: { gpu1: target.port }, prompts })
    await connect(made)
    expect(codes).toEqual(['1', '2'])
    expect(prompts.asked.map((asked) => 'attempt' in asked && asked.attempt)).toEqual([false, 1, 2, false])
  })

  test('whose question is declined ends with that, and no host asks again', async () => {
    const jump = await startLoopback(
      keyThenQuestions((context) => context.prompt([{ prompt: 'Code: ', echo: false }], () => context.accept())),
    )
    const target = await startLoopback()
    const prompts = admin()
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port }, prompts })
    const results = await Promise.allSettled(['a', 'b'].map((name) => connect(made, name)))
    expect(results).toMatchObject([1, 2].map(() => ({ reason: { failure: { code: 'prompt.declined', host: 'jump1' } } })))
    expect(prompts.asked.filter(({ kind }) => kind === 'keyboard-interactive')).toHaveLength(1)
    expect(made.transport.jumpStates()).toMatchObject([{ name: 'jump1', state: 'failed', failure: { code: 'prompt.declined' } }])
  })

  test('whose question was declined asks again for the next audit, however soon, once', async () => {
    const jump = await startLoopback(
      keyThenQuestions((context) => context.prompt([{ prompt: 'Code: ', echo: false }], () => context.accept())),
    )
    const target = await startLoopback()
    const answers = [null, ['123456']]
    const prompts = admin({ 'keyboard-interactive': () => answers.shift() ?? null })
    const made = bench({ jumps: [jump.port], hosts: { a: target.port, b: target.port }, prompts })
    const reach = (name: string, since: number) => made.transport.connect(made.host(name), { signal: never(), since })
    const first = performance.now()
    await expect(reach('a', first)).rejects.toMatchObject({ failure: { code: 'prompt.declined' } })
    // A host of the same audit that came a little later.
    await expect(reach('b', first)).rejects.toMatchObject({ failure: { code: 'prompt.declined' } })
    expect(answers).toHaveLength(1)
    const second = performance.now()
    await Promise.all(['a', 'b'].map((name) => reach(name, second)))
    expect(answers).toEqual([])
  })

  test('that asks too much at once is refused unasked', async () => {
    const many = Array.from({ length: 11 }, () => ({ prompt: 'x', echo: true }))
    const target = await startLoopback(keyThenQuestions((context) => context.prompt(many, () => context.accept())))
    const prompts = admin()
    await expect(connect(bench({ hosts: { gpu1: target.port }, prompts }))).rejects.toMatchObject({
      failure: { code: 'ssh.protocol' },
    })
    expect(prompts.asked.map(({ kind }) => kind)).toEqual(['host-key-unknown'])
  })
})

describe('a password', () => {
  test('is asked up to three times, and remembered for the next connection', async () => {
    const target = await startLoopback({
      authenticate: (context) =>
        context.method === 'password' && context.password === 'right' ? context.accept() : context.reject(['password']),
    })
    const answers = ['wrong', 'right']
    const prompts = admin({ password: () => [answers.shift() ?? 'none left'] })
    const made = bench({ hosts: { gpu1: target.port }, prompts })
    await connect(made)
    target.cut()
    const session = await connect(made).then(async (first) => ((await run(first, 'id').catch(() => undefined)) ? first : connect(made)))
    expect((await run(session, 'id')).exitCode).toBe(3)
    expect(prompts.asked.filter(({ kind }) => kind === 'password')).toMatchObject([{ attempt: 1, user: 'auditor' }, { attempt: 2 }])
  })

  test('that the server wants changed is not a hang', async () => {
    const target = await startLoopback({
      authenticate: (context) =>
        context.method === 'password' ? context.requestChange('expired', () => undefined) : context.reject(['password']),
    })
    const made = bench({ hosts: { gpu1: target.port }, prompts: admin({ password: () => ['old'] }) })
    await expect(connect(made)).rejects.toMatchObject({
      failure: { code: 'ssh.auth-failed', detail: expect.stringContaining('new password') },
    })
  })
})

test.each(['keyboard-interactive', 'password'] as const)('%s that is wrong three times is not asked a fourth time', async (method) => {
  const target = await startLoopback({
    authenticate: (context) => {
      if (context.method === 'keyboard-interactive')
        context.prompt([{ prompt: 'Code: ', echo: false }], () => context.reject(['keyboard-interactive']))
      else context.reject([method])
    },
  })
  const prompts = admin({ [method]: () => ['wrong'] })
  await expect(connect(bench({ hosts: { gpu1: target.port }, prompts }))).rejects.toMatchObject({ failure: { code: 'ssh.auth-failed' } })
  expect(prompts.asked.filter(({ kind }) => kind === method)).toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }])
})

describe('the SSH agent', () => {
  function startAgent(...keys: readonly { readonly private: string }[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-agent-'))
    const socket = join(folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    onTestFinished(() => void agent.kill())
    for (const [index, key] of keys.entries()) {
      const file = join(folder, `key${index}`)
      writeFileSync(file, key.private, { mode: 0o600 })
      execFileSync('sh', ['-c', 'for i in $(seq 100); do ssh-add -q "$0" 2>/dev/null && exit 0; sleep 0.05; done; exit 1', file], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
      })
    }
    return socket
  }

  test.each(['ed25519', 'rsa', 'ecdsa'] as const)('signs with its %s key, for a server that wants a second step too', async (type) => {
    const key = keyPair(type)
    let proved = false
    const target = await startLoopback({
      authenticate: (context) => {
        if (context.method === 'keyboard-interactive' && proved) context.prompt([{ prompt: 'Code: ', echo: false }], () => context.accept())
        else if (context.method !== 'publickey' || !provesKey(context, key)) context.reject(['publickey'])
        else if (context.signature === undefined) context.accept()
        else {
          proved = true
          context.reject(['keyboard-interactive'], true)
        }
      },
    })
    const prompts = admin({ 'keyboard-interactive': () => ['1'] })
    await connect(
      bench({
        hosts: { gpu1: target.port },
        prompts,
        agentSocket: startAgent(keyPair(), key),
        identity: { agent: true, identityFiles: [] },
      }),
    )
    expect(target.attempts.at(-1)).toBe('keyboard-interactive')
  })

  test('holds the key of a named file, so no passphrase is asked', async () => {
    const open = keyPair()
    const target = await startLoopback({
      authenticate: (context) => (provesKey(context, open) ? context.accept() : context.reject(['publickey'])),
    })
    const prompts = admin()
    // The file is the public half: the private one lives in the agent only.
    const made = bench({
      hosts: { gpu1: target.port },
      prompts,
      keyFile: open.public,
      agentSocket: startAgent(keyPair(), open),
      identity: { agent: true },
    })
    await connect(made)
    expect(target.attempts).toEqual(['publickey asked', 'publickey signed'])
  })

  test('that is gone is a remark, and the files are tried', async () => {
    const target = await startLoopback()
    await connect(bench({ hosts: { gpu1: target.port }, agentSocket: '/nonexistent/agent', identity: { agent: true } }))
  })
})
