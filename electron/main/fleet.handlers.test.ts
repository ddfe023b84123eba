import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reply } from '#shared/ipc/contract.ts'
import { auditHandlers } from './audit.handlers.ts'
import { fleetHandlers } from './fleet.handlers.ts'

let folder: string
let calls: [string, unknown][]
let chosen: (string | null)[]
let asked: string[]
let reply: Reply<unknown>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-handlers-'))
  calls = []
  chosen = []
  asked = []
  reply = { ok: true, value: 'answer' }
})
afterEach(() => rmSync(folder, { recursive: true }))

const choose = async (what: string): Promise<string | null> => {
  asked.push(what)
  return chosen.shift() ?? null
}
const dialogs = {
  openFleet: () => choose('fleet'),
  openInventory: () => choose('inventory'),
  openAdvisories: () => choose('advisories'),
  openAttachment: () => choose('attachment'),
  openTemplate: () => choose('template'),
  save: (title: string) => choose(title),
}
const engine = async (channel: string, input: unknown): Promise<Reply<unknown>> => {
  calls.push([channel, input])
  return reply
}
const fleet = () => fleetHandlers(dialogs, engine)

describe('opening a fleet', () => {
  test('loads what was chosen', async () => {
    chosen = ['/f.yaml']
    expect(await fleet()['fleet:open'](null)).toBe('answer')
    expect(calls).toEqual([['fleet:load', { path: '/f.yaml' }]])
  })
  test('a closed dialog changes nothing', async () => {
    expect(await fleet()['fleet:open'](null)).toBeNull()
    expect(calls).toEqual([])
  })
  test("the engine's failure is thrown for the relay", async () => {
    chosen = ['/f.yaml']
    reply = { ok: false, failure: { code: 'fleet.unreadable', detail: 'no' } }
    await expect(fleet()['fleet:open'](null)).rejects.toMatchObject({ failure: { code: 'fleet.unreadable' } })
  })
})

test('adding to the open file follows no path of the page: the own ssh_config, or an inventory that was chosen', async () => {
  const handlers = fleet()
  chosen = ['/inv', null]
  await handlers['fleet:import-preview']({ from: 'ansible' })
  await handlers['fleet:import-add']({ from: 'ansible', path: '/inv' })
  expect(await handlers['fleet:import-add']({ from: 'ansible', path: '/etc/shadow' })).toBeNull()
  await handlers['fleet:import-add']({ from: 'ssh-config', path: '/etc/shadow' })
  expect(calls.slice(1)).toEqual([
    ['fleet:import-add', { from: 'ansible', path: '/inv' }],
    ['fleet:import-add', { from: 'ssh-config' }],
  ])
})

describe('previewing an import', () => {
  test('ssh_config is the own one: a path of the page is not followed', async () => {
    await fleet()['fleet:import-preview']({ from: 'ssh-config', path: '/etc/shadow' })
    expect(calls).toEqual([['fleet:import-preview', { from: 'ssh-config' }]])
  })
  test('an inventory is one that the admin chose; the page may name it again but no other', async () => {
    const handlers = fleet()
    chosen = ['/inv', '/other']
    await handlers['fleet:import-preview']({ from: 'ansible' })
    await handlers['fleet:import-preview']({ from: 'ansible', path: '/inv' })
    await handlers['fleet:import-preview']({ from: 'ansible', path: '/etc/shadow' })
    expect(asked).toEqual(['inventory', 'inventory'])
    expect(calls.map(([, input]) => input)).toEqual(['/inv', '/inv', '/other'].map((path) => ({ from: 'ansible', path })))
  })
  test('a closed dialog is null', async () => {
    expect(await fleet()['fleet:import-preview']({ from: 'ansible' })).toBeNull()
  })
})

describe('saving', () => {
  test('an import is written where the dialog said, for its owner only, and opened', async () => {
    const path = join(folder, 'fleet.yaml')
    chosen = [path]
    await fleet()['fleet:import-save']({ yaml: 'version: 1\n' })
    expect(readFileSync(path, 'utf8')).toBe('version: 1\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(calls).toEqual([['fleet:load', { path }]])
  })
  test('a file that everybody could read is not so any more once it is replaced', async () => {
    const path = join(folder, 'fleet.yaml')
    writeFileSync(path, 'older and longer', { mode: 0o644 })
    chosen = [path]
    await fleet()['fleet:import-save']({ yaml: 'version: 1\n' })
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['version: 1\n', 0o600])
  })
  test('what was there stays when the disk fills up meanwhile', async () => {
    const path = join(folder, 'fleet.yaml')
    writeFileSync(path, 'older')
    chosen = [path]
    const cutShort = (async function* () {
      yield 'version'
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    })()
    await expect(fleet()['fleet:import-save']({ yaml: cutShort as never })).rejects.toMatchObject({
      failure: { code: 'file.unwritable', detail: `${path}: its disk is full` },
    })
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['fleet.yaml'], 'older'])
  })
  test.each([
    ['a folder that is not there', () => join(folder, 'none', 'fleet.yaml'), 'its folder is not there'],
    ['a full disk', () => '/dev/full', 'its disk is full'],
    ['a folder', () => folder, 'it is a folder'],
  ])('%s is a failure with the path and why in words, and not of the data folder', async (_name, path, why) => {
    chosen = [path()]
    await expect(fleet()['fleet:import-save']({ yaml: 'version: 1\n' })).rejects.toMatchObject({
      failure: { code: 'file.unwritable', detail: `${path()}: ${why}` },
    })
    expect(calls).toEqual([])
  })
  test('a report is rendered before the dialog opens, and written', async () => {
    const path = join(folder, 'a.md')
    reply = { ok: true, value: { text: '# Audit' } }
    chosen = [path]
    expect(await auditHandlers(dialogs, engine)['audit:export']({ format: 'markdown' })).toBe(path)
    expect(readFileSync(path, 'utf8')).toBe('# Audit')
    reply = { ok: false, failure: { code: 'audit.not-found', detail: '' } }
    asked = []
    await expect(auditHandlers(dialogs, engine)['audit:export']({ format: 'html' })).rejects.toMatchObject({
      failure: { code: 'audit.not-found' },
    })
    expect(asked).toEqual([])
  })
})
