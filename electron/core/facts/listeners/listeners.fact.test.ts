import { expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { FactSources } from '../fact-definition.ts'
import { listenersFact } from './listeners.fact.ts'

const output = (id: string, given: Partial<SectionOutput>): SectionOutput => printed(id, '', { privileged: false, ...given })
const read = (ss: Partial<SectionOutput>, proc: Partial<SectionOutput> = {}) =>
  listenersFact.read({
    section: (id: string) => output(id, id === 'listeners' ? ss : proc),
  } as unknown as FactSources)

test('without ss the tables of the kernel are read, and cited as such', () => {
  const stdout = '@tcp\n   0: 00000000:1F40 00000000:0000 0A 0 0\n'
  expect(read({ state: 'missing', exitCode: null }, { stdout })).toMatchObject({
    known: true,
    value: [{ address: '0.0.0.0', port: 8000, section: 'listeners-proc', line: 2 }],
  })
})

test.each([
  [{ state: 'missing' as const }, {}],
  [{ state: 'timed-out' as const }, {}],
  [{ exitCode: 255, stderr: 'Cannot open netlink socket' }, {}],
  [{ stdout: 'no such thing' }, {}],
])('unknown, with the reason: %j', (ss, proc) => {
  expect(read(ss, proc)).toMatchObject({ known: false, reason: expect.stringContaining('Listening sockets') })
})

test('an empty answer of ss is a host without listeners', () => {
  expect(read({})).toEqual({ known: true, value: [] })
})
