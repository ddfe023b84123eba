import type { FactResult } from '../facts/fact.ts'
import type { FactId, Facts } from '../facts/facts.ts'
import type { FactResults } from '../facts/registry.ts'

/** Facts that say who can do what. */
export const accessFactIds = [
  ...([
    'system',
    'network',
    'access',
    'sudoers',
    'units',
    'services',
    'model-files',
    'guarded-files',
    'sshd',
    'sshd-matches',
    'processes',
    'oauth2-proxy',
    'nginx',
    'programs',
  ] as const),
] satisfies readonly FactId[]

export type AccessFacts = { readonly accounts: Facts['accounts'] } & {
  readonly [K in (typeof accessFactIds)[number]]: FactResult<Facts[K]>
}

/** Those of them alone: the others are not read for it where facts are read on demand. */
export const accessFactsOf = (facts: FactResults, accounts: Facts['accounts']): AccessFacts => ({
  accounts,
  ...(Object.fromEntries(accessFactIds.map((id) => [id, facts[id]])) as Pick<FactResults, (typeof accessFactIds)[number]>),
})
