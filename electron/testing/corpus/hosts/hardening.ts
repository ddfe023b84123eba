import { file } from '../../demo/demo-host.ts'
import { gpu02 } from '../../demo/hosts/gpu-02.ts'
import { ollama, rules, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { notOnGpu, rewritten } from '../sins/answers.ts'
import { flag, on, withFiles, withListener, withProcess, withUnit, withWords } from '../sins/host.ts'
import { replaced } from '../sins/proxy.ts'
import { member, mode, sshd, sysctl, withoutService, withService, withSystem } from '../sins/system.ts'

/** The system around the service, one loose setting at a time. */
export const hardening: readonly CorpusHost[] = [
  corpusHost('vllm-root-logs-in', 'sshd lets root log in', vllm, sshd('permitrootlogin', 'yes')),
  corpusHost(
    'vllm-root-logs-in-by-option',
    'sshd was started with PermitRootLogin=yes, which its configuration denies',
    vllm,
    on((host) => ({
      ...host,
      processes: host.processes.map((process) =>
        process.name === 'sshd' ? { ...process, argv: ['/usr/sbin/sshd', '-D', '-oPermitRootLogin=yes'] } : process,
      ),
    })),
  ),
  corpusHost('vllm-ssh-passwords', 'sshd takes passwords', vllm, sshd('passwordauthentication', 'yes')),
  corpusHost('vllm-ssh-many-attempts', 'sshd lets guess twenty times', vllm, sshd('maxauthtries', '20')),
  corpusHost('vllm-ssh-forwards', 'sshd forwards ports for everybody', vllm, sshd('allowtcpforwarding', 'yes')),
  corpusHost('vllm-ssh-old-ciphers', 'sshd offers CBC ciphers', vllm, sshd('ciphers', '3des-cbc,aes128-cbc')),
  corpusHost(
    'vllm-ssh-anybody',
    'sshd names no account that may log in',
    vllm,
    on((host) => ({ ...host, sshd: host.sshd.filter((line) => !/^allow(?:users|groups) /.test(line)) })),
  ),
  corpusHost(
    'vllm-key-from-anywhere',
    'The key of Gatehouse has no from=, and management reaches SSH',
    vllm,
    on((host) => ({ ...host, auditKeyOptions: '', firewall: rules({ inbound: ['ip saddr 10.20.2.0/24 tcp dport 22 accept'] }) })),
  ),
  corpusHost('vllm-ssh-quiet', 'sshd logs nothing', vllm, sshd('loglevel', 'QUIET')),
  corpusHost(
    'vllm-pointers-shown',
    'The kernel shows its addresses',
    vllm,
    sysctl('kernel/kptr_restrict', '0'),
    sysctl('kernel/dmesg_restrict', '0'),
  ),
  corpusHost('vllm-redirects-accepted', 'The host believes redirects', vllm, sysctl('net/ipv4/conf/all/accept_redirects', '1')),
  corpusHost(
    'vllm-clock-alone',
    'Nothing sets the clock',
    vllm,
    withSystem(() => ({ clockSynchronised: false })),
  ),
  corpusHost(
    'vllm-journal-in-memory',
    'The journal is lost with a restart',
    vllm,
    withSystem(() => ({ persistentJournal: false, forwarding: [] })),
    withoutService('rsyslog'),
  ),
  corpusHost(
    'vllm-logs-stay',
    'Logs leave the host nowhere',
    vllm,
    withSystem(() => ({ forwarding: [] })),
  ),
  corpusHost(
    'vllm-models-not-watched',
    'auditd runs and watches no model',
    vllm,
    withSystem(() => ({ auditRules: [] })),
  ),
  corpusHost(
    'vllm-models-in-clear',
    'The disk of the models is not encrypted',
    vllm,
    withSystem(({ storage }) => ({ storage: { ...storage, source: '/dev/nvme1n1p1', chain: ['nvme1n1p1 part', 'nvme1n1 disk'] } })),
  ),
  corpusHost(
    'vllm-swap-in-clear',
    'Memory is written to a disk in clear',
    vllm,
    withSystem(() => ({ swap: { path: '/swap.img', kind: 'file', source: '/dev/nvme0n1p2', chain: ['nvme0n1p2 part', 'nvme0n1 disk'] } })),
  ),
  corpusHost(
    'vllm-open-devices',
    'Everybody may use the GPUs',
    vllm,
    withSystem(() => ({ deviceMode: 0o666 })),
  ),
  corpusHost('vllm-driver-unloads', 'Nothing keeps the driver loaded', vllm, withoutService('nvidia-persistenced')),
  corpusHost(
    'vllm-printing',
    'A print server runs beside the models',
    vllm,
    withoutService('cups'),
    withService('cups.service loaded active enabled'),
  ),
  corpusHost(
    'vllm-sudo-without-password',
    'A person becomes root without a password',
    vllm,
    withSystem(({ sudoers }) => ({ sudoers: [...sudoers, 'okafor ALL=(ALL) NOPASSWD: ALL'] })),
  ),
  corpusHost(
    'vllm-audit-account-may-all',
    'The audit account may do everything',
    vllm,
    withSystem(({ sudoers }) => ({ sudoers: [...sudoers, 'gatehouse-ro ALL=(ALL) NOPASSWD: ALL'] })),
  ),
  corpusHost(
    'vllm-second-root',
    'Another account has number 0',
    vllm,
    on((host) => ({ ...host, accounts: [...host.accounts, { name: 'toor', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }] })),
  ),
  corpusHost('vllm-in-docker-group', 'The service account is in the docker group, which is root', vllm, member('docker', 'vllm')),
  corpusHost(
    'vllm-person-in-docker-group',
    'A person is in the docker group, which is root',
    vllm,
    on((host) => ({
      ...host,
      accounts: [...host.accounts, { name: 'okafor', uid: 1000, gid: 1000, home: '/home/okafor', shell: '/bin/bash' }],
    })),
    member('docker', 'okafor'),
  ),
  corpusHost(
    'vllm-key-on-command-line',
    'The key stands where every account can read it',
    vllm,
    withWords(1410, flag('--api-key', 'k-5d41402abc4b2a76b9719d911017c592')),
  ),
  corpusHost(
    'vllm-unit-not-reloaded',
    'The unit file is newer than what runs',
    vllm,
    withUnit('vllm.service', { NeedDaemonReload: 'yes' }),
  ),
  corpusHost(
    'vllm-unit-any-device',
    'The unit may open any device',
    vllm,
    withUnit('vllm.service', { DevicePolicy: 'auto', DeviceAllow: '' }),
  ),
  corpusHost('vllm-unit-writes-etc', 'The unit may write /etc', vllm, withUnit('vllm.service', { ReadWritePaths: '/var/cache/vllm /etc' })),
  corpusHost(
    'vllm-prompts-in-log',
    'Prompts are written to the log',
    vllm,
    withWords(1410, (argv) => [...argv, '--enable-log-requests']),
  ),
  corpusHost('vllm-all-of-the-gpu', 'No memory of the GPU is left free', vllm, withWords(1410, flag('--gpu-memory-utilization', '0.99'))),
  corpusHost(
    'vllm-unbounded',
    'No limit on the length of a request',
    vllm,
    withWords(1410, (argv) => argv.filter((word) => !/^(?:--max-model-len|--max-num-seqs|8192|32)$/.test(word))),
  ),
  corpusHost('vllm-tls-key-readable', 'Everybody may read the key of the certificate', vllm, mode('/etc/nginx/tls/vllm.key', 0o644)),
  corpusHost('vllm-password-file-readable', 'Everybody may read the password file', vllm, mode('/etc/nginx/vllm.htpasswd', 0o644)),
  corpusHost(
    'vllm-notebook',
    'A notebook listens beside the models',
    vllm,
    withListener({ protocol: 'tcp', address: '0.0.0.0', port: 8888, process: 'jupyter-lab', pid: 2101 }),
    withProcess({
      pid: 2101,
      ppid: 1,
      user: 'okafor',
      uid: 1000,
      name: 'jupyter-lab',
      argv: ['/opt/jupyter/bin/python3', '/opt/jupyter/bin/jupyter-lab', '--ip=0.0.0.0'],
      cgroup: '/user.slice/user-1000.slice',
    }),
  ),
  corpusHost(
    'vllm-tunnel',
    'A tunnel carries the port out past the firewall',
    vllm,
    withProcess({
      pid: 2102,
      ppid: 1,
      user: 'okafor',
      uid: 1000,
      name: 'cloudflared',
      argv: ['/usr/local/bin/cloudflared', 'tunnel', '--url', 'http://127.0.0.1:8000'],
      cgroup: '/user.slice/user-1000.slice',
    }),
  ),
  corpusHost(
    'vllm-rated-unsafe',
    'systemd itself rates the unit unsafe',
    vllm,
    on((host) => ({ ...host, units: host.units.map((unit) => ({ ...unit, security: gpu02.units[0]?.security ?? [] })) })),
  ),
  corpusHost(
    'vllm-nothing-confines',
    'AppArmor was switched off at the start',
    vllm,
    rewritten('os', (stdout) => stdout.replace('@apparmor-enabled\n=Y', '@apparmor-enabled\n=N')),
  ),
  corpusHost(
    'vllm-only-complains',
    'Every profile of AppArmor complains',
    vllm,
    rewritten('os', (stdout) => stdout.replace('@apparmor-mode\n=enforce', '@apparmor-mode\n=complain')),
  ),
  corpusHost(
    'ollama-core-dumps-kept',
    'A crash of Ollama leaves its memory on disk',
    ollama,
    withSystem(() => ({ coredumps: 'external' })),
  ),
  corpusHost(
    'vllm-empty-password',
    'An account has an empty password',
    vllm,
    rewritten('access', (stdout) => stdout.replace(/^=okafor:[^:]*:/m, '=okafor::')),
  ),
  corpusHost('vllm-unit-hides-gpu', 'PrivateDevices=yes, and nothing on the GPU', vllm, [
    withUnit('vllm.service', { PrivateDevices: 'yes' }),
    notOnGpu,
  ]),
  corpusHost(
    'vllm-started-by-hand',
    'vLLM runs in a login session',
    vllm,
    on((host) => ({
      ...host,
      units: [],
      processes: host.processes.map((process) =>
        process.user === 'vllm' ? { ...process, cgroup: '/user.slice/user-991.slice/session-3.scope' } : process,
      ),
    })),
  ),
  corpusHost(
    'vllm-unit-file-writable',
    'Everybody may write the unit file',
    vllm,
    withFiles({ '/etc/systemd/system/vllm.service': file('root', 0o666, 1_100) }),
  ),
  corpusHost('vllm-proxy-file-writable', 'Everybody may write the site of nginx', vllm, mode('/etc/nginx/sites-enabled/vllm', 0o666)),
  corpusHost(
    'vllm-log-readable',
    'Everybody may read who asked what',
    vllm,
    rewritten('privileged', (stdout) =>
      stdout.replace('=f/640/www-data/adm//var/log/nginx/ai-access.log', '=f/644/www-data/adm//var/log/nginx/ai-access.log'),
    ),
  ),
  corpusHost('vllm-logs-stuck', 'rsyslog has rules that send logs away, and does not run', vllm, [
    withoutService('rsyslog'),
    withService('rsyslog.service loaded inactive disabled'),
  ]),
  corpusHost(
    'vllm-logs-of-two-weeks',
    'Access logs are gone after two weeks',
    vllm,
    withSystem(() => ({ logrotate: ['daily', 'rotate 14', 'create 0640 www-data adm'] })),
  ),
  corpusHost(
    'vllm-log-never-rotated',
    'The log of the site lies where logrotate does not look',
    vllm,
    replaced('/var/log/nginx/ai-access.log', '/srv/log/ai-access.log'),
  ),
  corpusHost(
    'vllm-modules-unsigned',
    'The kernel loads any module',
    vllm,
    withSystem(() => ({ lockedDown: false })),
  ),
]
