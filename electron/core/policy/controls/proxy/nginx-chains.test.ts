import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Servers of one nginx that ask each other: the inner one lets this machine in, as nginx 1.22.1 did. */
const model = 'proxy_pass http://127.0.0.1:11434;'
const inner = (listen: string, path = '/', uri = '') =>
  `server { listen ${listen}; allow 127.0.0.1; deny all; location ${path} { proxy_pass http://127.0.0.1:11434${uri}; } }`
const outer = (pass: string, path = '/') => `server { listen 80; location ${path} { proxy_pass ${pass}; } }`
const network = known({
  names: ['gpu1'],
  addresses: [{ address: '10.0.3.7', prefixLength: 24, interface: 'eth0' }],
  routes: [],
  defaultRoute: true,
})
const told = (configuration: string) =>
  outcomes(ask(requiresAuthentication, facts(configuration, [service('ollama')], { network }), policyContext())).includes(
    'not-evaluated: Part of nginx is beyond the model',
  )
const streams = (inside: string, http = '') => `# configuration file /etc/nginx/nginx.conf:\nstream { ${inside} }\nhttp { ${http} }\n`

test.each<[name: string, configuration: string]>([
  ['an address of this host', inner('10.0.3.7:8081') + outer('http://10.0.3.7:8081')],
  ['an address, written otherwise', inner('8081') + outer('http://[::ffff:10.0.3.7]:8081')],
  [
    'its own name',
    `server { listen 8081; server_name ai.example; allow 127.0.0.1; deny all; ${`location / { ${model} }`} }${outer('http://ai.example:8081')}`,
  ],
  ['what the machine calls itself', inner('8081') + outer('http://gpu1:8081')],
  ['that with a domain, at a single address', inner('10.0.3.7:8081') + outer('http://GPU1.corp.example:8081')],
  ['a group by that', `upstream u { server gpu1:8081; } ${inner('8081')}${outer('http://u')}`],
  [
    'one of the names below its own',
    `server { listen 8081; server_name *.ai.example; allow 127.0.0.1; deny all; location / { ${model} } }${outer('http://llm.ai.example:8081')}`,
  ],
  ['a path of two steps', inner('127.0.0.1:8081', '/x/', '/') + outer('http://127.0.0.1:8081', '/x/')],
  ['another path of two steps', inner('127.0.0.1:8081', '/y/', '/') + outer('http://127.0.0.1:8081/y/', '/x/')],
  ['a socket', inner('unix:/run/i.sock', '/y/', '/') + outer('http://unix:/run/i.sock:/y/', '/x/')],
  [
    'a group with a socket',
    `upstream u { server unix:/run/i.sock; } ${inner('unix:/run/i.sock', '/y/', '/')}${outer('http://u/y/', '/x/')}`,
  ],
  [
    'a stream to a stream',
    streams(
      'server { listen 9999; proxy_pass 127.0.0.1:9998; } server { listen 127.0.0.1:9998; allow 127.0.0.1; deny all; proxy_pass 127.0.0.1:11434; }',
    ),
  ],
  [
    'one of several that a map chooses by the name of the host',
    `map $host $to { a.example 127.0.0.1:8081; default 127.0.0.1:3000; } ${inner('127.0.0.1:8081')}${outer('http://$to')}`,
  ],
  [
    'one of several that a map chooses, with a path of two steps',
    `map $host $to { a.example 127.0.0.1:8081; default 127.0.0.1:3000; } ${inner('127.0.0.1:8081', '/y/', '/')}${outer('http://$to/y/', '/x/')}`,
  ],
  [
    'the second of a group that a map chooses',
    `upstream u { server 127.0.0.1:3000; server 127.0.0.1:8081; } map $host $to { a.example u; default 192.0.2.1; } ${inner('127.0.0.1:8081')}${outer('http://$to')}`,
  ],
  [
    'a stream to a group that a map chooses',
    streams(
      'upstream u { server 127.0.0.1:3000; server 127.0.0.1:8443; } map $ssl_preread_server_name $to { a.example u; default 192.0.2.1:443; } server { listen 443; ssl_preread on; proxy_pass $to; }',
      `server { listen 127.0.0.1:8443 ssl; ssl_certificate c; ssl_certificate_key k; location / { ${model} } }`,
    ),
  ],
  ['a stream to a socket', streams('server { listen 9999; proxy_pass unix:/run/h.sock; }', inner('unix:/run/h.sock'))],
])('what asks another server of this nginx is said: %s', (_, configuration) => {
  expect(told(configuration)).toBe(true)
})

const login = `location / { auth_basic a; auth_basic_user_file /b; ${model} }`
test.each<[name: string, configuration: string]>([
  ['another host by name at the same port', `server { listen 80; ${login} location /ext/ { proxy_pass http://gpu10/; } }`],
  ['another host at the same port', `server { listen 80; ${login} location /ext/ { proxy_pass http://192.0.2.1/; } }`],
  [
    'a server that leads to no model',
    `server { listen 127.0.0.1:8081; return 200; } server { listen 80; ${login} location /x/ { proxy_pass http://127.0.0.1:8081; } }`,
  ],
  ['another socket', `server { listen unix:/run/i.sock; ${login} } ${outer('http://127.0.0.1:3000')}`],
])('what does not is not: %s', (_, configuration) => {
  expect(told(configuration)).toBe(false)
})

test.each<[name: string, address: string, expected: string]>([
  ['that listens everywhere', '0.0.0.0', 'fail: Every route answers without a login'],
  ['whose address only the host knows by that name', '10.0.3.7', 'not-evaluated: Part of nginx is beyond the model'],
])('a model server by the name of the machine, %s', (_, address, expected) => {
  const found = facts(outer('http://gpu1:11434'), [service('ollama', { address })], { network })
  expect(outcomes(ask(requiresAuthentication, found, policyContext()))).toContain(expected)
})
