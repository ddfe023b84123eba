import { type DemoHost, directory } from '../demo-host.ts'
import { ggufHead, modelFile } from '../model-bytes.ts'
import {
  accounts,
  auditAccount,
  gpu,
  groupsOf,
  looseSshd,
  noFirewall,
  sshListeners,
  systemProcesses,
  ubuntu,
  ubuntuSoftware,
} from './baseline.ts'
import { plainSystem } from './systems.ts'

const own = accounts({ name: 'llama', uid: 994, gid: 994, home: '/opt/llama.cpp', shell: '/usr/sbin/nologin' })
const argv = ['/opt/llama.cpp/bin/llama-server', '-m', '/models/qwen3-8b-q4_k_m.gguf', '--host', '127.0.0.1', '--port', '8080']

/**
 * The one where the audit account has no sudo: what cannot be read is not evaluated, and nothing of it passes. It is declared air-gapped,
 * and still has a default route and the package sources of the installer.
 */
export const lab01: DemoHost = {
  name: 'lab-01',
  address: '10.20.4.21',
  os: ubuntu,
  kernel: '6.8.0-60-generic',
  account: auditAccount,
  sudo: false,
  airGapped: true,
  accounts: own,
  groups: groupsOf(own, ['llama']),
  listeners: [...sshListeners, { protocol: 'tcp', address: '127.0.0.1', port: 8080, process: 'llama-server', pid: 1290 }],
  processes: [
    ...systemProcesses,
    { pid: 1290, ppid: 1, user: 'llama', uid: 994, name: 'llama-server', argv, cgroup: '/system.slice/llama-server.service' },
  ],
  units: [
    {
      id: 'llama-server.service',
      properties: {
        LoadState: 'loaded',
        ActiveState: 'active',
        SubState: 'running',
        UnitFileState: 'enabled',
        MainPID: '1290',
        ControlGroup: '/system.slice/llama-server.service',
        User: 'llama',
        Group: 'llama',
        SupplementaryGroups: 'render video',
        DynamicUser: 'no',
        ExecStart: `{ path=${argv[0]} ; argv[]=${argv.join(' ')} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
        Environment: '',
        FragmentPath: '/etc/systemd/system/llama-server.service',
        DropInPaths: '',
        NoNewPrivileges: 'yes',
        PrivateTmp: 'yes',
        ProtectSystem: 'full',
        ProtectHome: 'yes',
        ReadWritePaths: '',
      },
    },
  ],
  containers: [],
  files: new Map([
    ['/models', directory('llama', 0o750)],
    [
      '/models/qwen3-8b-q4_k_m.gguf',
      modelFile('llama', 0o640, 5_027_783_488, ggufHead(5_027_783_488, { 'general.architecture': 'qwen3', 'general.name': 'Qwen3 8B' })),
    ],
  ]),
  firewall: noFirewall,
  sshd: looseSshd,
  system: plainSystem,
  addresses: [{ interface: 'enp5s0', address: '10.20.4.21', prefixLength: 24 }],
  gateway: '10.20.4.1',
  software: ubuntuSoftware({
    endpoints: [{ engine: 'llama.cpp', port: 8080, path: '/props', answer: '"build_info":"b5400-c6a2c9e7"' }],
  }),
  gpus: [gpu('NVIDIA GeForce RTX 4090', 'e1a2b3c4-d5e6-4f70-8192-a3b4c5d6e701', 24_564, 450, 0.05)],
}
