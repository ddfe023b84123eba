import type { RuleSet } from './rule-sets.testing.ts'

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

const tailscale = `
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:ts-forward - [0:0]
:ts-input - [0:0]
-A INPUT -j ts-input
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -j ts-forward
-A ts-forward -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000
-A ts-forward -m mark --mark 0x40000/0xff0000 -j ACCEPT
-A ts-forward -s 100.64.0.0/10 -o tailscale0 -j DROP
-A ts-forward -o tailscale0 -j ACCEPT
-A ts-input -s 100.101.102.103/32 -i lo -j ACCEPT
-A ts-input -s 100.115.92.0/23 ! -i tailscale0 -j RETURN
-A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP
-A ts-input -i tailscale0 -j ACCEPT
-A ts-input -p udp -m udp --dport 41641 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ts-postrouting - [0:0]
-A POSTROUTING -j ts-postrouting
-A ts-postrouting -m mark --mark 0x40000/0xff0000 -j MASQUERADE
COMMIT`

/** k3s: kube-proxy, flannel, and the chains of kube-router for network policies. */
const k3s = `
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POD-FW-1 - [0:0]
:KUBE-NWPLCY-1 - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-ROUTER-FORWARD - [0:0]
:KUBE-ROUTER-INPUT - [0:0]
-A INPUT -m comment --comment "kube-router netpol - 4IA2OSFRMVNDXBVV" -j KUBE-ROUTER-INPUT
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A INPUT -m comment --comment "KUBE-ROUTER rule to explicitly ACCEPT traffic that comply to network policies" -m mark --mark 0x20000/0x20000 -j ACCEPT
-A FORWARD -m comment --comment "kube-router netpol - TEMCG2JMHZYE7H7T" -j KUBE-ROUTER-FORWARD
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FORWARD -m comment --comment "KUBE-ROUTER rule to explicitly ACCEPT traffic that comply to network policies" -m mark --mark 0x20000/0x20000 -j ACCEPT
-A FLANNEL-FWD -s 172.17.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d 172.17.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A KUBE-EXTERNAL-SERVICES -d 10.9.0.1/32 -p tcp -m comment --comment "a/b has no endpoints" -m tcp --dport 8000 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-NWPLCY-1 -d 10.0.1.0/24 -p tcp -m comment --comment "rule to ACCEPT traffic from source pods" -m tcp --dport 443 -j MARK --set-xmark 0x10000/0x10000
-A KUBE-NWPLCY-1 -d 10.0.1.0/24 -p tcp -m comment --comment "rule to ACCEPT traffic from source pods" -m tcp --dport 443 -m mark --mark 0x10000/0x10000 -j RETURN
-A KUBE-POD-FW-1 -m comment --comment "rule for stateful firewall for pod" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-POD-FW-1 -d 172.17.0.2/32 -m comment --comment "rule to permit the traffic traffic to pods when source is the pod's local node" -m addrtype --src-type LOCAL -j ACCEPT
-A KUBE-POD-FW-1 -m comment --comment "run through nw policy" -j KUBE-NWPLCY-1
-A KUBE-POD-FW-1 -m comment --comment "rule to log dropped traffic" -m mark ! --mark 0x10000/0x10000 -m limit --limit 10/min --limit-burst 10 -j NFLOG --nflog-group 100
-A KUBE-POD-FW-1 -m comment --comment "rule to REJECT traffic destined for POD" -m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-POD-FW-1 -j MARK --set-xmark 0x0/0x10000
-A KUBE-POD-FW-1 -m comment --comment "set mark to ACCEPT traffic that comply to network policies" -j MARK --set-xmark 0x20000/0x20000
-A KUBE-ROUTER-FORWARD -d 172.17.0.2/32 -m comment --comment "rule to jump traffic destined to POD" -j KUBE-POD-FW-1
-A KUBE-ROUTER-FORWARD -s 172.17.0.2/32 -m comment --comment "rule to jump traffic from POD" -j KUBE-POD-FW-1
-A KUBE-ROUTER-INPUT -d 10.43.0.0/16 -m comment --comment "allow traffic to primary/secondary cluster IP range" -j RETURN
-A KUBE-ROUTER-INPUT -p tcp -m comment --comment "allow LOCAL TCP traffic to node ports" -m addrtype --dst-type LOCAL -m multiport --dports 30000:32767 -j RETURN
-A KUBE-ROUTER-INPUT -s 172.17.0.2/32 -m comment --comment "rule to jump traffic from POD" -j KUBE-POD-FW-1
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:FLANNEL-POSTRTG - [0:0]
:KUBE-EXT-A - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SEP-A - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 172.17.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE
-A KUBE-EXT-A -m comment --comment "masquerade traffic for ai/chat external destinations" -j KUBE-MARK-MASQ
-A KUBE-EXT-A -j KUBE-SVC-A
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODEPORTS -p tcp -m comment --comment "ai/chat" -m tcp --dport 9090 -j KUBE-EXT-A
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE
-A KUBE-SEP-A -s 172.17.0.2/32 -m comment --comment "ai/chat" -j KUBE-MARK-MASQ
-A KUBE-SEP-A -p tcp -m comment --comment "ai/chat" -m tcp -j DNAT --to-destination 172.17.0.2:8080
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-SVC-A -m comment --comment "ai/chat -> 172.17.0.2:8080" -j KUBE-SEP-A
COMMIT`

const csf = `
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
:ALLOWIN - [0:0]
:ALLOWOUT - [0:0]
:DENYIN - [0:0]
:DENYOUT - [0:0]
:INVALID - [0:0]
:INVDROP - [0:0]
:LOCALINPUT - [0:0]
:LOCALOUTPUT - [0:0]
:LOGDROPIN - [0:0]
:LOGDROPOUT - [0:0]
:SYNFLOOD - [0:0]
-A INPUT -s 10.0.1.130/32 ! -i lo -p tcp -m tcp --dport 53 -j ACCEPT
-A INPUT ! -i lo -j LOCALINPUT
-A INPUT -i lo -j ACCEPT
-A INPUT ! -i lo -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j SYNFLOOD
-A INPUT ! -i lo -p tcp -j INVALID
-A INPUT ! -i lo -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT ! -i lo -p tcp -m conntrack --ctstate NEW -m tcp --dport 443 -j ACCEPT
-A INPUT ! -i lo -p tcp -m conntrack --ctstate NEW -m multiport --dports 80,8000:8010 -j ACCEPT
-A INPUT ! -i lo -p icmp -m icmp --icmp-type 8 -m limit --limit 1/sec -j ACCEPT
-A INPUT ! -i lo -j LOGDROPIN
-A OUTPUT ! -o lo -j LOCALOUTPUT
-A OUTPUT -o lo -j ACCEPT
-A OUTPUT ! -o lo -p tcp -j INVALID
-A OUTPUT ! -o lo -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A OUTPUT ! -o lo -p tcp -m conntrack --ctstate NEW -m tcp --dport 443 -j ACCEPT
-A OUTPUT ! -o lo -j LOGDROPOUT
-A ALLOWIN -s 10.0.1.5/32 ! -i lo -j ACCEPT
-A ALLOWIN -s 192.168.7.9/32 ! -i lo -p tcp -m tcp --dport 22 -j ACCEPT
-A ALLOWOUT -d 10.0.1.5/32 ! -o lo -j ACCEPT
-A DENYIN -s 10.0.2.0/24 ! -i lo -j DROP
-A DENYOUT -d 10.0.2.0/24 ! -o lo -j LOGDROPOUT
-A INVALID -m conntrack --ctstate INVALID -j INVDROP
-A INVALID -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j INVDROP
-A INVALID -p tcp -m tcp --tcp-flags SYN,RST SYN,RST -j INVDROP
-A INVALID -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j INVDROP
-A INVDROP -j DROP
-A LOCALINPUT ! -i lo -j ALLOWIN
-A LOCALINPUT ! -i lo -j DENYIN
-A LOCALOUTPUT ! -o lo -j ALLOWOUT
-A LOCALOUTPUT ! -o lo -j DENYOUT
-A LOGDROPIN -p tcp -m tcp --dport 111 -j DROP
-A LOGDROPIN -p tcp -m limit --limit 30/min -j LOG --log-prefix "Firewall: *TCP_IN Blocked* "
-A LOGDROPIN -j DROP
-A LOGDROPOUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m limit --limit 30/min -j LOG --log-prefix "Firewall: *TCP_OUT Blocked* " --log-uid
-A LOGDROPOUT -j REJECT --reject-with icmp-port-unreachable
-A SYNFLOOD -m limit --limit 1000/sec --limit-burst 1500 -j RETURN
-A SYNFLOOD -j DROP
COMMIT`

/** Proxmox VE: group rules mark, and the chain behind them lets in what has the mark. */
const proxmox = `
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:GROUP-ai-IN - [0:0]
:PVEFW-Drop - [0:0]
:PVEFW-DropBroadcast - [0:0]
:PVEFW-FORWARD - [0:0]
:PVEFW-FWBR-IN - [0:0]
:PVEFW-HOST-IN - [0:0]
:PVEFW-INPUT - [0:0]
:PVEFW-SET-ACCEPT-MARK - [0:0]
:PVEFW-smurfs - [0:0]
:PVEFW-smurflog - [0:0]
:PVEFW-tcpflags - [0:0]
-A INPUT -j PVEFW-INPUT
-A FORWARD -j PVEFW-FORWARD
-A GROUP-ai-IN -j MARK --set-xmark 0x0/0x80000000
-A GROUP-ai-IN -s 10.0.1.0/24 -p tcp -m tcp --dport 8000 -g PVEFW-SET-ACCEPT-MARK
-A PVEFW-Drop -j PVEFW-DropBroadcast
-A PVEFW-Drop -p icmp -m icmp --icmp-type 3/4 -j ACCEPT
-A PVEFW-Drop -m conntrack --ctstate INVALID -j DROP
-A PVEFW-Drop -p udp -m multiport --dports 135,445 -j DROP
-A PVEFW-Drop -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP
-A PVEFW-DropBroadcast -m addrtype --dst-type BROADCAST -j DROP
-A PVEFW-FORWARD -m conntrack --ctstate INVALID -j DROP
-A PVEFW-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A PVEFW-FORWARD -m physdev --physdev-is-bridged --physdev-in fwln+ -j PVEFW-FWBR-IN
-A PVEFW-HOST-IN -i lo -j ACCEPT
-A PVEFW-HOST-IN -m conntrack --ctstate INVALID -j DROP
-A PVEFW-HOST-IN -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A PVEFW-HOST-IN -m conntrack --ctstate INVALID,NEW -j PVEFW-smurfs
-A PVEFW-HOST-IN -p tcp -j PVEFW-tcpflags
-A PVEFW-HOST-IN -p igmp -j RETURN
-A PVEFW-HOST-IN -j GROUP-ai-IN
-A PVEFW-HOST-IN -m mark --mark 0x80000000/0x80000000 -j RETURN
-A PVEFW-HOST-IN -s 10.0.2.0/24 -p tcp -m tcp --dport 22 -j RETURN
-A PVEFW-HOST-IN -j PVEFW-Drop
-A PVEFW-HOST-IN -j DROP
-A PVEFW-INPUT -j PVEFW-HOST-IN
-A PVEFW-SET-ACCEPT-MARK -j MARK --set-xmark 0x80000000/0x80000000
-A PVEFW-smurflog -j DROP
-A PVEFW-smurfs -s 0.0.0.0/32 -j RETURN
-A PVEFW-smurfs -m addrtype --src-type BROADCAST -g PVEFW-smurflog
-A PVEFW-smurfs -s 224.0.0.0/4 -g PVEFW-smurflog
-A PVEFW-tcpflags -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG FIN,PSH,URG -j DROP
-A PVEFW-tcpflags -p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP
COMMIT`.replace(/.*physdev.*\n/, '')

/** Images of Oracle's cloud. */
const oracle = `
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [463:49013]
:InstanceServices - [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-A OUTPUT -d 169.254.0.0/16 -j InstanceServices
-A InstanceServices -d 169.254.0.2/32 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260 -m comment --comment "See the Oracle-Provided Images section" -j ACCEPT
-A InstanceServices -d 169.254.0.0/16 -p tcp -m tcp -m comment --comment "See the Oracle-Provided Images section" -j REJECT --reject-with tcp-reset
COMMIT`

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
  libvirt: iptables(`
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:LIBVIRT_FWI - [0:0]
:LIBVIRT_FWO - [0:0]
:LIBVIRT_FWX - [0:0]
:LIBVIRT_INP - [0:0]
-A INPUT -j LIBVIRT_INP
-A FORWARD -j LIBVIRT_FWX
-A FORWARD -j LIBVIRT_FWI
-A FORWARD -j LIBVIRT_FWO
-A LIBVIRT_FWI -d 172.17.0.0/16 -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A LIBVIRT_FWI -o docker0 -j REJECT --reject-with icmp-port-unreachable
-A LIBVIRT_FWO -s 172.17.0.0/16 -i docker0 -j ACCEPT
-A LIBVIRT_FWO -i docker0 -j REJECT --reject-with icmp-port-unreachable
-A LIBVIRT_FWX -i docker0 -o docker0 -j ACCEPT
-A LIBVIRT_INP -i docker0 -p udp -m udp --dport 53 -j ACCEPT
COMMIT`),
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
