import ssh2 from 'ssh2'
import { describe, expect, test } from 'vitest'
import type { Hop } from './hop.ts'
import { addressOf, hostKeyPolicy } from './host-key-policy.ts'
import { parseKnownHosts } from './known-hosts.ts'
import { type Admin, admin, never } from './loopback.testing.ts'

const key = () => {
  const [type = '', base64 = ''] = ssh2.utils.generateKeyPairSync('ed25519').public.split(' ')
  return { line: `${type} ${base64}`, blob: Buffer.from(base64, 'base64') }
}
const mine = key()
const other = key()

const hop = (port = 22): Hop => ({ name: 'gpu1', address: '10.0.0.5', port, identity: { user: 'u', identityFiles: [], agent: false } })

function policy(text: string, prompts: Admin = admin({ 'host-key-unknown': () => ['trust'] })) {
  const added: string[] = []
  const files = {
    read: async () => parseKnownHosts(text, '/kh').entries,
    add: async (name: string, keyType: string) => void added.push(`${name} ${keyType}`),
  }
  return { added, prompts, policy: hostKeyPolicy(files, prompts, { now: () => 0 }) }
}
const verdict = async (text: string, port?: number) => {
  const made = policy(text)
  const result = await made.policy.verify(hop(port), mine.blob, never()).then(
    () => (made.prompts.asked.length > 0 ? 'asked' : 'trusted'),
    (error: { failure?: { code: string } }) => error.failure?.code,
  )
  return result
}

describe('a hop', () => {
  test.each([
    ['known by address', `10.0.0.5 ${mine.line}`, 22, 'trusted'],
    ['known by its name in the fleet file', `gpu1 ${mine.line}`, 22, 'trusted'],
    ['known by name, another key by address', `gpu1 ${mine.line}\n10.0.0.5 ${other.line}`, 22, 'ssh.host-key-changed'],
    ['known by address, another key by name', `gpu1 ${other.line}\n10.0.0.5 ${mine.line}`, 22, 'trusted'],
    ['with another key under its name only', `gpu1 ${other.line}`, 22, 'ssh.host-key-changed'],
    ['unknown', `10.0.0.6 ${other.line}`, 22, 'asked'],
    ['on another port, known there', `[10.0.0.5]:2222 ${mine.line}`, 2222, 'trusted'],
    ['on another port, the same key known without a port', `10.0.0.5 ${mine.line}`, 2222, 'trusted'],
    ['on another port, another key known without a port', `10.0.0.5 ${other.line}`, 2222, 'asked'],
    ['on port 22, known on another port only', `[10.0.0.5]:2222 ${mine.line}`, 22, 'asked'],
    [
      'whose key is revoked under its name, trusted by address',
      `10.0.0.5 ${mine.line}\n@revoked gpu1 ${mine.line}`,
      22,
      'ssh.host-key-revoked',
    ],
    [
      'on another port, trusted there, revoked without a port',
      `[10.0.0.5]:2222 ${mine.line}\n@revoked 10.0.0.5 ${mine.line}`,
      2222,
      'ssh.host-key-revoked',
    ],
    ['whose key is revoked everywhere', `@revoked * ${mine.line}`, 2222, 'ssh.host-key-revoked'],
  ])('%s', async (_, text, port, expected) => {
    expect(await verdict(text, port)).toBe(expected)
  })

  test.each([
    ['its address', `10.0.0.5 ${mine.line}`],
    ['its name in the fleet file alone', `gpu1 ${mine.line}`],
  ])('is asked first for a key of the type on file, filed under %s', async (_, text) => {
    expect([...(await policy(text).policy.knownTypes(hop()))]).toEqual(['ssh-ed25519'])
  })

  test.each([
    ['10.0.0.5', 22, '10.0.0.5'],
    ['gpu1', 2222, 'gpu1:2222'],
    ['fd00::1', 2222, '[fd00::1]:2222'],
  ])('%s port %i is shown as %s', (address, port, text) => {
    expect(addressOf({ address, port })).toBe(text)
  })
})

describe('an unknown key', () => {
  test('is asked about once for connections at the same time, and filed by address and port', async () => {
    const made = policy('')
    await Promise.all([1, 2, 3].map(() => made.policy.verify(hop(2222), mine.blob, never())))
    expect(made.prompts.asked).toHaveLength(1)
    expect(made.added).toEqual(['[10.0.0.5]:2222 ssh-ed25519'])
  })

  test('names other hosts that use the same key', async () => {
    const made = policy(
      `gpu7,10.0.0.7 ${mine.line}\n|1|${Buffer.alloc(20).toString('base64')}|${Buffer.alloc(20).toString('base64')} ${mine.line}\ngpu8 ${other.line}\n`,
    )
    await made.policy.verify(hop(), mine.blob, never())
    expect(made.prompts.asked).toMatchObject([{ alsoKnownAs: ['gpu7,10.0.0.7', 'hashed name at /kh:2'] }])
  })

  test.each([[null], [['']], [['yes']], [['']], [[]]])('answered with %j is not trusted', async (answer) => {
    const made = policy('', admin({ 'host-key-unknown': () => answer }))
    await expect(made.policy.verify(hop(), mine.blob, never())).rejects.toMatchObject({
      failure: { code: 'ssh.host-key-unknown', host: 'gpu1' },
    })
    expect(made.added).toEqual([])
  })

  test('that was left is asked anew, once, whenever its first question ends', async () => {
    const answers: ((answer: string[] | null) => void)[] = []
    const made = policy('', admin({ 'host-key-unknown': () => new Promise<string[] | null>((answer) => answers.push(answer)) }))
    const verify = (signal: AbortSignal) => made.policy.verify(hop(), mine.blob, signal).catch(() => 'left')
    const gone = new AbortController()
    const left = verify(gone.signal)
    await expect.poll(() => answers.length).toBe(1)
    gone.abort()
    expect(await left).toBe('left')
    const next = verify(never())
    await expect.poll(() => answers.length).toBe(2)
    answers[0]?.(null)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const third = verify(never())
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(answers).toHaveLength(2)
    answers[1]?.(['trust'])
    expect(await Promise.all([next, third])).toEqual([undefined, undefined])
    expect(made.added).toHaveLength(1)
  })

  test('that the admin leaves unanswered goes away when nobody waits any more', async () => {
    let withdrawn = false
    const made = policy(
      '',
      admin({
        'host-key-unknown': (_, signal) =>
          new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              withdrawn = true
              resolve(null)
            }),
          ),
      }),
    )
    const stops = [new AbortController(), new AbortController()]
    const waiting = stops.map(({ signal }) => made.policy.verify(hop(), mine.blob, signal).catch(() => 'left'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    stops[0]?.abort()
    expect(await waiting[0]).toBe('left')
    expect(withdrawn).toBe(false)
    stops[1]?.abort()
    expect(await waiting[1]).toBe('left')
    expect(withdrawn).toBe(true)
  })
})
