import type { AccessGap, AccountAccess } from '#shared/model/access.ts'
import type { MailAddress } from '../facts/access/access.ts'
import type { FactResult } from '../facts/fact.ts'
import type { OAuth2Proxy, Setting } from '../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective } from '../facts/oauth2-proxy/options.ts'
import { inEffect, type Restriction } from '../facts/oauth2-proxy/restrictions.ts'

/** Stands before its name at the provider: no account of a host has a colon in its name. */
export const IDP = 'idp:'

interface IdpAccess {
  readonly accounts: readonly AccountAccess[]
  /** Why it is not known whom the provider lets in. */
  readonly unknown: readonly string[]
}

/** Addresses of one file that are told one by one. */
const MAX_ADDRESSES = 500

/**
 * Whom oauth2-proxy lets in, as far as the host says: groups of the provider by name, else everybody of a mail domain (`@example.com`, `@*`) and the
 * addresses of a file, where it was read. Who is in a group is known to the provider alone.
 */
export function idpAccess(proxies: FactResult<readonly OAuth2Proxy[]>, read: readonly MailAddress[] = []): IdpAccess {
  if (!proxies.known) return { accounts: [], unknown: [proxies.reason] }
  const all = proxies.value.map((proxy) => ofProxy(proxy, read))
  const byName = new Map(all.flatMap(({ accounts }) => accounts).map((account) => [account.name, account]))
  return { accounts: [...byName.values()], unknown: all.flatMap(({ unknown }) => unknown) }
}

/**
 * Does the provider ask for a second factor? Its settings are its own; oauth2-proxy can ask it for a class of authentication (`acr_values`, OpenID
 * Connect Core 1.0, section 3.1.2.1), and does not look at which one it answers with.
 */
export function secondFactors(proxies: FactResult<readonly OAuth2Proxy[]>): readonly AccessGap[] {
  return (proxies.known ? proxies.value : []).map((proxy) => {
    const acr = proxy.alphaConfig
      ? ({ known: false, why: `the alpha configuration ${proxy.alphaConfig.path} was not read for it` } as const)
      : effective(proxy, 'acr_values')
    const said = !acr.known
      ? acr.why
      : acr.values[0]
        ? `${proxy.id} asks for ${acr.values[0].slice(0, 100)}, and does not check that it gets it`
        : `nothing in the settings of ${proxy.id} asks for one`
    return {
      reason: `Whether the provider asks for a second factor is not known: ${said}`,
      hint: 'Look at the provider: its policy for this client says who is asked for what.',
      leavesOpen: [],
    }
  })
}

function ofProxy(proxy: OAuth2Proxy, read: readonly MailAddress[]): IdpAccess {
  const byProvider = providerLetsIn(proxy, read)
  const byPassword = passwordsOf(proxy)
  return {
    accounts: [...byProvider.accounts, ...byPassword.accounts],
    unknown: [...new Set([...byProvider.unknown, ...byPassword.unknown])],
  }
}

/** Who is in none of the groups that are named is turned away, whatever the address (docs/configuration/overview), where the provider looks at them. */
function providerLetsIn(proxy: OAuth2Proxy, read: readonly MailAddress[]): IdpAccess {
  const get = (name: Restriction | 'provider') => {
    const setting = effective(proxy, name)
    return setting.known ? setting : undefined
  }
  // Which tenant somebody is of leaves open who he is: his address tells more.
  const groups = inEffect(get).flatMap((name) => (name === 'entra_id_allowed_tenants' ? [] : [[name, effective(proxy, name)] as const]))
  const hidden = [effective(proxy, 'provider'), ...groups.map(([, setting]) => setting)].find((setting) => !setting.known)
  if (hidden && !hidden.known) return { accounts: [], unknown: [`Whom ${proxy.id} lets in: ${hidden.why}`] }
  const named = groups.flatMap(([name, setting]) =>
    setting.known ? namesIn(name, setting).map(({ as, who }) => accountOf(as, who, proxy, setting)) : [],
  )
  if (named.length > 0) return { accounts: named, unknown: [] }
  const domains = effective(proxy, 'email_domains')
  const file = effective(proxy, 'authenticated_emails_file')
  const unread = [domains, file].find((setting) => !setting.known)
  return {
    accounts: [
      ...(domains.known
        ? domains.values.filter(Boolean).map((domain) => accountOf(`@${domain.replace(/^@/, '')}`, wordsOf(domain), proxy, domains))
        : []),
      ...(file.known && file.values[0] ? addressesIn(file.values[0], read, proxy, file) : []),
    ],
    unknown: unread && !unread.known ? [`Whom ${proxy.id} lets in: ${unread.why}`] : [],
  }
}

/** Each address of the file by itself; the file as a whole where none was read. */
function addressesIn(path: string, read: readonly MailAddress[], proxy: OAuth2Proxy, setting: Setting): readonly AccountAccess[] {
  const addresses = read.filter(({ file }) => file === path)
  const whole = (who: string) => accountOf(`addresses in ${path}`, who, proxy, setting)
  if (addresses.length === 0) return [whole('whose addresses were not read')]
  const told = addresses.slice(0, MAX_ADDRESSES).map(({ address, line }): AccountAccess => {
    const proof = { section: 'access', line }
    const { holdings, ...account } = accountOf(address, `address ${address}`, proxy, setting)
    return { ...account, loginNotes: [], proof, holdings: holdings.map((holding) => ({ ...holding, proofs: [proof, ...holding.proofs] })) }
  })
  return [...told, ...(addresses.length > MAX_ADDRESSES ? [whole(`one of ${addresses.length} addresses`)] : [])]
}

/**
 * Whoever has a password in the file comes in without the provider, whatever his address; groups he has as the settings say (pkg/middleware/basic_session.go,
 * ProviderData.Authorize).
 */
function passwordsOf(proxy: OAuth2Proxy): IdpAccess {
  const [file, asked, given] = (['htpasswd_file', 'allowed_groups', 'htpasswd_user_groups'] as const).map((name) => effective(proxy, name))
  if (!file?.known) return { accounts: [], unknown: file ? [`Whom ${proxy.id} lets in: ${file.why}`] : [] }
  const path = file.values[0] ?? ''
  const wanted = asked?.known ? asked.values.filter(Boolean) : []
  const kept = given?.known && wanted.length > 0 && !given.values.some((group) => wanted.includes(group))
  return {
    accounts: path === '' || kept ? [] : [accountOf(`passwords in ${path}`, 'whoever has a password there', proxy, file)],
    unknown: [],
  }
}

/** What is no group of the provider by itself, before its name. */
const words: Partial<Record<Restriction, string>> = {
  github_repo: 'collaborators of',
  github_users: 'user',
  gitlab_projects: 'members of',
  bitbucket_repository: 'collaborators of',
}

/** oauth2-proxy holds roles as groups of this name; teams stand in one value. */
function namesIn(name: Restriction, { values }: Setting): readonly { readonly as: string; readonly who: string }[] {
  const all = name === 'github_team' ? values.flatMap((value) => value.split(',')) : values
  return all.flatMap((value) => {
    const text = value.trim().replace(/^\*{4}$/, 'a name that is not printed')
    const word = words[name]
    if (text === '') return []
    if (word) return [{ as: `${word} ${text}`, who: `${word} ${text}` }]
    const group = name === 'allowed_roles' ? `role:${text}` : text
    return [{ as: group, who: `group ${group}` }]
  })
}

const wordsOf = (domain: string): string => (domain === '*' ? 'every address' : `every address of ${domain}`)

const accountOf = (name: string, who: string, proxy: OAuth2Proxy, { line }: Setting): AccountAccess => ({
  ...{ name: `${IDP}${name.slice(0, 250)}`, kind: 'idp', groups: [], login: 'yes', logins: ['oauth2-proxy'], keys: [] },
  loginNotes: ['who that is, the provider alone knows'],
  proof: { section: 'oauth2-proxy', line: line || proxy.line },
  holdings: [
    {
      capability: 'send-inference',
      path: [`${who} through ${proxy.id}`.slice(0, 300)],
      proofs: [{ section: 'oauth2-proxy', line: line || proxy.line }],
    },
  ],
})
