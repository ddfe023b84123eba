import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { createLedger, type Ledger } from '../../ledger/ledger.ts'
import { createSignedDecisions } from '../../ledger/signed-decisions.ts'
import { openConsoleKey } from '../../signing/console-key.ts'
import { createOwnTemplates } from './own-templates.ts'
import { createTemplateShelf } from './template-shelf.ts'
import { shippedTemplates } from './templates.ts'

let folder: string
let ledger: Ledger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-templates-'))
  ledger = createLedger(folder, { now: () => Date.UTC(2026, 10, 26) }, 'ada')
})
afterEach(() => rmSync(folder, { recursive: true }))

const shelf = (key = () => openConsoleKey(folder)) =>
  createTemplateShelf(createOwnTemplates(folder), createSignedDecisions('template', { ledger, key, account: 'ada' }))
const codeOf = (run: () => unknown) => {
  try {
    run()
    return 'none'
  } catch (error) {
    return failureOf(error).code
  }
}
const [first] = shippedTemplates()
const shipped = first as NonNullable<typeof first>
const id = shipped.manifest.id
const copy = (over: object = {}) => JSON.stringify({ ...shipped.manifest, id: 'our-copy', version: 1, ...over })

test('what ships may be pushed until somebody withdraws it, and again once it is approved', () => {
  expect(shelf().pushable(id)).toEqual(shipped)
  expect(shelf().decide('withdraw', id, shipped.sha256, 'breaks our proxy')).toMatchObject({ state: 'withdrawn', decision: { by: 'ada' } })
  expect(codeOf(() => shelf().pushable(id))).toBe('push.not-approved')
  shelf().decide('approve', id, shipped.sha256, 'mended')
  expect(shelf().find(id)).toMatchObject({ state: 'approved', decision: { note: 'mended', at: '2026-11-26T00:00:00.000Z' } })
  expect(shelf().pushable(id)).toEqual(shipped)
})

test('a copy is not pushed before it is approved, and a changed one is to be approved anew', () => {
  const added = shelf().add(copy())
  expect(added).toMatchObject({ origin: 'own', state: 'pending', decision: null })
  expect(codeOf(() => shelf().pushable('our-copy'))).toBe('push.not-approved')
  shelf().decide('approve', 'our-copy', added.sha256, 'read by two')
  expect(shelf().pushable('our-copy').manifest.version).toBe(1)
  expect(codeOf(() => shelf().add(copy({ title: 'Changed' })))).toBe('push.template-invalid')
  expect(shelf().add(copy({ title: 'Changed', version: 2 })).state).toBe('pending')
  expect(codeOf(() => shelf().pushable('our-copy'))).toBe('push.not-approved')
})

test('bytes that were changed on the disk are not what was approved', () => {
  shelf().decide('approve', 'our-copy', shelf().add(copy()).sha256, 'read')
  writeFileSync(join(folder, 'templates', 'our-copy-1.json'), copy({ about: 'something else' }))
  expect(shelf().find('our-copy').state).toBe('pending')
})

test('a decision is about what was looked at', () => {
  expect(codeOf(() => shelf().decide('approve', id, '0'.repeat(64), ''))).toBe('push.template-invalid')
  expect(codeOf(() => shelf().decide('approve', 'none', shipped.sha256, ''))).toBe('push.not-possible')
})

test('an approval by another key, or about another note, approves nothing; a withdrawal holds even so', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const forged = () => ({ ...openConsoleKey(folder), sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) })
  const added = shelf().add(copy())
  shelf(forged).decide('approve', 'our-copy', added.sha256, 'read')
  expect(shelf().find('our-copy').state).toBe('pending')
  shelf(forged).decide('withdraw', id, shipped.sha256, 'no')
  expect(shelf().find(id).state).toBe('withdrawn')
})

test.each([
  ['no JSON', '{'],
  ['an unknown key', copy({ command: 'rm -rf /' })],
  ['an id that ships', copy({ id })],
  ['no files', copy({ files: [] })],
  ['a drop-in among the jobs of cron', copy({ files: [{ ...shipped.manifest.files[0], path: '/etc/cron.d/x' }] })],
  ['a path in the id', copy({ id: '../../etc/x' })],
  ['300 KB', copy({ about: 'x'.repeat(300_000) })],
])('%s is no template, and nothing is kept', (_name, text) => {
  expect(codeOf(() => shelf().add(text))).toBe('push.template-invalid')
  expect(readdirSync(folder)).not.toContain('templates')
})

test('a file that somebody broke is named, and the others are there', () => {
  shelf().add(copy())
  writeFileSync(join(folder, 'templates', 'broken-1.json'), '{}')
  const { templates, problems } = shelf().list()
  expect(templates.map(({ manifest }) => manifest.id)).toContain('our-copy')
  expect(problems).toEqual([expect.stringMatching(/^broken-1\.json: /)])
})

test('a folder of templates that cannot be read is a problem, not an empty one', () => {
  expect(shelf().list().problems).toEqual([])
  writeFileSync(join(folder, 'templates'), 'a file in the way')
  expect(shelf().list().problems).toEqual([expect.stringContaining('cannot be read')])
})
