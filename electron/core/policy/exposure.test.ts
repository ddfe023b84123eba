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
