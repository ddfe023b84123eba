import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fleet, fleetSchema } from '#shared/model/fleet.ts'
import type { HostNetwork } from '#shared/model/network-flow.ts'
import { known, unknown } from '../../facts/fact.ts'
import { assembleFirewall } from '../../facts/firewall/assemble.ts'
import { parseAddresses, parseRoutes } from '../../facts/network/parse.ts'
import type { FactResults } from '../../facts/registry.ts'
import { parseSshd } from '../../facts/sshd/parse.ts'
import { readTranscript } from '../../facts/wire/transcript.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { AnyControl, Control, PolicyContext } from '../control.ts'
import inferencePort from '../controls/network/inference-port-only-from-app.control.ts'
import outboundOnly from '../controls/network/outbound-only-to-storage.control.ts'
import sshOnly from '../controls/network/ssh-only-from-jump.control.ts'
import { hostNetworkOf } from './host-network.ts'

const named = {
  app: ['10.0.1.0/24'],
  jump: ['10.0.9.9'],
  management: ['10.0.2.0/24'],
  modelAdmins: ['10.0.2.5'],
  modelStorage: ['10.0.4.0/24'],
}

function contextOf(networks: object, withJump = true): PolicyContext {
  const fleet: Fleet = fleetSchema.parse({
    version: 1,
    name: 'test',
    jump: withJump ? [{ name: 'bastion', address: '192.0.2.1' }] : [],
    identities: { audit: { user: 'audit' } },
    hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
    networks,
  })
  return { fleet, host: fleet.hosts[0] as Fleet['hosts'][number], now: 0, advisories: undefined as never }
}

const network = {
  addresses: parseAddresses('2: eth0 inet 10.0.3.7/24 scope global eth0\n'),
  routes: parseRoutes('default via 10.0.3.1 dev eth0', 4),
  defaultRoute: true,
}
const firewall = (nft: string) =>
  assembleFirewall(
    {
      nft: printed('nft', nft),
      iptables: printed('iptables', ''),
      ip6tables: printed('ip6tables', ''),
      ipset: printed('ipset', ''),
      ufw: printed('ufw', 'Status: inactive\n'),
    },
    network,
  )
const chain = (hook: string, policy: string, rules: readonly string[]) =>
  `table inet ${hook} {\n\tchain ${hook} {\n\t\ttype filter hook ${hook} priority filter; policy ${policy};\n${rules.join('\n')}\n\t}\n}\n`

const bind = (address: string, port: number, scope: string) => ({ address, port, scope, section: 'listeners', line: 2, basis: 'observed' })
const ollama = (address = '0.0.0.0', scope = 'wildcard', more: object = {}) => ({
  ...{ id: 'ollama.service', how: 'systemd', running: true, pids: [5], binds: [bind(address, 11_434, scope)], ...more },
})
const listener = (port: number, name: string, pid = 1) => ({
  ...{ protocol: 'tcp', address: '0.0.0.0', port, scope: 'wildcard', processes: name === '' ? [] : [{ name, pid }], line: port },
})
const closedIn = chain('input', 'drop', ['ip saddr 10.0.1.0/24 tcp dport 11434 accept', 'ip saddr 10.0.9.9 tcp dport 22 accept'])
const closedOut = chain('output', 'drop', ['ip daddr 10.0.4.0/24 tcp dport 443 accept'])

function facts(more: object = {}): FactResults {
  return {
    listeners: known([listener(11_434, 'ollama', 5), listener(22, 'sshd')]),
    services: known([ollama()]),
    units: known([]),
    programs: known([]),
    processes: known([]),
    containers: known({ runtimes: [], containers: [] }),
    sshd: unknown('no', ['sshd']),
    'sshd-matches': known({ matches: [], elsewhere: [] }),
    network: known(network),
    os: unknown('no', []),
    wire: unknown('not asked', []),
    firewall: firewall(closedIn + closedOut),
    sources: known({ packageSources: [], proxies: [] }),
    ...more,
  } as unknown as FactResults
}

const look = (more: object = {}, context = contextOf(named)) => hostNetworkOf(facts(more), context)
const states = ({ doors }: HostNetwork, kind: string) =>
  Object.fromEntries(doors.find((door) => door.kind === kind)?.flows.map(({ segment, state }) => [segment, state]) ?? [])
const flow = ({ doors }: HostNetwork, kind: string, segment: string) =>
  doors.find((door) => door.kind === kind)?.flows.find((each) => each.segment === segment)
const closed = { app: 'closed', jump: 'closed', management: 'closed', modelAdmins: 'closed', any: 'closed' }

test('as it should be: the applications, SSH from the jump host, storage; each with the rule', () => {
  const sound = look()
  expect(states(sound, 'inference')).toEqual({ ...closed, app: 'allowed' })
  expect(states(sound, 'ssh')).toEqual({ ...closed, jump: 'allowed' })
  expect(states(sound, 'out')).toEqual({ modelStorage: 'allowed', packages: 'closed', anywhere: 'closed' })
  expect(flow(sound, 'inference', 'app')?.rule?.text).toBe('ip saddr 10.0.1.0/24 tcp dport 11434 accept')
  expect(flow(sound, 'inference', 'any')?.rule?.text).toContain('policy drop')
  expect(sound.doors[0]?.judgedBy).toEqual([{ control: 'inference-port-only-from-app', subject: '0.0.0.0:11434' }])
  expect(sound.unread).toBeUndefined()
})

test('no rules: everything is open, and what nobody allows is excess', () => {
  const open = look({ firewall: firewall('') })
  expect(states(open, 'inference')).toEqual({
    app: 'allowed',
    jump: 'excess',
    management: 'allowed',
    modelAdmins: 'allowed',
    any: 'excess',
  })
  expect(states(open, 'ssh')).toEqual({ app: 'excess', jump: 'allowed', management: 'excess', modelAdmins: 'excess', any: 'excess' })
  expect(states(open, 'out')).toEqual({ modelStorage: 'allowed', packages: 'closed', anywhere: 'excess' })
  expect(flow(open, 'inference', 'any')?.reason).toContain('any IPv4 address')
})

test.each([
  ['the rules were not read', { firewall: unknown('sudo refused nft', ['nft']) }, 'sudo refused nft'],
  ['a rule is not understood', { firewall: firewall(chain('input', 'drop', ['meta mark 0x7 accept'])) }, 'meta mark 0x7'],
  [
    'published ports of containers, translation unread',
    {
      services: known([
        ollama('0.0.0.0', 'wildcard', { how: 'container', binds: [{ ...bind('0.0.0.0', 11_434, 'wildcard'), section: 'containers' }] }),
      ]),
      firewall: { ...firewall(closedIn), ...untranslated() },
    },
    'container runtime',
  ],
])('unknown, never closed, when %s', (_, more, reason) => {
  const seen = look(more)
  expect(Object.values(states(seen, 'inference'))).toEqual(Array(5).fill('unknown'))
  expect(flow(seen, 'inference', 'any')?.reason).toContain(reason)
})

function untranslated() {
  const fact = firewall(closedIn)
  return fact.known ? { value: { ...fact.value, translationKnown: false } } : {}
}

test('what Gatehouse connected to from the jump host is open, whatever the rules hide; rules that say otherwise are doubted', () => {
  const wire = known({ endpoints: [readTranscript('wire-http-11434', 'tcp 10.0.3.7 port 11434 from bastion: connected\n')] })
  const blind = look({ firewall: unknown('sudo refused nft', ['nft']), wire })
  expect(flow(blind, 'inference', 'jump')).toMatchObject({ state: 'excess', wire: { from: 'bastion', outcome: 'connected' } })
  expect(flow(blind, 'inference', 'any')?.state).toBe('unknown')
  // The audit itself came in by SSH.
  expect(states(blind, 'ssh')).toMatchObject({ jump: 'allowed', any: 'unknown' })
  expect(flow(look({ wire }), 'inference', 'jump')).toMatchObject({ state: 'unknown', reason: expect.stringContaining('bastion') })
  // Without a jump host it is not known which segment this computer is in.
  expect(flow(look({ firewall: unknown('no', []), wire }, contextOf(named, false)), 'inference', 'jump')?.state).toBe('unknown')
})

test('networks that the fleet file does not name are said, and nothing is called right or wrong by them', () => {
  const bare = look({ firewall: firewall('') }, contextOf({}))
  expect(states(bare, 'inference')).toEqual({
    app: 'unnamed',
    jump: 'unnamed',
    management: 'unnamed',
    modelAdmins: 'unnamed',
    any: 'unknown',
  })
  expect(states(bare, 'ssh')).toMatchObject({ any: 'unknown' })
  expect(flow(bare, 'out', 'modelStorage')?.state).toBe('unnamed')
})

test('an address of two segments may do what either may', () => {
  const rules = firewall(chain('input', 'drop', ['ip saddr 10.0.2.5 tcp dport { 22, 11434 } accept']))
  const both = look({ firewall: rules }, contextOf({ ...named, jump: ['10.0.2.5'] }))
  expect(states(both, 'inference')).toMatchObject({ jump: 'allowed', modelAdmins: 'allowed', any: 'closed' })
  expect(states(both, 'ssh')).toMatchObject({ jump: 'allowed', modelAdmins: 'allowed', management: 'closed' })
})

test('bound to this machine: closed to all; missed by the applications when nothing else leads to a model', () => {
  const local = { services: known([ollama('127.0.0.1', 'loopback')]), listeners: known([listener(22, 'sshd')]) }
  expect(states(look(local), 'inference')).toEqual({ ...closed, app: 'missing' })
  const proxied = look({ ...local, listeners: known([listener(443, 'nginx'), listener(22, 'sshd')]), firewall: firewall('') })
  expect(states(proxied, 'inference')).toEqual(closed)
  expect(states(proxied, 'proxy')).toMatchObject({ app: 'allowed', any: 'excess' })
})

test('a server is held by the filter of its own unit', () => {
  const services = known([ollama('0.0.0.0', 'wildcard', { unit: 'ollama.service' })])
  const units = known([{ id: 'ollama.service', properties: { IPAddressDeny: '0.0.0.0/0 ::/0' } }])
  const { doors } = hostNetworkOf(facts({ firewall: firewall(chain('input', 'accept', [])), services, units }), contextOf(named))
  expect(doors.find(({ name }) => name === 'ollama.service')?.flows.find(({ segment }) => segment === 'app')?.state).toBe('missing')
})

test('AllowUsers with a source turns away whom the firewall lets through, as the finding says', () => {
  const sshd = known(parseSshd('port 22\nallowusers ops@10.0.9.9\n'))
  const bound = look({ sshd, firewall: firewall('') })
  expect(states(bound, 'ssh')).toEqual({ ...closed, jump: 'allowed' })
  expect(flow(bound, 'ssh', 'any')?.reason).toContain('AllowUsers')
})

test('other programs, unexpected ones, and sockets whose owner is hidden', () => {
  const listeners = known([listener(11_434, 'ollama', 5), listener(22, 'sshd'), listener(4444, 'xmrig', 66), listener(5555, '')])
  const program = (id: string, kind: string, port: number) => ({
    id,
    name: id,
    kind,
    pids: [port],
    user: 'u',
    binds: [bind('0.0.0.0', port, 'wildcard')],
  })
  const unseen = {
    id: 'ray',
    name: 'Ray',
    kind: 'cluster',
    pids: [9],
    user: 'u',
    binds: [],
    bindsUnknown: 'the owners of sockets could not be read',
  }
  const programs = known([program('node-exporter', 'exporter', 9100), program('jupyter', 'notebook', 8888), unseen])
  const { doors } = look({ listeners, programs, firewall: firewall('') })
  const of = (name: string) => {
    const door = doors.find((each) => each.name === name)
    return [door?.kind, door?.judgedBy[0], ...(door?.flows.map(({ state }) => state) ?? [])]
  }
  const open = ['excess', 'excess', 'excess', 'excess', 'excess']
  expect(of('node-exporter')).toEqual([
    'program',
    { control: 'metrics-only-from-monitoring', subject: 'node-exporter' },
    ...['excess', 'excess', 'allowed', 'allowed', 'excess'],
  ])
  expect(of('jupyter')).toEqual(['program', { control: 'code-runner-not-exposed', subject: 'jupyter' }, ...open])
  expect(of('Ray').slice(2)).toEqual(Array(5).fill('unknown'))
  expect(of('xmrig')).toEqual(['other', { control: 'listener-owner-expected', subject: 'xmrig 4444' }, ...open])
  expect(of('Unknown program').slice(2)).toEqual(Array(5).fill('unknown'))
})

test('HTTP/3 and unexpected datagrams are doors of their own, with the rules for UDP', () => {
  const datagrams = (port: number, name: string, pid = 1) => ({ ...listener(port, name, pid), protocol: 'udp' })
  const rules = firewall(
    chain('input', 'drop', ['tcp dport 443 accept', 'ip saddr 10.0.1.0/24 udp dport 443 accept', 'udp dport 5353 accept']),
  )
  const listeners = known([listener(22, 'sshd'), listener(443, 'nginx'), datagrams(443, 'nginx'), datagrams(5353, 'avahi-daemon', 7)])
  const wire = known({ endpoints: [{ port: 443, from: 'bastion', tcp: 'connected', section: 'wire-tls-443', line: 1, answers: [] }] })
  const { doors } = look({ services: known([ollama('127.0.0.1', 'loopback')]), listeners, firewall: rules, wire })
  const of = (bind: string) => {
    const door = doors.find((each) => each.bind === bind)
    return [door?.name, door?.judgedBy[0]?.subject, ...(door?.flows.map(({ state }) => state) ?? [])]
  }
  expect(of('0.0.0.0:443')).toEqual(['nginx', '0.0.0.0:443', 'allowed', 'excess', 'allowed', 'allowed', 'excess'])
  expect(of('0.0.0.0:443/udp')).toEqual(['nginx, HTTP/3', '0.0.0.0:443/udp', 'allowed', 'closed', 'closed', 'closed', 'closed'])
  expect(of('0.0.0.0:5353/udp')).toEqual(['avahi-daemon', 'avahi-daemon 5353/udp', ...Array(5).fill('excess')])
})

test('a container that nobody expects is drawn by its name, and unknown where its translation was not read', () => {
  const database = { name: 'shop-db', image: 'postgres:17', running: true, line: 4 }
  const containers = known({
    runtimes: ['docker'],
    containers: [{ ...database, ports: [{ hostAddress: '', hostPort: 5432, containerPort: 5432, protocol: 'tcp' }] }],
  })
  const seen = look({ containers, firewall: firewall('') })
  expect(seen.doors.find(({ name }) => name === 'shop-db')).toMatchObject({
    kind: 'other',
    bind: '0.0.0.0:5432',
    judgedBy: [{ control: 'listener-owner-expected', subject: 'shop-db 5432' }],
  })
  expect(new Set(Object.values(states(seen, 'other')))).toEqual(new Set(['excess']))
  const blind = look({ containers, firewall: { ...firewall(closedIn), ...untranslated() } })
  expect(new Set(Object.values(states(blind, 'other')))).toEqual(new Set(['unknown']))
})

test('the jump host itself: management may log in, of others nothing is said', () => {
  const context = contextOf(named)
  const bastion = { name: 'bastion', address: '192.0.2.1', port: 22, labels: [] }
  const own = hostNetworkOf(facts({ services: known([]), firewall: firewall('') }), { ...context, host: bastion })
  expect(states(own, 'ssh')).toEqual({ app: 'unknown', jump: 'unknown', management: 'allowed', modelAdmins: 'allowed', any: 'unknown' })
  expect(own.doors.find(({ kind }) => kind === 'ssh')?.judgedBy).toEqual([{ control: 'jump-second-factor-required' }])
})

test('a thousand rules and many doors are followed in a moment', () => {
  const rules = Array.from({ length: 1000 }, (_, index) => `ip saddr 10.${index >> 8}.${index & 255}.0/24 tcp dport ${2000 + index} accept`)
  const programs = known(
    Array.from({ length: 20 }, (_, index) => ({
      ...{ id: `p${index}`, name: `p${index}`, kind: 'notebook', pids: [index + 100], user: 'u' },
      binds: [bind('0.0.0.0', 2000 + index * 7, 'wildcard')],
    })),
  )
  const given = facts({ programs, firewall: firewall(chain('input', 'drop', rules) + chain('output', 'drop', rules)) })
  const startedMs = performance.now()
  expect(hostNetworkOf(given, contextOf(named)).doors).toHaveLength(23)
  expect(performance.now() - startedMs).toBeLessThan(5000)
})

test('facts that could not be read are named, and leave no door out silently', () => {
  expect(look({ listeners: unknown('ss is missing', ['listeners']) }).unread).toBe('ss is missing')
  const half = look({ services: unknown('ps refused', ['processes']), programs: unknown('ps refused', ['processes']) })
  expect(half.unread).toBe('ps refused')
  expect(half.doors.map(({ kind }) => kind)).toEqual(['ssh', 'out'])
})

const https = chain('output', 'drop', ['tcp dport 443 accept'])
const source = (...urls: readonly string[]) => known({ packageSources: urls.map((url) => ({ url, file: 'f', line: 1 })), proxies: [] })
test.each([
  ['HTTPS to anywhere', { firewall: firewall(https), sources: source('https://mirror.example/debian') }, 'allowed'],
  ['the port of the source is stopped', { firewall: firewall(https), sources: source('http://mirror.example/debian') }, 'missing'],
  ['some addresses, and a name', { firewall: firewall(closedOut), sources: source('https://mirror.example/') }, 'unknown'],
  ['by address, let out', { firewall: firewall(closedOut), sources: source('https://10.0.4.9/debian') }, 'allowed'],
  ['by address, stopped', { firewall: firewall(closedOut), sources: source('https://10.0.5.9/debian') }, 'missing'],
  ['a port of its own', { firewall: firewall(https), sources: source('http://mirror.example:443/debian') }, 'allowed'],
  ['the worst of several', { firewall: firewall(https), sources: source('https://a.example/', 'http://b.example/') }, 'missing'],
  ['files only', { sources: source('file:/srv/mirror') }, 'closed'],
  ['one that cannot be read', { sources: source('') }, 'unknown'],
  [
    'through a proxy',
    { sources: known({ packageSources: [], proxies: [{ of: 'packages', name: 'Acquire::http::Proxy', value: 'x', line: 1 }] }) },
    'unknown',
  ],
  ['sources unread', { sources: unknown('no', ['sources']) }, 'unknown'],
])('package sources: %s', (_, more, state) => {
  expect(flow(look(more), 'out', 'packages')?.state).toBe(state)
})

test.each([
  ['a port that only a rule names', chain('output', 'drop', ['ip daddr 10.0.4.7 tcp dport 9000 accept']), 'allowed'],
  ['nothing gets out', chain('output', 'drop', []), 'missing'],
  ['a rule that is not understood', chain('output', 'drop', ['meta mark 0x7 accept']), 'unknown'],
])('model storage: %s', (_, rules, state) => {
  expect(flow(look({ firewall: firewall(rules) }), 'out', 'modelStorage')?.state).toBe(state)
})

/** Networks that overlap and touch, and rules that name some of them. */
const networks = fc.constantFrom('10.0.1.0/24', '10.0.1.128/25', '10.0.2.0/24', '10.0.2.5', '10.0.9.9', '10.0.0.0/8', '192.0.2.0/24')
const rule = fc.oneof(
  fc
    .record({ from: networks, port: fc.constantFrom('11434', '22', '{ 22, 11434 }', '1-65535'), verb: fc.constantFrom('accept', 'drop') })
    .map(({ from, port, verb }) => `ip saddr ${from} tcp dport ${port} ${verb}`),
  fc.constantFrom('tcp dport 11434 accept', 'tcp dport 22 drop', 'accept', 'meta mark 0x7 accept', 'iif "lo" accept'),
)
const lists = fc.array(networks, { maxLength: 2 })
const scenario = fc.record({
  rules: fc.array(rule, { maxLength: 5 }),
  policy: fc.constantFrom('accept', 'drop'),
  names: fc.record({ app: lists, jump: lists, management: lists, modelAdmins: lists }),
})
const statusOf = (control: AnyControl, given: FactResults, context: PolicyContext) => {
  const { needs, uses = [], evaluate } = control as unknown as Control<keyof FactResults, keyof FactResults>
  const of = Object.fromEntries([
    ...needs.map((id) => [id, (given[id] as { readonly value?: unknown }).value]),
    ...uses.map((id) => [id, given[id] ?? unknown('not given', [])]),
  ])
  return evaluate(of as Parameters<typeof evaluate>[0], context)[0]?.status
}

test.each([
  ['inference', inferencePort],
  ['ssh', sshOnly],
])('the page says of %s what the finding says, for any rules and networks', (kind, control) => {
  fc.assert(
    fc.property(scenario, ({ rules, policy, names }) => {
      const context = contextOf(names, false)
      const given = facts({ firewall: firewall(chain('input', policy, rules)) })
      const found = Object.values(states(hostNetworkOf(given, context), kind))
      const status = statusOf(control, given, context)
      expect(found).toHaveLength(5)
      if (found.includes('excess')) expect(status).toBe('fail')
      if (status === 'fail') expect(found).toContain('excess')
      if (status === 'pass') expect(found.filter((state) => state === 'excess')).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('what leaves to anywhere is excess exactly when the finding warns or there is no rule at all', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom('tcp dport 443 accept', 'udp dport 53 accept', 'ip daddr 10.0.4.0/24 accept', 'accept', 'tcp dport 80 drop'),
        { maxLength: 4 },
      ),
      (rules) => {
        const given = facts({ firewall: firewall(chain('output', 'drop', rules)) })
        const context = contextOf(named)
        const status = statusOf(outboundOnly, given, context)
        expect(flow(hostNetworkOf(given, context), 'out', 'anywhere')?.state === 'excess').toBe(
          status === 'warning' || status === 'not-applicable',
        )
      },
    ),
  )
})

test.each([
  ['are not seen, as that of a pod,', ollama('', '', { binds: [] })],
  ['were not all seen', ollama()],
])('a server whose doors %s has unknown flows with the reason', (_, seen) => {
  const hidden = { ...seen, id: 'ai/chat-0/vllm', bindUnknown: 'ports of the cluster were not read' }
  const { doors } = hostNetworkOf(facts({ services: known([ollama(), hidden]) }), contextOf(named))
  const door = doors.find(({ bind, name }) => bind === '' && name === 'ai/chat-0/vllm')
  expect(door).toMatchObject({ kind: 'inference', judgedBy: [{ control: 'inference-port-only-from-app', subject: 'ai/chat-0/vllm' }] })
  expect(new Set(door?.flows.map(({ state }) => state))).toEqual(new Set(['unknown']))
  expect(door?.flows[0]?.reason).toContain('ports of the cluster were not read')
})
