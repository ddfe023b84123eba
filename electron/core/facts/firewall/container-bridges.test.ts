import { describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import { containerBridges, forwardedFrom, sourcesBehind } from './forwarded.ts'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictAmong, verdictFor } from './reach.ts'
import { firewallOf, recorded, tcp } from './recorded-hosts.testing.ts'

const bridgeOf = (host: Network) => {
  const [bridge] = containerBridges(host)
  if (!bridge) throw new Error('no bridge')
  return bridge
}

describe('a port that Docker publishes', () => {
  const network: Network = {
    addresses: [
      { interface: 'eth0', address: '10.80.2.11', prefixLength: 24, line: 1 },
      { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 2 },
    ],
    routes: parseRoutes('default via 10.80.2.1 dev eth0\n172.17.0.0/16 dev docker0\n', 4),
    defaultRoute: true,
  }

  test('passes around the INPUT chain', () => {
    const firewall = firewallOf(recorded('docker-published'), network)
    expect(firewall.defaultInbound).toBe('drop')
    expect(verdictFor(firewall, network, tcp(8080, '203.0.113.9'))).toMatchObject({ verdict: 'accept', by: { chain: 'DOCKER' } })
    expect(verdictFor(firewall, network, tcp(8081, '203.0.113.9')).verdict).toBe('drop')
    expect(verdictFor(firewall, network, tcp(9090, '203.0.113.9')).verdict).toBe('drop')
    expect(verdictFor(firewall, network, tcp(22, '10.80.2.10')).verdict).toBe('accept')
  })

  test.each([
    ['Docker 20.10 of Debian 12', 'debian-12-docker', '172.17.0.1/16', 'docker0'],
    ['Docker 26.1 of Debian 13', 'debian-13-docker', '172.17.0.1/16', 'docker0'],
    ['Podman 4.3 with CNI of Debian 12', 'debian-12-podman', '10.88.0.1/16', 'cni-podman0'],
    ['Podman 5.4 with netavark of Debian 13', 'debian-13-podman', '10.88.0.1/16', 'podman0'],
  ])('as %s really publishes it', (_, name, bridge, device) => {
    const host: Network = {
      addresses: parseAddresses(`2: eth0 inet 10.80.2.11/24\n3: ${device} inet ${bridge}`),
      routes: parseRoutes(`default via 10.80.2.1 dev eth0\n10.80.2.0/24 dev eth0\n${bridge.replace('0.1/', '0.0/')} dev ${device}\n`, 4),
      defaultRoute: true,
    }
    // With the way in closed, so that only what is translated and forwarded gets through.
    const closed = (given: SectionOutput) => ({
      ...given,
      stdout: given.stdout
        .replace(':INPUT ACCEPT', ':INPUT DROP')
        .replace('hook input priority filter; policy accept', 'hook input priority filter; policy drop')
        .replace(/(table ip filter \{)/, '$1\nchain INPUT {\ntype filter hook input priority filter; policy drop;\n}\n'),
    })
    const all = recorded(name)
    const firewall = firewallOf({ ...all, iptables: closed(all.iptables), nft: closed(all.nft) }, host)
    expect(firewall).toMatchObject({ unmodelled: [], defaultInbound: 'drop' })
    const verdict = (port: number) => verdictFor(firewall, host, tcp(port, '203.0.113.9')).verdict
    expect([verdict(11_434), verdict(8000), verdict(12_345)]).toEqual(['accept', 'drop', 'drop'])
    // All of them lead their containers out, whatever else is forwarded.
    const sources = sourcesBehind(firewall.tables, host, bridgeOf(host))
    const ways = sources?.map((source) => forwardedFrom(firewall.tables, host, { bridge: device, source, protocol: 'tcp', port: 443 }))
    expect(ways?.flat().map((piece) => piece.verdict)).toEqual(ways?.map(() => 'accept'))
    expect(sources?.length).toBeGreaterThan(1)
  })

  test('legacy iptables says the same', () => {
    const firewall = firewallOf(recorded('iptables-legacy'), network)
    expect(firewall.backend).toBe('iptables')
    expect(verdictFor(firewall, network, tcp(8080, '203.0.113.9')).verdict).toBe('accept')
    expect(verdictFor(firewall, network, tcp(22, '203.0.113.9')).verdict).toBe('drop')
  })
})

test.each([
  ['to the port that it was sent to', 'iifname "docker0" tcp dport 443 redirect to :443'],
  ['to its own address', 'tcp dport 443 dnat to 172.17.0.2'],
  ['to another', 'tcp dport 443 dnat to 10.0.0.7:8443'],
])('where what a container sends is led %s, nobody knows who is reached', (_, rule) => {
  const tables = parseNft(
    `table ip t {\n\tchain nat {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`,
    'nft',
  )
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16\n3: docker0 inet 172.17.0.1/16'),
    routes: parseRoutes('default dev eth0', 4),
    defaultRoute: true,
  }
  const ways = forwardedFrom(tables, network, { bridge: 'docker0', source: 'ac110002', protocol: 'tcp', port: 443 })
  expect(ways.map(({ verdict }) => verdict)).toEqual(['undetermined'])
})

/** As in chain DOCKER-USER (docs.docker.com, engine/network/firewall-iptables): random rule sets against the kernel. */
test('what a container sends was sent to where it goes', () => {
  const text = `*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p tcp -m conntrack --ctorigdst 10.9.0.1 --ctorigdstport 443 -j ACCEPT\n-A FORWARD -m conntrack --ctorigdst 10.0.4.0/24 -j ACCEPT\nCOMMIT\n`
  const { tables } = parseIptables(text, 'ip', 'iptables')
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16\n3: docker0 inet 172.17.0.1/16'),
    routes: parseRoutes('default dev eth0', 4),
    defaultRoute: true,
  }
  const ways = forwardedFrom(tables, network, { bridge: 'docker0', source: 'ac110002', protocol: 'tcp', port: 443 })
  const to = (address: string) => verdictAmong(ways, address).verdict
  expect(['10.0.4.9', '203.0.113.9'].map(to)).toEqual(['accept', 'drop'])
})
