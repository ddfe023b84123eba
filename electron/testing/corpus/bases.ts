import { type DemoHost, directory, file, text } from '../demo/demo-host.ts'
import {
  debianPackages,
  debianSoftware,
  httpsListeners,
  nginxMain,
  nginxProcesses,
  segmentRules,
  soundSshd,
} from '../demo/hosts/baseline.ts'
import { vllmCertificate } from '../demo/hosts/certificates.ts'
import { gpu01 } from '../demo/hosts/gpu-01.ts'
import { gpu02 } from '../demo/hosts/gpu-02.ts'
import { lab01 } from '../demo/hosts/lab-01.ts'
import { blob, manifest } from '../demo/hosts/ollama.ts'

/** Hosts that sins are committed on: `vllm` and `idle` sound throughout, the others where the corpus sins on them. */

const soundDriver = '580.159.03'

const inbound = ['ip saddr 10.20.1.0/24 tcp dport 443 accept', 'ip saddr 10.20.0.10 tcp dport 22 accept']
const outbound = ['ip daddr 10.20.8.0/24 tcp dport 443 accept', 'ip daddr 10.20.0.53 udp dport 53 accept']

export const soundFirewall = segmentRules(inbound, outbound)
export const rules = (more: { readonly inbound?: readonly string[]; readonly outbound?: readonly string[] }) =>
  segmentRules([...inbound, ...(more.inbound ?? [])], [...outbound, ...(more.outbound ?? [])])

/** vLLM with a key on loopback, nginx with accounts on four exact routes. */
export const vllm = gpu01

const ollamaSite = `server {
    listen 443 ssl default_server;
    server_name vllm.dc1.example;
    ssl_certificate /etc/nginx/tls/ai.crt;
    ssl_certificate_key /etc/nginx/tls/ai.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
    add_header Strict-Transport-Security "max-age=31536000" always;
    auth_basic "AI";
    auth_basic_user_file /etc/nginx/.htpasswd;
    location = /api/chat {
        proxy_pass http://127.0.0.1:11434;
    }
    location = /api/generate {
        proxy_pass http://127.0.0.1:11434;
    }
    location /v1/ {
        proxy_pass http://127.0.0.1:11434;
    }
    location ~ ^/api/(?:pull|push|create|copy|delete|blobs) {
        allow 10.0.1.5;
        deny all;
        proxy_pass http://127.0.0.1:11434;
    }
    location / {
        return 404;
    }
}
`

const sandbox = {
  NoNewPrivileges: 'yes',
  PrivateTmp: 'yes',
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  ProtectKernelTunables: 'yes',
  ProtectKernelModules: 'yes',
  ProtectControlGroups: 'yes',
  ReadWritePaths: '/usr/share/ollama',
  CapabilityBoundingSet: '',
  RestrictSUIDSGID: 'yes',
  DevicePolicy: 'closed',
  DeviceAllow: 'char-nvidia* rw',
}

const store = '/usr/share/ollama/.ollama/models'

const nginxOfDebian = ['nginx', '1.22.1-9+deb12u3', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>'] as const

/** Ollama as gpu-02 has it, with everything mended. */
export const ollama: DemoHost = {
  ...gpu02,
  name: 'ollama',
  units: gpu02.units.map((unit) => ({ ...unit, properties: { ...unit.properties, ...sandbox } })),
  files: new Map([
    ['/etc/nginx/nginx.conf', text(nginxMain)],
    ['/etc/nginx/mime.types', text('types { text/html html; }\n')],
    ['/etc/nginx/sites-enabled/ai', text(ollamaSite)],
    ['/etc/nginx/tls/ai.crt', text(vllmCertificate)],
    ['/etc/nginx/tls/ai.key', file('root', 0o600, 241)],
    ['/etc/nginx/.htpasswd', file('root', 0o640, 120, 'www-data')],
    [store, directory('ollama', 0o750)],
    [`${store}/blobs`, directory('ollama', 0o750)],
    [blob('6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa'), file('ollama', 0o640, 4_661_211_424)],
    [`${store}/manifests`, directory('ollama', 0o750)],
    [manifest('llama3', 'latest'), file('ollama', 0o640, 856)],
  ]),
  firewall: soundFirewall,
  software: debianSoftware({
    packages: [...debianPackages, nginxOfDebian],
    endpoints: [{ engine: 'ollama', port: 11434, path: '/api/version', answer: '"version":"0.32.15"' }],
  }),
  system: gpu01.system,
  gpus: gpu02.gpus.map((gpu) => ({ ...gpu, driver: soundDriver })),
}

const llamaSite = ollamaSite
  .replaceAll('11434', '8080')
  .replace(/ {4}location ~[^}]*}\n/, '')
  .replace('/etc/nginx/tls/ai', '/etc/nginx/tls/llama')

/** llama-server as lab-01 has it, with sudo for the audit account, a proxy, a closed segment and a sandbox. */
export const llama: DemoHost = {
  ...lab01,
  name: 'llama',
  airGapped: false,
  sudo: true,
  listeners: [...lab01.listeners, ...httpsListeners],
  processes: [...lab01.processes, ...nginxProcesses],
  units: lab01.units.map((unit) => ({ ...unit, properties: { ...unit.properties, ...sandbox, ReadWritePaths: '' } })),
  files: new Map([
    ...lab01.files,
    ['/etc/nginx/nginx.conf', text(nginxMain)],
    ['/etc/nginx/mime.types', text('types { text/html html; }\n')],
    ['/etc/nginx/sites-enabled/llama', text(llamaSite.replace(/\/etc\/nginx\/tls\/ai\.key/, '/etc/nginx/tls/llama.key'))],
    ['/etc/nginx/tls/llama.crt', text(vllmCertificate)],
    ['/etc/nginx/tls/llama.key', file('root', 0o600, 241)],
    ['/etc/nginx/.htpasswd', file('root', 0o640, 120, 'www-data')],
  ]),
  nginx: { version: '1.22.1', running: true },
  firewall: soundFirewall,
  closedToJump: [443],
  sshd: soundSshd,
  software: debianSoftware({
    packages: [...debianPackages, nginxOfDebian],
    endpoints: [{ engine: 'llama.cpp', port: 8080, path: '/props', answer: '"build_info":"b9500-c6a2c9e7"' }],
  }),
  system: gpu01.system,
  gpus: lab01.gpus.map((gpu) => ({ ...gpu, driver: soundDriver })),
}

/** A GPU server on which nothing serves yet. */
const { nginx: _, ...withoutNginx } = gpu01
export const idle: DemoHost = {
  ...withoutNginx,
  name: 'idle',
  listeners: gpu01.listeners.filter(({ process }) => process === 'sshd'),
  processes: gpu01.processes.filter(({ name }) => name !== 'nginx' && name !== 'vllm' && !name.startsWith('VLLM')),
  units: [],
  files: new Map(),
  firewall: segmentRules(['ip saddr 10.20.0.10 tcp dport 22 accept'], outbound),
}

const ofJump = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => !/^(?:allowtcpforwarding|authenticationmethods|kbdinteractive)/.test(line))

/** A jump host that is looked at: a key and a one-time code, forwards to the fleet and nothing else. */
export const bastion: DemoHost = {
  ...idle,
  name: 'bastion-01',
  address: '10.20.0.10',
  jumpHost: true,
  addresses: idle.addresses.map((address) => ({ ...address, address: address.address.replace('10.20.4.11', '10.20.0.10') })),
  gpus: [],
  processes: idle.processes.filter(({ name }) => name === 'systemd' || name === 'sshd'),
  firewall: segmentRules(['ip saddr 10.20.2.0/24 tcp dport 22 accept'], ['ip daddr 10.20.4.0/24 tcp dport 22 accept', ...outbound]),
  pam: ['auth required pam_google_authenticator.so', 'account required pam_nologin.so', 'session required pam_limits.so'],
  sshd: [
    ...ofJump(soundSshd),
    'allowtcpforwarding local',
    'permitopen 10.20.4.11:22',
    'permitlisten any',
    'allowstreamlocalforwarding no',
    'authenticationmethods publickey,keyboard-interactive:pam',
    'kbdinteractiveauthentication yes',
  ],
}
