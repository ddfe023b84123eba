import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openConsoleKey } from '../../signing/console-key.ts'
import type { PackFile } from './pack-file.ts'
import { readPack } from './read-pack.ts'
import { allowedSigner, sshSignature } from './ssh-signature.ts'
import { verifyPack } from './verify-pack.ts'
import { writePack } from './write-pack.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-write-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const write = (files: Iterable<PackFile>) => writePack(at('p.zip'), files, openConsoleKey(at('key')), new Date('2026-11-01T00:00:00Z'))

/** Small enough to be kept as it is, small enough for one write, and too large for it. */
const sizes = [0, 1, 1023, 1024, 262_143, 262_144, 300_000, 3_000_000]
const line = 'What a host said, line after line.\n'
const pieces = function* (size: number): Generator<string> {
  for (let left = size; left > 0; left -= line.length) yield line.slice(0, left)
}

test('files of every size are the same in the folder and in the zip', async () => {
  const written = await write(sizes.map((size) => ({ path: `sizes/${size}.txt`, pieces: pieces(size) })))
  expect([written.files, written.bytes]).toEqual([sizes.length + 5, sizes.reduce((sum, size) => sum + size)])
  const zipped = new Map<string, Buffer>()
  await readPack(written.zip, async ({ path, chunks }) => {
    const parts: Buffer[] = []
    for await (const chunk of chunks) parts.push(chunk)
    zipped.set(path, Buffer.concat(parts))
  })
  for (const size of sizes) {
    const inFolder = readFileSync(join(written.folder, `sizes/${size}.txt`))
    const inZip = zipped.get(`sizes/${size}.txt`)
    expect([size, inFolder.equals(Buffer.from([...pieces(size)].join(''))), inZip?.equals(inFolder)]).toEqual([size, true, true])
  }
  const sums = (path: string) => verifyPack(path).then(({ problems }) => problems.filter((problem) => !problem.includes('ledger')))
  expect(await Promise.all([written.zip, written.folder].map(sums))).toEqual([[], []])
})

/** Those that no sum covers: an auditor goes by one or the other. */
describe('each file about the sums is of the key that signed, and of nothing else', () => {
  const other = () => openConsoleKey(at('other'))
  test.each<[string, string, (path: string) => void]>([
    ['SHA256SUMS.sig', 'a byte more', (path) => appendFileSync(path, 'x')],
    ['SHA256SUMS.sshsig', 'one letter', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/.(?=\n-----END)/, 'A'))],
    ['SHA256SUMS.sshsig', 'a line more', (path) => appendFileSync(path, 'trust me\n')],
    ['SHA256SUMS.sshsig', 'another key', (path) => writeFileSync(path, sshSignature(readFileSync(path.replace('.sshsig', '')), other()))],
    ['SHA256SUMS.sshsig', 'gone', (path) => rmSync(path)],
    ['allowed_signers', 'another key', (path) => writeFileSync(path, allowedSigner(other()))],
    ['allowed_signers', 'one key more', (path) => appendFileSync(path, allowedSigner(other()))],
    ['allowed_signers', 'empty', (path) => writeFileSync(path, '')],
    ['console-key.pub.pem', 'another key', (path) => writeFileSync(path, other().publicKeyPem)],
    ['console-key.pub.pem', 'one key more', (path) => appendFileSync(path, other().publicKeyPem)],
  ])('%s, %s', async (name, _, tamper) => {
    const { folder: pack } = await write([{ path: 'a.txt', pieces: ['a'] }])
    const whole = await verifyPack(pack)
    tamper(join(pack, name))
    const { problems } = await verifyPack(pack)
    expect([whole.problems.filter((problem) => problem.includes(name)), problems.some((problem) => problem.includes(name))]).toEqual([
      [],
      true,
    ])
  })
})

test('what ends in the middle leaves nothing behind', async () => {
  const broken = function* (): Generator<PackFile> {
    yield { path: 'large.txt', pieces: pieces(3_000_000) }
    throw new Error('the store is gone')
  }
  await expect(write(broken())).rejects.toThrow(/cannot be written.*the store is gone/)
  expect(readdirSync(folder)).toEqual(['key'])
})

test.each<[string, string, (zip: string) => void]>([
  ['the zip of another pack', 'p.zip is there already', (zip) => writeFileSync(zip, 'a year of proof')],
  ['the folder of another pack', 'p is there already', (zip) => mkdirSync(zip.replace('.zip', ''))],
  ['a link that leads nowhere', 'p.zip is there already', (zip) => symlinkSync('/nonexistent', zip)],
  ['no folder to write to', 'there is no folder', () => rmSync(folder, { recursive: true })],
])('nothing is written over, nor begun: %s', async (_, reason, prepare) => {
  const key = openConsoleKey(at('key'))
  prepare(at('p.zip'))
  const begun = function* (): Generator<PackFile> {
    yield* []
    throw new Error('begun')
  }
  await expect(writePack(at('p.zip'), begun(), key, new Date(0))).rejects.toThrow(reason)
  mkdirSync(folder, { recursive: true })
  expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([])
})
