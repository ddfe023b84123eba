import { expect, test } from 'vitest'
import { admins, beyond, guarded, judged, login, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Many ways of one kind, of which one asks nobody: it is found, or what was not followed is said. */
const many = (count: number, one: (at: number) => string): string => Array.from({ length: count }, (_, at) => one(at)).join(' ')
const asks = (at: number): string => (at === 170 ? '' : login)
const rest = 'location / { return 404; }'
/** The path as nginx understands it, without its dots. */
const resolved = 'proxy_pass http://127.0.0.1:11434/;'
const bySite = (count: number, off: number, realm: (at: number) => string) =>
  many(count, (at) => `s${at} ${at === off ? 'off' : realm(at)};`)
const byPath = (maps: string, inside = '') =>
  site(
    `${inside} location ~ ^/(?<svc>[a-z0-9]+)/(?<r>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$r; }`,
    maps,
  )
const moved = (count: number) => `map $uri $new { default ""; ${many(count, (at) => `/old${at} /new${at};`)} }`

/** One location for many names, of which `if` lets one in. */
const byName = (count: number, off: string) =>
  `location ~ ^/(?:${many(count, (at) => `a${at}`).replaceAll(' ', '|')})/(?<r>.*)$ { set $realm r; if ($uri ~ ${off}/) { set $realm off; } auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$r; }`
const byQuery = (count: number, off: number) =>
  site(
    `location / { if ($mine = r) { return 403; } ${model} }`,
    `map $request_uri $mine { default r; ${many(count, (at) => `~[?&]k${at}= ${at === off ? 'open' : 'r'};`)} }`,
  )

test.each<[string, string, readonly string[]]>([
  ['alternatives', site(`${byName(20, '15')} ${rest}`), open],
  ['more alternatives than are followed', site(`${byName(50, '45')} ${rest}`), [...guarded, ...beyond]],
  ['words of the query', byQuery(30, 29), notKnown],
  ['more words of the query than are followed', byQuery(50, 49), notKnown],
  [
    'rewrites',
    site(
      `${many(120, (at) => `location ~ ^/(?:x|y)${at}/ { ${at === 115 ? '' : login} rewrite ^/(?:x|y)${at}/(.*)$ /$1 break; ${model} }`)} ${rest}`,
    ),
    open,
  ],
  [
    'patterns that take a part of the path',
    site(`${many(180, (at) => `location ~ ^/x${at}/(?<r>.*)$ { ${asks(at)} proxy_pass http://127.0.0.1:11434/$r; }`)} ${rest}`),
    open,
  ],
  ['names that a map tells apart', byPath(`map $svc $realm { default r; ${bySite(80, 60, (at) => `r${at}`)} }`), open],
  [
    'names of which all but one are told the same as the rest',
    byPath(`map $svc $realm { default r; ${bySite(300, 299, () => 'r')} }`),
    open,
  ],
  ['more names than are followed', byPath(`map $svc $realm { default r; ${bySite(300, 299, (at) => `r${at}`)} }`), [...guarded, ...beyond]],
  [
    'whole paths of which all but one are told the same as the rest',
    byPath(`map $uri $realm { default r; ${many(150, (at) => `/old${at} r;`)} ~^/public/ off; }`),
    open,
  ],
  [
    'more whole paths than are followed',
    byPath(`map $uri $realm { default r; ${many(105, (at) => `/old${at} r${at};`)} ~^/public/ off; }`),
    [...guarded, ...beyond],
  ],
  [
    'whole paths that are told to ask elsewhere',
    byPath(`${moved(105)} map $host $realm { default r; }`, 'if ($new) { return 301 $new; }'),
    guarded,
  ],
  [
    'whole paths that another server tells apart',
    byPath(`${moved(105)} map $host $realm { default r; } server { listen 81; location / { proxy_pass http://127.0.0.1:3000$new; } }`),
    guarded,
  ],
  [
    'more rewrites than are followed',
    site(
      `${many(900, (at) => `location ~ ^/x${at}/(?<r>.*)$ { ${at === 890 ? '' : login} proxy_pass http://127.0.0.1:11434/$r; }`)} ${rest}`,
    ),
    [...guarded, ...beyond],
  ],
  [
    'paths as they were sent, which are told to ask elsewhere',
    site(
      `${many(14, (at) => `if ($request_uri ~ ^/old${at}/) { return 301 /new${at}/; }`)} location / { if ($request_uri !~ ^/public/) { return 403; } ${resolved} }`,
    ),
    open,
  ],
  [
    'paths as they were sent, which are told the same as the rest',
    site(
      `location / { auth_basic $realm; auth_basic_user_file /b; if ($realm != off) { return 403; } ${resolved} }`,
      `map $request_uri $realm { default r; ${many(30, (at) => `~^/old${at}/ r;`)} ~^/public/ off; }`,
    ),
    open,
  ],
  [
    'more paths as they were sent than are followed',
    site(
      `location / { if ($mine = r) { return 403; } ${resolved} }`,
      `map $request_uri $mine { default r; ${many(30, (at) => `~^/old${at}/secret/ r${at};`)} ~^/public/ off; }`,
    ),
    [...open, ...beyond],
  ],
  [
    'paths as they were sent, beside another server that leads to no model',
    site(
      `${login} location / { ${model} }`,
      `map $request_uri $mine { default r; ${many(30, (at) => `~^/old${at}/secret/ r${at};`)} } server { listen 81; location / { if ($mine = r) { return 403; } proxy_pass http://127.0.0.1:3000; } }`,
    ),
    guarded,
  ],
  [
    'rewrites in a row',
    site(
      `set $realm r; location /t0/ { set $realm off; rewrite ^/t0/(.*)$ /t1/$1 last; } ${many(7, (at) => `location /t${at + 1}/ { rewrite ^/t${at + 1}/(.*)$ /${at < 6 ? `t${at + 2}/` : ''}$1 last; }`)} location / { auth_basic $realm; auth_basic_user_file /b; ${model} }`,
    ),
    open,
  ],
  [
    'rewrites that lead to each other in any order',
    site(
      `set $realm r; ${many(12, (at) => `location /t${at}/ { rewrite ^/t${at}/(.*)$ /$1 last; }`)} location /s/ { set $realm off; rewrite ^/s/(.*)$ /u/$1 last; } location /u/ { rewrite ^/u/(.*)$ /$1 last; } location / { auth_basic $realm; auth_basic_user_file /b; ${model} }`,
    ),
    [...open, ...beyond],
  ],
  ...['break', 'last'].map((flag): [string, string, readonly string[]] => [
    `services, each of which takes its beginning off (${flag})`,
    site(
      `${many(12, (at) => `location /s${at}/ { ${login} rewrite ^/s${at}/(.*)$ /${flag === 'break' ? '' : 'ollama/'}$1 ${flag}; ${model} }`)} location /ollama/ { ${login} ${resolved} } ${rest}`,
    ),
    guarded,
  ]),
  [
    'names of a server, beside another one',
    `server { listen 80 default_server; return 444; } map $host $realm { default r; ${many(40, (at) => `h${at}.example ${at === 39 ? 'off' : '"r"'};`)} } server { listen 80; server_name ${many(40, (at) => `h${at}.example`)}; location / { auth_basic $realm; auth_basic_user_file /b; ${model} } }`,
    [...guarded, ...beyond],
  ],
])('many %s', { timeout: 60_000 }, (_, configuration, expected) => expect(judged(configuration)).toEqual(expected))

test('many beginnings before what takes one off by itself', { timeout: 60_000 }, () => {
  const localai = (count: number, off: number) => {
    const locations = many(count, (at) => `location /p${at}/ { ${at === off ? '' : login} proxy_pass http://127.0.0.1:8080; }`)
    return outcomes(ask(requiresAuthentication, facts(site(`${locations} ${rest}`), [service('localai')]), admins))
  }
  expect(localai(25, 23)).toEqual(open)
  expect(localai(110, 108)).toEqual([...guarded, ...beyond])
})
