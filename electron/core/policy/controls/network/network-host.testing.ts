import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import type { Network } from '../../../facts/network/network.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import type { AnyControl, Control, Verdict } from '../../control.ts'

/** One host with two addresses, its rules as nft prints them, and what the controls of this folder say of it. */
export const network = {
  addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n2: eth0 inet6 fd00::2/64 scope global\n'),
  routes: [...parseRoutes('default via 10.0.0.1 dev eth0', 4), ...parseRoutes('default via fd00::1 dev eth0', 6)],
  defaultRoute: true,
}
export const fourOnly = { ...network, addresses: network.addresses.slice(0, 1) }
export const fourOnlyFact = { network: fourOnly }

export const chain = (family: string, hook: string, policy: string, rules: string) =>
  `table ${family} ${hook} {\n\tchain ${hook} {\n\t\ttype filter hook ${hook} priority filter; policy ${policy};\n${rules}\n\t}\n}\n`
export function firewall(nft: string, of: Network = network) {
  const fact = assembleFirewall(
    {
      nft: printed('nft', nft),
      iptables: printed('iptables', ''),
      ip6tables: printed('ip6tables', ''),
      ipset: printed('ipset', ''),
      ufw: printed('ufw', 'Status: inactive\n'),
    },
    of,
  )
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}

export const listener = (port: number, name: string | undefined, scope = 'wildcard') => ({
  protocol: 'tcp',
  address: scope === 'loopback' ? '127.0.0.1' : '0.0.0.0',
  port,
  scope,
  processes: name === undefined ? [] : [{ name, pid: 1 }],
  line: 1,
})
export const service = (scope: string) => ({
  id: 'vllm.service',
  how: 'systemd',
  running: true,
  binds: [{ address: scope === 'loopback' ? '127.0.0.1' : '0.0.0.0', port: 8000, scope, section: 'listeners', line: 2, basis: 'observed' }],
  modelPaths: [],
})

/** A server behind the filter of its own unit. */
export const filtered = (allowed: string, denied = '0.0.0.0/0 ::/0') => ({
  services: [{ ...service('wildcard'), unit: 'vllm.service', binds: [{ ...service('wildcard').binds[0], address: '*' }] }],
  units: known([{ id: 'vllm.service', properties: { IPAddressAllow: allowed, IPAddressDeny: denied }, lines: {} }]),
})

/** As Java binds it. */
export const carried = (address: string, scope = 'specific') => ({
  network: known(fourOnly),
  services: [{ ...service(scope), binds: [{ ...service(scope).binds[0], address: `::ffff:${address}` }] }],
})

export const publishingQuic = known({
  ...{ runtimes: ['docker'], podContainers: [] },
  containers: [
    {
      ...{ name: 'edge', image: 'caddy:2', running: true, line: 2 },
      ports: [{ hostAddress: '', hostPort: 443, containerPort: 443, protocol: 'udp' }],
    },
  ],
})

export const hiddenPod = {
  ...service('wildcard'),
  id: 'ai/chat-0/vllm',
  how: 'container',
  binds: [],
  bindUnknown: 'nobody told',
  pod: { uid: '1' },
}

export const closed =
  chain('inet', 'input', 'drop', 'iif "lo" accept\nip saddr 10.0.1.0/24 tcp dport 8000 accept\nip saddr 10.0.9.9 tcp dport 22 accept') +
  chain('inet', 'output', 'drop', '')
export const wide = chain('inet', 'input', 'drop', 'tcp dport { 22, 8000 } accept')
export const quicForAll = chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/24 tcp dport 443 accept\nudp dport 443 accept')
export const turned = (rule: string) =>
  `${chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/24 tcp dport 443 accept\nip saddr 10.0.9.9 tcp dport 22 accept\nct status dnat accept')}table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`
export const marked = chain('inet', 'input', 'drop', 'meta mark 0x7 accept') + chain('inet', 'output', 'drop', 'meta mark 0x7 accept')
export const storageOnly = chain(
  'inet',
  'output',
  'drop',
  'ip daddr 10.0.4.0/24 tcp dport 443 accept\nip daddr 10.0.0.53 udp dport 53 accept',
)
export const withBridge = (name: string) => ({
  ...network,
  addresses: [...network.addresses, ...parseAddresses(`3: ${name} inet 172.17.0.1/16 scope global ${name}\n`)],
})
export const withDocker = { network: known(withBridge('docker0')) }
export const forwards = (policy: string, rule = '') => chain('inet', 'forward', policy, rule)
export const sender = (gateways: readonly string[], addresses: readonly string[]) => ({
  ...{ pid: 7, ppid: 1, user: 'root', uid: 0, name: 'python3', argv: ['python3'], line: 9 },
  ...{ gateways, addresses },
})
export const httpsOut = chain('inet', 'output', 'drop', 'tcp dport 443 accept')
/** Three fifths in pieces none of which is as large as what is dropped. */
export const quarters = ['0.0.0.0/3', '32.0.0.0/3', '64.0.0.0/3', '96.0.0.0/3', '160.0.0.0/3']
  .map((block) => `ip saddr ${block} counter accept`)
  .join('\nudp dport 7 accept\n')
export const v4 = chain('ip', 'input', 'drop', '')

export const sshd = (text: string) => known(parseSshd(text))
export const unread = unknown('no', ['sshd'])
export const base = {
  ...{ network: known(network), listeners: [listener(22, 'sshd')], services: [service('wildcard')] },
  ...{
    containers: known({ runtimes: [], containers: [], podContainers: [] }),
    programs: known([]),
    processes: known([]),
    units: known([]),
  },
  ...{
    sshd: unread,
    os: unread,
    access: unread,
    nginx: unread,
    accounts: unread,
    'sshd-matches': known({ matches: [], elsewhere: [] }),
    'audit-keys': unread,
  },
}
export const named = { app: ['10.0.1.0/24'], jump: ['10.0.9.9'] }

/** What a control says where these rules are loaded and these facts are otherwise than in `base`. */
export function judge(control: AnyControl, nft: string, change: object, networks: object): readonly Verdict[] {
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'f',
    identities: { audit: { user: 'a' } },
    hosts: [{ name: 'h', address: '10.0.0.2' }],
    networks,
  })
  const open = control as unknown as Control
  const given = (change as { readonly network?: Partial<Network> }).network
  const rules = firewall(nft, given?.addresses ? (given as Network) : network)
  return open.evaluate({ firewall: rules, ...base, ...change } as never, { fleet, host: fleet.hosts[0], now: 0 } as never)
}
