import { expect, test } from 'vitest'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { shippedTemplates } from '../templates/templates.ts'
import { aboutPlan, planMarkdown, planText } from './plan-text.ts'

const plan: PushPlan = {
  ...{ version: 1, id: '3f0c8b9e-5a51-4c1e-9a47-6a8a50f0f3c1', createdAt: '2026-11-26T08:00:00.000Z', gatehouse: '0.1.0' },
  ...{ fleet: 'dc1', host: 'gpu-01', address: '10.20.4.11', template: { id: 'ollama-loopback', version: 1, sha256: 'a'.repeat(64) } },
  ...{ parameters: {}, unit: 'ollama.service', danger: 'restart' },
  files: [
    {
      ...{ kind: 'systemd-drop-in', path: '/etc/a_b.conf', before: 'absent', after: `${'b'.repeat(64)}:0:0:644` },
      diff: ['+[Service]', '+# ``` <b>*hostile*</b>\n# not a heading\u001b[31m'],
    },
  ],
  turns: [{ control: 'inference-bound-to-loopback', subject: 'ollama', status: 'fail', title: 'Ollama listens on *:11434' }],
}

test('a plan as Markdown: the difference stays a block of code, and no text of a host becomes markup', () => {
  const text = planMarkdown(plan, 'Binds Ollama to the loopback.')
  expect(text).toContain('# Plan: ollama-loopback 1 on gpu-01\n')
  expect(text).toContain('## /etc/a\\_b.conf\n\nnew file, owner 0:0, mode 644\n\n    +[Service]\n    +# ``` <b>*hostile*</b>')
  expect(text).toContain('- `inference-bound-to-loopback` ollama: now Fail (Ollama listens on \\*:11434)')
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# Plan: ollama-loopback 1 on gpu-01',
    '## /etc/a\\_b.conf',
    '## Must pass afterwards',
  ])
  expect(text).not.toContain('\u001b')
})

test('a control that passes already is kept, not turned', () => {
  const [turn] = plan.turns
  const passing = { ...plan, turns: [{ ...(turn ?? expect.fail()), status: 'pass' as const, title: 'Listens locally' }] }
  expect(planText(plan, '')).toContain('turns     inference-bound-to-loopback ollama: Fail (Ollama listens on *:11434) to pass\n')
  expect(planText(passing, '')).toContain('keeps     inference-bound-to-loopback ollama: Pass (Listens locally)\n')
})

test('what may lock everybody out without a service is not taken for a firewall: accounts do, too', () => {
  expect(planText({ ...plan, unit: '', danger: 'lock-out' }, '')).toContain('service   what decides who gets in is changed, and a mistake')
})

test('what may not be evaluated afterwards stands in both forms', () => {
  const blind = { ...plan, unseen: ['proxy-password-files-protected'] }
  expect(planText(blind, '')).toContain('unseen    proxy-password-files-protected: may not be evaluated afterwards\n')
  expect(planMarkdown(blind, '')).toContain('## May not be evaluated afterwards\n\n- `proxy-password-files-protected`\n')
  expect(planText(plan, '') + planMarkdown(plan, '')).not.toContain('evaluated')
})

test.each([
  ['openrc', 'OpenRC runs it when the host starts anew'],
  ['none', 'A restart in the middle leaves the new files'],
] as const)('who holds the undo of a host without systemd is part of the danger: %s', (bootUndo, words) => {
  const other: PushPlan = { ...plan, bootUndo }
  expect(planText(other, '')).toMatch(new RegExp(`^undo {6}No systemd there: .*${words}`, 'm'))
  expect(planMarkdown(other, '')).toContain(words)
  expect(planText(plan, '') + planMarkdown(plan, '')).not.toContain('No systemd')
})

test('one that takes a push back says so in both forms', () => {
  const back = { ...plan, reverts: '9d0c8b9e-5a51-4c1e-9a47-6a8a50f0f3c1' }
  const find = () => {
    throw new Error('no template is needed')
  }
  const about = aboutPlan(back, { find })
  expect(about).toContain(back.reverts)
  expect(planMarkdown(back, about)).toContain('## May be lost')
  expect(planText(back, about)).toContain('may lose')
})

test('the sentence of a template is what it is for', () => {
  const [shipped] = shippedTemplates()
  const entry = { ...shipped, origin: 'shipped', state: 'shipped', decision: null } as never
  expect(aboutPlan(plan, { find: () => entry })).toBe(shipped?.manifest.about)
})
