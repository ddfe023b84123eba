import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { bytesSource, sliceSource } from './byte-source.ts'
import { openFile } from './file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-source-'))
afterAll(() => rmSync(folder, { recursive: true }))
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => failureOf(error).code,
  )

describe('a file on this computer', () => {
  test('gives the bytes that are asked for, fewer only at the end', async () => {
    const path = join(folder, 'a.bin')
    writeFileSync(path, 'abcdef')
    const source = await openFile(path)
    expect(source.size).toBe(6)
    expect(Buffer.from(await source.read(2, 3)).toString()).toBe('cde')
    expect(Buffer.from(await source.read(4, 10)).toString()).toBe('ef')
    expect((await source.read(10, 10)).length).toBe(0)
    await source.close()
  })

  test('a file that shrinks while it is read is an error, not the end', async () => {
    const path = join(folder, 'b.bin')
    writeFileSync(path, 'abcdef')
    const source = await openFile(path)
    truncateSync(path, 3)
    expect(await codeOf(source.read(0, 6))).toBe('models.unreadable')
    await source.close()
  })

  test('what is missing, a folder, a FIFO or a device is refused at once', async () => {
    execFileSync('mkfifo', [join(folder, 'fifo')])
    for (const path of [join(folder, 'none'), folder, join(folder, 'fifo'), '/dev/zero'])
      expect(await codeOf(openFile(path))).toBe('models.unreadable')
  })

  test('an aborted read rejects', async () => {
    const path = join(folder, 'c.bin')
    writeFileSync(path, 'abc')
    const source = await openFile(path)
    await expect(source.read(0, 1, AbortSignal.abort())).rejects.toThrow()
    await source.close()
  })
})

test('a slice never reaches beyond its part', async () => {
  const slice = sliceSource('part', bytesSource('whole', Buffer.from('abcdef')), 2, 3)
  expect(Buffer.from(await slice.read(0, 100)).toString()).toBe('cde')
  expect(Buffer.from(await slice.read(2, 100)).toString()).toBe('e')
  expect((await slice.read(5, 100)).length).toBe(0)
  expect(sliceSource('part', bytesSource('whole', Buffer.from('abc')), 2, 100).size).toBe(1)
})
