import { expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import inferenceBehindProxy from '../inference/inference-behind-proxy.control.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { basic, tls, toOllama } from './nginx-words.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import proxyRequiresAuthentication from './proxy-requires-authentication.control.ts'

test('what a local program passes on is not judged', () => {
  const listeners = known([
    { protocol: 'tcp', address: '127.0.0.1', port: 4180, scope: 'loopback', processes: [{ name: 'oauth2-proxy', pid: 7 }], line: 5 },
  ])
  const given = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`, [service('ollama')], { listeners })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['not-evaluated: oauth2-proxy is not modelled yet'])
})

test('what an interface that is known to pass requests on does is not judged either, behind nginx or beside it', () => {
  const bind = { address: '127.0.0.1', port: 4000, scope: 'loopback', section: 'listeners', line: 5 }
  const litellm = { id: 'litellm', name: 'LiteLLM proxy', forwards: true, binds: [bind], section: 'processes', line: 7 }
  const behind = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:4000; } }`, [service('ollama')], {
    programs: known([litellm]),
  })
  expect(outcomes(ask(proxyRequiresAuthentication, behind))).toEqual(['not-evaluated: LiteLLM proxy is not modelled yet'])
  const wide = { ...litellm, binds: [{ ...bind, address: '0.0.0.0', scope: 'wildcard' }] }
  const beside = facts('', [service('ollama')], { programs: known([wide]) })
  expect(outcomes(ask(proxyRequiresAuthentication, beside))).toEqual(['not-evaluated: LiteLLM proxy is not modelled'])
  const local = facts('', [service('ollama')], { programs: known([litellm]) })
  expect(outcomes(ask(proxyRequiresAuthentication, local))).toEqual(['not-applicable: No proxy forwards to the model server'])
})

test('a tunnel brings clients to a server on loopback without a socket that others see', () => {
  const tunnel = { id: 'cloudflared', name: 'cloudflared', kind: 'tunnel', binds: [], section: 'processes', line: 7 }
  const given = facts('', [service('ollama')], { programs: known([tunnel]) })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['not-evaluated: cloudflared is not modelled'])
  expect(outcomes(ask(inferenceBehindProxy, { ...given, nginx: known(given.nginx) } as never))).toEqual([
    'not-evaluated: cloudflared is not modelled',
  ])
})

test.each<[string, string, readonly string[], string]>([
  ['a program of Node', '/usr/bin/node', ['node', '/opt/proxy.js'], 'not-evaluated: A program that is not known may forward'],
  ['with the address of the engine', '/opt/relay', ['relay', 'localhost:11434'], 'not-evaluated: A program that is not known may forward'],
  ['any other', '/opt/agent', ['agent', '127.0.0.1:9'], 'not-applicable: No proxy forwards to the model server'],
])('a listener that nobody knows: %s', (_, executable, argv, expected) => {
  const given = facts('', [service('ollama')], {
    listeners: known([
      { protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name: 'MainThread', pid: 9 }], line: 4 },
    ]),
    processes: known([{ pid: 9, ppid: 1, user: 'ada', uid: 1, name: 'MainThread', argv, executable, line: 9 }]),
  })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual([expected])
})

test('a listener that nobody knows forwards for nobody where the rules close it, unless the jump host got there', () => {
  const rules = (text: string) =>
    known({
      tables: parseNft(
        `table inet f {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\t${text}\n\t}\n}\n`,
        'nft',
      ),
    })
  const given = (text: string, more: object = {}) =>
    facts('', [service('ollama')], {
      listeners: known([{ protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name: 'node', pid: 9 }], line: 4 }]),
      processes: known([
        {
          ...{ pid: 9, ppid: 1, user: 'ada', uid: 1, name: 'node', argv: ['node', '/opt/proxy.js'] },
          executable: '/usr/bin/node',
          line: 9,
        },
      ]),
      firewall: rules(text),
      network: unknown('not read', []),
      ...more,
    })
  const may = ['not-evaluated: A program that is not known may forward']
  const told = (text: string, more?: object) => outcomes(ask(proxyRequiresAuthentication, given(text, more)))
  expect(told('tcp dport 443 accept')).toEqual(['not-applicable: No proxy forwards to the model server'])
  // Without an address of the host no way in is known, which closes nothing.
  expect(told('tcp dport 443 accept', { network: known({ addresses: [], routes: [], defaultRoute: true }) })).toEqual(may)
  expect(told('ip saddr 10.0.1.0/24 tcp dport 9443 accept')).toEqual(may)
  const met = { port: 9443, tcp: 'connected', answers: [], from: 'bastion', section: 'wire', line: 1 }
  expect(told('tcp dport 443 accept', { wire: known({ endpoints: [met] }) })).toEqual(may)
})

test.each([
  ['haproxy', 'HAProxy'],
  ['cache-main', 'Varnish'],
  ['httpd-prefork', 'Apache'],
  ['stunnel4', 'stunnel'],
  ['systemd-socket-', 'systemd-socket-proxyd'],
])('a listener named %s is %s, which is not modelled', (name, program) => {
  const listeners = known([{ protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name, pid: 9 }], line: 4 }])
  expect(outcomes(ask(managementRestricted, facts('', [service('ollama')], { listeners })))).toEqual([
    `not-evaluated: ${program} is not modelled yet`,
  ])
})

/** As Debian's units and the documentation of each program start it. */
test.each([
  ['HAProxy', 'haproxy', ['/usr/sbin/haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid']],
  ['Apache', 'apache2', ['/usr/sbin/apache2', '-k', 'start']],
  ['Traefik', 'traefik', ['/usr/local/bin/traefik', '--configfile=/etc/traefik/traefik.yml']],
  ['Envoy', 'envoy', ['/usr/bin/envoy', '-c', '/etc/envoy/envoy.yaml', '--concurrency', '4']],
])('%s beside an nginx that is sound is named with its port, and holds up what would pass', (program, name, argv) => {
  const given = facts(`server { ${tls} location / { ${basic} ${toOllama} } }`, [service('ollama')], {
    listeners: known([{ protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name, pid: 9 }], line: 4 }]),
    processes: known([{ pid: 9, ppid: 1, user: 'root', uid: 0, name, argv, executable: argv[0], line: 9 }]),
  })
  const verdicts = [proxyRequiresAuthentication, managementRestricted].map((control) =>
    ask(control, given).filter(({ status }) => status === 'not-evaluated'),
  )
  for (const beyond of verdicts) {
    expect(outcomes(beyond)).toEqual([`not-evaluated: ${program} is not modelled yet`])
    expect(beyond[0]).toMatchObject({ reason: expect.stringContaining(`${program} listens on *:9443`) })
  }
})

/** As systemd-nspawn of Debian 12 starts them on a host of the lab. */
test('an nginx in a machine is not taken for that of the host, whichever network it has', () => {
  const cgroup = '/machine.slice/systemd-nspawn@web.service/payload'
  const inside = { pid: 9, ppid: 8, user: 'root', uid: 0, name: 'nginx', argv: ['nginx:', 'master', 'process'], cgroup, line: 9 }
  const own = { ...inside, pid: 7, ppid: 1, cgroup: '/system.slice/nginx.service', line: 7 }
  const bound = (port: number, pid: number) => ({
    ...{ protocol: 'tcp', address: '*', port, scope: 'wildcard', line: port },
    processes: [{ name: 'nginx', pid }],
  })
  const judged = (listeners: readonly object[], processes: readonly object[]) =>
    ask(
      proxyRequiresAuthentication,
      facts(`server { ${tls} location / { ${basic} ${toOllama} } }`, [service('ollama')], {
        listeners: known(listeners),
        processes: known(processes),
      }),
    )
      .filter(({ status }) => status === 'not-evaluated')
      .map(({ title, reason }) => [title, reason])
  const title = 'An nginx in a machine was not read'
  expect(judged([bound(443, 7)], [own])).toEqual([])
  expect(judged([bound(443, 7), bound(8443, 9)], [own, inside])).toEqual([
    [title, expect.stringMatching(/^nginx in the machine web, a system of its own, listens on \*:8443 of this host/)],
  ])
  expect(judged([bound(443, 7)], [own, inside])).toEqual([
    [title, expect.stringMatching(/^nginx runs in the machine web \(pid 9\), .* and where it listens is not known/)],
  ])
})

test('a relay that was started with the address of the engine is said once, by its name', () => {
  const argv = ['/lib/systemd/systemd-socket-proxyd', '127.0.0.1:11434']
  const given = facts('', [service('ollama')], {
    listeners: known([
      { protocol: 'tcp', address: '*', port: 8091, scope: 'wildcard', processes: [{ name: 'systemd-socket-', pid: 9 }], line: 4 },
    ]),
    processes: known([{ pid: 9, ppid: 1, user: 'ada', uid: 1, name: 'systemd-socket-', argv, executable: argv[0], line: 9 }]),
  })
  const verdicts = ask(proxyRequiresAuthentication, given)
  expect(outcomes(verdicts)).toEqual(['not-evaluated: systemd-socket-proxyd is not modelled yet'])
  expect(verdicts.map(({ subject }) => subject)).toEqual(['systemd-socket-proxyd 8091'])
})
