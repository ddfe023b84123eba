import { expect, test } from 'vitest'
import { parseDump } from '../parse.ts'
import { passesNothingOn } from './passes-nothing-on.ts'

const directives = (text: string) => {
  const parsed = parseDump(`# configuration file /etc/nginx/nginx.conf:\n${text}\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.directives
}
const certbot =
  'server { if ($host = a.example) { return 301 https://$host$request_uri; } listen 80; listen [::]:80; server_name a.example; return 404; }'
const model = 'server { listen 443 ssl; server_name a.example; location / { proxy_pass http://127.0.0.1:11434; } }'
const site = (inside: string) => `http { ${model} ${certbot} server { listen 80; server_name b.example; ${inside} } }`

test.each<[string, string, number, boolean]>([
  ['what certbot leaves', `http { ${certbot} ${model} }`, 80, true],
  ['the model itself', `http { ${certbot} ${model} }`, 443, false],
  ['files and a challenge', site('location /.well-known/acme-challenge/ { root /var/www; } location / { try_files $uri =404; }'), 80, true],
  ['another site that passes on', site('location / { proxy_pass http://127.0.0.1:3000; }'), 80, false],
  ['PHP', site('location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }'), 80, false],
  ['a script', site('location / { content_by_lua_block { ngx.say(1) } }'), 80, false],
  ['a script around', `http { access_by_lua_file /x.lua; ${certbot} }`, 80, false],
  ['a subrequest', site('mirror /m;'), 80, false],
  ['a module that nobody knows', site('frobnicate on;'), 80, false],
  ['a server without listen', `http { ${model} server { return 301 https://x; } }`, 80, true],
  ['a port of none', `http { ${model} }`, 81, false],
  ['bytes that are passed on', `http { ${model} } stream { server { listen 80; proxy_pass 127.0.0.1:11434; } }`, 80, false],
  ['bytes beside it on another port', `http { ${certbot} } stream { server { listen 81; proxy_pass 127.0.0.1:11434; } }`, 80, true],
  ['files of models', site('location / { root /srv/models/llama; autoindex on; }'), 80, false],
  ['all that lies above them', site('location / { alias /srv/; }'), 80, false],
  ['the same from around', `http { root /srv; ${certbot} }`, 80, false],
  ['what a variable names', site('root /var/$host;'), 80, false],
])('%s', (_, text, port, expected) => expect(passesNothingOn(directives(text), port, ['/srv/models'])).toBe(expected))
