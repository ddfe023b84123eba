import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { templateHandlers } from './template.handlers.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-template-'))
afterAll(() => rmSync(folder, { recursive: true }))

function handlers(chosen: string | null) {
  const calls: unknown[] = []
  const dialogs = { openTemplate: async () => chosen, save: async () => chosen }
  const of = templateHandlers(dialogs, async (...call) => {
    calls.push(call)
    return { ok: true, value: { text: '{}\n' } }
  })
  return { of, calls }
}

test('the file that the dialog named is added, whatever the page sent', async () => {
  const { of, calls } = handlers('/media/usb/ours.json')
  await of['template:add']({ path: '/etc/shadow' } as never)
  expect(calls).toEqual([['template:add', { path: '/media/usb/ours.json' }]])
})

test('a copy is written where the dialog said', async () => {
  const path = join(folder, 'copy.json')
  expect(await handlers(path).of['template:export']({ id: 'ollama-loopback' })).toBe(path)
  expect(readFileSync(path, 'utf8')).toBe('{}\n')
})

test('a closed dialog adds and writes nothing', async () => {
  const { of, calls } = handlers(null)
  expect([await of['template:add'](null), await of['template:export']({ id: 'x' })]).toEqual([null, null])
  expect(calls).toEqual([['template:export', { id: 'x' }]])
})
