import { expect, test } from 'vitest'
import { beyond, guarded, judged, login, model, open, site } from './nginx-sites.testing.ts'

/** Many ways of one kind, of which one asks nobody: it is found, or what was not followed is said. */
const many = (count: number, one: (at: number) => string): string => Array.from({ length: count }, (_, at) => one(at)).join(' ')
const asks = (at: number): string => (at === 170 ? '' : login)
const rest = 'location / { return 404; }'
const bySite = (count: number, off: number) => many(count, (at) => `s${at} ${at === off ? 'off' : '"r"'};`)

test.each<[string, string, readonly string[]]>([
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
  [
    'names that a map tells apart',
    site(
      'location ~ ^/(?<svc>[a-z0-9]+)/(?<r>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$r; }',
      `map $svc $realm { default r; ${bySite(80, 60)} }`,
    ),
    open,
  ],
  [
    'more names than are followed',
    site(
      'location ~ ^/(?<svc>[a-z0-9]+)/(?<r>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$r; }',
      `map $svc $realm { default r; ${bySite(300, 299)} }`,
    ),
    [...guarded, ...beyond],
  ],
  [
    'more rewrites than are followed',
    site(
      `${many(900, (at) => `location ~ ^/x${at}/(?<r>.*)$ { ${at === 890 ? '' : login} proxy_pass http://127.0.0.1:11434/$r; }`)} ${rest}`,
    ),
    [...guarded, ...beyond],
  ],
  [
    'names of a server, beside another one',
    `server { listen 80 default_server; return 444; } map $host $realm { default r; ${many(40, (at) => `h${at}.example ${at === 39 ? 'off' : '"r"'};`)} } server { listen 80; server_name ${many(40, (at) => `h${at}.example`)}; location / { auth_basic $realm; auth_basic_user_file /b; ${model} } }`,
    [...guarded, ...beyond],
  ],
])('many %s', { timeout: 60_000 }, (_, configuration, expected) => expect(judged(configuration)).toEqual(expected))
