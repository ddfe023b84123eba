import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { readPack } from './read-pack.ts'
import { verifyPack } from './verify-pack.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-read-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

async function zipOf(...names: string[]): Promise<string> {
  const zip = new ZipFile()
  const harmless = (name: string) => name.replaceAll(/^\/|\./g, '_')
  for (const name of names) zip.addBuffer(Buffer.from(`of ${name}`), harmless(name))
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(at('p.zip')))
  // yazl refuses names that leave the archive, so they are put in afterwards.
  const bytes = readFileSync(at('p.zip'), 'latin1')
  writeFileSync(
    at('p.zip'),
    names.reduce((text, name) => text.replaceAll(harmless(name), name), bytes),
    'latin1',
  )
  return at('p.zip')
}

async function read(path: string): Promise<string[]> {
  const found: string[] = []
  await readPack(path, async (entry) => {
    const parts: Buffer[] = []
    for await (const chunk of entry.chunks) parts.push(chunk)
    found.push(`${entry.path}: ${Buffer.concat(parts)}`)
  })
  return found
}

test('a zip is read file by file, without the folder that they lie in', async () => {
  expect(await read(await zipOf('p/a', 'p/b/c'))).toEqual(['a: of p/a', 'b/c: of p/b/c'])
})

test.each([
  ['a name that leads out', ['p/../../etc/passwd'], /invalid relative path/],
  ['an absolute name', ['/etc/passwd'], /absolute path/],
  ['two folders', ['p/a', 'q/a'], /more than one folder/],
  ['a file beside the folder', ['a'], /more than one folder/],
])('%s is refused', async (_, names, reason) => {
  await expect(read(await zipOf(...names))).rejects.toThrow(reason)
})

test('what is no zip, or half of one, is refused', async () => {
  writeFileSync(at('x.zip'), 'no zip')
  await expect(read(at('x.zip'))).rejects.toThrow(/x\.zip/)
  const path = await zipOf('p/a', 'p/b')
  writeFileSync(path, readFileSync(path).subarray(0, 60))
  await expect(read(path)).rejects.toThrow(/p\.zip/)
  await expect(read(at('nothing.zip'))).rejects.toThrow(/ENOENT/)
})

test('a link in a folder is refused, not followed', async () => {
  mkdirSync(at('p'))
  symlinkSync('/etc/passwd', at('p/a'))
  await expect(read(at('p'))).rejects.toThrow(/neither a file nor a folder/)
})

test('a pack without anything says what is missing', async () => {
  mkdirSync(at('p'))
  expect((await verifyPack(at('p'))).problems).toEqual(['SHA256SUMS is missing', 'ledger/ledger.head is no head'])
  writeFileSync(at('p/SHA256SUMS'), 'no digest\n')
  writeFileSync(at('p/console-key.pub.pem'), 'no key')
  expect((await verifyPack(at('p'))).problems.slice(0, 2)).toEqual([
    'SHA256SUMS has a line that is no digest',
    'console-key.pub.pem does not hold an Ed25519 key and nothing else',
  ])
})

test('two files of one name are found', async () => {
  expect((await verifyPack(await zipOf('p/a', 'p/a'))).problems).toContain('a is there twice')
})

test('a folder that no file of the pack lies in is found', async () => {
  const zip = new ZipFile()
  for (const name of ['p/', 'p/b', 'p/c/empty']) zip.addEmptyDirectory(name)
  for (const name of ['p/b/c/d', 'p/c2/e']) zip.addBuffer(Buffer.from('x'), name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(at('p.zip')))
  for (const name of ['p/b/c', 'p/c/empty', 'p/c2']) mkdirSync(at(name), { recursive: true })
  for (const name of ['p/b/c/d', 'p/c2/e']) writeFileSync(at(name), 'x')
  const added = async (path: string) => (await verifyPack(path)).problems.filter((problem) => problem.endsWith('/ was added'))
  expect([await added(at('p.zip')), (await added(at('p'))).toSorted()]).toEqual([
    ['c/empty/ was added'],
    ['c/ was added', 'c/empty/ was added'],
  ])
})
