import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseContained } from '../../../facts/nginx/contained.ts'
import type { AnyControl, Verdict } from '../../control.ts'
import inferenceBehindProxy from '../inference/inference-behind-proxy.control.ts'
import servesTls from '../tls/proxy-serves-tls.control.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const edge = 'e'.repeat(64)
const common = {
  running: true,
  runtime: 'docker',
  user: '',
  hostNetwork: false,
  privileged: false,
  command: [],
  environment: {},
  mounts: [],
}
const network = (name: string, address: string, names: readonly string[]) => ({
  name,
  addresses: [address],
  gateways: ['172.18.0.1'],
  names,
})
const ollama = {
  ...{ ...common, id: 'a'.repeat(64), name: 'ai-ollama-1', image: 'ollama/ollama:0.12.6', ports: [], pid: 20, inspected: true, line: 4 },
  networks: [network('ai_default', '172.18.0.2', ['ai-ollama-1', 'ollama'])],
}
const published = (hostPort: number, containerPort: number, hostAddress = '0.0.0.0') => ({
  hostAddress,
  hostPort,
  containerPort,
  protocol: 'tcp',
})
const proxy = {
  ...{ ...common, id: edge, name: 'ai-nginx-1', image: 'nginx:1.29-alpine', pid: 30, inspected: true, line: 5 },
  ports: [published(443, 8443), published(443, 8443, '::'), published(8080, 80, '127.0.0.1')],
  networks: [network('ai_default', '172.18.0.3', ['ai-nginx-1', 'nginx'])],
}
const engine = service('ollama', { id: 'ai-ollama-1', how: 'container', container: 'ai-ollama-1', binds: [], containerPorts: [11434] })
const hostEngine = service('ollama', { address: '0.0.0.0' })

const dumped = (http: string, said = 'nginx version: nginx/1.29.3') =>
  parseContained(
    `@container ${edge}\n # configuration file /etc/nginx/nginx.conf:\n http {\n${http.replace(/^/gm, ' ')}\n }\n@said\n ${said}\n@end\n`,
  )

interface More {
  readonly proxy?: object
  readonly engine?: ReturnType<typeof service>
}
const given = (http: string, { proxy: change = {}, engine: instead = engine }: More = {}) =>
  facts('', [instead], {
    nginx: { installed: false, running: false, directives: [], contained: dumped(http) },
    containers: known({ runtimes: ['docker'], containers: [ollama, { ...proxy, ...change }], podContainers: [] }),
    network: known({ addresses: [{ address: '10.0.3.7', prefixLength: 24, interface: 'eth0' }], routes: [], defaultRoute: true }),
  })

const tls = 'listen 8443 ssl; server_name ai.example; ssl_certificate /c; ssl_certificate_key /k;'
const site = (inside: string, listen = tls) => `server { ${listen} ${inside} }`
const basic = 'auth_basic "ai"; auth_basic_user_file /etc/nginx/htpasswd;'
const pass = 'proxy_pass http://ollama:11434;'
const open = 'fail: Every route answers without a login'
const closed = 'pass: Every forwarded route needs a login'
const none = 'not-applicable: No proxy forwards to the model server'
const beyondModel = 'not-evaluated: Part of nginx is beyond the model'

const admins = policyContext({ modelAdmins: ['10.0.9.0/24', '172.16.0.0/12'] })
const said = (control: AnyControl, verdicts: ReturnType<typeof given>): readonly string[] => [
  ...new Set(outcomes(ask(control, verdicts, admins))),
]

test.each<[string, ReturnType<typeof given>, readonly string[]]>([
  ['by the name of its service', given(site(`location / { ${pass} }`)), [open]],
  ['by its address', given(site('location / { proxy_pass http://172.18.0.2:11434; }')), [open]],
  [
    'by a variable, as SWAG writes it',
    given(site('location / { set $app ollama; set $port 11434; proxy_pass http://$app:$port; }')),
    [open],
  ],
  ['by an upstream block', given(`upstream up { server ai-ollama-1:11434; } ${site('location / { proxy_pass http://up; }')}`), [open]],
  ['with a login', given(site(`${basic} location / { ${pass} }`)), [closed]],
  ['its own loopback is not that of the host', given(site('location / { proxy_pass http://127.0.0.1:11434; }')), [none]],
  ['a name of another network', given(site('location / { proxy_pass http://elsewhere:11434; }')), [beyondModel]],
  ['an engine of the host', given(site('location / { proxy_pass http://host.docker.internal:11434; }'), { engine: hostEngine }), [open]],
  ['the same by the gateway', given(site('location / { proxy_pass http://172.18.0.1:11434; }'), { engine: hostEngine }), [open]],
  [
    'an engine on the loopback of the host',
    given(site('location / { proxy_pass http://host.docker.internal:11434; }'), { engine: service('ollama') }),
    [none],
  ],
  ['a port that nobody publishes', given(site(`location / { ${pass} }`, 'listen 9000;')), [none]],
  ['a port published on loopback', given(site(`location / { ${pass} }`, 'listen 80;')), [none]],
  ['a socket on the loopback of the container', given(site(`location / { ${pass} }`, 'listen 127.0.0.1:8443;')), [none]],
  [
    'on the network of the host',
    given(site('location / { proxy_pass http://127.0.0.1:11434; }'), {
      proxy: { hostNetwork: true, ports: [] },
      engine: service('ollama'),
    }),
    [open],
  ],
  [
    'its networks are not known',
    given(site(`location / { ${pass} }`), { proxy: { networks: undefined } }),
    ['not-evaluated: A proxy in a container is not modelled yet'],
  ],
])('%s', (_, host, expected) => {
  expect(said(requiresAuthentication, host)).toEqual(expected)
})

test('what it says names the container, cites its own section and the port of the host', () => {
  const [verdict] = ask(requiresAuthentication, given(site(`location / { ${pass} }`))) as [Verdict]
  expect(verdict.subject).toBe('ai.example:443')
  expect(verdict.cite).toContainEqual(expect.objectContaining({ section: 'nginx-containers', line: 4 }))
  expect(verdict.cite.every(({ section }) => section !== 'nginx')).toBe(true)
  expect(outcomes(ask(servesTls, given(site(`location / { ${pass} }`))))).toEqual(['pass: The proxy serves TLS'])
  expect(outcomes(ask(servesTls, given(site(`location / { ${pass} }`, 'listen 8443;'))))[0]).toMatch(/^fail: /)
  const host = given(site(`location / { ${pass} }`))
  expect(outcomes(ask(inferenceBehindProxy, { ...host, nginx: known(host.nginx) } as never))[0]).toMatch(
    /^pass: Reached only through nginx in ai-nginx-1/,
  )
})

/** docker-proxy passes IPv6 and this host's own traffic on from the gateway. */
test.each<[string, string, string]>([
  ['the hosts of administrators', 'allow 10.0.9.0/24; deny all;', 'pass'],
  ['others as well', 'allow 10.0.0.0/8; deny all;', 'fail'],
  ['the gateway of the network', 'allow 172.18.0.0/16; deny all;', 'not-evaluated'],
])('management let in for %s', (_, list, expected) => {
  const host = given(site(`${basic} ${list} location / { ${pass} }`))
  expect(new Set(ask(managementRestricted, host, admins).map(({ status }) => status))).toEqual(new Set([expected]))
})

test('an nginx that could not be asked is said, with what it told', () => {
  const contained = parseContained(`@container ${edge}\n@said\n permission denied while trying to connect to the Docker daemon\n@end\n`)
  const host = given('')
  const verdicts = ask(requiresAuthentication, { ...host, nginx: { ...host.nginx, directives: [], contained } } as typeof host)
  expect(outcomes(verdicts)).toEqual(['not-evaluated: A proxy in a container is not modelled yet'])
  expect(verdicts[0]?.reason).toContain('permission denied')
})

describe('a web server in a container whose image says nothing, on a port of its own', () => {
  const image = { image: 'corp/edge:1', ports: [published(8443, 443)] }
  const inside = (name: string) =>
    known([{ ...{ pid: 30, ppid: 1, user: 'root', uid: 0, argv: [name], line: 9 }, name, cgroup: `/docker/${edge}` }])
  const unread = (name: string, more: object = {}) => {
    const host = given('', { proxy: image })
    return { ...host, nginx: { ...host.nginx, contained: [] }, processes: inside(name), ...more } as typeof host
  }

  test.each([['nginx'], ['traefik'], ['envoy']])('%s is known by its process', (name) => {
    const verdicts = ask(requiresAuthentication, unread(name))
    expect(outcomes(verdicts)).toEqual(['not-evaluated: A proxy in a container is not modelled yet'])
  })
  test('another program is none', () => {
    expect(outcomes(ask(requiresAuthentication, unread('postgres')))).toEqual(['not-applicable: No proxy forwards to the model server'])
  })
  test('where it was read, nothing is missing', () => {
    const host = { ...given(site(`${basic} location / { ${pass} }`), { proxy: image }), processes: inside('nginx') }
    expect(ask(requiresAuthentication, host as unknown as ReturnType<typeof given>).map(({ status }) => status)).not.toContain(
      'not-evaluated',
    )
  })
  test('where containers are not known, an nginx of the host does not speak for it', () => {
    const [own] = [
      facts('server { listen 443; auth_basic a; auth_basic_user_file /f; location / { proxy_pass http://127.0.0.1:11434; } }', []),
    ]
    const host = unread('nginx', {
      nginx: own.nginx,
      services: [service('ollama')],
      containers: unknown('docker ps was refused', ['containers']),
    })
    expect(outcomes(ask(requiresAuthentication, host))).toEqual([
      'pass: Every forwarded route needs a login',
      'not-evaluated: An nginx in a container was not read',
    ])
  })
})
