import { type DemoHost, directory, file, text } from '../demo-host.ts'
import {
  accounts,
  auditAccount,
  debian,
  debianPackages,
  debianSoftware,
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
} from './baseline.ts'
import { vllmCertificate } from './certificates.ts'
import { llama } from './models.ts'
import { soundSystem } from './systems.ts'

const own = accounts({ name: 'vllm', uid: 991, gid: 991, home: '/nonexistent', shell: '/usr/sbin/nologin' })
const argv = [
  '/opt/vllm/bin/python3',
  '/opt/vllm/bin/vllm',
  'serve',
  '/srv/models/llama-3.1-8b-instruct',
  '--host',
  '127.0.0.1',
  '--port',
  '8000',
  '--max-model-len',
  '8192',
  '--max-num-seqs',
  '32',
  '--gpu-memory-utilization',
  '0.9',
  '--no-enable-log-requests',
]

const site = `log_format ai_access escape=json '{"time":"$time_iso8601","client":"$remote_addr","user":"$remote_user",'
    '"request":"$request","status":"$status","bytes":"$bytes_sent","seconds":"$request_time"}';
server {
    access_log /var/log/nginx/ai-access.log ai_access;
    listen 443 ssl default_server;
    server_name vllm.dc1.example;
    ssl_certificate /etc/nginx/tls/vllm.crt;
    ssl_certificate_key /etc/nginx/tls/vllm.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
    add_header Strict-Transport-Security "max-age=31536000" always;
    auth_basic "vLLM";
    auth_basic_user_file /etc/nginx/vllm.htpasswd;
    location = /v1/chat/completions {
        proxy_pass http://127.0.0.1:8000;
        proxy_buffering off;
    }
    location = /v1/completions {
        proxy_pass http://127.0.0.1:8000;
        proxy_buffering off;
    }
    location = /v1/embeddings {
        proxy_pass http://127.0.0.1:8000;
    }
    location = /v1/models {
        proxy_pass http://127.0.0.1:8000;
    }
    location / {
        return 404;
    }
}
`

/** The sound one: vLLM on loopback with a key, nginx with TLS and accounts before it, its own account, a closed segment. */
export const gpu01: DemoHost = {
  name: 'gpu-01',
  address: '10.20.4.11',
  os: debian,
  kernel: '6.1.0-41-amd64',
  account: auditAccount,
  sudo: true,
  accounts: own,
  ...people,
  groups: groupsOf(own, ['vllm']),
  listeners: [
    ...sshListeners,
    ...httpsListeners,
    { protocol: 'tcp', address: '127.0.0.1', port: 8000, process: 'vllm', pid: 1410 },
    { protocol: 'tcp', address: '127.0.0.1', port: 9400, process: 'dcgm-exporter', pid: 1380 },
  ],
  processes: [
    ...systemProcesses,
    ...nginxProcesses,
    { pid: 1410, ppid: 1, user: 'vllm', uid: 991, name: 'vllm', argv, cgroup: '/system.slice/vllm.service' },
    {
      pid: 1380,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'dcgm-exporter',
      argv: ['/usr/bin/dcgm-exporter', '--address', '127.0.0.1:9400'],
      cgroup: '/system.slice/dcgm-exporter.service',
    },
    {
      pid: 1502,
      ppid: 1410,
      user: 'vllm',
      uid: 991,
      name: 'VLLM::EngineCor',
      argv: ['VLLM::EngineCore'],
      cgroup: '/system.slice/vllm.service',
    },
  ],
  units: [
    {
      id: 'vllm.service',
      properties: {
        LoadState: 'loaded',
        ActiveState: 'active',
        SubState: 'running',
        UnitFileState: 'enabled',
        MainPID: '1410',
        ControlGroup: '/system.slice/vllm.service',
        User: 'vllm',
        Group: 'vllm',
        SupplementaryGroups: 'render video',
        DynamicUser: 'no',
        ExecStart: `{ path=/opt/vllm/bin/vllm ; argv[]=/opt/vllm/bin/vllm ${argv.slice(2).join(' ')} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
        Environment: 'HF_HUB_OFFLINE=1',
        EnvironmentFiles: '/etc/vllm/vllm.env (ignore_errors=no)',
        FragmentPath: '/etc/systemd/system/vllm.service',
        DropInPaths: '',
        NoNewPrivileges: 'yes',
        PrivateTmp: 'yes',
        ProtectSystem: 'strict',
        ProtectHome: 'yes',
        ProtectKernelTunables: 'yes',
        ProtectKernelModules: 'yes',
        ProtectKernelLogs: 'yes',
        RestrictNamespaces: 'yes',
        LockPersonality: 'yes',
        LimitCORE: '0',
        ProtectControlGroups: 'yes',
        ReadWritePaths: '/var/cache/vllm',
        CapabilityBoundingSet: '',
        RestrictSUIDSGID: 'yes',
        DevicePolicy: 'closed',
        DeviceAllow: 'char-nvidia* rw',
      },
      security: ["PrivateNetwork= Service has access to the host's network 0.5", '-> Overall exposure level for vllm.service: 3.9 OK :-)'],
    },
    nginxUnit,
  ],
  containers: [],
  files: new Map([
    ['/etc/nginx/nginx.conf', text(nginxMain)],
    ['/etc/nginx/mime.types', text('types { text/html html; }\n')],
    ['/etc/nginx/sites-enabled/vllm', text(site)],
    ['/etc/nginx/tls/vllm.crt', text(vllmCertificate)],
    ['/etc/nginx/tls/vllm.key', file('root', 0o600, 1_704)],
    ['/etc/nginx/vllm.htpasswd', file('root', 0o640, 74, 'www-data')],
    ['/etc/vllm', directory('root', 0o750, 'vllm')],
    ['/etc/vllm/vllm.env', file('root', 0o640, 62, 'vllm')],
    // Its default ACL lets the audit account read what is put there.
    ['/srv/models', { ...directory('root', 0o755), acl: true }],
    [llama.path, directory('vllm', 0o750)],
    ...llama.files,
  ]),
  nginx: { version: '1.22.1', running: true },
  firewall: segmentRules(
    ['ip saddr 10.20.1.0/24 tcp dport 443 accept', 'ip saddr 10.20.0.10 tcp dport 22 accept'],
    ['ip daddr 10.20.8.0/24 tcp dport 443 accept', 'ip daddr 10.20.0.53 udp dport 53 accept'],
  ),
  closedToJump: [443],
  sshd: soundSshd,
  system: soundSystem,
  addresses: [{ interface: 'eth0', address: '10.20.4.11', prefixLength: 24 }],
  gateway: '10.20.4.1',
  software: debianSoftware({
    packages: [...debianPackages, ['nginx', '1.22.1-9+deb12u3', 'Debian Nginx Maintainers <team+nginx@tracker.debian.org>']],
    endpoints: [{ engine: 'vllm', port: 8000, path: '/version', answer: '"version":"0.27.0"' }],
    python: {
      folder: '/opt/vllm/lib/python3.11/site-packages',
      packages: ['fastapi-0.121.1', 'numpy-2.2.6', 'safetensors-0.6.2', 'torch-2.8.0+cu128', 'transformers-4.57.1', 'vllm-0.27.0'],
    },
  }),
  gpus: [
    gpu('NVIDIA H100 80GB HBM3', '5f0c9d1a-33b2-4c1e-9a17-2b6f0c7d8e01', 81_559, 700, 0.71, '580.159.03'),
    gpu('NVIDIA H100 80GB HBM3', '5f0c9d1a-33b2-4c1e-9a17-2b6f0c7d8e02', 81_559, 700, 0.64, '580.159.03'),
  ],
}
