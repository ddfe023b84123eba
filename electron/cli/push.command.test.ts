import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { UsageError } from './exit-code.ts'
import { runPlan } from './plan.command.ts'
import { runPush } from './push.command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-push-command-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const plan = {
  ...{ version: 1, id: '3f0c8b9e-5a51-4c1e-9a47-6a8a50f0f3c1', createdAt: '2026-11-26T08:00:00.000Z', gatehouse: '0.1.0' },
  ...{ fleet: 'dc1', host: 'gpu-01', address: '192.0.2.1', template: { id: 'ollama-loopback', version: 1, sha256: 'a'.repeat(64) } },
  ...{ parameters: {}, unit: 'ollama.service', danger: 'restart' },
  files: [{ kind: 'systemd-drop-in', path: '/etc/x.conf', before: 'absent', after: `${'b'.repeat(64)}:0:0:644`, diff: ['+x'] }],
  turns: [{ control: 'inference-bound-to-loopback', subject: 'ollama', status: 'fail', title: 'bound wide' }],
}
const fleet = `version: 1
name: dc1
jump: [{ name: jump, address: 192.0.2.9 }]
identities: { audit: { user: ro }, change: { user: rw } }
hosts: [{ name: gpu-01, address: 192.0.2.1 }]
`

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const push = (plans: string) =>
  runPush(['--fleet', file('fleet.yaml', fleet), '--plan', file('plan.json', plans), '--yes', '--data', folder]).then(
    () => 'pushed',
    (error) => failureOf(error).code,
  )

test('where nobody can be asked, a plan that nobody approved reaches no host', async () => {
  expect(await push(JSON.stringify(plan))).toBe('push.plan-not-approved')
})

test.each([
  ['no JSON', '{'],
  ['another file', '{"hosts":[]}'],
  ['no plan at all', '[]'],
])('%s is no plan', async (_name, text) => {
  expect(await push(text)).toBe('push.plan-invalid')
})

test('without a terminal a push needs --yes, and nothing is approved', async () => {
  const words = ['--fleet', file('fleet.yaml', fleet), '--plan', file('plan.json', JSON.stringify(plan)), '--data', folder]
  await expect(runPush(words)).rejects.toThrow(UsageError)
  await expect(runPlan(['approve', file('plan.json', JSON.stringify(plan)), '--note', 'read', '--data', folder])).rejects.toThrow(
    UsageError,
  )
})
