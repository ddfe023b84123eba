import { type ChildProcess, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelFile } from '#shared/model/model-inventory.ts'
import { fileName } from '../inventory/file-name.ts'
import { runListing } from '../inventory/run-listing.ts'
import { localSession } from '../local-session.testing.ts'
import type { Hasher, HashTask } from './hash-script.ts'
import { HashReader } from './parse-hashes.ts'
import { type HashOutcome, runHashing } from './run-hashing.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-hashes-'))
const names = [
  Buffer.from('plain'),
  Buffer.from('it\'s $(touch owned) `x` "q"'),
  Buffer.from('-rf'),
  Buffer.from('line\nbreak\n'),
  Buffer.from([0x2e, 0xff, 0x25, 0x5c]),
]
const at = (name: Buffer) => Buffer.concat([Buffer.from(`${root}/`), name])
const never = new AbortController().signal

beforeAll(() => {
  for (const [index, name] of names.entries()) writeFileSync(at(name), `content ${index}`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function listed(shell: readonly [string, ...string[]]): Promise<ModelFile[]> {
  const { roots } = await runListing(localSession(shell), [{ path: root, privileged: false }], { signal: never, timeoutMs: 20_000 })
  return roots[0]?.entries ?? []
}

const find = (files: readonly ModelFile[], name: Buffer) => files.find(({ path }) => path === fileName(at(name)).path) as ModelFile

interface Run {
  readonly outcomes: Map<string, HashOutcome>
  readonly read: number[]
  readonly hashers: Hasher[]
  readonly failure: Awaited<ReturnType<typeof runHashing>>
}

async function hash(
  shell: readonly [string, ...string[]],
  tasks: readonly HashTask[],
  more: { signal?: AbortSignal; hasher?: Hasher; children?: ChildProcess[] } = {},
): Promise<Run> {
  const outcomes = new Map<string, HashOutcome>()
  const read: number[] = []
  const used: Hasher[] = []
  const failure = await runHashing(localSession(shell, more.children), tasks, {
    signal: more.signal ?? never,
    hasher: more.hasher,
    onHasher: (hasher) => used.push(hasher),
    onRead: (_, bytes) => read.push(bytes),
    onDone: ({ file }, outcome) => outcomes.set(file.path, outcome),
  })
  return { outcomes, read, hashers: used, failure }
}

const sha256 = (file: ModelFile): HashTask => ({ file, algorithm: 'sha256' })

describe.each([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
] as const)('on %s', (_, shell) => {
  test('any name is hashed as it is, by a hasher that was measured', async () => {
    const files = (await listed([...shell])).filter(({ type }) => type === 'file')
    const { outcomes, failure, hashers } = await hash([...shell], files.map(sha256))
    expect(failure).toBeUndefined()
    expect(hashers).toHaveLength(1)
    for (const [index, name] of names.entries())
      expect(outcomes.get(fileName(at(name)).path)).toMatchObject({
        kind: 'hashed',
        digest: createHash('sha256').update(`content ${index}`).digest('hex'),
      })
  })

  test('the hash that git gives a file', async () => {
    const file = find(await listed([...shell]), Buffer.from('plain'))
    const { outcomes } = await hash([...shell], [{ file, algorithm: 'git-sha1' }], { hasher: 'sha256sum' })
    const expected = createHash('sha1').update('blob 9\0content 0').digest('hex')
    expect(outcomes.get(file.path)).toMatchObject({ kind: 'hashed', digest: expected })
  })

  test('a file replaced in place, with its old size and time, is not what was listed', async () => {
    const name = Buffer.from('replaced')
    writeFileSync(at(name), 'aaaa')
    utimesSync(at(name), 1_700_000_000, 1_700_000_000)
    const file = find(await listed([...shell]), name)
    const handle = openSync(at(name), 'r+')
    writeSync(handle, 'bbbb')
    closeSync(handle)
    utimesSync(at(name), 1_700_000_000, 1_700_000_000)
    const again = find(await listed([...shell]), name)
    expect(again).toMatchObject({ size: file.size, mtimeNs: file.mtimeNs, inode: file.inode })
    expect(again.ctimeNs).not.toBe(file.ctimeNs)
    expect((await hash([...shell], [sha256(file)])).outcomes.get(file.path)).toEqual({ kind: 'changed', when: 'before' })
  })

  test('a file that grows while it is read, progress on the way', async () => {
    const name = Buffer.from('growing')
    writeFileSync(at(name), '')
    truncateSync(at(name), 40_000_000)
    const file = find(await listed([...shell]), name)
    // A disk that stops in the middle for a while.
    const bin = join(root, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(
      join(bin, 'sha256sum'),
      '#!/bin/sh\ncase $(readlink /proc/self/fd/0) in */growing) head -c 20000000 >/dev/null; sleep 2 ;; esac\nexec /usr/bin/sha256sum\n',
      { mode: 0o755 },
    )
    const slow = [
      'dash',
      '-c',
      `sed 's|^LC_ALL=C TZ=UTC PATH=|&${bin}:|;s/^hm_try .*/hm_name=sha256sum hm_tool=sha256sum/' | ${shell.join(' ')}`,
    ] as const
    const appended = setTimeout(() => appendFileSync(at(name), 'x'), 1_200)
    const { outcomes, read } = await hash([...slow], [sha256(file)], { hasher: 'sha256sum' })
    clearTimeout(appended)
    rmSync(bin, { recursive: true })
    expect(outcomes.get(file.path)).toEqual({ kind: 'changed', when: 'during' })
    expect(read.length).toBeGreaterThan(0)
    expect(read.every((bytes, index) => bytes > 0 && bytes <= file.size && bytes >= (read[index - 1] ?? 0))).toBe(true)
    rmSync(at(name))
  }, 30_000)

  test('when nobody reads any more, the hasher ends', async () => {
    const name = Buffer.from('huge')
    writeFileSync(at(name), '')
    truncateSync(at(name), 400_000_000_000)
    const file = find(await listed([...shell]), name)
    const stop = new AbortController()
    const children: ChildProcess[] = []
    setTimeout(() => stop.abort(new Error('stopped')), 1_300)
    const { outcomes, failure } = await hash([...shell], [sha256(file)], { signal: stop.signal, hasher: 'sha256sum', children })
    expect(failure).toBeDefined()
    expect(outcomes.size).toBe(0)
    await expect.poll(() => children[0]?.exitCode ?? children[0]?.signalCode ?? 'running', { timeout: 6_000 }).not.toBe('running')
    expect(
      execFileSync('sh', ['-c', `ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c "${root}/huge" || true`], { encoding: 'utf8' }).trim(),
    ).toBe('0')
    rmSync(at(name))
  }, 30_000)
})

test('what is not there any more, became a link, or is closed to the account', async () => {
  const dir = join(root, 'dir')
  mkdirSync(dir)
  for (const name of ['gone', 'link', 'closed']) writeFileSync(join(dir, name), name)
  const files = (await listed(['dash'])).filter(({ path }) => path.startsWith(`${dir}/`))
  rmSync(join(dir, 'gone'))
  rmSync(join(dir, 'link'))
  symlinkSync('/etc/passwd', join(dir, 'link'))
  chmodSync(join(dir, 'closed'), 0)
  const outcomes = (await hash(['dash'], files.map(sha256))).outcomes
  expect(outcomes.get(join(dir, 'gone'))).toEqual({ kind: 'skipped', why: 'gone', closedLength: 0 })
  expect(outcomes.get(join(dir, 'link'))).toEqual({ kind: 'skipped', why: 'changed-type', closedLength: 0 })
  // Root reads what it likes, but the change of mode is seen.
  expect(outcomes.get(join(dir, 'closed'))).toEqual(
    process.getuid?.() === 0 ? { kind: 'changed', when: 'before' } : { kind: 'skipped', why: 'denied', closedLength: 0 },
  )
})

test('a host without a hasher that answers correctly', async () => {
  const file = find(await listed(['dash']), Buffer.from('plain'))
  const lying = [
    'dash',
    '-c',
    `sed 's|^export LC_ALL TZ PATH|openssl() { echo ba7816bf; }; sha256sum() { echo 0; }; shasum() { :; }; busybox() { :; }|' | dash`,
  ] as const
  expect((await hash(lying, [sha256(file)])).failure?.code).toBe('models.no-hasher')
})

test('nothing is waited for once every file has its answer', async () => {
  const file = find(await listed(['dash']), Buffer.from('plain'))
  const from = performance.now()
  const { outcomes, failure } = await hash(['dash', '-c', `sed "s|^printf '%s z|sleep 30; &|" | dash`], [sha256(file)])
  expect([failure, outcomes.get(file.path)?.kind]).toEqual([undefined, 'hashed'])
  expect(performance.now() - from).toBeLessThan(15_000)
}, 60_000)

test('a file that was changed a moment ago is hashed, but not settled', async () => {
  const name = Buffer.from('fresh')
  writeFileSync(at(name), 'fresh')
  const file = find(await listed(['dash']), name)
  expect((await hash(['dash'], [sha256(file)])).outcomes.get(file.path)).toMatchObject({ kind: 'hashed', settled: false })
})

test('no bytes whatever make the reader throw', () => {
  const nonce = '0'.repeat(32)
  const line = fc
    .oneof(fc.string({ maxLength: 60 }), fc.constantFrom('b 0 1/2/3/4.5/6.7', 'd 0 x y', 'p -1 5', 'm openssl', 'x 9 denied', 's'))
    .map((text) => `${nonce} ${text}`)
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      for (const event of new HashReader(nonce).push(Buffer.from(`${lines.join('\n')}\n`))) expect(event.kind).toBeTypeOf('string')
    }),
  )
})
