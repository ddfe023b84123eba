import { expect, test } from 'vitest'
import { exposureOf } from '#shared/model/endpoint.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../facts/fact.ts'
import { parseNft } from '../facts/firewall/nft/parse.ts'
import type { FactResults } from '../facts/registry.ts'
import { readTranscript } from '../facts/wire/transcript.ts'
import { policyContext, facts as proxied, service } from './controls/proxy/proxy-facts.ts'
import { endpointsOf } from './exposure.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
  networks: { app: ['10.0.1.0/24'], jump: ['10.0.0.10'] },
})
const host = fleet.hosts[0] as (typeof fleet.hosts)[number]
const rules = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ip saddr 10.0.1.0/24 tcp dport 443 accept
		tcp dport 11434 accept
	}
}
`
const firewallOf = (text: string) =>
  known({
    backend: 'nftables',
    defaultInbound: 'drop',
    defaultOutbound: 'accept',
    tables: parseNft(text, 'nft'),
    translationKnown: true,
    unmodelled: [],
    section: 'nft',
    line: 3,
  })
const firewall = firewallOf(rules)

function endpoints(configuration: string, address: string, more: object = {}) {
  const { nginx, services, ...rest } = proxied(configuration, [service('ollama', { address })])
  const given = {
    ...rest,
    nginx: known(nginx),
    services: known(services),
    network: unknown('no', []),
    firewall,
    ...more,
  } as unknown as FactResults
  return endpointsOf(given, { ...policyContext(), fleet, host })
}
const site = (inside: string) => `server { listen 443 ssl; server_name ai.example; ${inside} }`
const verdicts = (endpoint: ReturnType<typeof endpoints>[number] | undefined) =>
  Object.fromEntries(endpoint?.reach.map(({ origin, verdict }) => [origin, verdict]) ?? [])

test('through a proxy: who gets to the socket, what each route asks, what is withheld', () => {
  const [front, own] = endpoints(
    site(
      'auth_basic a; auth_basic_user_file f; location /api/ { proxy_pass http://127.0.0.1:11434; } location = /api/pull { allow 10.0.1.5; deny all; proxy_pass http://127.0.0.1:11434; } location / { return 404; }',
    ),
    '127.0.0.1',
  )
  expect(front).toMatchObject({ id: 'nginx ai.example:443', port: 443, proxy: { name: 'ai.example', encrypted: true }, scope: 'wildcard' })
  expect(verdicts(front)).toEqual({ app: 'accept', management: 'unnamed', jump: 'stopped', any: 'stopped' })
  expect(front?.reach[0]).toMatchObject({ rule: 'ip saddr 10.0.1.0/24 tcp dport 443 accept', section: 'nft', line: 4 })
  const management = front?.groups.filter((group) => group.class === 'management')
  expect(
    management?.map(({ routes, authentication, by, onlyFrom }) => [routes.includes('POST /api/pull'), authentication, by, onlyFrom]),
  ).toEqual(
    expect.arrayContaining([
      [true, 'yes', ['auth_basic'], ['10.0.1.5']],
      [false, 'yes', ['auth_basic'], undefined],
    ]),
  )
  expect(front?.withheld).toBeGreaterThan(0)
  expect(own).toMatchObject({ scope: 'loopback', port: 11_434 })
  expect(new Set(Object.values(verdicts(own)))).toEqual(new Set(['stopped']))
})

test('past the proxy: the port itself, and what it answered when it was asked', () => {
  const transcript = 'tcp 10.0.3.7 port 11434 from bastion: connected\nGET /: 200\nGET /api/tags: 200\n'
  const wire = known({ endpoints: [readTranscript('wire-http-11434', transcript)] })
  const [own] = endpoints('', '0.0.0.0', { wire })
  expect(verdicts(own)).toEqual({ app: 'accept', management: 'unnamed', jump: 'accept', any: 'accept' })
  expect(own?.groups.every(({ authentication }) => authentication === 'no')).toBe(true)
  expect(own?.seen).toEqual({ from: 'bastion', outcome: 'connected', open: ['GET /api/tags'] })
})

test('a proxy that is not modelled stands in the picture: who gets to it is known, what it asks is not', () => {
  const socket = { protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'haproxy', pid: 9 }], line: 4 }
  const [front, own, ...more] = endpoints('', '127.0.0.1', { listeners: known([socket]) })
  expect(front).toMatchObject({ id: 'HAProxy *:443', program: 'HAProxy', scope: 'wildcard' })
  expect(verdicts(front)).toEqual({ app: 'accept', management: 'unnamed', jump: 'stopped', any: 'stopped' })
  expect(new Set(front?.groups.map(({ authentication }) => authentication))).toEqual(new Set(['unknown']))
  expect(front && exposureOf(front)).toBe('unknown')
  expect(own).toMatchObject({ scope: 'loopback' })
  expect(more).toEqual([])
  const transcript = 'tcp 10.0.3.7 port 443 from bastion: connected\nGET /api/tags: 200\n'
  const [asked] = endpoints('', '127.0.0.1', {
    listeners: known([socket]),
    wire: known({ endpoints: [readTranscript('wire-http-443', transcript)] }),
  })
  expect(asked && exposureOf(asked)).toBe('open')
})

const udp443 = (name: string) => ({ protocol: 'udp', address: '*', port: 443, scope: 'wildcard', processes: [{ name, pid: 9 }], line: 5 })
const quicForAll = firewallOf(rules.replace('tcp dport 11434 accept', 'udp dport 443 accept'))

test('HTTP/3 of nginx is a way in of its own: the rules for UDP, and the routes of the server that listens so', () => {
  const inside = 'auth_basic a; auth_basic_user_file f; location / { proxy_pass http://127.0.0.1:11434; }'
  const [tcp, quic, own, ...more] = endpoints(site(`listen 443 quic; ${inside}`), '127.0.0.1', { firewall: quicForAll })
  expect([tcp?.id, tcp?.protocol]).toEqual(['nginx ai.example:443', undefined])
  expect(verdicts(tcp)).toMatchObject({ app: 'accept', any: 'stopped' })
  expect(quic).toMatchObject({ id: 'nginx ai.example:443/udp', protocol: 'udp', port: 443, proxy: { name: 'ai.example', encrypted: true } })
  expect(verdicts(quic)).toMatchObject({ app: 'accept', any: 'accept' })
  expect(quic?.groups).toEqual(tcp?.groups)
  expect([own?.scope, more]).toEqual(['loopback', []])
  const [alone, ...rest] = endpoints(`server { listen 443 quic; server_name ai.example; ${inside} }`, '127.0.0.1', {})
  expect([alone?.id, verdicts(alone).app, rest.length]).toEqual(['nginx ai.example:443/udp', 'stopped', 1])
  // The other server's routes do not answer there.
  const [first, second] = endpoints(
    `${site('location / { proxy_pass http://127.0.0.1:11434; }')} server { listen 443 quic; server_name h3.example; ${inside} }`,
    '127.0.0.1',
    {},
  )
  expect([first?.id, second?.id, new Set(second?.groups.map(({ authentication }) => authentication))]).toEqual([
    'nginx ai.example:443',
    'nginx h3.example:443/udp',
    new Set(['yes']),
  ])
})

test.each([
  ['haproxy', 'HAProxy *:443/udp', 'HAProxy'],
  ['h2o', 'H2O *:443/udp', 'H2O'],
])('HTTP/3 of a proxy that is not modelled: %s', (name, id, program) => {
  const tcp443 = { ...udp443(name), protocol: 'tcp', line: 4 }
  const found = endpoints('', '127.0.0.1', { listeners: known([tcp443, udp443(name)]), firewall: quicForAll })
  const quic = found.find(({ protocol }) => protocol === 'udp')
  expect(quic).toMatchObject({ id, program })
  expect([verdicts(quic).any, quic && exposureOf(quic)]).toEqual(['accept', 'unknown'])
})

test('datagrams of an nginx that was read are drawn as it says, those without an owner as unknown', () => {
  const nginx = site('location / { proxy_pass http://127.0.0.1:11434; }')
  const ids = (processes: readonly object[]) =>
    endpoints(nginx, '127.0.0.1', { listeners: known([{ ...udp443('nginx'), processes }]) }).map(({ id }) => id)
  expect(ids([{ name: 'nginx', pid: 9 }])).toEqual(['nginx ai.example:443', expect.stringContaining('11434')])
  expect(ids([])).toEqual(['nginx ai.example:443', 'the proxy *:443/udp', expect.stringContaining('11434')])
})

test('a rule that is not understood leaves reach unknown, and names the rule', () => {
  const marked = rules.replace('tcp dport 11434 accept', 'meta mark 0x1 tcp dport 11434 accept')
  const [own] = endpoints('', '0.0.0.0', { firewall: firewallOf(marked) })
  expect(verdicts(own)).toEqual({ app: 'unknown', management: 'unnamed', jump: 'unknown', any: 'unknown' })
  expect(own?.reach.find(({ origin }) => origin === 'app')?.rule).toContain('meta mark')
})

test('rules unread: reach is unknown, never stopped; services unread: nothing is drawn', () => {
  const [own] = endpoints('', '0.0.0.0', { firewall: unknown('sudo refused', []) })
  expect(new Set(Object.values(verdicts(own)))).toEqual(new Set(['unknown']))
  expect(endpoints('', '0.0.0.0', { services: unknown('no', []) })).toEqual([])
})

test('who is let in by the firewall and dropped by the filter of its unit does not get there, and the unit is named', () => {
  const unit = (properties: object) =>
    known([{ id: 'ollama.service', properties: { IPAddressDeny: '0.0.0.0/0 ::/0', ...properties }, lines: { IPAddressDeny: 8 } }])
  const given = (properties: object) =>
    endpoints('', '0.0.0.0', {
      units: unit(properties),
      services: known([{ ...service('ollama', { address: '0.0.0.0' }), unit: 'ollama.service' }]),
    })
  const [narrow] = given({ IPAddressAllow: '10.0.1.0/24' })
  expect(verdicts(narrow)).toMatchObject({ app: 'accept', jump: 'stopped', any: 'stopped' })
  expect(narrow?.reach.find(({ origin }) => origin === 'any')).toEqual({
    ...{ origin: 'any', verdict: 'stopped', stoppedByUnit: 'ollama.service' },
    ...{ rule: 'IPAddressDeny=0.0.0.0/0 ::/0', section: 'units', line: 8 },
  })
  const [wide] = given({ IPAddressAllow: '10.0.0.0/8 192.168.0.0/16' })
  expect(verdicts(wide)).toMatchObject({ jump: 'accept', any: 'accept' })
  expect(wide?.reach.some(({ stoppedByUnit }) => stoppedByUnit !== undefined)).toBe(false)
  const [front] = endpoints(site('location / { proxy_pass http://127.0.0.1:11434; }'), '127.0.0.1', { units: unit({}) })
  expect(front?.reach.some(({ stoppedByUnit }) => stoppedByUnit !== undefined)).toBe(false)
})
