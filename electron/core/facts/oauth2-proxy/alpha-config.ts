import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { OptionName } from './options.ts'

/** Settings by their classic names. `offset`: lines below the first. */
export interface AlphaFile {
  readonly settings: ReadonlyMap<OptionName, { readonly values: readonly string[]; readonly offset: number }>
  /** Of the cookie secret, as `alpha-mask.ts` leaves it. */
  readonly secretShape?: { readonly text: string; readonly offset: number; readonly typed: boolean } | undefined
  /** Why settings that are not in `settings` are not known to be at their default. */
  readonly unread?: string
}

/** The file as a tree. Keys are told apart without case, as mapstructure and encoding/json do. `odd`: an alias, or nested too deep. */
type Tree =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'list'; readonly items: readonly Tree[]; readonly offset: number }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Tree>; readonly offset: number }
  | { readonly kind: 'odd'; readonly offset: number }

const MAX_DEPTH = 16
/** More than any real file has. Each of them may open a level, and the YAML reader needs long for many levels. */
const MAX_BRACKETS = 1_000
const MAX_LINE = 1_000

/**
 * Reads the file of `--alpha-config` as `alpha-mask.ts` leaves it (structure: docs/configuration/alpha-config, pkg/apis/options of 7.0 to 7.15).
 * Of several providers oauth2-proxy asks the first. What is masked, names a variable or has another form than documented is left out and said.
 */
export function parseAlphaConfig(lines: readonly string[]): AlphaFile {
  const text = lines.join('\n')
  const bounded = text.split(/[[{]/).length <= MAX_BRACKETS && lines.every(({ length }) => length <= MAX_LINE)
  const root = bounded ? readTree(text) : 'it is too long or nested too deep'
  if (typeof root === 'string') return { settings: new Map(), unread: root }
  const file = new Reader()
  const [provider] = file.items(root, 'providers')
  // Its first versions took the provider from flags.
  if (!provider) file.problem('it names no provider')
  for (const [name, ...path] of texts) file.text(name, provider, path)
  for (const [name, ...path] of named) file.named(name, provider, path)
  for (const [name, ...path] of switches) file.text(name, provider, path, /^(?:true|false)$/i)
  for (const [name, ...path] of lists) file.list(name, provider, path)
  readCookies(file, root)
  readServer(file, root)
  readUpstreams(file, root)
  readHeaders(file, root)
  return {
    settings: file.settings,
    secretShape: file.secretShape,
    ...(file.problems.length > 0 && { unread: file.problems.slice(0, 4).join(', and ') }),
  }
}

type Place = readonly [OptionName, ...string[]]
const texts: readonly Place[] = [
  ['provider', 'provider'],
  ['oidc_issuer_url', 'oidcconfig', 'issuerurl'],
  ['login_url', 'loginurl'],
  ['redeem_url', 'redeemurl'],
  ['profile_url', 'profileurl'],
  ['validate_url', 'validateurl'],
  ['oidc_jwks_url', 'oidcconfig', 'jwksurl'],
  ['github_org', 'githubconfig', 'org'],
  ['github_team', 'githubconfig', 'team'],
  ['bitbucket_team', 'bitbucketconfig', 'team'],
  ['azure_tenant', 'azureconfig', 'tenant'],
  ['oidc_email_claim', 'oidcconfig', 'emailclaim'],
  ['user_id_claim', 'oidcconfig', 'useridclaim'],
]
/** Values that are not printed: that they are there is all that is asked. */
const named: readonly Place[] = [
  ['github_repo', 'githubconfig', 'repo'],
  ['bitbucket_repository', 'bitbucketconfig', 'repository'],
]
const switches: readonly Place[] = [
  ['skip_oidc_discovery', 'oidcconfig', 'skipdiscovery'],
  ['insecure_oidc_allow_unverified_email', 'oidcconfig', 'insecureallowunverifiedemail'],
  ['insecure_oidc_skip_issuer_verification', 'oidcconfig', 'insecureskipissuerverification'],
]
const lists: readonly Place[] = [
  ['allowed_groups', 'allowedgroups'],
  ['allowed_roles', 'keycloakconfig', 'roles'],
  ['keycloak_groups', 'keycloakconfig', 'groups'],
  ['github_users', 'githubconfig', 'users'],
  ['gitlab_groups', 'gitlabconfig', 'group'],
  ['gitlab_projects', 'gitlabconfig', 'projects'],
  ['google_groups', 'googleconfig', 'group'],
  ['entra_id_allowed_tenants', 'microsoftentraidconfig', 'allowedtenants'],
]

/** Versions that take cookies from here cannot start without them, as a secret is required. */
function readCookies(file: Reader, root: Tree): void {
  const cookie = file.at(root, ['cookie'])
  if (!cookie) return
  for (const [name, key, usual, form] of [
    ['cookie_secure', 'secure', 'true', /^(?:true|false)$/i],
    ['cookie_secure', 'insecure', 'false', /^(?:true|false)$/i],
    ['cookie_httponly', 'httponly', 'true', /^(?:true|false)$/i],
    ['cookie_httponly', 'scriptaccess', 'Deny', /^(?:Allow|Deny)?$/],
    ['cookie_samesite', 'samesite', '', /^/],
  ] as const) {
    const set = file.at(cookie, [key])
    const found = set ? file.read(set, form) : { text: usual, offset: cookie.offset }
    // Versions differ in the words (pkg/apis/options/cookie.go): the one that takes a flag away counts.
    const flag = key === 'insecure' || key === 'scriptaccess' ? `${!/^(?:true|Allow)$/i.test(found?.text ?? '')}` : found?.text
    if (!found) file.drop(name)
    else if (set || !file.settings.has(name)) file.put(name, [flag ?? ''], found.offset)
  }
  readSecret(file, cookie)
}

/** A string with a file beside it, in other versions one of `value`, `fromEnv` and `fromFile` (`SecretSource`), of which the file alone is measured. */
function readSecret(file: Reader, cookie: Tree): void {
  const typed = file.at(cookie, ['typedshape'])
  const shape = typed ?? file.at(cookie, ['shape'])
  if (shape?.kind === 'text') {
    if (/^[xo]+=*$/.test(shape.text)) file.secretShape = { text: shape.text, offset: shape.offset, typed: typed !== undefined }
    return
  }
  const secret = file.at(cookie, ['secret'])
  if (secret?.kind === 'text') return
  const path = secret ? file.at(secret, ['fromfile']) : file.at(cookie, ['secretfile'])
  const found = path && file.read(path)
  if (found) file.put('cookie_secret_file', [found.text], found.offset)
}

function readServer(file: Reader, root: Tree): void {
  for (const [name, key] of [
    ['http_address', 'bindaddress'],
    ['https_address', 'securebindaddress'],
    ['metrics_address', 'bindaddress'],
    ['metrics_secure_address', 'securebindaddress'],
  ] as const) {
    const found = file.read(file.at(root, [name.startsWith('metrics') ? 'metricsserver' : 'server', key]))
    // A dash switches the listener off.
    if (found) file.put(name, [found.text === '-' ? '' : found.text], found.offset)
  }
  file.text('tls_min_version', root, ['server', 'tls', 'minversion'])
  const certificate = file.at(root, ['server', 'tls', 'cert'])
  if (certificate) file.put('tls_cert_file', ['server.TLS.Cert'], certificate.offset)
}

/** As the classic setting says it: the address with the path that is passed on, or `static://` and the answer. */
function readUpstreams(file: Reader, root: Tree): void {
  const all = [...file.items(root, 'upstreamconfig', 'upstreams'), ...file.items(root, 'upstreams')]
  for (const one of all) {
    const unverified = file.read(file.at(one, ['insecureskiptlsverify']), /^(?:true|false)$/i)
    if (/^true$/i.test(unverified?.text ?? '')) file.put('ssl_upstream_insecure_skip_verify', ['true'], unverified?.offset ?? 0)
  }
  const before = file.problems.length
  const urls = all.map((one) => {
    const answers = file.read(file.at(one, ['static']), /^(?:true|false)$/i)
    if (answers && /^true$/i.test(answers.text)) return `static://${file.read(file.at(one, ['staticcode']), /^\d{3}$/)?.text ?? 200}`
    const [uri, path, rewrite] = ['uri', 'path', 'rewritetarget'].map((key) => file.at(one, [key]))
    const [address, mount] = [file.read(uri)?.text, file.read(path)?.text]
    if (address === undefined || mount === undefined) return file.problem(`line ${one.offset + 1} names no address or no path`)
    if (!/^https?:/i.test(address)) return address
    const [, origin] = /^(https?:\/\/[^/?#\s]+)\/?$/i.exec(address) ?? []
    if (origin === undefined || !mount.startsWith('/') || rewrite)
      return file.problem(`the upstream in line ${one.offset + 1} rewrites paths, which is not modelled`)
    return `${origin}${mount}`
  })
  const [first] = all
  if (first && file.problems.length === before)
    file.put(
      'upstreams',
      urls.flatMap((url) => url ?? []),
      first.offset,
    )
}

/** A refresh token makes access tokens. Claims stand in a `claimSource` since 7.14. */
function readHeaders(file: Reader, root: Tree): void {
  for (const header of file.items(root, 'injectrequestheaders'))
    for (const value of file.items(header, 'values')) {
      const claim = file.read(file.at(value, ['claim'])) ?? file.read(file.at(value, ['claimsource', 'claim']))
      if (claim?.text === 'access_token' || claim?.text === 'refresh_token') file.put('pass_access_token', ['true'], claim.offset)
      if (claim?.text === 'id_token') file.put('pass_authorization_header', ['true'], claim.offset)
    }
}

class Reader {
  readonly settings = new Map<OptionName, { readonly values: readonly string[]; readonly offset: number }>()
  secretShape: AlphaFile['secretShape']
  readonly problems: string[] = []

  problem(text: string): undefined {
    if (!this.problems.includes(text)) this.problems.push(text)
  }

  put(name: OptionName, values: readonly string[], offset: number): void {
    this.settings.set(name, { values, offset })
  }

  drop(name: OptionName): void {
    this.settings.delete(name)
  }

  text(name: OptionName, tree: Tree | undefined, path: readonly string[], form?: RegExp): void {
    const found = this.read(this.at(tree, path), form)
    if (found) this.put(name, [found.text], found.offset)
  }

  named(name: OptionName, tree: Tree | undefined, path: readonly string[]): void {
    const found = this.at(tree, path)
    if (found?.kind === 'text') this.put(name, [found.text], found.offset)
  }

  list(name: OptionName, tree: Tree | undefined, path: readonly string[]): void {
    const items = this.items(tree, ...path)
    const values = items.map((item) => this.read(item))
    const [first] = items
    if (first && values.every((value) => value !== undefined))
      this.put(
        name,
        values.map(({ text }) => text),
        first.offset,
      )
  }

  /** What stands at a path of keys; undefined where nothing does. */
  at(tree: Tree | undefined, path: readonly string[]): Tree | undefined {
    const [key, ...rest] = path
    if (key === undefined || !tree) return tree
    return tree.kind === 'map' ? this.at(tree.entries.get(key), rest) : this.strange(tree)
  }

  items(tree: Tree | undefined, ...path: readonly string[]): readonly Tree[] {
    const found = this.at(tree, path)
    if (!found || found.kind === 'list') return found?.items ?? []
    this.strange(found)
    return []
  }

  read(tree: Tree | undefined, form = /^/): { readonly text: string; readonly offset: number } | undefined {
    if (!tree) return undefined
    if (tree.kind !== 'text' || !form.test(tree.text) || /(?:^|\s)\*{4}/.test(tree.text)) return this.strange(tree)
    // Late versions put variables of the environment in their place, before they read the YAML. `$1` is none.
    if (/\$(?:\{|[A-Za-z_])/.test(tree.text)) return this.problem(`line ${tree.offset + 1} names a variable`)
    return tree
  }

  strange({ offset }: Tree): undefined {
    return this.problem(`line ${offset + 1} has an unknown form`)
  }
}

/** The tree, or why there is none. */
function readTree(text: string): Tree | string {
  const counter = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true, stringKeys: true })
    const [error] = document.errors
    if (error) return `line ${counter.linePos(error.pos[0]).line} has an unknown form`
    const tree = treeOf(document.contents, counter, 0)
    return tree?.kind === 'map' ? tree : 'it is not a map of settings'
  } catch {
    // What a host nests thousands of levels deep overflows the stack of the YAML reader.
    return 'it cannot be read as YAML'
  }
}

/** Undefined for null, which sets nothing. */
function treeOf(node: unknown, counter: LineCounter, depth: number): Tree | undefined {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range
  const offset = Math.max(counter.linePos(range?.[0] ?? 0).line - 1, 0)
  if (depth > MAX_DEPTH) return { kind: 'odd', offset }
  if (isScalar(node)) {
    if (node.value === null) return undefined
    return { kind: 'text', text: typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)), offset }
  }
  if (isSeq(node)) return { kind: 'list', items: node.items.flatMap((item) => treeOf(item, counter, depth + 1) ?? []), offset }
  if (!isMap(node)) return node === null ? undefined : { kind: 'odd', offset }
  const entries = new Map<string, Tree>()
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value).toLowerCase() : ''
    const value = treeOf(pair.value, counter, depth + 1)
    if (value) entries.set(key, entries.has(key) ? { kind: 'odd', offset: value.offset } : value)
  }
  return { kind: 'map', entries, offset }
}
