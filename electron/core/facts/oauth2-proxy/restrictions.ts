import { PERSONAL } from '#shared/model/public-issuers.ts'
import type { Setting } from './oauth2-proxy.ts'
import type { OptionName } from './options.ts'

/** Settings that name who may log in beside the domain of an address, and the providers that look at them: none other does. */
const restrictions = {
  allowed_groups: undefined,
  allowed_roles: ['keycloak-oidc'],
  github_org: ['github'],
  github_team: ['github'],
  github_repo: ['github'],
  github_users: ['github'],
  gitlab_groups: ['gitlab'],
  gitlab_projects: ['gitlab'],
  google_groups: ['google'],
  keycloak_groups: ['keycloak'],
  bitbucket_team: ['bitbucket'],
  bitbucket_repository: ['bitbucket'],
  entra_id_allowed_tenants: ['entra-id'],
} as const satisfies Partial<Record<OptionName, readonly string[] | undefined>>

export type Restriction = keyof typeof restrictions
export const restricting = Object.keys(restrictions) as readonly Restriction[]

/** Those that count; all of them while the provider is not known. */
export function inEffect(get: (name: Restriction | 'provider') => Setting | undefined): readonly Restriction[] {
  const provider = get('provider')?.values[0]
  const isEmpty = (name: Restriction) => get(name)?.values.join('') === ''
  return restricting.filter((name) => {
    const by: readonly string[] | undefined = restrictions[name]
    // A tenant of everybody is no restriction.
    const everybody = name === 'entra_id_allowed_tenants' && get(name)?.values.some((tenant) => tenant.toLowerCase() === PERSONAL)
    // A team without an organisation is looked at by nobody, and of an organisation with a team only that gets in (providers/github.go, hasOrgAndTeamAccess).
    if (name === 'github_team' && isEmpty('github_org')) return false
    if (name === 'github_org' && get('github_team') && !isEmpty('github_team')) return false
    return !everybody && (by === undefined || provider === undefined || by.includes(provider))
  })
}
