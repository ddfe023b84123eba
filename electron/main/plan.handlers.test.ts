import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { planHandlers } from './plan.handlers.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-plan-'))
afterAll(() => rmSync(folder, { recursive: true }))

const id = '3f0c8b9e-5a51-4c1e-9a47-6a8a50f0f3c1'
function handlers(chosen: string | null) {
  const asked: string[] = []
  const save = async (_title: string, name: string) => {
    asked.push(name)
    return chosen
  }
  return { asked, of: planHandlers({ save }, async () => ({ ok: true, value: { text: '# Plan\n', host: 'gpu-01' } })) }
}

test('a plan is written where the dialog said, for its owner alone', async () => {
  const path = join(folder, 'plan.md')
  const { of, asked } = handlers(path)
  expect(await of['push:export']({ plan: id, format: 'markdown' })).toBe(path)
  expect([asked, readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([['plan-gpu-01.md'], '# Plan\n', 0o600])
})

test('a closed dialog writes nothing', async () => {
  const { of, asked } = handlers(null)
  expect([await of['push:export']({ plan: id, format: 'json' }), asked]).toEqual([null, ['plan-gpu-01.json']])
})
