import { expect, test } from 'vitest'
import type { SectionOutput } from '../probe/section.ts'
import { printed } from '../probe/section-output.testing.ts'
import { unusable } from './fact.ts'

const output = (change: Partial<SectionOutput>): SectionOutput =>
  printed('privileged', '', { command: 'sudo x', state: 'timed-out', exitCode: null, durationMs: 40_000, ...change })
const warned = 'sudo: unable to resolve host gpu-07: Temporary failure in name resolution'

test.each<[string, Partial<SectionOutput>]>([
  ['on stderr', { stderr: `${warned}\n` }],
  ['among the rows', { stdout: `@audit-loaded 0\n=${warned}\n` }],
  ['as sudo 1.9.15 says it', { stderr: 'sudo: unable to resolve host gpu-07: Name or service not known' }],
])('a section that ended late since sudo cannot resolve its host: %s', (_, change) => {
  expect(unusable(output(change), 'Audit rules')).toMatchObject({
    known: false,
    reason: expect.stringContaining('cannot resolve its own name gpu-07'),
    hint: expect.stringContaining('/etc/hosts'),
  })
})

test('one that is only late', () => {
  expect(unusable(output({ stderr: 'sudo: a password is required' }), 'Audit rules')).toEqual({
    known: false,
    reason: 'Audit rules: "sudo x" did not finish within 40 s',
    sections: ['privileged'],
    hint: undefined,
  })
})
