import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packHandlers } from './pack.handlers.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-main-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function handlers(chosen: string | null, print: () => Promise<Buffer> = async () => Buffer.from('%PDF-')) {
  const calls: [string, unknown][] = []
  const saved: string[] = []
  const made = packHandlers({
    dialogs: {
      openAttachment: async () => chosen,
      save: async (_, name) => {
        saved.push(name)
        return chosen
      },
    },
    engine: async (channel, input) => {
      calls.push([channel, input])
      if (channel === 'pack:printable') return { ok: true, value: { fleet: 'dc1', html: '<p>' } }
      if (channel === 'walkthrough:template') return { ok: true, value: { text: '# Form\n' } }
      const { pdf } = input as { pdf?: string }
      return { ok: true, value: pdf === undefined ? 'kept' : readFileSync(pdf, 'utf8') }
    },
    print,
    dataFolder: folder,
    now: () => new Date('2026-11-26T14:05:00Z'),
  })
  return { made, calls, saved }
}

test('a pack is built where the dialog said, with the printed report, which is gone afterwards', async () => {
  const { made, calls, saved } = handlers('/home/ada/q4')
  expect(await made['pack:build'](null)).toBe('%PDF-')
  expect(saved).toEqual(['gatehouse-dc1-2026-11-26-1405.zip'])
  expect(calls[1]).toEqual(['pack:build', { zip: '/home/ada/q4.zip', pdf: expect.stringMatching(/\.pdf$/) }])
  expect(readdirSync(folder)).toEqual([])
})

test('nothing is printed or built when the dialog is closed, or the printer fails', async () => {
  const closed = handlers(null)
  expect(await closed.made['pack:build'](null)).toBeNull()
  expect(closed.calls.map(([channel]) => channel)).toEqual(['pack:printable'])
  const failing = handlers('/home/ada/q4.zip', () => Promise.reject(new Error('no printer')))
  await expect(failing.made['pack:build'](null)).rejects.toThrow('no printer')
  expect([failing.calls.length, readdirSync(folder)]).toEqual([1, []])
})

test('the file that the dialog named is attached, whatever the page sent', async () => {
  const { made, calls } = handlers('/home/ada/review.pdf')
  expect(await made['walkthrough:attach']({ path: '/etc/shadow' } as never)).toBe('kept')
  expect(calls).toEqual([['walkthrough:attach', { path: '/home/ada/review.pdf' }]])
  expect(await handlers(null).made['walkthrough:attach'](null)).toBeNull()
})

test('a document to start from is written where the dialog said', async () => {
  const path = join(folder, 'form.md')
  expect(await handlers(path).made['walkthrough:template']({ id: 'access-review' })).toBe(path)
  expect(readFileSync(path, 'utf8')).toBe('# Form\n')
  expect(await handlers(null).made['walkthrough:template']({ id: 'access-review' })).toBeNull()
  expect(existsSync(join(folder, 'access-review.md'))).toBe(false)
})
