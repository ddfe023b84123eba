import { type DemoHost, directory } from '../demo-host.ts'
import { modelFile, poisonedPickle } from '../model-bytes.ts'
import {
  accounts,
  auditAccount,
  debian,
  debianSoftware,
  gpu,
  groupsOf,
  people,
  segmentRules,
  soundSshd,
  sshListeners,
  systemProcesses,
} from './baseline.ts'
import { minilm, sdxl } from './models.ts'
import { plainSystem } from './systems.ts'

const own = accounts({ name: 'localai', uid: 993, gid: 993, home: '/srv/localai', shell: '/usr/sbin/nologin' })

const closed = segmentRules(
  ['ip saddr 10.20.1.0/24 tcp dport 443 accept', 'ip saddr 10.20.0.10 tcp dport 22 accept'],
  ['ip daddr 10.20.8.0/24 tcp dport 443 accept'],
  '',
)

/** What Docker writes beside the rules of the admin: published ports are forwarded, and never pass the input chain. */
const dockerRules = `table ip nat {
	chain DOCKER {
		iifname "docker0" counter packets 0 bytes 0 return
		iifname != "docker0" tcp dport 8080 counter packets 12 bytes 720 dnat to 172.17.0.2:8080
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 40 bytes 2400 jump DOCKER
	}
}
table ip filter {
	chain DOCKER {
		iifname != "docker0" oifname "docker0" ip daddr 172.17.0.2 tcp dport 8080 counter packets 12 bytes 720 accept
	}

	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter packets 12 bytes 720 jump DOCKER-USER
		oifname "docker0" ct state related,established counter packets 90 bytes 9000 accept
		oifname "docker0" counter packets 12 bytes 720 jump DOCKER
		iifname "docker0" oifname != "docker0" counter packets 0 bytes 0 accept
	}

	chain DOCKER-USER {
		counter packets 12 bytes 720 return
	}
}
`

/** LocalAI in Docker with a published port: the input chain says closed, the network says open. */
export const gpu04: DemoHost = {
  name: 'gpu-04',
  address: '10.20.4.14',
  os: debian,
  kernel: '6.1.0-41-amd64',
  account: auditAccount,
  sudo: true,
  accounts: own,
  ...people,
  sudoRules: [...(people.sudoRules ?? []), 'reyes ALL=(ALL) NOPASSWD: ALL'],
  groups: [...groupsOf(own), { name: 'docker', gid: 998, members: [] }],
  listeners: [
    ...sshListeners,
    { protocol: 'tcp', address: '0.0.0.0', port: 8080, process: 'docker-proxy', pid: 3120 },
    { protocol: 'tcp', address: '::', port: 8080, process: 'docker-proxy', pid: 3127 },
  ],
  processes: [
    ...systemProcesses,
    {
      pid: 1001,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'dockerd',
      argv: ['/usr/bin/dockerd', '-H', 'fd://'],
      cgroup: '/system.slice/docker.service',
    },
    {
      pid: 3120,
      ppid: 1001,
      user: 'root',
      uid: 0,
      name: 'docker-proxy',
      argv: [
        '/usr/bin/docker-proxy',
        '-proto',
        'tcp',
        '-host-ip',
        '0.0.0.0',
        '-host-port',
        '8080',
        '-container-ip',
        '172.17.0.2',
        '-container-port',
        '8080',
      ],
      cgroup: '/system.slice/docker.service',
    },
    {
      pid: 3127,
      ppid: 1001,
      user: 'root',
      uid: 0,
      name: 'docker-proxy',
      argv: [
        '/usr/bin/docker-proxy',
        '-proto',
        'tcp',
        '-host-ip',
        '::',
        '-host-port',
        '8080',
        '-container-ip',
        '172.17.0.2',
        '-container-port',
        '8080',
      ],
      cgroup: '/system.slice/docker.service',
    },
    {
      pid: 3160,
      ppid: 3140,
      user: 'root',
      uid: 0,
      name: 'local-ai',
      argv: ['/local-ai', 'run'],
      cgroup: '/system.slice/docker-4f1c2d3e4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0.scope',
    },
  ],
  units: [],
  containers: [
    {
      name: 'localai',
      image: 'localai/localai:v4.9.0-gpu-nvidia-cuda-12',
      id: '4f1c2d3e4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0',
      ports: [
        { hostAddress: '0.0.0.0', hostPort: 8080, containerPort: 8080 },
        { hostAddress: '::', hostPort: 8080, containerPort: 8080 },
      ],
      user: '',
      command: ['/local-ai', 'run'],
      environment: { MODELS_PATH: '/models' },
      mounts: [{ source: '/srv/models', destination: '/models' }],
      pid: 3160,
    },
  ],
  picklescan: { '/srv/models/whisper-large-v3.bin': ['posix system'] },
  files: new Map([
    ['/srv/models', directory('root', 0o755)],
    ['/srv/models/whisper-large-v3.bin', modelFile('root', 0o644, 3_087_371_615, poisonedPickle)],
    ['/srv/models/sdxl-base-1.0.safetensors', sdxl],
    [minilm.path, directory('root', 0o755)],
    ...minilm.files,
  ]),
  firewall: { ...closed, nft: closed.nft + dockerRules },
  sshd: soundSshd,
  system: plainSystem,
  addresses: [
    { interface: 'eth0', address: '10.20.4.14', prefixLength: 24 },
    { interface: 'docker0', address: '172.17.0.1', prefixLength: 16 },
  ],
  gateway: '10.20.4.1',
  software: debianSoftware({
    packages: [
      ['docker-ce', '5:29.1.1-1~debian.12~bookworm', 'Docker <support@docker.com>'],
      ['nvidia-container-toolkit', '1.17.4-1', 'NVIDIA CORPORATION <cudatools@nvidia.com>'],
      ['openssh-server', '1:9.2p1-2+deb12u7', 'Debian OpenSSH Maintainers <debian-ssh@lists.debian.org>'],
    ],
    automaticUpdates: false,
  }),
  gpus: [gpu('NVIDIA A100-PCIE-40GB', 'c4d7b9a2-6e1f-4d3c-a0b5-1f2e3d4c5b01', 40_960, 250, 0.22)],
}
