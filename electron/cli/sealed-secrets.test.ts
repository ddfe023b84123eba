import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { sealedSecrets } from './sealed-secrets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sealed-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function store(passphrase = 'correct horse') {
  const asked: boolean[] = []
  const path = join(folder, 'data', 'step-up.sealed')
  const ask = async (fresh: boolean) => {
    asked.push(fresh)
    return passphrase
  }
  return { path, asked, secrets: sealedSecrets(path, ask) }
}

test('nothing is asked while there is nothing', async () => {
  const { secrets, asked } = store()
  expect([await secrets.get('a'), asked]).toEqual([undefined, []])
})

test('a secret comes back with the passphrase, which is asked once a run', async () => {
  const first = store()
  await first.secrets.set('a', 'hunter2')
  await first.secrets.set('b', 'x')
  await first.secrets.delete('b')
  const { secrets, asked, path } = store()
  expect([await secrets.get('a'), await secrets.get('b'), asked, first.asked]).toEqual(['hunter2', undefined, [false], [true]])
  expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8))
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('another passphrase, and a changed byte, open nothing', async () => {
  await store().secrets.set('a', 'hunter2')
  const codeOf = (run: Promise<unknown>) => run.catch((error) => failureOf(error).code)
  expect(await codeOf(store('Correct horse').secrets.get('a'))).toBe('step-up.wrong-code')
  const { path, secrets } = store()
  const sealed = JSON.parse(readFileSync(path, 'utf8')) as { data: string }
  const bytes = Buffer.from(sealed.data, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  writeFileSync(path, JSON.stringify({ ...sealed, data: bytes.toString('base64') }))
  expect(await codeOf(secrets.get('a'))).toBe('step-up.wrong-code')
})
