import type { DemoSystem } from '../demo-host.ts'

const tightSysctl: DemoSystem['sysctl'] = {
  'kernel/kptr_restrict': '1',
  'kernel/dmesg_restrict': '1',
  'kernel/yama/ptrace_scope': '1',
  'kernel/unprivileged_bpf_disabled': '2',
  'kernel/randomize_va_space': '2',
  'kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h',
  'fs/protected_symlinks': '1',
  'fs/protected_hardlinks': '1',
  'net/ipv4/ip_forward': '0',
  'net/ipv6/conf/all/forwarding': '0',
  'net/ipv4/conf/all/rp_filter': '1',
  'net/ipv4/conf/all/accept_redirects': '0',
  'net/ipv4/conf/default/accept_redirects': '0',
  'net/ipv4/conf/all/accept_source_route': '0',
  'net/ipv4/conf/default/accept_source_route': '0',
  'net/ipv6/conf/all/accept_redirects': '0',
  'net/ipv6/conf/default/accept_redirects': '0',
}

const ownRule = 'gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/ss -Htulnp, /usr/sbin/nginx -T, /usr/sbin/sshd -T'

/** What the sound host has. */
export const soundSystem: DemoSystem = {
  sysctl: tightSysctl,
  services: [
    'auditd.service loaded active enabled',
    'rsyslog.service loaded active enabled',
    'systemd-journald.service loaded active static',
    'nvidia-persistenced.service loaded active enabled',
    'avahi-daemon.service masked inactive masked',
    'cups.service masked inactive masked',
  ],
  storage: {
    fileSystem: 'ext4',
    source: '/dev/mapper/models',
    mountedOn: '/srv/models',
    chain: ['models crypt', 'nvme1n1p1 part', 'nvme1n1 disk'],
  },
  clockSynchronised: true,
  persistentJournal: true,
  lockedDown: true,
  logrotate: ['daily', 'rotate 90', 'compress', 'create 0640 www-data adm'],
  coredumps: 'none',
  deviceMode: 0o660,
  deviceGroup: 'video',
  forwarding: ['*.* @@logs.dc1.example:6514'],
  auditRules: ['-w /srv/models -p wa -k models', '-w /etc/nginx -p wa -k proxy'],
  sudoers: ['root ALL=(ALL:ALL) ALL', '%sudo ALL=(ALL:ALL) ALL', '@includedir /etc/sudoers.d', ownRule],
}

/** What an installer leaves: nothing broken, nothing tightened. */
export const plainSystem: DemoSystem = {
  sysctl: {
    ...tightSysctl,
    'kernel/kptr_restrict': '0',
    'kernel/dmesg_restrict': '0',
    'kernel/core_pattern': '|/usr/share/apport/apport -p%p -s%s -c%c -d%d -P%P -u%u -g%g -F%F -- %E',
    'net/ipv4/conf/all/accept_redirects': '1',
    'net/ipv6/conf/all/accept_redirects': '1',
  },
  services: [
    'avahi-daemon.service loaded active enabled',
    'avahi-daemon.socket loaded active enabled',
    'cups.service loaded active enabled',
    'rsyslog.service loaded active enabled',
    'systemd-journald.service loaded active static',
  ],
  swap: { path: '/swap.img', kind: 'file', source: '/dev/nvme0n1p2', chain: ['nvme0n1p2 part', 'nvme0n1 disk'] },
  storage: { fileSystem: 'ext4', source: '/dev/nvme0n1p2', mountedOn: '/', chain: ['nvme0n1p2 part', 'nvme0n1 disk'] },
  clockSynchronised: true,
  persistentJournal: true,
  lockedDown: true,
  // What the packages of Debian and Ubuntu bring.
  logrotate: ['daily', 'missingok', 'rotate 14', 'compress', 'create 0640 www-data adm'],
  coredumps: 'external',
  deviceMode: 0o666,
  deviceGroup: 'root',
  forwarding: [],
  sudoers: ['root ALL=(ALL:ALL) ALL', '%sudo ALL=(ALL:ALL) ALL', '@includedir /etc/sudoers.d', ownRule],
}

/** A machine that people share by hand. */
export const looseSystem: DemoSystem = {
  ...plainSystem,
  services: [...plainSystem.services, 'vsftpd.service loaded active enabled', 'rpcbind.socket loaded active enabled'],
  clockSynchronised: false,
  persistentJournal: false,
  lockedDown: false,
  sudoers: [...plainSystem.sudoers, '%sudo ALL=(ALL) NOPASSWD: ALL'],
}
