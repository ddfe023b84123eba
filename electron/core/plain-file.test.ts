import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { createAdvisoryStore } from './advisories/advisory-store.ts'
import { readPack } from './audit/pack/read-pack.ts'
import { readFleetText } from './fleet/fleet-text.ts'
import { previewImport } from './fleet/import/import-fleet.ts'
import { openPlainFile, readPlainFile } from './plain-file.ts'
import { readKeyFile } from './ssh/key-file.ts'
import { knownHostsFiles } from './ssh/known-hosts-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-plain-'))
const at = (name: string): string => join(folder, name)
const server = createServer()
beforeAll(async () => {
  execFileSync('mkfifo', [at('fifo')])
  symlinkSync(at('fifo'), at('link'))
  writeFileSync(at('huge'), '')
  truncateSync(at('huge'), 3_000_000_000)
  await new Promise<void>((done) => server.listen(at('socket'), done))
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})
const said = (promise: Promise<unknown>) =>
  promise.then(
    () => 'taken',
    (error: unknown) => failureOf(error).detail,
  )

test('the bytes of a plain file, also an empty one', async () => {
  writeFileSync(at('a'), 'abc')
  writeFileSync(at('empty'), '')
  expect((await readPlainFile(at('a'), 3)).toString()).toBe('abc')
  expect(await readPlainFile(at('empty'), 3)).toHaveLength(0)
  expect(await said(readPlainFile(at('a'), 2))).toBe('it has 3 bytes; expected at most 2')
})

test('a file that grows or shrinks while it is read is refused', async () => {
  writeFileSync(at('grows'), 'x'.repeat(100_000))
  const timer = setInterval(() => appendFileSync(at('grows'), 'x'.repeat(100_000)), 0)
  const found: string[] = []
  for (let times = 0; times < 200 && !found.some((one) => one.startsWith('it is being written')); times += 1)
    found.push(await said(readPlainFile(at('grows'), 100_000_000)))
  clearInterval(timer)
  expect(found.at(-1)).toBe('it is being written: its size changed while it was read')
})

/** Each way by which a file that somebody named comes in. Most waited for ever at a FIFO, and took memory until they died at /dev/zero. */
describe('what is no plain file, or too large, is refused at once', () => {
  const store = () => createAdvisoryStore({ clock: { now: Date.now }, log: () => undefined, folder, by: 'mona' })
  const ways: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    [
      'a model',
      (path) => openPlainFile(path).then(({ handle, size }) => handle.close().then(() => size < 3e9 || Promise.reject(new Error('large')))),
    ],
    ['advisories', (path) => store().importFile(path)],
    ['a fleet file', readFleetText],
    ['an inventory', (path) => previewImport('ansible', path, folder)],
    ['ssh_config', (path) => previewImport('ssh-config', path, folder)],
    ['a pack', (path) => readPack(path, async () => undefined)],
    ['a key', async (path) => readKeyFile(path).then((key) => (key.kind === 'unusable' ? Promise.reject(new Error(key.reason)) : key))],
  ]
  const named = [
    ['a FIFO', 'fifo'],
    ['a link to one', 'link'],
    ['a socket', 'socket'],
    ['too large', 'huge'],
    ['a device', '/dev/zero'],
  ] as const
  test.each(ways.flatMap(([way, read]) => named.map(([kind, name]) => [way, kind, name, read] as const)))(
    '%s: %s',
    async (_way, _kind, name, read) => {
      expect(await said(read(name.startsWith('/') ? name : at(name)))).not.toBe('taken')
    },
    3000,
  )

  test('known_hosts that are a FIFO', async () => {
    execFileSync('mkfifo', [at('known_hosts')])
    const hosts = knownHostsFiles({ data: folder, home: at('nobody') }, () => undefined, at('nothing'))
    expect(await said(hosts.read())).toContain('it is not a plain file')
  }, 3000)
})
