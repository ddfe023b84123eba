import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const judged = (stream: string, http = '') =>
  outcomes(
    ask(
      requiresAuthentication,
      facts(`# configuration file /etc/nginx/nginx.conf:\nstream { ${stream} }\nhttp { ${http} }\n`, [service('ollama')]),
      policyContext({ modelAdmins: ['10.0.9.0/24'] }),
    ),
  )

const open = ['fail: Every route answers without a login']
const beyond = ['not-evaluated: Part of nginx is beyond the model']
const notKnown = ['not-evaluated: Whether a login is needed is not known']
const nowhere = ['not-applicable: No proxy forwards to the model server']
const engine = '127.0.0.1:11434'
const web = '127.0.0.1:3000'
const by = (maps: string, more = '') => `${maps} server { listen 443; ssl_preread on; ${more} proxy_pass $to; }`
const inner = `server { listen 127.0.0.1:8443 ssl; ssl_certificate c; ssl_certificate_key k; location / { proxy_pass http://${engine}; } }`

test.each<[string, string, readonly string[]]>([
  ['straight', `server { listen 443; proxy_pass ${engine}; }`, open],
  // Who says a name speaks TLS, which no engine without a certificate of its own takes (nginx 1.30.6 before plain HTTP: 400 for each).
  ['the name that a client says', by(`map $ssl_preread_server_name $to { llm.example ${engine}; default ${web}; }`), nowhere],
  ['no name', by(`map $ssl_preread_server_name $to { llm.example ${web}; "" ${engine}; default ${web}; }`), open],
  ['a pattern that no name is not held against', by(`map $ssl_preread_server_name $to { ~^.*$ ${engine}; default ${web}; }`), nowhere],
  ['a default behind it', by(`map $ssl_preread_server_name $to { ~^.*$ ${web}; default ${engine}; }`), open],
  ['a pattern of any name', by(`map $ssl_preread_server_name $to { ~^.+$ ${engine}; default ${web}; }`), nowhere],
  ['any protocol but none', by(`map $ssl_preread_protocol $to { "" ${web}; default ${engine}; }`), nowhere],
  ['a name, and none', by(`map $ssl_preread_server_name $to { llm.example ${engine}; default ${engine}; }`), open],
  [
    'a name that TLS was spoken for here',
    `map $ssl_server_name $to { llm.example ${engine}; default ${web}; } server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; proxy_pass $to; }`,
    open,
  ],
  [
    'a group by that name',
    by(`upstream u { server ${engine}; } map $ssl_preread_server_name $to { default u; web.example ${web}; }`),
    open,
  ],
  [
    'a map of maps, with the port apart',
    `map $ssl_preread_protocol $host { "" 127.0.0.1; default 10.9.9.9; } server { listen 443; ssl_preread on; proxy_pass \${host}:11434; }`,
    open,
  ],
  ['a name that is the target itself', 'server { listen 443; ssl_preread on; proxy_pass $ssl_preread_server_name:11434; }', beyond],
  ['a map with the name as it is said', by(`map $ssl_preread_server_name $to { default $ssl_preread_server_name:443; }`), beyond],
  ['elsewhere by every name', by(`map $ssl_preread_server_name $to { a.example ${web}; default 10.9.9.9:443; }`), nowhere],
  ['names that are the same for all', by(`map $ssl_preread_server_name $to { include /x; }`).replace('include /x;', ''), nowhere],
  ['a part of all', by(`split_clients $remote_port $to { 50% ${engine}; * ${web}; }`), open],
  ['a script that refuses', `server { listen 443; js_access main.check; proxy_pass ${engine}; }`, notKnown],
  ['a script that answers', 'server { listen 443; content_by_lua_block { x() } }', beyond],
  ['datagrams, which no engine takes', `server { listen 11435 udp; proxy_pass ${engine}; }`, nowhere],
  ['datagrams beside connections', `server { listen 11435 udp; listen 11435; proxy_pass ${engine}; }`, open],
])('a stream leads to the model: %s', (_, stream, expected) => {
  expect(judged(stream)).toEqual(expected)
})

test.each<[string, Parameters<typeof service>[0], Parameters<typeof service>[1], readonly string[]]>([
  ['an engine in clear', 'vllm', {}, nowhere],
  ['an engine with a certificate of its own', 'vllm', { argv: ['vllm', 'serve', 'm', '--ssl-keyfile', '/k', '--ssl-certfile=/c'] }, open],
  ['an engine with a file of settings', 'vllm', { argv: ['vllm', 'serve', 'm', '--config', '/c.yaml'] }, notKnown],
  ['an engine that goes on after what it does not understand', 'llama.cpp', {}, notKnown],
  ['an engine with TLS by its environment', 'llama.cpp', { environment: { LLAMA_ARG_SSL_KEY_FILE: '/k' } }, open],
])('a name that is said leads to %s', (_, kind, change, expected) => {
  const stream = by(`map $ssl_preread_server_name $to { llm.example 127.0.0.1:${kind === 'vllm' ? 8000 : 8080}; default ${web}; }`)
  const given = facts(`# configuration file /etc/nginx/nginx.conf:\nstream { ${stream} }\nhttp { }\n`, [service(kind, change)])
  expect(outcomes(ask(requiresAuthentication, given))).toEqual(expected)
})

test('who says the right name gets to a server of the same nginx that trusts this machine', () => {
  expect(judged(by('map $ssl_preread_server_name $to { llm.example 127.0.0.1:8443; default 127.0.0.1:9443; }'), inner)).toEqual(beyond)
  expect(judged('server { listen 443; pass 127.0.0.1:8443; }', inner)).toEqual(beyond)
})

test('a network that a geo of streams sends there is no login, and who may manage is unknown', () => {
  const given = facts(
    `# configuration file /etc/nginx/nginx.conf:\nstream { geo $to { 10.0.9.0/24 ${engine}; default ${web}; } server { listen 443; proxy_pass $to; } }\nhttp { }\n`,
    [service('ollama')],
  )
  expect(outcomes(ask(requiresAuthentication, given))).toEqual(open)
  expect(outcomes(ask(managementRestricted, given, policyContext({ modelAdmins: ['10.0.9.0/24'] })))).toEqual([
    'not-evaluated: Who may manage models is not known',
  ])
})

test.each([
  ['whom anybody may state', 'listen 443 proxy_protocol; set_real_ip_from 0.0.0.0/0;', 'fail: Clients can choose their own address'],
  [
    'that a load balancer states',
    'listen 443 proxy_protocol; set_real_ip_from 10.0.5.2;',
    'warning: Admin hosts need no login for management',
  ],
  ['that nobody can state', 'listen 443; set_real_ip_from 0.0.0.0/0;', 'warning: Admin hosts need no login for management'],
])('a list of a stream looks at an address %s', (_, inside, expected) => {
  const configuration = `# configuration file /etc/nginx/nginx.conf:\nstream { server { ${inside} allow 10.0.9.0/24; deny all; proxy_pass ${engine}; } }\nhttp { }\n`
  const given = facts(configuration, [service('ollama')])
  expect(outcomes(ask(managementRestricted, given, policyContext({ modelAdmins: ['10.0.9.0/24'] })))).toEqual([expected])
})
