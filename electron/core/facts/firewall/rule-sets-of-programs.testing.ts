import type { RuleSet } from './rule-sets.testing.ts'
import { csf, k3s, libvirt, oracle, proxmox, tailscale } from './saved-by-programs.testing.ts'

/** Test support: rule sets as programs and guides write them, for the hosts of `machines.testing.ts`: a container 172.17.0.2 behind docker0, a card eth0 and another eth1. */
const nft = (text: string): Omit<RuleSet, 'kind'> => ({ nft: text })
const iptables = (v4: string, v6 = ''): Omit<RuleSet, 'kind'> => ({ v4: `${v4.trim()}\n`, ...(v6 !== '' && { v6: `${v6.trim()}\n` }) })

/** Docker Engine 29 with `--firewall-backend=nftables`. */
const docker29 = `table ip docker-bridges {
	map filter-forward-in-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-in__docker0 }
	}
	map filter-forward-out-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-out__docker0 }
	}
	chain filter-forward-in__docker0 {
		ct state established,related counter accept
		iifname "docker0" counter accept comment "ICC"
		ip daddr 172.17.0.2 tcp dport 8080 counter accept
		counter drop comment "UNPUBLISHED PORT DROP"
	}
	chain filter-forward-out__docker0 {
		ct state established,related counter accept
		counter accept comment "OUTGOING"
	}
	chain filter-FORWARD {
		type filter hook forward priority filter; policy accept;
		oifname vmap @filter-forward-in-jumps
		iifname vmap @filter-forward-out-jumps
	}
	chain nat-prerouting-and-output {
		iifname != "docker0" tcp dport 9090 counter dnat to 172.17.0.2:8080 comment "DNAT"
	}
	chain nat-PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter jump nat-prerouting-and-output
	}
	chain nat-POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade comment "MASQUERADE"
	}
	chain raw-PREROUTING {
		type filter hook prerouting priority raw; policy accept;
		ip daddr 172.17.0.2 iifname != "docker0" counter drop comment "DROP DIRECT ACCESS"
	}
}
`

const netavark = `table inet netavark {
	chain NETAVARK-ISOLATION-1 { }
	chain NETAVARK-HOSTPORT-SETMARK {
		meta mark set meta mark | 0x00002000
	}
	chain nv_dnat {
		ip saddr 172.17.0.0/16 tcp dport 9090 jump NETAVARK-HOSTPORT-SETMARK
		ip saddr 127.0.0.1 tcp dport 9090 jump NETAVARK-HOSTPORT-SETMARK
		tcp dport 9090 dnat ip to 172.17.0.2:8080
	}
	chain NETAVARK-HOSTPORT-DNAT {
		tcp dport 9090 jump nv_dnat
	}
	chain nv_nm16 {
		ip daddr 172.17.0.0/16 accept
		ip daddr != 224.0.0.0/4 masquerade
	}
	chain INPUT {
		type filter hook input priority filter; policy accept;
		ip saddr 172.17.0.0/16 meta l4proto { tcp, udp } th dport 53 accept
	}
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
		ct state invalid drop
		jump NETAVARK-ISOLATION-1
		ip daddr 172.17.0.0/16 ct state established,related accept
		ip saddr 172.17.0.0/16 accept
	}
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark & 0x00002000 == 0x00002000 masquerade
		ip saddr 172.17.0.0/16 jump nv_nm16
	}
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local jump NETAVARK-HOSTPORT-DNAT
	}
}
`

/** Of an admin who wants containers to reach storage alone. */
const egress = (hook: 'forward' | 'postrouting') => `table inet egress {
	set storage { type ipv4_addr . inet_service; flags interval; elements = { 10.0.1.0/24 . 443, 10.0.2.5 . 8000-9000 }
	}
	chain ${hook} {
		type filter hook ${hook} priority ${hook === 'forward' ? 'filter - 5' : 'srcnat - 5'}; policy accept;
		ct state vmap { established : accept, related : accept, invalid : drop }
		${hook === 'forward' ? 'iifname != "docker0" return' : 'meta iifname != "docker0" accept'}
		ip daddr . tcp dport @storage accept
		counter drop
	}
}
`

const input = (rules: string, more = '', policy = 'drop') => `table inet filter {
${more}
	chain input {
		type filter hook input priority filter; policy ${policy};
${rules}
	}
}
`

export const setsOfPrograms: Readonly<Record<string, Omit<RuleSet, 'kind'>>> = {
  'docker 29': nft(docker29),
  'docker 29 and an own table': nft(docker29 + egress('forward')),
  'docker 29, held after routing': nft(docker29 + egress('postrouting')),
  netavark: nft(netavark),
  'netavark and an own table': nft(netavark + egress('forward')),
  tailscale: iptables(tailscale),
  k3s: iptables(k3s),
  csf: iptables(csf),
  proxmox: iptables(proxmox),
  'cloud of oracle': iptables(
    oracle,
    oracle
      .replaceAll('icmp-host-prohibited', 'icmp6-adm-prohibited')
      .replace('-p icmp ', '-p ipv6-icmp ')
      .replace(/^.*(?:InstanceServices|169\.254).*\n/gm, ''),
  ),
  'ipv6 half done': nft(
    input('ct state established,related accept\nmeta nfproto ipv4 tcp dport { 22, 443 } accept\nmeta nfproto ipv6 accept'),
  ),
  crowdsec: nft(`table ip crowdsec {
	set crowdsec-blacklists-crowdsec { type ipv4_addr; flags timeout; elements = { 10.0.1.5 timeout 4h, 10.0.2.5 timeout 1h }
	}
	set own { type ipv4_addr; flags timeout; elements = { 10.0.1.130 }
	}
	chain crowdsec-chain-input {
		type filter hook input priority filter - 10; policy accept;
		ip saddr @own counter drop comment "own"
	}
	chain crowdsec-chain-forward {
		type filter hook forward priority filter - 10; policy accept;
		ip saddr @own counter drop
	}
}
${input('ct state established,related accept\ntcp dport { 22, 8000 } accept')}`),
  fail2ban: nft(`table inet f2b-table {
	set addr-set-sshd { type ipv4_addr; elements = { 10.0.1.5 }
	}
	chain f2b-chain {
		type filter hook input priority filter - 1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable
	}
}
${input('ct state vmap { established : accept, related : accept, invalid : drop }\ntcp dport { 22, 443 } accept')}`),
  'zones of connections': nft(`table inet filter {
	chain raw {
		type filter hook prerouting priority raw; policy accept;
		iifname "eth1" ct zone set 7
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		iifname "docker0" oifname "eth0" ip daddr { 10.0.1.0-10.0.1.99, 192.168.7.9 } tcp dport { 80-443, 9000 } accept
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname "eth1" tcp dport 443 accept
		iifname "eth0" tcp dport 22 accept
	}
}
`),
  'chains of a card': nft(`table netdev guard {
	chain in {
		type filter hook ingress device "eth0" priority -500; policy accept;
		ip saddr { 10.0.1.5, 192.168.0.0/16 } tcp dport { 22, 8000 } drop
		ip6 saddr fd00:2::/64 drop
	}
	chain out {
		type filter hook egress device "eth0" priority 0; policy accept;
		ip daddr 10.0.2.5 tcp dport 443 drop
		ip saddr 172.17.0.2 tcp dport 80 drop
	}
	chain containers {
		type filter hook ingress device "docker0" priority 0; policy accept;
		ip daddr 192.168.7.9 tcp dport 443 drop
	}
}
${input('tcp dport 80 accept\ntcp dport 8000 drop', '', 'accept')}`),
  'maps of verdicts, one in the other': nft(`table inet filter {
	chain ssh { ip saddr vmap { 10.0.1.0/25 : accept, 10.0.1.128/25 : jump late, 192.168.0.0/16 : drop }
	}
	chain late { meta nfproto ipv4 reject
	}
	chain web { ip saddr != { 10.0.2.0/24, 10.9.0.0-10.9.0.9 } return
		accept
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop, untracked : accept }
		tcp dport vmap { 22 : jump ssh, 80-443 : jump web, 8000 : goto web, 9000 : accept }
		iifname . tcp dport { "eth1" . 8000, "eth0" . 22 } accept
	}
}
`),
  'limits and meters that let in': nft(`table inet filter {
	set many { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1m; }
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		tcp dport 22 limit rate 10000/second burst 5000 packets accept
		tcp dport 443 add @many { ip saddr limit rate 10000/second burst 5000 packets } accept
		tcp dport 8000 ct count over 100000 drop
		tcp dport 8000 accept
		tcp dport 80 ct state new limit rate over 100000/second drop
	}
}
`),
  'a table that sleeps': nft(`table inet asleep {
	flags dormant
	chain input { type filter hook input priority filter; policy drop; tcp dport 22 accept
	}
}
${input('ct state established,related accept\ntcp dport 443 accept')}`),
  'two priorities, the later drops':
    nft(`table inet one { chain input { type filter hook input priority -200; policy accept; tcp dport { 22, 443 } accept
	}
}
table ip two { chain input { type filter hook input priority 300; policy accept; ct state established,related accept
tcp dport 443 ip saddr != 10.0.1.0/24 drop
	}
}
`),
  'answers before what is new, and after': nft(
    input('ct state new tcp dport { 22, 443 } accept\nct state new drop\nct state established,related accept\ntcp dport 8000 accept'),
  ),
  incus: nft(`table inet incus {
	chain pstrt.docker0 {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.17.0.0/16 ip daddr != 172.17.0.0/16 masquerade
	}
	chain fwd.docker0 {
		type filter hook forward priority filter; policy accept;
		ip version 4 oifname "docker0" accept
		ip version 4 iifname "docker0" accept
		ip6 version 6 oifname "docker0" accept
	}
	chain in.docker0 {
		type filter hook input priority filter; policy accept;
		iifname "docker0" tcp dport 53 accept
	}
	chain out.docker0 {
		type filter hook output priority filter; policy accept;
		oifname "docker0" tcp sport 53 accept
	}
	chain aclin.docker0 {
		type filter hook forward priority filter; policy accept;
		ct state established,related accept
		iifname "docker0" ip daddr 10.0.1.0/24 accept
		iifname "docker0" reject with icmpx port-unreachable
	}
}
`),
  libvirt: iptables(libvirt),
  'a proxy for containers': {
    wild: true,
    ...nft(`table ip proxy {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "docker0" tcp dport { 80, 443 } redirect to :8000
	}
	chain input { type filter hook input priority filter; policy accept; tcp dport 22 drop
	}
	chain forward { type filter hook forward priority filter; policy drop; ct state established,related accept
		ip daddr 10.0.2.5 accept
	}
}
`),
  },
  'addresses of one family alone': nft(`table inet filter {
	set seen { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1m; }
	chain input {
		type filter hook input priority filter; policy accept;
		ct state established,related accept
		tcp dport 22 add @seen { ip saddr } drop
		tcp dport 443 ct original ip saddr != 10.0.1.0/24 drop
		tcp dport 8000 ip version 6 drop
		tcp dport 80 meter slow size 65535 { ip6 saddr limit rate 10000/second } accept
		tcp dport 80 drop
	}
}
`),
}
