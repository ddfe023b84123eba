import { type DemoHost, type DemoProcess, type DemoUnit, directory, text } from './demo-host.ts'
import { httpsListeners, nginxMain, nginxProcesses, nginxUnit } from './hosts/baseline.ts'
import { caCertificate } from './hosts/certificates.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu02 } from './hosts/gpu-02.ts'
import { gpu03 } from './hosts/gpu-03.ts'
import { lab01 } from './hosts/lab-01.ts'
import { shownCommand } from './unit-drop-ins.ts'

/** Hosts of the demo with one more sin each, for templates that none of the five has a use for as it is. */

const openProxy = `server {
    listen 443 ssl;
    server_name chat.dc1.example;
    ssl_certificate /etc/ssl/certs/internal-ca.crt;
    ssl_certificate_key /etc/ssl/private/internal-ca.key;
    location / { proxy_pass http://127.0.0.1:8080; }
}
`

const readableLab: DemoHost = { ...lab01, sudo: true, airGapped: false }

/** llama-server behind an nginx that asks nobody. */
export const behindOpenProxy: DemoHost = {
  ...readableLab,
  nginx: { version: '1.24.0', running: true },
  listeners: [...lab01.listeners, ...httpsListeners],
  processes: [...lab01.processes, ...nginxProcesses],
  units: [...lab01.units, nginxUnit],
  files: new Map([
    ...lab01.files,
    ['/etc/nginx/nginx.conf', text(nginxMain)],
    ['/etc/nginx/mime.types', text('types { text/html html; }\n')],
    ['/etc/nginx/sites-enabled/chat', text(openProxy)],
    ['/etc/ssl/certs/internal-ca.crt', text(caCertificate)],
  ]),
}

const STORE = '/srv/ollama'

/** Ollama as root, whose models lie where another account can get at them. */
export const rootOllama: DemoHost = {
  ...gpu03,
  units: gpu03.units.map((unit) => ({
    ...unit,
    properties: { ...unit.properties, Environment: `${unit.properties.Environment} OLLAMA_MODELS=${STORE}` },
  })),
  files: new Map([...gpu03.files].map(([path, file]) => [path.replace('/root/.ollama/models', STORE), file])),
}

const CONFIGURATION = '/etc/oauth2-proxy/oauth2-proxy.cfg'

/** As guides write it: cookies that scripts read, a provider whose certificate nobody checks, and everybody of the world may log in. */
const loginSettings = `http_address = "0.0.0.0:4180"
reverse_proxy = true
trusted_proxy_ips = ["127.0.0.1/32"]
upstreams = ["http://127.0.0.1:11434/"]
provider = "oidc"
oidc_issuer_url = "https://login.dc1.example/realms/ai"
client_id = "ai"
email_domains = ["*"]
cookie_secret_shape = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx="
cookie_secure = false
cookie_httponly = false
ssl_insecure_skip_verify = true
auth_logging = false
request_logging = false
`

const loginCommand = ['/usr/local/bin/oauth2-proxy', `--config=${CONFIGURATION}`]

/** gpu-02 with oauth2-proxy beside its nginx. */
export const withLogins: DemoHost = {
  ...gpu02,
  listeners: [...gpu02.listeners, { protocol: 'tcp', address: '0.0.0.0', port: 4180, process: 'oauth2-proxy', pid: 2301 }],
  closedToJump: [...(gpu02.closedToJump ?? []), 4180],
  processes: [
    ...gpu02.processes,
    {
      ...{ pid: 2301, ppid: 1, user: 'oauth2-proxy', uid: 995, name: 'oauth2-proxy', argv: loginCommand },
      cgroup: '/system.slice/oauth2-proxy.service',
    },
  ],
  units: [
    ...gpu02.units,
    {
      id: 'oauth2-proxy.service',
      properties: {
        ...nginxUnit.properties,
        MainPID: '2301',
        ControlGroup: '/system.slice/oauth2-proxy.service',
        User: 'oauth2-proxy',
        Group: 'oauth2-proxy',
        ExecStart: shownCommand(loginCommand),
        FragmentPath: '/etc/systemd/system/oauth2-proxy.service',
      },
    },
  ],
  accounts: [...gpu02.accounts, { name: 'oauth2-proxy', uid: 995, gid: 995, home: '/nonexistent', shell: '/usr/sbin/nologin' }],
  groups: [...gpu02.groups, { name: 'oauth2-proxy', gid: 995, members: [] }],
  files: new Map([...gpu02.files, [CONFIGURATION, text(loginSettings)]]),
}

const [llama] = lab01.processes.slice(-1) as [DemoProcess]
const [llamaUnit] = lab01.units as [DemoUnit]

/** The engine of lab-01 started another way, for the whole network. */
function exposed(host: DemoHost, name: string, words: readonly string[], port: number): DemoHost {
  const [engine, unit] = [host.processes.find((one) => one.name === name) ?? llama, host.units[0] ?? llamaUnit]
  const head = engine.argv.slice(0, Math.max(0, engine.argv.indexOf(words[0] ?? '')))
  const shown = words.map((word, index) => (words[index - 1]?.startsWith('--api-key') ? '****' : word))
  return {
    ...host,
    closedToJump: [...(host.closedToJump ?? []), port],
    listeners: host.listeners.map((one) => (one.process === name ? { ...one, address: '0.0.0.0' } : one)),
    processes: host.processes.map((one) => (one === engine ? { ...one, argv: [...head, ...words] } : one)),
    units: host.units.map((one) => (one === unit ? { ...one, properties: { ...one.properties, ExecStart: shownCommand(shown) } } : one)),
  }
}

const [, vllm = '', ...vllmWords] = gpu01.processes.find(({ name }) => name === 'vllm')?.argv ?? []

/** vLLM with its key on the command line. */
export const exposedVllm = exposed(
  gpu01,
  'vllm',
  [vllm, ...vllmWords.map((word) => (word === '127.0.0.1' ? '0.0.0.0' : word)), '--api-key', 'vk-7f3a9c21'],
  8000,
)

const onNetwork = [...llama.argv.map((word) => (word === '127.0.0.1' ? '0.0.0.0' : word)), '--api-key', 'vk-7f3a9c21']

export const exposedLlama = exposed(readableLab, 'llama-server', onNetwork, 8080)

const asLocalAi: DemoHost = {
  ...readableLab,
  listeners: lab01.listeners.map((one) => (one.process === 'llama-server' ? { ...one, process: 'local-ai' } : one)),
  processes: lab01.processes.map((one) => (one === llama ? { ...one, name: 'local-ai', cgroup: '/system.slice/local-ai.service' } : one)),
  units: lab01.units.map((one) => ({
    ...one,
    id: 'local-ai.service',
    properties: {
      ...one.properties,
      ControlGroup: '/system.slice/local-ai.service',
      FragmentPath: '/etc/systemd/system/local-ai.service',
    },
  })),
  software: { ...lab01.software, endpoints: [{ engine: 'localai', port: 8080, path: '/version', answer: '"version":"v4.9.0"' }] },
}

export const exposedLocalAi = exposed(
  asLocalAi,
  'local-ai',
  ['/usr/local/bin/local-ai', 'run', '--models-path', '/models', '--address', ':8080', '--api-keys', 'vk-7f3a9c21'],
  8080,
)

const openCaddyfile = `https://chat.dc1.example {
    tls /etc/ssl/certs/internal-ca.crt /etc/ssl/private/internal-ca.key
    reverse_proxy 127.0.0.1:11434
}
`

const { nginx: _, ...withoutNginx } = gpu02
const caddyCommand = ['/usr/bin/caddy', 'run', '--environ', '--config', '/etc/caddy/Caddyfile']

/** gpu-02 behind a Caddy that asks nobody. */
export const behindOpenCaddy: DemoHost = {
  ...withoutNginx,
  listeners: gpu02.listeners.map((one) => (one.process === 'nginx' ? { ...one, process: 'caddy', pid: 880 } : one)),
  processes: [
    ...gpu02.processes.filter(({ name }) => name !== 'nginx'),
    { pid: 880, ppid: 1, user: 'caddy', uid: 989, name: 'caddy', argv: caddyCommand, cgroup: '/system.slice/caddy.service' },
  ],
  units: [
    ...gpu02.units.filter(({ id }) => id !== 'nginx.service'),
    {
      id: 'caddy.service',
      properties: {
        ...nginxUnit.properties,
        MainPID: '880',
        ControlGroup: '/system.slice/caddy.service',
        User: 'caddy',
        Group: 'caddy',
        ExecStart: shownCommand(caddyCommand),
        FragmentPath: '/usr/lib/systemd/system/caddy.service',
      },
    },
  ],
  accounts: [...gpu02.accounts, { name: 'caddy', uid: 989, gid: 989, home: '/var/lib/caddy', shell: '/usr/sbin/nologin' }],
  groups: [...gpu02.groups, { name: 'caddy', gid: 989, members: [] }],
  files: new Map([
    ...[...gpu02.files].filter(([path]) => !path.startsWith('/etc/nginx/')),
    ['/etc/caddy', directory('root', 0o755)],
    ['/etc/caddy/Caddyfile', text(openCaddyfile)],
  ]),
}

const EXPORTER_UNIT = 'nvidia-dcgm-exporter.service'
const exporterCommand = ['/usr/bin/dcgm-exporter', '-f', '/etc/dcgm-exporter/default-counters.csv']

/** gpu-03, which has no firewall, with the exporter as NVIDIA's package starts it: as root, on every interface. */
export const withOpenExporter: DemoHost = {
  ...gpu03,
  listeners: [...gpu03.listeners, { protocol: 'tcp', address: '*', port: 9400, process: 'dcgm-exporter', pid: 1380 }],
  processes: [
    ...gpu03.processes,
    { pid: 1380, ppid: 1, user: 'root', uid: 0, name: 'dcgm-exporter', argv: exporterCommand, cgroup: `/system.slice/${EXPORTER_UNIT}` },
  ],
  units: [
    ...gpu03.units,
    {
      id: EXPORTER_UNIT,
      properties: {
        ...nginxUnit.properties,
        MainPID: '1380',
        ControlGroup: `/system.slice/${EXPORTER_UNIT}`,
        User: 'root',
        ExecStart: shownCommand(exporterCommand),
        FragmentPath: `/usr/lib/systemd/system/${EXPORTER_UNIT}`,
      },
    },
  ],
}

const withDaemon = (name: string, argv: readonly string[], more: Partial<DemoHost['system']> = {}): DemoHost => ({
  ...gpu02,
  processes: [...gpu02.processes, { pid: 701, ppid: 1, user: 'root', uid: 0, name, argv, cgroup: `/system.slice/${name}.service` }],
  system: { ...gpu02.system, ...more, services: [...gpu02.system.services, `${name}.service loaded active enabled`] },
})

/** The daemon as packages of Ubuntu start it. */
export const withIdleDriver = withDaemon('nvidia-persistenced', ['/usr/bin/nvidia-persistenced', '--no-persistence-mode'])

/** An auditd that watches accounts, and no models. */
export const withAuditd = withDaemon('auditd', ['/sbin/auditd'], { auditRules: ['-w /etc/passwd -p wa -k identity'] })

/** The audit account may do everything. */
export const withMightyAudit: DemoHost = {
  ...gpu02,
  files: new Map([...gpu02.files, ['/etc/sudoers.d/gatehouse-audit', text('gatehouse-ro ALL=(ALL) NOPASSWD: ALL\n', 0o440)]]),
}
