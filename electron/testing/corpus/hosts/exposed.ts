import { noFirewall, segmentRules } from '../../demo/hosts/baseline.ts'
import { gpu02 } from '../../demo/hosts/gpu-02.ts'
import { gpu03 } from '../../demo/hosts/gpu-03.ts'
import { gpu04 } from '../../demo/hosts/gpu-04.ts'
import { llama, ollama, rules, soundFirewall, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { flag, on, withFiles, withFirewall, withListener, withUnit, withWords } from '../sins/host.ts'
import { closedToJump, listensOn, ollamaOn, openToJump, vllmOn } from '../sins/listening.ts'
import { sysctl, withService } from '../sins/system.ts'

const anyone = [withFirewall(noFirewall), openToJump]
const both = { ...vllm, addresses: [...vllm.addresses, { interface: 'eth0', address: '2001:db8:4::11', prefixLength: 64 }] }
const ipv4Only = { ...soundFirewall, nft: soundFirewall.nft.replaceAll('table inet filter', 'table ip filter') }

const ledToLoopback = withFirewall({
  ...soundFirewall,
  nft: `${rules({ inbound: ['tcp dport 11434 accept'] }).nft}
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8095 dnat to 127.0.0.1:11434
	}
}
`,
})

/** Ports, packet filters and segments. */
export const exposed: readonly CorpusHost[] = [
  corpusHost('gpu-02', 'The nginx example that most guides copy', gpu02),
  corpusHost('gpu-03', 'Ollama as root on every interface, no proxy, no packet filter', gpu03),
  corpusHost('gpu-04', 'LocalAI in Docker: the input chain says closed, the published port is open', gpu04),
  corpusHost('vllm-on-every-interface', 'vLLM listens on 0.0.0.0; the packet filter still closes the port', vllm, vllmOn('0.0.0.0')),
  corpusHost('vllm-on-every-interface-v6', 'vLLM listens on [::], which is IPv4 as well', vllm, vllmOn('*')),
  corpusHost('vllm-on-its-address', 'vLLM listens on the address of the segment', vllm, vllmOn('10.20.4.11')),
  corpusHost('vllm-open-to-anyone', 'vLLM on 0.0.0.0 and no packet filter', vllm, vllmOn('0.0.0.0'), anyone),
  corpusHost(
    'vllm-open-without-key',
    'The same without a key',
    vllm,
    vllmOn('0.0.0.0'),
    anyone,
    withUnit('vllm.service', { EnvironmentFiles: '' }),
    withFiles({ '/etc/vllm/vllm.env': undefined }),
  ),
  corpusHost(
    'vllm-wide-after-restart',
    'The unit says 0.0.0.0, the process was not restarted yet',
    vllm,
    withUnit('vllm.service', {
      NeedDaemonReload: 'no',
      ExecStart:
        '{ path=/opt/vllm/bin/vllm ; argv[]=/opt/vllm/bin/vllm serve /srv/models/llama-3.1-8b-instruct --host 0.0.0.0 --port 8000 ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
    }),
  ),
  corpusHost(
    'vllm-worker-port-wide',
    'The port of the distributed workers listens on every interface',
    vllm,
    withListener({ protocol: 'tcp', address: '0.0.0.0', port: 29_500, process: 'VLLM::EngineCor', pid: 1502 }),
  ),
  corpusHost('ollama-on-every-interface', 'OLLAMA_HOST=0.0.0.0 in a drop-in, running', ollama, ollamaOn('*')),
  corpusHost('ollama-open-to-anyone', 'The same without a packet filter', ollama, ollamaOn('*'), anyone),
  corpusHost('ollama-on-its-address', 'Ollama listens on the address of the segment', ollama, ollamaOn('10.20.4.12')),
  corpusHost(
    'ollama-led-to-loopback',
    'A rule of translation leads port 8095 to Ollama on loopback, and the kernel routes such addresses',
    ollama,
    ledToLoopback,
    sysctl('net/ipv4/conf/all/route_localnet', '1'),
  ),
  corpusHost(
    'ollama-led-to-loopback-in-vain',
    'The same rule, which the kernel does not follow to loopback',
    ollama,
    ledToLoopback,
    sysctl('net/ipv4/conf/all/route_localnet', '0'),
  ),
  corpusHost(
    'llama-on-every-interface',
    'llama-server --host 0.0.0.0',
    llama,
    listensOn(1290, 'llama-server', 8080, '0.0.0.0'),
    closedToJump(8080),
    withWords(1290, flag('--host', '0.0.0.0')),
  ),
  corpusHost('vllm-without-firewall', 'No rules are loaded', vllm, anyone),
  corpusHost(
    'vllm-firewall-not-at-start',
    'The rules are loaded, the service that loads them is disabled, as Debian installs it',
    vllm,
    withService('nftables.service loaded inactive disabled'),
  ),
  corpusHost(
    'vllm-accepts-inbound',
    'The input chain accepts what no rule names',
    vllm,
    withFirewall({
      ...soundFirewall,
      nft: soundFirewall.nft.replace('hook input priority filter; policy drop', 'hook input priority filter; policy accept'),
    }),
  ),
  corpusHost(
    'vllm-accepts-outbound',
    'The output chain accepts what no rule names',
    vllm,
    withFirewall({
      ...soundFirewall,
      nft: soundFirewall.nft.replace('hook output priority filter; policy drop', 'hook output priority filter; policy accept'),
    }),
  ),
  corpusHost(
    'vllm-https-from-anywhere',
    '443 is open to everyone',
    vllm,
    withFirewall(rules({ inbound: ['tcp dport 443 accept'] })),
    openToJump,
  ),
  corpusHost(
    'vllm-ssh-from-anywhere',
    'SSH is open to everyone, and one key works from anywhere',
    vllm,
    on((host) => ({ ...host, auditKeyOptions: '' })),
    withFirewall(rules({ inbound: ['tcp dport 22 accept'] })),
  ),
  corpusHost(
    'vllm-ssh-from-app',
    'SSH is open to the application servers',
    vllm,
    withFirewall(rules({ inbound: ['ip saddr 10.20.1.0/24 tcp dport 22 accept'] })),
  ),
  corpusHost('vllm-out-to-anywhere', 'HTTPS leaves to anywhere', vllm, withFirewall(rules({ outbound: ['tcp dport 443 accept'] }))),
  corpusHost('vllm-ipv6-unfiltered', 'An IPv6 address, and rules for IPv4 alone', both, withFirewall(ipv4Only)),
  corpusHost('vllm-ipv6-filtered', 'An IPv6 address under the same inet table', both),
  corpusHost(
    'vllm-accepts-established-only',
    'Nobody may come in at all, not even the application servers',
    vllm,
    withFirewall(segmentRules([], [])),
  ),
]
