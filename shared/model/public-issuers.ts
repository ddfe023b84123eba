/** The tenant of everybody who has a Microsoft account of his own, whom nobody manages. */
export const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Tenants that stand for any. */
export const anyTenant: readonly string[] = ['', 'common', 'organizations', 'consumers', PERSONAL]

/** Where Microsoft signs in, in its clouds, by its newer and older names; the tenant follows. */
const ofMicrosoft = String.raw`^https://(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|(?:login|sts)\.windows\.net)(?::443)?/`

/** In small letters; `?` where the issuer is not one of Microsoft's. */
export const tenantIn = (issuer: string): string => new RegExp(`${ofMicrosoft}([^/?#]+)`, 'i').exec(issuer)?.[1]?.toLowerCase() ?? '?'

const publicIssuers: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/accounts\.google\.com\/?$/i, 'google'],
  [/^https:\/\/gitlab\.com\/?$/i, 'gitlab'],
  [/^https:\/\/appleid\.apple\.com\/?$/i, 'Apple'],
  [/^https:\/\/(?:www\.)?linkedin\.com\b/i, 'linkedin'],
  [/^https:\/\/(?:www\.)?facebook\.com\b/i, 'facebook'],
  [/^https:\/\/slack\.com\/?$/i, 'Slack'],
  [/^https:\/\/api\.login\.yahoo\.com\/?$/i, 'Yahoo'],
]

/** Whose accounts an issuer of OpenID Connect takes, where everybody on earth has one, or may get one. */
export const publicIssuerNamed = (issuer: string): string | undefined =>
  anyTenant.includes(tenantIn(issuer)) ? 'Microsoft' : publicIssuers.find(([pattern]) => pattern.test(issuer))?.[1]
