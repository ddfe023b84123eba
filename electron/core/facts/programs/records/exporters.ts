import type { ProgramRecord } from '../record.ts'

const exporter = (id: string, name: string, program: RegExp, perhaps: RegExp | undefined, source: string): ProgramRecord => ({
  id,
  name,
  kind: 'exporter',
  program,
  image: program,
  authentication: { usual: 'none', ...(perhaps && { perhaps }) },
  danger: 'It tells versions, accounts, mounts and load of this host to whoever asks: what to attack, and when nobody looks.',
  source,
})

/** The file may ask for passwords or certificates, or bring TLS alone (prometheus/exporter-toolkit docs/web-configuration.md). */
const webConfig = /^--web[-.]config(?:[-.]file)?=./

/** What tells numbers to whoever asks. */
export const exporters: readonly ProgramRecord[] = [
  exporter('dcgm-exporter', 'DCGM exporter', /^dcgm-exporter$/, webConfig, 'NVIDIA/dcgm-exporter README.md'),
  exporter('node-exporter', 'node exporter', /^(?:prometheus-)?node[-_]exporter$/, webConfig, 'prometheus/node_exporter README.md'),
  exporter(
    'nvidia-gpu-exporter',
    'NVIDIA GPU exporter',
    /^nvidia[-_](?:gpu|smi)[-_]exporter$/,
    webConfig,
    'utkuozdemir/nvidia_gpu_exporter README.md',
  ),
  exporter('cadvisor', 'cAdvisor', /^cadvisor$/, /^--?http_(?:auth|digest)_file=./, 'google/cadvisor docs/web.md'),
  exporter(
    'amd-exporter',
    'AMD GPU exporter',
    /^(?:amd-metrics-exporter|device-metrics-exporter|rocm_smi_exporter)$/,
    undefined,
    'ROCm/device-metrics-exporter README.md',
  ),
  exporter('netdata', 'Netdata', /^netdata$/, undefined, 'https://learn.netdata.cloud/docs/netdata-agent/securing-netdata-agents/'),
  exporter('prometheus', 'Prometheus', /^prometheus$/, webConfig, 'https://prometheus.io/docs/operating/security/'),
  {
    id: 'grafana',
    name: 'Grafana',
    kind: 'exporter',
    program: /^grafana(?:-server)?$/,
    image: /^grafana(?:-oss|-enterprise)?$/,
    authentication: { usual: 'default', off: /^GF_AUTH_ANONYMOUS_ENABLED=true$/i },
    telling: ['/api/org'],
    danger: 'Its first password is admin; who is in asks every data source behind it.',
    source: 'https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/',
  },
]
