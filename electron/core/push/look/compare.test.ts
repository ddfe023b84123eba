import { describe, expect, test } from 'vitest'
import type { Outcome } from '#shared/status.ts'
import { EVERY, objections } from './compare.ts'

const finding = (control: string, subject: string, status: Outcome) => ({ control, subject, status, title: status })
const turns = [{ control: 'bound', subject: 'ollama.service', status: 'fail' as const, title: '' }]
const before = [finding('bound', 'ollama.service', 'fail'), finding('bound', 'llama:8080', 'fail'), finding('tls', '', 'pass')]
const passed = finding('bound', 'ollama.service', 'pass')

describe('what speaks against a change', () => {
  test.each([
    ['nothing', [passed, finding('bound', 'llama:8080', 'fail'), finding('tls', '', 'pass')], 0],
    ['what failed before may fail', [passed, finding('bound', 'llama:8080', 'fail')], 0],
    ['what became quieter is fine', [passed, finding('bound', 'llama:8080', 'pass'), finding('tls', '', 'not-applicable')], 0],
    ['the named control still fails', [finding('bound', 'ollama.service', 'fail')], 1],
    ['the named control was not evaluated', [finding('bound', 'ollama.service', 'not-evaluated')], 1],
    ['the named control does not apply any more', [finding('bound', 'ollama.service', 'not-applicable')], 1],
    ['the service is gone', [], 1],
    ['another control fails now', [passed, finding('tls', '', 'fail')], 1],
    ['another control cannot be evaluated now', [passed, finding('tls', '', 'not-evaluated')], 1],
    ['a new subject fails, and none of this control did', [passed, finding('tls', 'new', 'warning')], 1],
    ['a control that nobody knew fails', [passed, finding('other', '', 'fail')], 1],
    ['the undo that was armed cannot be read', [passed, finding('jobs', 'gatehouse-undo.service', 'not-evaluated')], 0],
    ['what the template unseen cannot be read', [passed, finding('closed', 'f', 'not-evaluated')], 0],
    ['what the template unseen is worse', [passed, finding('closed', 'f', 'warning')], 1],
    ['another job cannot be read', [passed, finding('jobs', 'backup.service', 'not-evaluated')], 1],
    ['a new subject fails as others of this control did', [passed, finding('bound', 'llama:8081', 'fail')], 0],
  ] as const)('%s', (_, after, count) => expect(objections(before, after, { turns, unseen: ['closed'] })).toHaveLength(count))
})

describe('whatever a control judges', () => {
  const every = [{ control: 'flow', subject: EVERY, status: 'fail' as const, title: '' }]
  const was = [finding('flow', 'tcp/443', 'warning'), finding('flow', 'tcp/80', 'warning')]
  test.each([
    ['all of it passes, under another name', [finding('flow', '', 'pass')], 0],
    ['it does not apply', [finding('flow', '', 'not-applicable')], 0],
    ['one of it fails', [finding('flow', 'a', 'pass'), finding('flow', 'b', 'fail')], 1],
    ['one of it was not evaluated', [finding('flow', '', 'not-evaluated')], 1],
    ['it is not judged', [], 1],
    ['containers go on as before', [finding('flow', '', 'pass'), finding('flow', 'behind docker0', 'warning')], 0],
  ] as const)('%s', (_, after, count) => expect(objections(was, after, { turns: every })).toHaveLength(count))
})
