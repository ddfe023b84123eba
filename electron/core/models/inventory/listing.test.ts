import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostSession } from '../../ports.ts'
import { localSession } from '../local-session.testing.ts'
import { fileName, nameBytes } from './file-name.ts'
import { ListingReader } from './parse-listing.ts'
import { MAX_ENTRIES, runListing } from './run-listing.ts'

const own = (path: string) => ({ path, privileged: false })
const options = { signal: new AbortController().signal, timeoutMs: 20_000 }
const root = mkdtempSync(join(tmpdir(), 'gatehouse-models-'))
const weird = Buffer.concat([Buffer.from(`${root}/latin-`), Buffer.from([0xe9, 0xff]), Buffer.from('.gguf')])
const oneLineTwo = `${root}/two\nlines 'and "quotes" $(touch x) -delete.safetensors`

beforeAll(() => {
  mkdirSync(join(root, 'sub'))
  writeFileSync(join(root, 'sub', 'model.safetensors'), 'abc')
  writeFileSync(oneLineTwo, '12345')
  writeFileSync(weird, 'x')
  writeFileSync(join(root, 'sparse.bin'), '')
  truncateSync(join(root, 'sparse.bin'), 1_000_000)
  symlinkSync('loop-b', join(root, 'loop-a'))
  symlinkSync('loop-a', join(root, 'loop-b'))
  symlinkSync('/etc', join(root, 'outside'))
  symlinkSync('sub/model.safetensors', join(root, 'link'))
  execFileSync('mkfifo', [join(root, 'pipe')])
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe.each([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
] as const)('on %s', (_, shell) => {
  test('every name comes back byte for byte, links are not followed', async () => {
    const missing = join(root, 'nowhere')
    const { roots, failure, full } = await runListing(localSession([...shell]), [root, missing].map(own), options)
    expect(failure).toBeUndefined()
    expect(full).toBe(false)
    const [first, second] = roots
    expect(second).toMatchObject({ entries: [], end: { account: 'missing' } })
    expect(first?.broken).toBe(0)
    expect(first?.end?.status).toBe(0)
    const names = first?.entries.map((entry) => nameBytes(entry).toString('latin1')).sort()
    const expected = [root, ...readdirSync(root, { encoding: 'buffer' }).map((name) => Buffer.concat([Buffer.from(`${root}/`), name]))]
    expect(names).toEqual([...expected.map((name) => name.toString('latin1')), `${root}/sub/model.safetensors`].sort())
    const of = (path: string) => first?.entries.find((entry) => nameBytes(entry).equals(Buffer.from(path)))
    const real = statSync(oneLineTwo, { bigint: true })
    expect(of(oneLineTwo)).toMatchObject({
      type: 'file',
      size: 5,
      inode: String(real.ino),
      device: String(real.dev),
      mtimeNs: String(real.mtimeNs),
      ctimeNs: String(real.ctimeNs),
    })
    expect(of(`${root}/pipe`)?.type).toBe('fifo')
    expect(of(`${root}/outside`)).toMatchObject({ type: 'symlink', target: '/etc' })
    expect(of(`${root}/loop-a`)).toMatchObject({ type: 'symlink', target: 'loop-b' })
    expect(of(`${root}/sparse.bin`)?.allocated).toBeLessThan(1_000_000)
  })

  test.runIf(process.getuid?.() === 0)('what root alone may list is listed as root', async () => {
    const { roots } = await runListing(localSession([...shell]), [{ path: join(root, 'sub'), privileged: true }], options)
    expect(roots[0]?.end).toMatchObject({ account: 'root', status: 0 })
    expect(roots[0]?.entries).toHaveLength(2)
  })
})

test('where find has no -printf, stat tells the same but the targets of links', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'gatehouse-busybox-'))
  try {
    for (const applet of ['find', 'stat', 'date', 'id', 'tail', 'printf']) symlinkSync('/usr/bin/busybox', join(bin, applet))
    const session = localSession(['busybox', 'sh', '-c', `sed 's|^LC_ALL=C TZ=UTC PATH=.*|LC_ALL=C TZ=UTC PATH=${bin}|' | busybox sh`])
    const { roots, failure } = await runListing(session, [own(root)], options)
    expect(failure).toBeUndefined()
    const real = statSync(oneLineTwo, { bigint: true })
    expect(roots[0]?.broken).toBe(0)
    expect(roots[0]?.entries.find((entry) => nameBytes(entry).equals(Buffer.from(oneLineTwo)))).toMatchObject({
      type: 'file',
      mode: Number(real.mode) & 0o7777,
      size: 5,
      inode: String(real.ino),
      ctimeNs: String(real.ctimeNs),
    })
    expect(roots[0]?.entries.find(({ path }) => path === `${root}/outside`)?.target).toBeUndefined()
  } finally {
    rmSync(bin, { recursive: true, force: true })
  }
})

test('a store without end is listed in part, and find stops', async () => {
  const children: ChildProcess[] = []
  const listing = await runListing(localSession(['dash'], children), [own(root)], { ...options, maxEntries: 3 })
  expect(listing).toMatchObject({ full: true, failure: undefined })
  expect(listing.roots[0]?.entries).toHaveLength(3)
})

test('a login that talks, and a host that answers nothing', async () => {
  const greeting = localSession(['dash', '-c', 'echo "Welcome f/644/root/root"; dash'])
  expect((await runListing(greeting, [own(root)], options)).roots[0]?.entries.length).toBeGreaterThan(5)
  const mute = await runListing(localSession(['true']), [own(root)], options)
  expect(mute.failure?.code).toBe('probe.garbled')
  expect(mute.roots[0]?.end).toBeUndefined()
})

test('of five million files so many are kept as a listing may hold, the rest is not fetched, and that is said', async () => {
  let sent = 0
  let stopped = false
  const exec: HostSession['exec'] = async (_, { stdin = '', onStdout }) => {
    const nonce = /^gl_k=([0-9a-f]{32})$/m.exec(stdin)?.[1] ?? ''
    onStdout(Buffer.from(`\0${nonce} r 0\0`))
    const names = Array.from({ length: 1_000 }, (_, index) => `f/644/u/g/1/f/1/${index}/8/1.0/2.0//srv/models/tiny-${index}\0`)
    const thousand = Buffer.from(names.join(''))
    while (sent < 5_000_000 && !stopped) {
      sent += 1_000
      stopped = onStdout(thousand) === false
    }
    return { exitCode: null }
  }
  const { roots, full, failure } = await runListing({ ...localSession(['false']), exec }, [own('/srv/models')], options)
  expect([roots[0]?.entries.length, full, failure, stopped]).toEqual([MAX_ENTRIES, true, undefined, true])
  expect(sent).toBeLessThanOrEqual(MAX_ENTRIES + 1_000)
}, 60_000)

test('no bytes whatever make the reader throw or grow', () => {
  const nonce = '0'.repeat(32)
  const record = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        `${nonce} r 0`,
        `${nonce} e 0 0 root`,
        `${nonce} r 99`,
        `${nonce} z x`,
        `${nonce}`,
        'l/777/a/b/1/f/1/2/8/1.0/2.0//x',
        'f/9/',
      )
      .map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (records, step) => {
      const reader = new ListingReader(nonce, 1, 5)
      const bytes = Buffer.concat(records.flatMap((each) => [each, Buffer.from([0])]))
      for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step))
      expect(reader.roots[0]?.entries.length).toBeLessThanOrEqual(5)
    }),
    { numRuns: 300 },
  )
})

test('every name can be written back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const name = fileName(bytes)
      expect(nameBytes(name)).toEqual(Buffer.from(bytes))
      expect(name.path).not.toMatch(/[\p{Cc}\u202e]/u)
    }),
  )
})
