import type { FactResult } from '../facts/fact.ts'
import type { FactId, Facts } from '../facts/facts.ts'

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
