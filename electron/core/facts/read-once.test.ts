import { expect, test } from 'vitest'
import { printed } from '../probe/section-output.testing.ts'
import { known } from './fact.ts'
import type { FactSources } from './fact-definition.ts'
import { readOnce } from './read-once.ts'

/** A definition that counts how often it reads, and sources whose parts can be exchanged. */
function world() {
  const parts = {
    groups: printed('groups', 'g'),
    accounts: printed('accounts', 'a'),
    system: known(1) as unknown,
    wire: [printed('wire', 'w')],
  }
  const context = { fleet: { hosts: [] }, host: { name: 'a' } }
  const around = { ...context }
  let reads = 0
  const definition = {
    id: 'accounts',
    sections: () => [{ id: 'accounts' }],
    read: (sources: FactSources) => {
      reads++
      sources.section('accounts')
      sources.answers('wire')
      sources.fact('system')
      return known(`${sources.section('groups').stdout} ${sources.context.host.name}`)
    },
  } as unknown as Parameters<typeof readOnce>[0]
  const sources = () =>
    ({
      context: { ...around },
      section: (id: 'groups' | 'accounts') => parts[id],
      answers: () => [...parts.wire],
      fact: () => parts.system,
    }) as unknown as FactSources
  return { parts, around, reads: () => reads, read: () => readOnce(definition, sources()) }
}

test('the same answers are read once', () => {
  const { read, reads } = world()
  const first = read()
  expect(first).toEqual(known('g a'))
  expect(read()).toBe(first)
  expect(reads()).toBe(1)
})

test.each([
  ['its first section', ({ parts }: ReturnType<typeof world>) => Object.assign(parts, { accounts: printed('accounts', 'a') })],
  ['another section', ({ parts }: ReturnType<typeof world>) => Object.assign(parts, { groups: printed('groups', 'other') })],
  ['an answer more', ({ parts }: ReturnType<typeof world>) => parts.wire.push(printed('wire-http-1', ''))],
  ['another answer', ({ parts }: ReturnType<typeof world>) => Object.assign(parts, { wire: [printed('wire', 'w')] })],
  ['a fact before it', ({ parts }: ReturnType<typeof world>) => Object.assign(parts, { system: known(1) })],
  ['the host of the fleet file', ({ around }: ReturnType<typeof world>) => Object.assign(around, { host: { name: 'b' } })],
  ['the fleet file', ({ around }: ReturnType<typeof world>) => Object.assign(around, { fleet: { hosts: [] } })],
])('%s that is another has it read again', (_, change) => {
  const it = world()
  it.read()
  change(it)
  it.read()
  expect(it.reads()).toBe(2)
  it.read()
  expect(it.reads()).toBe(2)
})

test('what throws is not kept', () => {
  const it = world()
  const failing = { id: 'accounts', sections: () => [{ id: 'accounts' }], read: () => expect.unreachable() } as never
  const sources = { context: {}, section: () => it.parts.accounts } as never
  expect(() => readOnce(failing, sources)).toThrow()
  expect(() => readOnce(failing, sources)).toThrow()
})
