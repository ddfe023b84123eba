import { type DemoHost, directory, text } from '../demo-host.ts'
import {
  accounts,
  auditAccount,
  gpu,
  groupsOf,
  looseSshd,
  lundAccount,
  lundKey,
  noFirewall,
  people,
  sshListeners,
  systemProcesses,
  ubuntu,
  ubuntuSoftware,
} from './baseline.ts'
import { gptOss } from './models.ts'
import { ollamaFiles, ollamaUnit } from './ollama.ts'
import { looseSystem } from './systems.ts'

const own = accounts(lundAccount)
const { store } = gptOss

/** The bare one: Ollama as root on every interface, no proxy, no packet filter; a notebook that asks nobody, and metrics for everyone. */
export const gpu03: DemoHost = {
  name: 'gpu-03',
  address: '10.20.4.13',
  os: ubuntu,
  kernel: '6.8.0-87-generic',
  account: auditAccount,
  sudo: true,
  accounts: own,
  ...people,
  keys: [...(people.keys ?? []), lundKey],
  groups: groupsOf(own),
  listeners: [
    ...sshListeners,
    { protocol: 'tcp', address: '*', port: 11434, process: 'ollama', pid: 1833 },
    { protocol: 'tcp', address: '0.0.0.0', port: 8888, process: 'jupyter-lab', pid: 2710 },
    { protocol: 'tcp', address: '*', port: 9100, process: 'node_exporter', pid: 655 },
  ],
  processes: [
    ...systemProcesses,
    {
      pid: 1833,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'ollama',
      argv: ['/usr/local/bin/ollama', 'serve'],
      cgroup: '/system.slice/ollama.service',
    },
    {
      pid: 655,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'node_exporter',
      argv: ['/usr/local/bin/node_exporter'],
      cgroup: '/system.slice/node_exporter.service',
    },
    {
      pid: 2710,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'jupyter-lab',
      argv: ['/opt/conda/bin/python3.12', '/opt/conda/bin/jupyter-lab', '--ip=0.0.0.0', '--allow-root', "--ServerApp.token=''"],
      cgroup: '/user.slice/user-0.slice/session-4.scope',
    },
  ],
  units: [
    ollamaUnit({ pid: 1833, user: '', environment: 'OLLAMA_HOST=0.0.0.0', dropIn: '/etc/systemd/system/ollama.service.d/override.conf' }),
  ],
  containers: [],
  files: new Map([
    ['/etc/ufw/ufw.conf', text('ENABLED=no\nLOGLEVEL=low\n')],
    [store, directory('root', 0o777)],
    [`${store}/blobs`, directory('root', 0o777)],
    ...ollamaFiles(gptOss),
  ]),
  firewall: noFirewall,
  sshd: looseSshd,
  auditKeyOptions: '',
  // As Ubuntu installs ufw: its service has run, and found that it is off.
  system: { ...looseSystem, services: [...looseSystem.services, 'ufw.service loaded active enabled'] },
  addresses: [{ interface: 'eth0', address: '10.20.4.13', prefixLength: 24 }],
  gateway: '10.20.4.1',
  software: ubuntuSoftware({
    endpoints: [{ engine: 'ollama', port: 11434, path: '/api/version', answer: '"version":"0.5.7"' }],
    listsAgeDays: 121,
    otherKernels: ['6.8.0-90-generic'],
  }),
  gpus: [gpu('NVIDIA L40S', '7a90e1f4-1c2d-4b7e-b1aa-90c4d5e6f701', 46_068, 350, 0.38)],
}
