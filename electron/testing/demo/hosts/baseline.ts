import type { DemoAccount, DemoFirewall, DemoHost } from '../demo-host.ts'

/** What the five hosts share; each says only what is its own. */

export const accounts = (...own: readonly DemoAccount[]): readonly DemoAccount[] => [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
  { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' },
  { name: 'sshd', uid: 101, gid: 65534, home: '/run/sshd', shell: '/usr/sbin/nologin' },
  { name: 'gatehouse-ro', uid: 990, gid: 990, home: '/home/gatehouse-ro', shell: '/bin/sh' },
  { name: 'okafor', uid: 1000, gid: 1000, home: '/home/okafor', shell: '/bin/bash', password: 'usable' },
  { name: 'reyes', uid: 1001, gid: 1001, home: '/home/reyes', shell: '/bin/bash' },
  ...own,
]

export const groupsOf = (all: readonly DemoAccount[], render: readonly string[] = []) => [
  ...all.map(({ name, gid }) => ({ name, gid, members: [] })),
  { name: 'ssh-users', gid: 1200, members: ['gatehouse-ro', 'okafor', 'reyes', 'backup', 'lund'] },
  { name: 'video', gid: 44, members: render },
  { name: 'render', gid: 106, members: render },
]

const keyOf = (account: string, sign: string) => ({
  account,
  text: `restrict,pty,from="10.20.0.10" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${sign.repeat(43)} ${account}@desk`,
})

/** The admin and the operator, with a key each, and what sudo allows them. */
export const people: Pick<DemoHost, 'keys' | 'logins' | 'sudoRules'> = {
  keys: [keyOf('okafor', 'k'), keyOf('reyes', 'r')],
  logins: [
    { account: 'okafor', daysAgo: 1 },
    { account: 'reyes', daysAgo: 3 },
  ],
  sudoRules: ['okafor ALL=(ALL) ALL', 'reyes ALL=(root) NOPASSWD: /usr/bin/systemctl restart vllm.service'],
}

/** An account that nobody listed, and one of somebody who left in October. */
export const backupAccount: DemoAccount = { name: 'backup', uid: 1010, gid: 1010, home: '/home/backup', shell: '/bin/bash' }
export const backupKey = keyOf('backup', 'b')
export const lundAccount: DemoAccount = { name: 'lund', uid: 1011, gid: 1011, home: '/home/lund', shell: '/bin/bash' }
/** The same key as that of backup, on another host. */
export const lundKey = keyOf('lund', 'b')

export const auditAccount = { name: 'gatehouse-ro', uid: 990 } as const

export const ubuntu = { id: 'ubuntu', version: '24.04', pretty: 'Ubuntu 24.04.3 LTS' } as const
export const debian = { id: 'debian', version: '12', pretty: 'Debian GNU/Linux 12 (bookworm)' } as const

/** `sshd -T` of a server that takes keys from the jump host only. */
export const soundSshd: readonly string[] = [
  'port 22',
  'addressfamily any',
  'listenaddress 0.0.0.0:22',
  'listenaddress [::]:22',
  'usepam yes',
  'permitrootlogin no',
  'pubkeyauthentication yes',
  'passwordauthentication no',
  'kbdinteractiveauthentication no',
  'permitemptypasswords no',
  'authenticationmethods any',
  'loglevel VERBOSE',
  'allowgroups ssh-users',
  'disableforwarding no',
  'allowtcpforwarding no',
  'allowagentforwarding no',
  'x11forwarding no',
  'permittunnel no',
  'gatewayports no',
  'logingracetime 30',
  'maxauthtries 3',
  'ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com',
  'macs umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com',
  'kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,ecdh-sha2-nistp256',
  'hostkeyalgorithms ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256',
  'maxstartups 10:30:100',
]

export const looseSshd: readonly string[] = soundSshd.map((line) =>
  line === 'passwordauthentication no' ? 'passwordauthentication yes' : line === 'permitrootlogin no' ? 'permitrootlogin yes' : line,
)

const system = (pid: number, ppid: number, name: string, argv: readonly string[], cgroup: string) => ({
  pid,
  ppid,
  user: 'root',
  uid: 0,
  name,
  argv,
  cgroup,
})

export const systemProcesses = [
  system(1, 0, 'systemd', ['/sbin/init'], '/init.scope'),
  system(612, 1, 'sshd', ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'], '/system.slice/ssh.service'),
]

export const sshListeners = [
  { protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd', pid: 612 },
  { protocol: 'tcp', address: '::', port: 22, process: 'sshd', pid: 612 },
] as const

export const nginxProcesses = [
  system(990, 1, 'nginx', ['nginx: master process /usr/sbin/nginx -g daemon on; master_process on;'], '/system.slice/nginx.service'),
  { ...system(991, 990, 'nginx', ['nginx: worker process'], '/system.slice/nginx.service'), user: 'www-data', uid: 33 },
]

/** As Debian's package starts it. */
export const nginxUnit: DemoHost['units'][number] = {
  id: 'nginx.service',
  properties: {
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    MainPID: '990',
    ControlGroup: '/system.slice/nginx.service',
    User: '',
    Group: '',
    DynamicUser: 'no',
    ExecStart:
      '{ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g daemon on; master_process on; ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
    FragmentPath: '/usr/lib/systemd/system/nginx.service',
    DropInPaths: '',
    Restart: 'no',
  },
}

export const httpsListeners = [{ protocol: 'tcp', address: '0.0.0.0', port: 443, process: 'nginx', pid: 990 }] as const

export const nginxMain = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
events {
    worker_connections 768;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`

/** A packet filter that accepts nothing. */
export const noFirewall: DemoFirewall = { nft: '', iptables: '', ip6tables: '' }

const closedForward = `	chain forward {
		type filter hook forward priority filter; policy drop;
	}

`

/** nftables written by hand: one inet table that drops by default both ways. */
export const segmentRules = (inbound: readonly string[], outbound: readonly string[], forward = closedForward): DemoFirewall => ({
  ...noFirewall,
  nft: `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
${inbound.map((rule) => `\t\t${rule}\n`).join('')}	}

${forward}	chain output {
		type filter hook output priority filter; policy drop;
		oif "lo" accept
		ct state established,related accept
${outbound.map((rule) => `\t\t${rule}\n`).join('')}	}
}
`,
})

type Gpu = DemoHost['gpus'][number]

export const gpu = (
  name: string,
  serial: string,
  memoryTotalMiB: number,
  powerLimitW: number,
  load: number,
  driver = '570.195.03',
): Gpu => ({
  name,
  uuid: `GPU-${serial}`,
  driver,
  memoryTotalMiB,
  memoryUsedMiB: Math.round(memoryTotalMiB * (0.3 + load * 0.55)),
  utilizationPercent: Math.round(load * 100),
  temperatureC: Math.round(38 + load * 38),
  powerDrawW: Math.round(powerLimitW * (0.18 + load * 0.7)),
  powerLimitW,
})

const debianTeam = 'Debian OpenSSH Maintainers <debian-ssh@lists.debian.org>'
const ubuntuTeam = 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>'

export const debianPackages: DemoHost['software']['packages'] = [
  ['openssh-server', '1:9.2p1-2+deb12u7', debianTeam],
  ['sudo', '1.9.13p3-1+deb12u4', 'Sudo Maintainers <sudo@packages.debian.org>'],
  ['unattended-upgrades', '2.9.1+nmu3', 'Michael Vogt <mvo@debian.org>'],
]

/** Software of a Debian server that is kept up to date from a mirror inside. */
export const debianSoftware = (more: Partial<DemoHost['software']> = {}): DemoHost['software'] => ({
  packages: debianPackages,
  updates: [],
  listsAgeDays: 1,
  automaticUpdates: true,
  resolvers: ['10.20.0.53'],
  packageSources: [
    'deb https://mirror.dc1.internal/debian bookworm main',
    'deb https://mirror.dc1.internal/debian-security bookworm-security main',
  ],
  ...more,
})

/** Software of an Ubuntu server as it was installed. */
export const ubuntuSoftware = (more: Partial<DemoHost['software']> = {}): DemoHost['software'] => ({
  packages: [
    ['openssh-server', '1:9.6p1-3ubuntu13.14', ubuntuTeam],
    ['sudo', '1.9.15p5-3ubuntu5.24.04.1', ubuntuTeam],
  ],
  updates: [],
  listsAgeDays: 2,
  automaticUpdates: false,
  resolvers: ['127.0.0.53'],
  packageSources: ['deb http://archive.ubuntu.com/ubuntu noble main', 'deb http://security.ubuntu.com/ubuntu noble-security main'],
  ...more,
})
