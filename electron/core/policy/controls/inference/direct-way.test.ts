import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import requiresKey from '../proxy/engine-requires-key-when-exposed.control.ts'
import managementDirect from '../proxy/management-not-directly-reachable.control.ts'
import { ask, outcomes } from '../proxy/proxy-facts.ts'
import { directWayTo } from './direct-way.ts'

const network: Network = {
  addresses: parseAddresses(
    [
      '2: eth0 inet 10.80.2.11/24',
      '3: docker0 inet 172.17.0.1/16',
      '4: podman0 inet 10.88.0.1/16',
      '3: docker0 inet6 fd00::1/64',
      '5: open1 inet 172.31.0.1/24',
    ]
      .map((line) => `${line} scope global\n`)
      .join(''),
  ),
  routes: [
    ...parseRoutes(
      'default via 10.80.2.1 dev eth0\n10.80.2.0/24 dev eth0\n172.17.0.0/16 dev docker0\n10.88.0.0/16 dev podman0\n172.31.0.0/24 dev open1',
      4,
    ),
    ...parseRoutes('fd00::/64 dev docker0\ndefault via fe80::1 dev eth0', 6),
  ],
  defaultRoute: true,
}
/** What Docker and Podman wrote (`facts/firewall/__fixtures__`), with rules of the admin's own. */
const recorded = (name: string, more = ''): FactResult<Firewall> => {
  const read = (id: string) =>
    readFileSync(new URL(`../../../facts/firewall/__fixtures__/${name}/${id}.txt`, import.meta.url), 'utf8') + (id === 'nft' ? more : '')
  const [nft, iptables, ip6tables, ufw] = ['nft', 'iptables', 'ip6tables', 'ufw'].map((id) => printed(id, read(id)))
  if (!nft || !iptables || !ip6tables || !ufw) throw new Error(name)
  return assembleFirewall({ nft, iptables, ip6tables, ipset: printed('ipset', ''), ufw }, network)
}
/** As Docker 28 has it for each container, in its own words. */
const raw = (what: string) =>
  `table ip own {\n\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\t${what}\n\t}\n}\n`

const service = (more: Partial<InferenceService> = {}) =>
  ({ id: 'llm', engine: 'vllm', how: 'container', pids: [70], openInside: [8000], ...more }) as InferenceService
const way = (addresses: readonly string[] | undefined, firewall: FactResult<Firewall>, more: Partial<InferenceService> = {}, cgroup = '') =>
  directWayTo(service(more), {
    processes: known([{ pid: 70, addresses, cgroup } as Process]),
    firewall,
    network: known(network),
  })?.state

describe('past what is published', () => {
  test.each<[string, readonly string[] | undefined, FactResult<Firewall>, string | undefined, Partial<InferenceService>?]>([
    [
      'Docker 20.10 lets all of the network in to a port that is published on the loopback',
      ['172.17.0.3'],
      recorded('debian-12-docker'),
      'open',
    ],
    ['Docker 26 as well', ['172.17.0.3'], recorded('debian-13-docker'), 'open'],
    ['not to a port that is published of none', ['172.17.0.9'], recorded('debian-12-docker'), undefined],
    ['nor to one that is kept on the loopback inside', ['172.17.0.3'], recorded('debian-12-docker'), undefined, { openInside: [] }],
    [
      'a rule before all keeps the network out',
      ['172.17.0.3'],
      recorded('debian-12-docker', raw('iifname != "docker0" ip daddr 172.17.0.0/16 drop')),
      undefined,
    ],
    [
      'of another bridge it does not',
      ['172.17.0.3'],
      recorded('debian-12-docker', raw('iifname != "br-1" ip daddr 172.18.0.0/16 drop')),
      'open',
    ],
    ['a rule that is not understood', ['172.17.0.3'], recorded('debian-12-docker', raw('meta cgroup 7 drop')), 'unclear'],
    ['Podman leaves it to the firewall, and there is none: published or not', ['10.88.0.9'], recorded('debian-12-podman'), 'open'],
    ['netavark too', ['10.88.0.9'], recorded('debian-13-podman'), 'open'],
    ['an address of IPv6, which Docker 20.10 leaves alone', ['172.17.0.9', 'fd00::9'], recorded('debian-12-docker'), 'open'],
    ['the network of the host', ['10.80.2.11', '172.17.0.1'], recorded('debian-12-podman'), undefined],
    ['no network', [], recorded('debian-12-docker'), undefined],
    ['its addresses were not read', undefined, recorded('debian-12-docker'), undefined],
    ['the rules were not read', ['172.17.0.3'], unknown('why', ['nft']), 'unclear'],
    ['a pod', ['172.17.0.3'], recorded('debian-12-docker'), undefined, { pod: { name: 'a' } as never }],
  ])('%s', (_, addresses, firewall, expected, more) => {
    expect(way(addresses, firewall, more)).toBe(expected)
  })

  // Docker 28.5.2 on a host of the lab: whether a neighbour with a route by it connected to 172.x.x.x:8080 stands beside it.
  test.each<[string, string, boolean]>([
    ['published for all, past that port', '172.17.0.2', false],
    ['published on the loopback', '172.17.0.3', false],
    ['published at an address', '172.17.0.4', false],
    ['published nowhere', '172.17.0.5', false],
    ['gateway_mode=nat-unprotected, published nowhere', '172.30.1.2', true],
    ['the same, on the loopback', '172.30.1.3', true],
    ['gateway_mode=routed, published nowhere', '172.30.2.2', false],
    ['the same, published', '172.30.2.3', true],
    ['--internal', '172.30.3.2', false],
    ['trusted_host_interfaces=host0', '172.30.5.2', false],
  ])('Docker 28: %s', (_, address, open) => {
    const bridges = { docker0: '172.17.0', 'br-d7036a01d8f2': '172.30.1', 'br-11fdd94f8484': '172.30.2', 'br-b67cc78cb3f7': '172.30.3' }
    const own = Object.entries({ ...bridges, 'br-c88a8edf20ba': '172.30.5' })
    const lines = own.map(([name, net], at) => `${at + 3}: ${name} inet ${net}.1/${name === 'docker0' ? 16 : 24} scope global\n`)
    const there: Network = {
      addresses: parseAddresses(`2: eth0 inet 10.77.2.12/24 scope global\n${lines.join('')}`),
      routes: parseRoutes(
        ['10.77.2.0/24 dev eth0', ...own.map(([name, net]) => `${net}.0/${name === 'docker0' ? 16 : 24} dev ${name}`)].join('\n'),
        4,
      ),
      defaultRoute: false,
    }
    const found = directWayTo(service({ openInside: [8080] }), {
      processes: known([{ pid: 70, addresses: [address] } as unknown as Process]),
      firewall: recorded('docker-28'),
      network: known(there),
    })
    expect(found?.state).toBe(open ? 'open' : undefined)
  })

  test.each([
    ['published for all, past that port', '172.17.0.2', undefined],
    ['published on the loopback', '172.17.0.3', undefined],
    ['published nowhere', '172.17.0.9', undefined],
    ['gateway_mode=nat-unprotected', '172.31.0.2', 'open'],
  ])('Docker 29 with rules of nftables: %s', (_, address, expected) => {
    expect(way([address], recorded('docker-29-nftables'))).toBe(expected)
  })

  test.each<[string, Partial<InferenceService>, FactResult<Firewall>, string, string]>([
    [
      'no key',
      { apiKey: 'none' },
      recorded('debian-12-docker'),
      'warning: Inference port answers without a key',
      'warning: Management routes are open to the network',
    ],
    ['a key', { apiKey: 'set' }, recorded('debian-12-docker'), 'warning: 20 of 33 routes ignore the API key', ''],
    [
      'rules that were not read',
      { apiKey: 'none' },
      unknown('why', ['nft']),
      'not-evaluated: Ways to the container could not be followed',
      'not-evaluated: Ways to the container could not be followed',
    ],
    [
      'nobody gets in',
      { apiKey: 'none', openInside: [] },
      recorded('debian-12-docker'),
      'pass: The inference port is local only',
      'pass: The management port is local only',
    ],
  ])('what the engine lets them do there: %s', (_, more, firewall, key, management) => {
    const binds = [{ address: '127.0.0.1', port: 8000, scope: 'loopback', section: 'containers', line: 3, basis: 'observed' }] as const
    const one = service({ running: true, argv: [], binds, containerPorts: [8000], modelPaths: [], ...more })
    const given = {
      services: [one],
      processes: known([{ pid: 70, addresses: ['172.17.0.3'] } as unknown as Process]),
      ...{ os: known({ sysctl: {} }), firewall, network: known(network) },
    }
    expect(outcomes(ask(requiresKey, given as never))).toEqual([key])
    if (management !== '') expect(outcomes(ask(managementDirect, given as never))).toEqual([management])
  })

  test('a container of an account without root has an address that only it knows', () => {
    const cgroup = '/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ab.scope'
    expect(way(['172.17.0.3'], recorded('debian-12-docker'), {}, cgroup)).toBeUndefined()
  })

  test('what is said: the container, who gets in, and the rule that would close it', () => {
    const found = directWayTo(service(), {
      processes: known([{ pid: 70, addresses: ['172.17.0.3'] } as unknown as Process]),
      firewall: recorded('debian-12-docker'),
      network: known(network),
    })
    expect([found?.why, found?.hint, found?.cite.length]).toEqual([
      expect.stringMatching(/^the host forwards what comes for 172\.17\.0\.3:8000, its container, from any IPv4 address: /),
      expect.stringMatching(/ iptables -t raw -I PREROUTING -d 172\.17\.0\.0\/16 ! -i docker0 -j DROP$/),
      1,
    ])
  })
})
