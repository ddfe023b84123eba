import { SAME, TYPED } from './cookie-secret.ts'

/** Places of the alpha configuration in examples of the documentation. Elsewhere it must be readable by the audit account. */
export const alphaPaths = ['/etc/oauth2-proxy/alpha.yaml', '/etc/oauth2-proxy/alpha-config.yaml'] as const

/** For `sed`: the login in a URL, up to the last `@` before its path, since Go takes a password with one. */
export const maskLogins = `s|://[^/?#"'[:space:]]*@|://****@|g`

/** Keys whose values are printed: none of them holds a secret (docs/configuration/alpha-config). */
const keys = [
  ...[
    'provider',
    'issuerURL',
    'insecureAllowUnverifiedEmail',
    'insecureSkipIssuerVerification',
    'allowedGroups',
    'groups',
    'group',
    'roles',
  ],
  ...['tenant', 'emailClaim', 'userIDClaim'],
  ...['skipDiscovery', 'loginURL', 'redeemURL', 'profileURL', 'validateURL', 'jwksURL'],
  ...['org', 'team', 'users', 'allowedTenants', 'uri', 'path', 'rewriteTarget', 'static', 'staticCode', 'claim'],
  ...[
    '[Bb]indAddress',
    '[Ss]ecureBindAddress',
    '[Mm]inVersion',
    'secure',
    'httpOnly',
    'sameSite',
    'insecure',
    'scriptAccess',
    'secretFile',
    'fromFile',
    'insecureSkipTLSVerify',
  ],
].join('|')

const start = '^([[:space:]]*(-[[:space:]]+)*'
const key = '[A-Za-z_][A-Za-z0-9_]*[[:space:]]*:'

/**
 * Of the cookie secret its shape: one `x` for a letter of URL-safe base64, `o` for another, `=` as it is. By a key of its own, as what stands behind `secret` is masked once more on this side, and by
 * another one where that was no random value.
 */
const shapeOfSecret = [
  `/^[[:space:]]*secret[[:space:]]*:[[:space:]]+["']?[A-Za-z0-9+\\/_=-]+["']?[[:space:]]*$/{h`,
  's/secret.*$/shape:/;x',
  `s/^[^:]*:|["'[:space:]]//g`,
  `s/^.*(${TYPED}|${SAME})/ &/I;s/[A-Za-z0-9_-]/x/g;s/[^x= ]/o/g;x;G`,
  String.raw`s/shape:\n /typedShape:\n/`,
  String.raw`s/\n/ /;b`,
  '}',
]

/**
 * What `sed` does so that the alpha configuration is printed without its secrets: keys and indents stay, values only after the keys above and
 * as plain entries of lists. A block of text keeps its shape; a line of any other form becomes what no YAML reader takes, so nothing is lost unseen.
 */
const script = [
  maskLogins,
  's/(^|[[:space:]])#.*$//',
  '/^[[:space:]]*(---)?[[:space:]]*$/b',
  ...shapeOfSecret,
  `/${start}${key})[[:space:]]*$/b`,
  `/${start}(${keys})[[:space:]]*:)[[:space:]]+[^{}|>]*$/b`,
  `/${start}${key})[[:space:]]*[|>][-+0-9]*[[:space:]]*$/b`,
  `s/${start}${key})[[:space:]].*$/\\1 "****"/`,
  '/"[*]{4}"$/b',
  '/^[[:space:]]*(-[[:space:]]*)+$/b',
  String.raw`\%^[[:space:]]*(-[[:space:]]+)+["']?([A-Za-z0-9_./@*=,()+[:space:]-]|:[A-Za-z0-9_/])*["']?[[:space:]]*$%b`,
  's/^([[:space:]]*(-[[:space:]]+)+)[^[:space:]].*$/\\1"****"/',
  '/"[*]{4}"$/b',
  's/[^[:space:]].*$/****/',
].join(';')

/** Words for `sed`. Root runs exactly these. */
export const withoutAlphaSecrets = ['-E', '-e', script] as const
