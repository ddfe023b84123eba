import { expect, test } from 'vitest'
import type { Output } from '#shared/ipc/contracts.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import { fixFor } from './fix-for.ts'

const audit = {
  services: [{ id: 'ollama.service', unit: 'ollama.service' }, { id: 'vllm.service', unit: 'vllm.service' }, { id: 'by hand' }],
} as HostAudit
const templates = [
  { state: 'shipped', manifest: { id: 'ollama-loopback', fixes: ['bound'], unit: 'ollama.service' } },
] as Output<'push:templates'>['templates']
const finding = { control: 'bound', subject: 'ollama.service', status: 'fail' } as const

test.each([
  ['an open finding on its service', finding, 'ollama-loopback'],
  ['a warning', { ...finding, status: 'warning' as const }, 'ollama-loopback'],
  ['another control', { ...finding, control: 'other' }, undefined],
  ['another service', { ...finding, subject: 'vllm.service' }, undefined],
  ['a server without a unit', { ...finding, subject: 'by hand' }, undefined],
  ['what passes', { ...finding, status: 'pass' as const }, undefined],
  ['what was not measured', { ...finding, status: 'not-evaluated' as const }, undefined],
])('%s', (_name, of, template) => expect(fixFor(of, audit, templates)).toBe(template))

test('a template that nobody may push fixes nothing', () => {
  const withdrawn = templates.map((one) => ({ ...one, state: 'withdrawn' as const }))
  expect(fixFor(finding, audit, withdrawn)).toBeUndefined()
})
