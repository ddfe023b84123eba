import { expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parsePushedFiles } from '../../../facts/pushed-files/parse.ts'
import { evaluate, type KnownFacts } from '../../engine.ts'
import control from './pushed-files-unchanged.control.ts'

const context = { fleet: { jump: [] }, host: { name: 'gpu-01' } } as never
const nothing = unknown('nothing was asked', [])
const silent = unknown('The host did not answer', ['pushed-files'])

const judged = (answer: string | undefined) => {
  const read = answer === undefined ? silent : answer === '' ? nothing : known(parsePushedFiles(answer) ?? [])
  const facts = { system: known({}), 'pushed-files': read } as unknown as KnownFacts
  return evaluate([control], facts, new Map(), context)
}

test.each([
  ['nothing was pushed', '', 'not-applicable', ''],
  ['as it was pushed', 'file as-pushed t p1 /etc/a\n', 'pass', '/etc/a'],
  ['somebody changed it', 'file changed t p1 /etc/a\ndiff  same\ndiff -old\ndiff +new\n', 'fail', '/etc/a'],
  ['somebody took it away', 'file gone t p1 /etc/a\n', 'fail', '/etc/a'],
  ['it cannot be read', 'file unreadable t p1 /etc/a\n', 'not-evaluated', '/etc/a'],
  ['the host did not answer', undefined, 'not-evaluated', ''],
] as const)('%s', (_, answer, status, subject) => expect(judged(answer)).toMatchObject([{ status, subject }]))

test('the difference is shown, and what can be done', () => {
  const [finding] = judged('file changed t p1 /etc/a\ndiff  same\ndiff -old\ndiff +new\n')
  expect(finding?.reason).toContain('-old ⏎ +new')
  expect(finding?.reason).not.toContain('same')
  expect(finding?.hint).toContain('gatehouse drift adopt')
})
