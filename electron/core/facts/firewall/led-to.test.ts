import { describe, expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseIptables } from './iptables/parse.ts'
import { ownPortsLed, portsLedTo } from './led-to.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

/**
 * A node of Kubernetes 1.27 with kube-proxy in its iptables mode and hostPort of CNI's portmap, after what kubernetes/kubernetes pull request 114470 and
 * issue 107591 print (names and addresses changed).
 */
const NODE = `*nat
:PREROUTING ACCEPT [0:0]
:CNI-DN-1c854eb4d9c11eb897c96 - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-SETMARK - [0:0]
:KUBE-EXT-QATUYZLPU4I4HE4S - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SEP-6E7XQMQ4RAYOWTTM - [0:0]
:KUBE-SEP-7VBYXQMQ4RAYOWTT - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-QATUYZLPU4I4HE4S - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A CNI-DN-1c854eb4d9c11eb897c96 -s 10.42.0.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-1c854eb4d9c11eb897c96 -s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-1c854eb4d9c11eb897c96 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.42.0.9:8000
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"08f719b1\\"" -m multiport --dports 8080 -j CNI-DN-1c854eb4d9c11eb897c96
-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
-A KUBE-EXT-QATUYZLPU4I4HE4S -m comment --comment "masquerade traffic for ai/chat external destinations" -j KUBE-MARK-MASQ
-A KUBE-EXT-QATUYZLPU4I4HE4S -j KUBE-SVC-QATUYZLPU4I4HE4S
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODEPORTS -p tcp -m comment --comment "ai/chat:http" -m tcp --dport 31964 -j KUBE-EXT-QATUYZLPU4I4HE4S
-A KUBE-SEP-6E7XQMQ4RAYOWTTM -s 10.42.0.9/32 -m comment --comment "ai/chat:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-6E7XQMQ4RAYOWTTM -p tcp -m comment --comment "ai/chat:http" -m tcp -j DNAT --to-destination 10.42.0.9:8000
-A KUBE-SEP-7VBYXQMQ4RAYOWTT -p tcp -m comment --comment "ai/chat:http" -m tcp -j DNAT --to-destination 10.42.1.4:8000
-A KUBE-SERVICES -d 10.43.7.7/32 -p tcp -m comment --comment "ai/chat:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-QATUYZLPU4I4HE4S
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-SVC-QATUYZLPU4I4HE4S ! -s 10.42.0.0/16 -d 10.43.7.7/32 -p tcp -m comment --comment "ai/chat:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-QATUYZLPU4I4HE4S -m comment --comment "ai/chat:http -> 10.42.1.4:8000" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-7VBYXQMQ4RAYOWTT
-A KUBE-SVC-QATUYZLPU4I4HE4S -m comment --comment "ai/chat:http -> 10.42.0.9:8000" -j KUBE-SEP-6E7XQMQ4RAYOWTTM
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
COMMIT
`
const network: Network = {
  addresses: [
    { interface: 'eth0', address: '10.0.3.7', prefixLength: 24, line: 1 },
    { interface: 'cni0', address: '10.42.0.1', prefixLength: 24, line: 2 },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', line: 1 },
    { family: 4, destination: '10.42.0.0/24', interface: 'cni0', table: 'main', line: 2 },
  ],
} as unknown as Network
const { tables } = parseIptables(NODE, 'ip', 'iptables')

test('hostPort and NodePort lead to the pod, one of two behind a service as well; the ClusterIP is no port of the host', () => {
  const led = portsLedTo(tables, network, '10.42.0.9')
  expect(led.map(({ port, to, address }) => [port, to, address])).toEqual([
    [8080, 8000, '10.42.0.9'],
    [31_964, 8000, '10.42.0.9'],
  ])
  for (const { line } of led) expect(NODE.split('\n')[line - 1]).toContain('--to-destination 10.42.0.9:8000')
  expect(portsLedTo(tables, network, '10.42.1.4').map(({ port }) => port)).toEqual([31_964])
})

test('a rule without a port leads all of them: those that engines have are among them', () => {
  const text = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp -j DNAT --to-destination 10.42.0.9\nCOMMIT\n'
  expect(portsLedTo(parseIptables(text, 'ip', 'iptables').tables, network, '10.42.0.9').map(({ port, to }) => [port, to])).toEqual([
    [8000, 8000],
    [8080, 8080],
    [11434, 11434],
  ])
})

test('to other addresses, and without rules of translation, nothing leads', () => {
  expect(portsLedTo(tables, network, '10.42.0.8')).toEqual([])
  expect(portsLedTo([], network, '10.42.0.9')).toEqual([])
  expect(portsLedTo(tables, network, 'pod')).toEqual([])
})

test('whoever asks at such a port gets past the input chain, which is closed', () => {
  const query = { direction: 'in', protocol: 'tcp', source: '192.0.2.1/32' } as const
  expect(verdictFor({ tables }, network, { ...query, port: 31_964 }).verdict).toBe('accept')
  expect(verdictFor({ tables }, network, { ...query, port: 8000 }).verdict).toBe('drop')
})

test.each([
  ['127.0.0.1:11434', '11434', 'accept'],
  ['127.0.0.1:11434', '8095', 'drop'],
])('what is led to %s is input of this host: who may connect to %s there, %s', (target, port, expected) => {
  const tables = parseNft(
    `table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8095 dnat to ${target}
	}
}
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport ${port} accept
	}
	chain forward {
		type filter hook forward priority filter; policy ${expected === 'accept' ? 'drop' : 'accept'};
	}
}
`,
    'nft',
  )
  const query = { direction: 'in', protocol: 'tcp', port: 8095, address: '0.0.0.0', source: '198.51.100.7' } as const
  expect(verdictFor({ tables }, network, query)).toMatchObject({ verdict: expected })
})

/** kube-proxy in its nftables mode, after kubernetes/kubernetes, pkg/proxy/nftables (README.md, proxier.go) and what nodes of it list; names and addresses are others. */
const NFT_NODE = `table ip kube-proxy {
	comment "rules for kube-proxy"
	set cluster-ips {
		type ipv4_addr
		comment "Active ClusterIPs"
		elements = { 10.43.7.7, 10.43.7.8 }
	}
	set nodeport-ips {
		type ipv4_addr
		comment "IPs that accept NodePort traffic"
		elements = { 10.0.3.7 }
	}
	map no-endpoint-nodeports {
		type inet_proto . inet_service : verdict
		comment "vmap to drop or reject packets to service nodeports with no endpoints"
		elements = { tcp . 31970 : goto reject-chain }
	}
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
		elements = { 10.43.7.7 . tcp . 80 : goto service-QATUYZLP-ai/chat/tcp/http,
			     10.43.7.8 . tcp . 80 : goto service-6E7XQMQ4-ai/embed/tcp/http }
	}
	map service-nodeports {
		type inet_proto . inet_service : verdict
		comment "NodePort traffic"
		elements = { tcp . 31964 : goto external-QATUYZLP-ai/chat/tcp/http, tcp . 31965 : goto external-6E7XQMQ4-ai/embed/tcp/http }
	}
	chain nodeport-endpoints-check {
		ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
	}
	chain filter-input {
		type filter hook input priority -110; policy accept;
		ct state new jump nodeport-endpoints-check
	}
	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
		ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
	}
	chain mark-for-masquerade {
		meta mark set meta mark | 0x00004000
	}
	chain reject-chain {
		reject
	}
	chain external-QATUYZLP-ai/chat/tcp/http {
		jump mark-for-masquerade
		goto service-QATUYZLP-ai/chat/tcp/http
	}
	chain service-QATUYZLP-ai/chat/tcp/http {
		ip daddr 10.43.7.7 tcp dport 80 ip saddr != 10.42.0.0/16 jump mark-for-masquerade
		numgen random mod 2 vmap { 0 : goto endpoint-7VBYXQMQ-ai/chat/tcp/http__10.42.1.4/8000, 1 : goto endpoint-RAYOWTTM-ai/chat/tcp/http__10.42.0.9/8000 }
	}
	chain endpoint-7VBYXQMQ-ai/chat/tcp/http__10.42.1.4/8000 {
		ip saddr 10.42.1.4 jump mark-for-masquerade
		meta l4proto tcp dnat to 10.42.1.4:8000
	}
	chain endpoint-RAYOWTTM-ai/chat/tcp/http__10.42.0.9/8000 {
		ip saddr 10.42.0.9 jump mark-for-masquerade
		meta l4proto tcp dnat to 10.42.0.9:8000
	}
	chain external-6E7XQMQ4-ai/embed/tcp/http {
		jump mark-for-masquerade
		goto service-6E7XQMQ4-ai/embed/tcp/http
	}
	chain service-6E7XQMQ4-ai/embed/tcp/http {
		numgen random mod 1 vmap { 0 : goto endpoint-HQ5YWVZ2-ai/embed/tcp/http__10.42.0.11/8080 }
	}
	chain endpoint-HQ5YWVZ2-ai/embed/tcp/http__10.42.0.11/8080 {
		ip saddr 10.42.0.11 jump mark-for-masquerade
		meta l4proto tcp dnat to 10.42.0.11:8080
	}
}
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
	}
}
`

test('NodePort leads to each pod behind it where kube-proxy writes maps of nftables, past an input chain that is closed', () => {
  const tables = parseNft(NFT_NODE, 'nft')
  expect(portsLedTo(tables, network, '10.42.0.9').map(({ port, to }) => [port, to])).toEqual([[31_964, 8000]])
  expect(portsLedTo(tables, network, '10.42.1.4').map(({ port, to }) => [port, to])).toEqual([[31_964, 8000]])
  expect(portsLedTo(tables, network, '10.42.0.11').map(({ port, to }) => [port, to])).toEqual([[31_965, 8080]])
  const query = { direction: 'in', protocol: 'tcp', source: '192.0.2.1/32' } as const
  const verdictOf = (port: number) => verdictFor({ tables }, network, { ...query, port }).verdict
  // One is balanced over two pods, one has no pod, one is none of the cluster.
  expect([31_964, 31_965, 31_970, 8000].map(verdictOf)).toEqual(['accept', 'accept', 'reject', 'drop'])
})

test('a number that is drawn decides for some, and where each of them leads to a refusal for all', () => {
  const drawn = (map: string) => {
    const tables = parseNft(
      `table ip t {\n\tchain in {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tnumgen random mod 2 vmap ${map}\n\t}\n}\n`,
      'nft',
    )
    return verdictFor({ tables }, network, { direction: 'in', protocol: 'tcp', source: '192.0.2.1/32', port: 80 }).verdict
  }
  expect(['{ 0 : drop, 1 : drop }', '{ 0-1 : drop }', '{ 0 : drop, 1 : accept }', '{ 0 : drop }'].map(drawn)).toEqual([
    'drop',
    'drop',
    'accept',
    'accept',
  ])
})

describe('to another port of the host itself', () => {
  const both = {
    ...{ addresses: [...network.addresses, { interface: 'eth0', address: 'fd00::7', prefixLength: 64, line: 3 }] },
    routes: [...network.routes, { family: 6, destination: '::/0', interface: 'eth0', table: 'main', line: 1 }],
  } as unknown as Network
  const own = (text: string) => ownPortsLed(parseNft(text, 'nft'), both).map(({ family, port, to, line }) => [family, port, to, line])
  test('a forward-port of firewalld 1.3 on Debian 12, as it lists it', () => {
    const text = `table inet firewalld {
	chain nat_PREROUTING {
		type nat hook prerouting priority dstnat + 10; policy accept;
		jump nat_PREROUTING_ZONES
	}
	chain nat_PREROUTING_ZONES {
		goto nat_PRE_public
	}
	chain nat_PRE_public {
		jump nat_PRE_public_allow
	}
	chain nat_PRE_public_allow {
		meta nfproto ipv4 tcp dport 9999 redirect to :11434
	}
}
`
    expect(own(text)).toEqual([[4, 9999, 11434, 13]])
  })
  const nat = (rules: string) => `table inet nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		${rules}
	}
}
`
  test.each([
    [
      'redirect, both families',
      'tcp dport 9999 redirect to :11434',
      [
        [4, 9999, 11434, 4],
        [6, 9999, 11434, 4],
      ],
    ],
    ['dnat to its own address', 'meta nfproto ipv4 tcp dport 9999 dnat ip to 10.0.3.7:11434', [[4, 9999, 11434, 4]]],
    ['dnat to another machine', 'meta nfproto ipv4 tcp dport 9999 dnat ip to 10.0.9.9:11434', []],
    ['dnat to loopback, which portsLedTo tells', 'meta nfproto ipv4 tcp dport 9999 dnat ip to 127.0.0.1:11434', []],
    ['every port but one', 'meta nfproto ipv4 tcp dport != 22 redirect to :11434', [[4, 80, 11434, 4]]],
    ['to the same port', 'tcp dport 11434 redirect to :11434', []],
    ['other protocols', 'udp dport 9999 redirect to :11434', []],
    ['not any more: a rule before lets it be', 'tcp dport 9999 accept\n\t\ttcp dport 9999 redirect to :11434', []],
  ])('%s', (_, rules, expected) => {
    expect(own(nat(rules))).toEqual(expected)
  })
  test('REDIRECT of iptables', () => {
    const text = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 11434\nCOMMIT\n'
    expect(ownPortsLed(parseIptables(text, 'ip', 'iptables').tables, network)).toEqual([
      { family: 4, port: 80, to: 11434, section: 'iptables', line: 3 },
    ])
  })
})
