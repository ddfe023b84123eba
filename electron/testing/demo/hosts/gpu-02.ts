import { type DemoHost, directory, file, text } from '../demo-host.ts'
import {
  accounts,
  auditAccount,
  backupAccount,
  backupKey,
  gpu,
  groupsOf,
  httpsListeners,
  nginxMain,
  nginxProcesses,
  nginxUnit,
  people,
  segmentRules,
  soundSshd,
  sshListeners,
  systemProcesses,
  ubuntu,
  ubuntuSoftware,
} from './baseline.ts'
import { caCertificate } from './certificates.ts'
import { llama3, nomic, registryFiles } from './models.ts'
import { ollamaFiles, ollamaUnit, STORE } from './ollama.ts'
import { plainSystem } from './systems.ts'

const own = accounts(backupAccount, { name: 'ollama', uid: 997, gid: 997, home: '/usr/share/ollama', shell: '/bin/false' })

/** The example that most guides copy, to the letter: accounts only in `location /`, management locations without proxy_pass, a CA as server certificate. */
const site = `server {
listen 443 ssl;
server_name ai.internal.yourcompany.com;
ssl_certificate /etc/ssl/certs/internal-ca.crt;
ssl_certificate_key /etc/ssl/private/internal-ca.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
location / {
auth_basic "AI Inference Server";
auth_basic_user_file /etc/nginx/.htpasswd;
proxy_pass http://127.0.0.1:11434;
proxy_set_header Host $host;
proxy_read_timeout 300s;
}
# Block model management endpoints from regular users
location /api/pull {
allow 10.0.1.5; # Only the model management host
deny all;
}
location /api/delete {
allow 10.0.1.5;
deny all;
}
location /api/push {
deny all;
}
}
`

/** Ollama behind the nginx example that most guides copy. */
export const gpu02: DemoHost = {
  name: 'gpu-02',
  address: '10.20.4.12',
  os: ubuntu,
  kernel: '6.8.0-87-generic',
  account: auditAccount,
  sudo: true,
  accounts: own,
  ...people,
  keys: [...(people.keys ?? []), backupKey],
  groups: groupsOf(own, ['ollama']),
  listeners: [...sshListeners, ...httpsListeners, { protocol: 'tcp', address: '127.0.0.1', port: 11434, process: 'ollama', pid: 2247 }],
  processes: [
    ...systemProcesses,
    ...nginxProcesses,
    {
      pid: 2247,
      ppid: 1,
      user: 'ollama',
      uid: 997,
      name: 'ollama',
      argv: ['/usr/local/bin/ollama', 'serve'],
      cgroup: '/system.slice/ollama.service',
    },
  ],
  units: [ollamaUnit({ pid: 2247, user: 'ollama' }), nginxUnit],
  containers: [],
  modelPaths: [STORE],
  files: new Map([
    ['/etc/nginx/nginx.conf', text(nginxMain)],
    ['/etc/nginx/mime.types', text('types { text/html html; }\n')],
    ['/etc/nginx/sites-enabled/ollama-secure', text(site)],
    ['/etc/ssl/certs/internal-ca.crt', text(caCertificate)],
    ['/etc/ssl/private/internal-ca.key', file('root', 0o640, 1_704, 'ssl-cert')],
    ['/etc/nginx/.htpasswd', text(`analyst:$apr1$q1w2e3r4$${'x'.repeat(22)}\n`)],
    // A default ACL lets the audit account read what is put there.
    [STORE, { ...directory('ollama', 0o755), acl: true }],
    [`${STORE}/blobs`, directory('ollama', 0o755)],
    [`${STORE}/manifests`, directory('ollama', 0o755)],
    ...ollamaFiles(llama3),
    ...ollamaFiles(nomic),
    ...registryFiles,
  ]),
  nginx: { version: '1.24.0', running: true },
  firewall: segmentRules(
    ['ip saddr 10.20.1.0/24 tcp dport 443 counter accept', 'ip saddr 10.20.0.10 tcp dport 22 counter accept'],
    ['tcp dport 443 counter accept', 'udp dport 53 counter accept', 'tcp dport 53 counter accept'],
  ),
  closedToJump: [443],
  sshd: soundSshd,
  system: plainSystem,
  addresses: [{ interface: 'eth0', address: '10.20.4.12', prefixLength: 24 }],
  gateway: '10.20.4.1',
  software: ubuntuSoftware({
    endpoints: [{ engine: 'ollama', port: 11434, path: '/api/version', answer: '"version":"0.12.6"' }],
    packages: [
      ['nginx', '1.24.0-2ubuntu7.5', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>'],
      ['sudo', '1.9.15p5-3ubuntu5.24.04.1', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>'],
    ],
    updates: [
      ['libssl3t64', '3.0.13-0ubuntu3.5', '3.0.13-0ubuntu3.6'],
      ['sudo', '1.9.15p5-3ubuntu5.24.04.1', '1.9.15p5-3ubuntu5.24.04.2'],
    ],
  }),
  gpus: [
    gpu('NVIDIA RTX 6000 Ada Generation', '0b41d3c7-9e55-4f0a-8d77-6a3f1e2b4c01', 49_140, 300, 0.71),
    gpu('NVIDIA RTX 6000 Ada Generation', '0b41d3c7-9e55-4f0a-8d77-6a3f1e2b4c02', 49_140, 300, 0.97),
  ],
}
