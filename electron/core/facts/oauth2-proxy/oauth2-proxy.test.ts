import { expect, test } from 'vitest'
import { effective } from './options.ts'
import { parseOAuth2Proxies } from './parse.ts'
import { read, values } from './settings.testing.ts'

test('flags win over variables, variables over the file, the file over defaults', () => {
  const proxy = read(
    ...['=--email-domain=a.example', '=--email-domain', '=b.example,c.example', '=--reverse-proxy', '=--skip-jwt-bearer-tokens=false'],
    ...['@environment process', '=OAUTH2_PROXY_PROVIDER=oidc', '=OAUTH2_PROXY_EMAIL_DOMAINS=z.example', '=OAUTH2_PROXY_HTTP_ADDRESS='],
    ...[
      '@config read /etc/x.cfg',
      ':provider = "github"',
      ':upstreams = [',
      ':  "http://127.0.0.1:11434/", # ollama',
      ":  'file:///x'",
      ':]',
    ],
    ':Cookie_Secure=false',
  )
  expect(values(proxy, 'email_domains')).toEqual(['flag', 'a.example', 'b.example', 'c.example'])
  expect(values(proxy, 'reverse_proxy')).toEqual(['flag', 'true'])
  expect(values(proxy, 'skip_jwt_bearer_tokens')).toEqual(['flag', 'false'])
  expect(values(proxy, 'provider')).toEqual(['environment', 'oidc'])
  expect(values(proxy, 'http_address')).toEqual(['default', '127.0.0.1:4180'])
  expect(values(proxy, 'upstreams')).toEqual(['config', 'http://127.0.0.1:11434/', 'file:///x'])
  expect(values(proxy, 'cookie_secure')).toEqual(['config', 'false'])
  expect(values(proxy, 'cookie_httponly')).toEqual(['default', 'true'])
  expect(proxy).toMatchObject({ id: 'oauth2-proxy.service', pid: 7, container: false })
  expect(effective(proxy, 'upstreams')).toMatchObject({ line: 15 })
})

// viper splits one text at commas, and a flag as a row of CSV; entries of a list in the file stay what they are.
test.each<[string, readonly string[], readonly string[]]>([
  [
    'a list in the file',
    ['@environment process', '@config read /etc/x.cfg', ':skip_auth_routes = ["^/api/.{0,9}$", "^/b"]'],
    ['^/api/.{0,9}$', '^/b'],
  ],
  ['one text in the file', ['@environment process', '@config read /etc/x.cfg', ':skip_auth_routes = "^/a,^/b"'], ['^/a', '^/b']],
  ['a variable', ['@environment process', '=OAUTH2_PROXY_SKIP_AUTH_ROUTES=^/a,^/b'], ['^/a', '^/b']],
  ['a flag', ['=--skip-auth-route=^/a,^/b', '@environment process'], ['^/a', '^/b']],
  ['a flag with quotes', ['=--skip-auth-route="^/api/.{0,9}$","^/""b"', '@environment process'], ['^/api/.{0,9}$', '^/"b']],
])('where lists are split: %s', (_, rows, expected) => expect(values(read(...rows), 'skip_auth_routes').slice(1)).toEqual(expected))

// legacy_options.go: where there are both, the earlier name wins.
test.each<[string, readonly string[], readonly string[]]>([
  ['in the file', ['@environment process', '@config read /etc/x.cfg', ':google_group = ["a@x.org"]'], ['config', 'a@x.org']],
  ['as a variable', ['@environment process', '=OAUTH2_PROXY_GOOGLE_GROUP=a@x.org'], ['environment', 'a@x.org']],
  [
    'both',
    ['@environment process', '=OAUTH2_PROXY_GOOGLE_GROUPS=b@x.org', '=OAUTH2_PROXY_GOOGLE_GROUP=a@x.org'],
    ['environment', 'a@x.org'],
  ],
])('a name of earlier versions: %s', (_, rows, expected) => expect(values(read(...rows), 'google_groups')).toEqual(expected))

test.each<[string, readonly string[], RegExp]>([
  ['the file is unreadable', ['@environment process', '@config unreadable /etc/x.cfg'], /x\.cfg could not be read/],
  ['the file is in a container', ['@environment process', '@config inside /etc/x.cfg'], /inside a container/],
  ['the file has an unknown form', ['@environment process', '@config read /etc/x.cfg', ':a = """', ':b'], /line 1 of .* unknown form/],
  ['the environment is unreadable', ['@environment none'], /environment could not be read/],
  ['a file of the unit is unreadable', ['@environment partial', '=OAUTH2_PROXY_PROVIDER=oidc'], /environment could not be read/],
])('%s: what nothing else decides is unknown', (_, rows, why) => {
  const proxy = read('=--cookie-secure=true', ...rows)
  expect(values(proxy, 'cookie_secure')).toEqual(['flag', 'true'])
  expect(values(proxy, 'upstreams')).toMatch(why)
})

test('an unseen variable would win over the file', () => {
  expect(values(read('@environment none', '@config read /etc/x.cfg', ':cookie_secure = true'), 'cookie_secure')).toMatch(/environment/)
})

test.each<[string, readonly string[], object]>([
  [
    'its program',
    ['@program current /usr/local/bin/oauth2-proxy', '=oauth2-proxy v7.6.0 (built with go1.21.5)'],
    { text: '7.6.0', line: 5 },
  ],
  ['one of old', ['@program current /opt/o/oauth2_proxy', '=oauth2_proxy v5.1.1 (built with go1.14)'], { text: '5.1.1' }],
  [
    'a build without its number',
    ['@program current /bin/o', '=oauth2-proxy undefined (built with go1.25.3)'],
    { why: '/bin/o names no release' },
  ],
  ['another program that it runs in', ['@program current /usr/bin/node', '=v24.1.0'], { why: '/usr/bin/node names no release' }],
  ['one that others may write', ['@program open /home/a/o'], { why: expect.stringContaining('others than root may change /home/a/o') }],
  ['replaced', ['@program replaced /usr/bin/o'], { why: '/usr/bin/o was replaced since it was started' }],
  ['a bare name', ['@program unseen oauth2-proxy'], { why: 'its program oauth2-proxy was not found' }],
  ['its image', ['@image quay.io/oauth2-proxy/oauth2-proxy:v7.6.0-alpine'], { text: '7.6.0', from: 'image', line: 4 }],
  ['an image of a digest too', [`@image bitnami/oauth2-proxy:7.6.0-debian-12-r4@sha256:${'a'.repeat(64)}`], { text: '7.6.0' }],
  ['an image without a release', ['@image quay.io/oauth2-proxy/oauth2-proxy:latest'], { why: expect.stringContaining('names no release') }],
  ['nothing', [], { why: 'which program runs was not seen' }],
])('the version that runs is told by %s', (_, rows, expected) => {
  expect(read(...rows, '@environment process').version).toMatchObject(expected)
})

test('the alpha configuration is recognised, not guessed', () => {
  const proxy = read('=--alpha-config=/etc/alpha.yaml', '=--provider=oidc', '@environment process')
  expect(values(proxy, 'provider')).toBe('the alpha configuration /etc/alpha.yaml could not be read')
  expect(values(proxy, 'cookie_secure')).toMatch(/alpha configuration/)
  expect(values(proxy, 'auth_logging')).toEqual(['default', 'true'])
})

test('the alpha configuration rules what stands there, the classic settings the rest', () => {
  const rows = (path: string) => [
    ...['=--alpha-config=/etc/alpha.yaml', '@environment process', '=OAUTH2_PROXY_UPSTREAMS=http://10.0.0.1/', `@alpha read ${path}`],
    ...[':providers:', ':  - provider: oidc', ':    allowedGroups: [a]', ':server:', ':  BindAddress: ":4180"'],
  ]
  const proxy = read('=--http-address=127.0.0.1:4180', '=--email-domain=*', ...rows('/etc/alpha.yaml'))
  expect(values(proxy, 'provider')).toEqual(['alpha', 'oidc'])
  expect(effective(proxy, 'http_address')).toMatchObject({ values: [':4180'], line: 14 })
  expect(values(proxy, 'email_domains')).toEqual(['flag', '*'])
  expect(values(proxy, 'upstreams')).toEqual(['default'])
  expect(values(proxy, 'cookie_secure')).toMatch(/late versions/)
  // Another file than the one in use says nothing.
  expect(values(read(...rows('/etc/other.yaml')), 'provider')).toMatch(/could not be read/)
})

test('the alpha configuration may name another cookie secret', () => {
  const secret = (...rows: string[]) => read(...rows).cookieSecret?.source
  expect(secret('@environment process', '@secret environment 16 16 url')).toBe('environment')
  expect(secret('=--alpha-config=/a', '@environment process', '@secret environment 16 16 url')).toBeUndefined()
  expect(secret('=--alpha-config=/a', '@secret flag 16 16 url', '@environment process')).toBe('flag')
})

test('cut short is not read', () => {
  expect(parseOAuth2Proxies('@process 7 /x\n@argv\n=oauth2-proxy')).toBeUndefined()
  expect(parseOAuth2Proxies('@end\n')).toEqual([])
})
