import { type Arbitrary, array, constantFrom, letrec, oneof, option, record, tuple } from 'fast-check'

/** Test support: sites as people write them, for Caddy itself to turn into JSON. `@UPSTREAM@` is the stub, `@AUTH@` who asks for the login. */
const matcher = constantFrom(
  ...[
    '',
    '',
    '',
    '/api/*',
    '/v1/*',
    '*',
    '/o/*',
    '@pull',
    '@notv1',
    '@near',
    '@post',
    '@key',
    '@short',
    '@re',
    '@odd',
    '@json',
    '@nokey',
    '@keyed',
  ],
)

/** At the head of each site. */
export const matchers = `
  @pull path /api/pull /api/push
  @notv1 not path /v1/*
  @near remote_ip 127.0.9.0/24
  @post method POST DELETE
  @key header X-Key opensesame1234
  @short header X-Client 1
  @re path_regexp re ^/(o|x)/(.*)$
  @odd expression {path}.startsWith("/api")
  @json path *.json
  @nokey header !X-Key
  @keyed header_regexp k X-Key ^open
`
export const snippets = `
(login) {
  basicauth {args.0} {
    u @HASH@
  }
}
(model) {
  reverse_proxy {args.0} @UPSTREAM@
}
`

const plain = tuple(
  constantFrom(
    'reverse_proxy M @UPSTREAM@',
    'reverse_proxy M @UPSTREAM@',
    'import model *',
    'import login /api/*',
    'basicauth M {\n u @HASH@\n }',
    'basicauth M {\n u @HASH@\n }',
    'respond M 403',
    'respond M "no" 404',
    'error M 410',
    'uri M strip_suffix .json',
    'uri M strip_prefix /o',
    'uri M replace /v9/ /api/',
    'rewrite M /api/pull',
    'rewrite @re /api/{re.re.2}',
    'forward_auth M @AUTH@ {\n uri /auth\n }',
    'reverse_proxy M 127.0.0.1:1 {\n @gone status 404\n handle_response @gone {\n reverse_proxy @UPSTREAM@\n }\n }',
    'redir M /elsewhere 302',
    'vars M a b',
    'request_header M X-Forwarded-Proto https',
    'request_header M X-Key opensesame1234',
    'request_header M +X-Key opensesame1234',
    'request_header M -X-Key',
    'request_header M X-Key ^open none',
    'request_header @odd X-Key opensesame1234',
    'reverse_proxy M @UPSTREAM@ {\n header_up X-Key opensesame1234\n header_up -X-Client\n header_down +X-Key a\n }',
    'forward_auth M @AUTH@ {\n uri /auth\n copy_headers X-Key X-Client\n }',
  ),
  matcher,
).map(([line, at]) => line.replace('M', at).replace(/ {2,}/g, ' '))

const { block } = letrec<{ block: string }>((tie) => ({
  block: oneof(
    { weight: 5, arbitrary: plain },
    {
      weight: 2,
      arbitrary: record({
        kind: constantFrom('handle', 'handle', 'route', 'handle_path /o/*', 'handle_path /x/*'),
        at: matcher,
        inner: array(tie('block') as Arbitrary<string>, { minLength: 1, maxLength: 3 }),
      }).map(({ kind, at, inner }) => `${kind}${kind.includes('/') ? '' : ` ${at}`} {\n${inner.join('\n')}\n}`),
    },
  ),
}))

export const sites: Arbitrary<string> = tuple(
  array(block, { minLength: 1, maxLength: 5 }),
  option(constantFrom('handle_errors {\nreverse_proxy @UPSTREAM@\n}', 'handle_errors {\nrespond 500\n}'), { freq: 4, nil: '' }),
).map(([blocks, errors]) => `${[...blocks, errors].join('\n')}\n`)

export const sitePaths = [
  ...['/', '/api/pull', '/api/push', '/API/pull', '//api//pull', '/api/%70ull', '/v1/../api/pull', '/v1/chat', '/api/pull.json'],
  ...['/o/api/pull', '/o/pull', '/x/push', '/x/api/pull', '/v9/pull', '/v1/v9/pull', '/o/v9/push.json', '/api/delete'],
] as const
