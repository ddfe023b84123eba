import { expect, test } from 'vitest'
import ollamaLoopback from '#assets/templates/ollama-loopback/manifest.json' with { type: 'json' }
import sandbox from '#assets/templates/systemd-sandbox/manifest.json' with { type: 'json' }
import type { Engine } from '#shared/model/inference-service.ts'
import { pushTemplateSchema } from '#shared/model/push-template.ts'
import { audited, finding } from '../../stores/__fixtures__/hosts.ts'
import { attentionOf } from './attention.ts'
import { fixOf } from './fixes.ts'

const templates = [ollamaLoopback, sandbox].map((manifest) => ({
  ...{ manifest: pushTemplateSchema.parse(manifest), sha256: '', origin: 'shipped' as const, signedBy: null, state: 'shipped' as const },
  decision: null,
}))
const with_ = (name: string, engine: Engine, unit: string, control: string) =>
  audited(
    name,
    {},
    {
      findings: [finding('INF-1', 'fail', { control, subject: unit, title: 'What was found' })],
      seen: { services: [{ id: unit, unit, engine }], endpoints: [] },
    },
  )
const fixesOf = (...hosts: Parameters<typeof attentionOf>[0]) => attentionOf(hosts, [], 'severity').map((entry) => fixOf(entry, templates))

test('one plan for each host that has the finding, and no more than the template is for', () => {
  const [loopback = ''] = ollamaLoopback.fixes
  const names = Array.from({ length: 12 }, (_, index) => `gpu-${index + 1}`)
  const ollamas = names.map((name) => with_(name, 'ollama', 'ollama.service', loopback))
  expect(fixesOf(...ollamas)).toMatchObject([{ label: 'Fix on 12 hosts…', action: { hosts: names, fix: { template: 'ollama-loopback' } } }])
  expect(fixesOf(...ollamas.slice(0, 1))).toMatchObject([{ label: 'Fix with ollama-loopback…', action: { hosts: ['gpu-1'] } }])
  const vllm = with_('other', 'vllm', 'vllm.service', loopback)
  expect(fixesOf(vllm)).toEqual([undefined])
  expect(fixesOf(...ollamas.slice(0, 1), vllm)).toMatchObject([{ label: 'Fix on gpu-1…', action: { hosts: ['gpu-1'] } }])
})

test('hosts whose finding is about another unit do not get its values', () => {
  const [control = ''] = sandbox.fixes
  const hosts = [with_('a', 'vllm', 'vllm@a.service', control), ...['b', 'c'].map((name) => with_(name, 'vllm', 'vllm.service', control))]
  expect(fixesOf(...hosts)).toMatchObject([
    { label: 'Fix on 2 hosts…', action: { hosts: ['b', 'c'], fix: { template: 'systemd-sandbox', parameters: { unit: 'vllm.service' } } } },
  ])
})
