import { segmentRules } from '../../demo/hosts/baseline.ts'
import { idle } from '../bases.ts'
import { type CorpusHost, corpusHost, type Sin } from '../corpus-host.ts'
import { answers } from '../sins/answers.ts'
import { withFirewall, withListener, withProcess } from '../sins/host.ts'
import { closedToJump } from '../sins/listening.ts'

/** nginx and Ollama of one Compose file, on a host whose audit account is of the group docker. */
const engine = {
  id: 'a1'.repeat(32),
  address: '172.18.0.2',
  name: 'ai-ollama-1',
  service: 'ollama',
  image: 'ollama/ollama:0.32.15',
  pid: 3101,
}
const edge = { id: 'b2'.repeat(32), address: '172.18.0.3', name: 'ai-nginx-1', service: 'nginx', image: 'nginx:1.29.3-alpine', pid: 3201 }
type Part = typeof engine

const inspected = ({ id, address, name, service, image, pid }: Part, rest: object) =>
  JSON.stringify({
    ...{ Id: id, Name: `/${name}`, Image: image, Running: true, Pid: pid, User: '', Env: [], Mounts: [], Privileged: false, Bindings: {} },
    ...{ NetworkMode: 'ai_default', RestartPolicy: 'unless-stopped', ...rest },
    Networks: {
      ai_default: {
        ...{ IPAddress: address, Gateway: '172.18.0.1', GlobalIPv6Address: '', IPv6Gateway: '' },
        ...{ Aliases: [name, service], DNSNames: [name, service, id.slice(0, 12)] },
      },
    },
  })

const containers = [
  '@docker inspect 2',
  inspected(engine, { Path: '/bin/ollama', Args: ['serve'], Env: ['OLLAMA_HOST=0.0.0.0:11434'], Ports: { '11434/tcp': null } }),
  inspected(edge, {
    ...{ Path: '/docker-entrypoint.sh', Args: ['nginx', '-g', 'daemon off;'] },
    Mounts: [{ Type: 'bind', Source: '/srv/ai/nginx.conf', Destination: '/etc/nginx/nginx.conf', Mode: 'ro', RW: false }],
    Ports: { '443/tcp': [{ HostIp: '0.0.0.0', HostPort: '443' }] },
  }),
  '@end\n',
].join('\n')

const dump = (inside: string) => `@container ${edge.id}
 # configuration file /etc/nginx/nginx.conf:
 events {}
 http {
     server {
         listen 443 ssl default_server;
         server_name ai.dc1.example;
         ssl_certificate /etc/nginx/tls/ai.crt;
         ssl_certificate_key /etc/nginx/tls/ai.key;
         ssl_protocols TLSv1.2 TLSv1.3;
         ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
         add_header Strict-Transport-Security "max-age=31536000" always;
${inside.replace(/^/gm, '         ')}
         location = /api/chat {
             proxy_pass http://ollama:11434;
         }
         location / {
             return 404;
         }
     }
 }

@said
 nginx version: nginx/1.29.3
 nginx: configuration file /etc/nginx/nginx.conf test is successful
@end
`

const runs = ({ id, pid }: Part, name: string, argv: readonly string[]): Sin =>
  withProcess({ pid, ppid: 3000, user: 'root', uid: 0, name, argv, cgroup: `/system.slice/docker-${id}.scope` })

/** What Docker writes beside the rules of the admin. */
const translated = `table ip nat {
	chain DOCKER {
		iifname != "br-ai" tcp dport 443 counter packets 12 bytes 720 dnat to 172.18.0.3:443
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 40 bytes 2400 jump DOCKER
	}
}
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		ip saddr 10.20.1.0/24 oifname "br-ai" tcp dport 443 counter packets 12 bytes 720 accept
	}
}
`
const own = segmentRules(['ip saddr 10.20.0.10 tcp dport 22 accept'], ['ip daddr 10.20.8.0/24 tcp dport 443 accept'], '')

const both: readonly Sin[] = [
  { host: (host) => ({ ...host, addresses: [...host.addresses, { interface: 'br-ai', address: '172.18.0.1', prefixLength: 16 }] }) },
  runs(engine, 'ollama', ['/bin/ollama', 'serve']),
  runs(edge, 'nginx', ['nginx: master process nginx -g daemon off;']),
  withListener({ protocol: 'tcp', address: '0.0.0.0', port: 443, process: 'docker-proxy', pid: 3300 }),
  closedToJump(443),
  withFirewall({ ...own, nft: `${own.nft ?? ''}${translated}` }),
  answers({ stdout: containers, exitCode: 0 }, 'containers'),
]
const serving = (inside: string): readonly Sin[] => [...both, answers({ stdout: dump(inside), exitCode: 0 }, 'nginx-containers')]

const login = 'auth_basic "AI";\nauth_basic_user_file /etc/nginx/htpasswd;'

/** An nginx of Compose in front of an engine of Compose. */
export const composed: readonly CorpusHost[] = [
  corpusHost('composed', 'nginx and Ollama in containers, with a login', idle, serving(login)),
  corpusHost('composed-without-login', 'nginx in a container asks nobody', idle, serving('')),
  corpusHost(
    'composed-unread',
    'nginx in a container that could not be asked',
    idle,
    both,
    answers({ stdout: `@container ${edge.id}\n@said\n\n@end\n`, exitCode: 0 }, 'nginx-containers'),
  ),
]
