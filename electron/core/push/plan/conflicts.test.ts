import { expect, test } from 'vitest'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { conflictsOf, conflictText } from './conflicts.ts'

const state = (digit: string, own = '0:0:644') => `${digit.repeat(64)}:${own}`
const file = (before: string, diff: readonly string[], after = state('f')): PushPlan['files'][number] => ({
  ...{ kind: 'plain', path: '/etc/x.conf', before, after, diff: [...diff] },
})
const answer = (now: string, content?: string, ended = true) => ({
  ...{ ended, files: new Map([[1, now]]), contents: new Map(content === undefined ? [] : [[1, content]]) },
})
const of = (one: PushPlan['files'][number], ...said: Parameters<typeof answer>) => conflictsOf({ files: [one] }, answer(...said))

const planned = file(state('a'), [' same', '-old', '+new'])

test('the three texts of a file that moved', () => {
  expect(of(planned, state('b'), 'same\nolder\n')).toEqual([
    {
      ...{ path: '/etc/x.conf', planned: state('a'), now: state('b'), wanted: state('f'), remark: '' },
      lines: ['PNT same', 'P   old', ' N  older', '  T new'],
    },
  ])
  expect(of(planned, 'absent')[0]?.lines).toEqual(['P T same', 'P   old', '  T new'])
})

test.each([
  ['as it was planned', planned, state('a'), 'same\nold\n'],
  ['not readable, as before', file('unread:0:33:640', []), 'unread:0:33:640'],
  ['read by root when it was planned', file(state('a', '0:33:640'), []), 'unread:0:33:640'],
])('no conflict: %s', (_name, one, now, content?: string) => expect(of(one, now, content)).toEqual([]))

test.each([
  ['a host that did not end', planned, state('b'), 'x', false, undefined],
  ['another owner of what cannot be read', file('unread:0:33:640', []), 'unread:0:0:640', undefined, true, /not read/],
  ['a text that is not told', planned, state('b'), undefined, true, /not read/],
  ['a link that leads elsewhere', file(`link:${'a'.repeat(64)}`, [], 'absent'), `link:${'b'.repeat(64)}`, '', true, /link/],
  ['too long', planned, state('b'), 'x\n'.repeat(1001), true, /too long/],
  ['a secret alone', file(state('a'), [' token=‹redacted›']), state('b'), 'token=‹redacted›', true, /not shown/],
] as const)('%s', (_name, one, now, content, ended, remark) => {
  const found = of(one, now, content, ended)
  if (remark === undefined) expect(found).toEqual([])
  else expect(found[0]?.remark).toMatch(remark)
})

test('a secret of the host is masked, and no character that hides reaches a terminal', () => {
  const [conflict] = of(planned, state('b'), 'Environment=VLLM_API_KEY=sk-abcdef0123456789abcdef\nx\u202e\n')
  expect(JSON.stringify(conflict)).not.toContain('abcdef0123456789')
  const text = conflictText(conflict ? [conflict] : [])
  expect(text).toContain('/etc/x.conf is not as it was planned\n')
  expect(text).not.toContain('\u202e')
  expect(conflictText([])).toBe('')
})
