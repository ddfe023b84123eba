import { expect, test } from 'vitest'
import type { AccessFacts } from '../access/access-facts.ts'
import { factsOf, fleet } from '../access/host-access.testing.ts'
import { known, unknown } from '../facts/fact.ts'
import type { ViewSources } from '../views/view-sources.ts'
import { comparedHost } from './access-overview.ts'

const [host] = fleet.hosts
const seen = (change: (facts: AccessFacts) => Partial<AccessFacts>) => {
  const facts = factsOf({ sudoers: 'ada ALL=NOPASSWD: ALL' })
  const changed: AccessFacts = { ...facts, ...change(facts) }
  const sources = { facts: { ...changed, accounts: known(changed.accounts) } } as unknown as ViewSources
  const { rows, unlisted } = comparedHost(sources, fleet, host as never, 0).host
  const of = (name: string) => rows.find(({ account }) => account === name)?.notRead
  return { ada: of('ada'), bob: of('bob'), unlisted }
}
const refused = (what: string) => unknown(`${what}: sudo refused the command`, ['privileged'])

test('of a host that was read nothing is open', () => {
  expect(seen(() => ({}))).toEqual({ ada: null, bob: null, unlisted: undefined })
})

test('rules of sudo that were not read leave open what was not found, account by account', () => {
  const { bob } = seen(() => ({ sudoers: refused('Rules of sudo') }))
  expect(bob?.capabilities).toContain('become-root')
  expect(bob?.reasons).toEqual(['Rules of sudo: sudo refused the command'])
  // Who is root by what was read cannot do more by what was not.
  const { ada, bob: other } = seen(() => ({ 'model-files': refused('Models') }))
  expect([ada, other?.capabilities]).toEqual([null, ['change-models']])
})

test.each(['keys', 'passwords'] as const)('%s that were not read leave open who gets in', (part) => {
  const { ada, bob } = seen(({ access }) => ({ access: access.known ? known({ ...access.value, [part]: refused(part) }) : access }))
  for (const row of [ada, bob]) expect(row).toEqual({ capabilities: [], reasons: [`${part}: sudo refused the command`] })
})

test('a program that was read and whose work is not known is a condition of the model, not of the reading', () => {
  const raised = [{ path: '/opt/agent', by: 'setuid root', line: 3 }] as const
  const { bob } = seen(({ access }) => ({ access: access.known ? known({ ...access.value, raised }) : access }))
  expect(bob).toBeNull()
})

test('accounts that a directory does not list are said to be missing', () => {
  const unlisted = { reason: 'the directory lists nobody', line: 1 }
  const { bob, unlisted: said } = seen(({ accounts }) => ({ accounts: { ...accounts, unlisted, joined: true } }))
  expect([bob, said]).toEqual([null, 'the directory lists nobody'])
})
