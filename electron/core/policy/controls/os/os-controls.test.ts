import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseOs } from '../../../facts/os/parse.ts'
import type { AuditRules } from '../../../facts/privileged/privileged.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import { askUnit, unit } from '../units/unit-facts.testing.ts'
import clockSynchronised from './clock-synchronised.control.ts'
import coreDumpsOff from './inference-core-dumps-off.control.ts'
import modulesSigned from './kernel-modules-signed.control.ts'
import kernelSettings from './kernel-settings-hardened.control.ts'
import accessControl from './mandatory-access-control-on.control.ts'
import directoriesAudited from './model-directories-audited.control.ts'
import storageEncrypted from './model-storage-encrypted.control.ts'
import networkSettings from './network-settings-hardened.control.ts'
import swapEncrypted from './swap-encrypted-or-off.control.ts'
import unneededOff from './unneeded-services-off.control.ts'

/** From what the section prints, so that parser and control are tried together. */
const os = (text: string) => {
  const parsed = parseOs(`@sysctl\n${text}`)
  if (!parsed) throw new Error('not read')
  return parsed
}
const judge = (control: AnyControl, text: string, more: Readonly<Record<string, unknown>> = {}) =>
  outcomes(ask(control, facts('', [], { os: os(text), processes: known([]), ...more })))

test.each<[string, string, readonly string[]]>([
  ['none on', '@services\n=rsyslog.service loaded active enabled', ['pass: No unneeded service is on']],
  [
    'masked',
    '@services\n=avahi-daemon.service masked inactive masked',
    ['pass: avahi-daemon is masked', 'pass: No unneeded service is on'],
  ],
  [
    'one masked, with its socket, and another one on',
    '@services\n=cups.service masked inactive masked\n=cups.socket masked inactive masked\n=bluetooth.service loaded inactive enabled',
    ['warning: bluetooth starts at boot', 'pass: cups is masked'],
  ],
  [
    'masked until the next start (systemctl mask --runtime)',
    '@services\n=avahi-daemon.service masked inactive masked-runtime',
    ['warning: avahi-daemon is masked until a restart', 'pass: No unneeded service is on'],
  ],
  ['masked but still running', '@services\n=avahi-daemon.service masked active masked', ['warning: avahi-daemon is running']],
  [
    'service and socket are one',
    '@services\n=cups.service loaded active enabled\n=cups.socket loaded active enabled',
    ['warning: cups is running'],
  ],
  ['at boot', '@services\n=bluetooth.service loaded inactive enabled', ['warning: bluetooth starts at boot']],
  ['a socket that waits', '@services\n=telnet.socket loaded active enabled', ['fail: telnet is running']],
  ['disabled', '@services\n=vsftpd.service loaded inactive disabled', ['pass: No unneeded service is on']],
  ['failed is off', '@services\n=vsftpd.service loaded failed disabled', ['pass: No unneeded service is on']],
  ['no systemd', '', ['not-evaluated: The state of services could not be read']],
])('unneeded-services-off: %s', (_, text, expected) => {
  expect(judge(unneededOff, text)).toEqual(expected)
})

test.each<[string, string, string]>([
  ['tight', '=kernel/kptr_restrict 2\n=kernel/dmesg_restrict 1\n=kernel/randomize_va_space 2', 'pass: Kernel settings are tight'],
  ['one loose', '=kernel/kptr_restrict 0\n=kernel/dmesg_restrict 1', 'warning: 1 kernel setting is loose'],
  [
    'a kernel without Yama, where one process reads the memory of another',
    '=kernel/kptr_restrict 2\n@security-modules\n=lockdown,capability,apparmor',
    'warning: 1 kernel setting is loose',
  ],
  [
    'Yama, whose setting is tight',
    '=kernel/yama/ptrace_scope 1\n@security-modules\n=lockdown,capability,yama,apparmor',
    'pass: Kernel settings are tight',
  ],
  ['not a number', '=kernel/kptr_restrict x', 'warning: 1 kernel setting is loose'],
  ['nothing shown', '', 'not-evaluated: Kernel settings could not be read'],
])('kernel-settings-hardened: %s', (_, text, expected) => {
  expect(judge(kernelSettings, text)).toEqual([expected])
})

describe('network-settings-hardened', () => {
  const none = { containers: known({ runtimes: [], containers: [] }) }
  test.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    [
      'tight',
      '=net/ipv4/ip_forward 0\n=net/ipv4/conf/all/rp_filter 1\n=net/ipv4/conf/all/accept_redirects 0',
      none,
      'pass: Network settings are tight',
    ],
    ['routes', '=net/ipv4/ip_forward 1', none, 'warning: 1 network setting is loose'],
    [
      'Docker routes',
      '=net/ipv4/ip_forward 1\n=net/ipv4/conf/all/accept_redirects 0',
      { containers: known({ runtimes: ['docker'], containers: [] }) },
      'pass: Network settings are tight',
    ],
    [
      'Tailscale routes',
      '=net/ipv4/ip_forward 1\n=net/ipv4/conf/all/accept_redirects 0',
      { processes: known([{ name: 'tailscaled' }]) },
      'pass: Network settings are tight',
    ],
    [
      'whether Docker is there is not known',
      '=net/ipv4/ip_forward 1\n=net/ipv4/conf/all/accept_redirects 0',
      { containers: unknown('x', []) },
      'pass: Network settings are tight',
    ],
    [
      'every device filters, `all` does not',
      '=net/ipv4/conf/all/rp_filter 0\n=net/ipv4/conf/default/rp_filter 2\n=net/ipv4/conf/eth0/rp_filter 2\n=net/ipv4/conf/lo/rp_filter 0',
      none,
      'pass: Network settings are tight',
    ],
    [
      'one device does not filter',
      '=net/ipv4/conf/all/rp_filter 0\n=net/ipv4/conf/default/rp_filter 2\n=net/ipv4/conf/eth0/rp_filter 0',
      none,
      'warning: 1 network setting is loose',
    ],
    ['redirects of IPv6', '=net/ipv6/conf/all/accept_redirects 1', none, 'warning: 1 network setting is loose'],
    [
      'one interface forwards, as IPv4Forwarding= of systemd-networkd sets it',
      '=net/ipv4/ip_forward 0\n=net/ipv4/conf/eth0/forwarding 1\n=net/ipv4/conf/eth1/forwarding 0\n=net/ipv4/conf/lo/forwarding 1',
      none,
      'warning: 1 network setting is loose',
    ],
    [
      'all of them, which is one setting',
      '=net/ipv4/ip_forward 1\n=net/ipv4/conf/all/forwarding 1\n=net/ipv4/conf/eth0/forwarding 1',
      none,
      'warning: 1 network setting is loose',
    ],
    [
      'IPv6 by one interface alone',
      '=net/ipv6/conf/all/forwarding 0\n=net/ipv6/conf/eth0/force_forwarding 1',
      none,
      'warning: 1 network setting is loose',
    ],
    [
      'an interface that was there before sysctl.d was read takes redirects still',
      '=net/ipv4/ip_forward 0\n=net/ipv4/conf/all/accept_redirects 0\n=net/ipv4/conf/default/accept_redirects 0\n=net/ipv4/conf/eth0/accept_redirects 1\n=net/ipv4/conf/lo/accept_redirects 1',
      none,
      'warning: 1 network setting is loose',
    ],
    [
      'of one that forwards `all` decides',
      '=net/ipv4/ip_forward 1\n=net/ipv4/conf/all/accept_redirects 0\n=net/ipv4/conf/eth0/accept_redirects 1\n=net/ipv4/conf/eth0/forwarding 1',
      { containers: known({ runtimes: ['docker'], containers: [] }) },
      'pass: Network settings are tight',
    ],
    [
      'the same of IPv6, where nothing but the interface counts',
      '=net/ipv6/conf/all/forwarding 0\n=net/ipv6/conf/all/accept_redirects 0\n=net/ipv6/conf/eth0/accept_redirects 1',
      none,
      'warning: 1 network setting is loose',
    ],
    [
      'and where one who forwards takes none',
      '=net/ipv6/conf/all/forwarding 1\n=net/ipv6/conf/all/accept_redirects 0\n=net/ipv6/conf/eth0/accept_redirects 1',
      { containers: known({ runtimes: ['docker'], containers: [] }) },
      'pass: Network settings are tight',
    ],
    [
      'packets for loopback are taken from outside by one interface',
      '=net/ipv4/conf/all/route_localnet 0\n=net/ipv4/conf/eth0/route_localnet 1\n=net/ipv4/conf/lo/route_localnet 1',
      none,
      'warning: 1 network setting is loose',
    ],
    ['nothing shown', '', none, 'not-evaluated: Network settings could not be read'],
  ])('%s', (_, text, more, expected) => {
    expect(judge(networkSettings, text, more)).toEqual([expected])
  })
})

test.each<[string, string, string]>([
  ['none', '@swaps', 'pass: There is no swap'],
  ['zram', '@swaps\n@swap partition /dev/zram0 - /dev/zram0', 'pass: Swap stays in memory'],
  ['LVM on dm-crypt', '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=swap lvm\n=`-c crypt\n=  `-sda2 part', 'pass: Swap is encrypted'],
  [
    'dm-crypt above a mirror',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=c crypt\n=`-md0 raid1\n=  |-sda2 part\n=  | `-sda disk\n=  `-sdb2 part\n=    `-sdb disk',
    'pass: Swap is encrypted',
  ],
  [
    'a volume on two encrypted disks',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=|-c crypt\n=| `-sda disk\n=`-d crypt\n=  `-sdb disk',
    'pass: Swap is encrypted',
  ],
  [
    'a volume that grew on a plain disk',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=|-c crypt\n=| `-sda2 part\n=|   `-sda disk\n=`-sdb disk',
    'warning: Swap is not encrypted',
  ],
  [
    'a mirror whose first half is plain',
    '@swaps\n@swap partition /dev/md0 - /dev/md0\n=md0 raid1\n=|-sda disk\n=`-c crypt\n=  `-sdb disk',
    'warning: Swap is not encrypted',
  ],
  [
    'a volume on an encrypted mirror alone',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=`-c crypt\n=  `-md0 raid1\n=    |-sda disk\n=    `-sdb disk',
    'pass: Swap is encrypted',
  ],
  [
    'a volume on an encrypted mirror and a plain disk',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=|-c crypt\n=| `-md0 raid1\n=|   |-sda disk\n=|   `-sdb disk\n=`-sdc disk',
    'warning: Swap is not encrypted',
  ],
  [
    'checksums alone',
    '@mapped\n=INTEGRITY c\n@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=c crypt\n=`-sda disk',
    'warning: Swap is not encrypted',
  ],
  [
    'checksums of what is encrypted',
    '@mapped\n=VERITY v\n=LUKS2 c\n@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v crypt\n=`-c crypt\n=  `-sda disk',
    'pass: Swap is encrypted',
  ],
  [
    'a branch that ends early',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=|-c crypt\n=| `-sda disk\n=`-sdb1 part',
    'not-evaluated: Not known to be encrypted whole',
  ],
  [
    'a volume on two encrypted mirrors',
    '@swaps\n@swap partition /dev/dm-1 - /dev/dm-1\n=v lvm\n=|-c crypt\n=| `-m0 mpath\n=|   `-sda disk\n=`-d crypt\n=  `-m1 mpath\n=    `-sdb disk',
    'pass: Swap is encrypted',
  ],
  ['a file on a plain disk', '@swaps\n@swap file /dev/sda1 - /swap.img\n=sda1 part\n=`-sda disk', 'warning: Swap is not encrypted'],
  ['lsblk said nothing', '@swaps\n@swap partition /dev/sda1 - /dev/sda1', 'not-evaluated: What swap lies on could not be read'],
  ['not read', '', 'not-evaluated: Swap could not be read'],
])('swap-encrypted-or-off: %s', (_, text, expected) => {
  expect(judge(swapEncrypted, text)).toEqual([expected])
})

test.each<[string, string, string]>([
  ['yes', '@clock\n=NTPSynchronized=yes', 'pass: The clock follows a time source'],
  ['no', '@clock\n=NTPSynchronized=no', 'warning: The clock follows no time source'],
  ['no answer', '@clock', 'not-evaluated: Time synchronisation could not be read'],
])('clock-synchronised: %s', (_, text, expected) => {
  expect(judge(clockSynchronised, text)).toEqual([expected])
})

const appArmor = '@security-modules\n=lockdown,yama,apparmor\n@apparmor-enabled\n=Y'
test.each<[string, string, string]>([
  ['SELinux enforcing', '@selinux-enforcing\n=1', 'pass: SELinux enforces'],
  ['SELinux permissive', '@selinux-enforcing\n=0', 'warning: SELinux is permissive'],
  ['AppArmor', `${appArmor}\n@apparmor-mode\n=enforce`, 'pass: AppArmor is on'],
  ['AppArmor, every profile of which complains', `${appArmor}\n@apparmor-mode\n=complain`, 'warning: AppArmor refuses nothing'],
  ['AppArmor without a profile', `${appArmor}\n@apparmor-mode\n=none`, 'warning: AppArmor has no profile'],
  ['AppArmor whose profiles it does not show', appArmor, 'not-evaluated: Profiles of AppArmor could not be read'],
  [
    'AppArmor, a profile of which cannot be read',
    `${appArmor}\n@apparmor-mode\n=`,
    'not-evaluated: Profiles of AppArmor could not be read',
  ],
  [
    'AppArmor compiled in, other module chosen',
    '@security-modules\n=lockdown,yama\n@apparmor-enabled\n=N',
    'warning: No AppArmor and no SELinux',
  ],
  ['neither', '@security-modules\n=capability', 'warning: No AppArmor and no SELinux'],
  ['not read', '', 'not-evaluated: Access control could not be read'],
])('mandatory-access-control-on: %s', (_, text, expected) => {
  expect(judge(accessControl, text)).toEqual([expected])
})

test.each<[string, string, Record<string, string>, string]>([
  ['limited', '=kernel/core_pattern core', { LimitCORE: '0' }, 'pass: Core dumps of the unit are limited to nothing'],
  ['a file', '=kernel/core_pattern core.%p', { LimitCORE: 'infinity' }, 'warning: A crash writes its memory to disk'],
  [
    'systemd stores none',
    '=kernel/core_pattern |/usr/lib/systemd/systemd-coredump %P\n@coredump\n=Storage=none',
    { LimitCORE: 'infinity' },
    'pass: Core dumps are kept nowhere',
  ],
  [
    'systemd stores',
    '=kernel/core_pattern |/usr/lib/systemd/systemd-coredump %P\n@coredump',
    { LimitCORE: 'infinity' },
    'warning: A crash writes its memory to disk',
  ],
  [
    'apport does not look at the limit',
    '=kernel/core_pattern |/usr/share/apport/apport -p%p',
    { LimitCORE: '0' },
    'warning: A crash writes its memory to disk',
  ],
  ['thrown away', '=kernel/core_pattern |/bin/false', { LimitCORE: 'infinity' }, 'pass: Core dumps are kept nowhere'],
  ['pattern not read', '', { LimitCORE: '0' }, 'not-evaluated: Core dumps could not be judged'],
  ['limit not printed', '=kernel/core_pattern core', {}, 'not-evaluated: Core dumps could not be judged'],
])('inference-core-dumps-off: %s', (_, text, properties, expected) => {
  expect(outcomes(askUnit(coreDumpsOff, unit(properties), {}, { os: os(text) }))).toEqual([expected])
})

test.each([
  ['|/usr/share/apport/apport -p%p -s%s', 'systemctl disable --now apport.service'],
  ['|/usr/libexec/abrt-hook-ccpp %s %c', 'systemctl disable --now abrt-ccpp.service'],
  ['|/opt/collect %p', 'kernel.core_pattern'],
])('what a limit does not stop is not asked to be limited: %s', (pattern, hint) => {
  const [verdict] = askUnit(coreDumpsOff, unit({ LimitCORE: '0' }), {}, { os: os(`=kernel/core_pattern ${pattern}`) })
  expect(verdict?.reason).not.toContain('Expected LimitCORE=0')
  expect(verdict?.hint).toContain(hint)
})

const directory = (path: string) => ({ path, exists: true, parents: [], entries: [], kinds: [], complete: true, line: 1 })
const models = { 'model-files': { directories: [directory('/srv/models')] } }
const ollama = service('ollama', { modelPaths: ['/srv/models'] })
const onModels = (control: AnyControl, text: string, more: Readonly<Record<string, unknown>> = {}) =>
  outcomes(ask(control, facts('', [ollama], { os: os(text), ...models, ...more })))

test.each<[string, string, string]>([
  ['dm-crypt', '@file-system ext4 /dev/mapper/m /srv /srv/models\n=m crypt\n=`-sda1 part', 'pass: Models lie on an encrypted device'],
  ['plain', '@file-system ext4 /dev/sda1 / /srv/models\n=sda1 part\n=`-sda disk', 'warning: Models lie on a plain disk'],
  [
    'btrfs on an encrypted and a plain disk',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-sda disk\n=sdb disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'btrfs on a loop and an encrypted disk',
    '@file-system btrfs /dev/loop0 /srv /srv/models\n=loop0 loop\n=a crypt\n=`-sda disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'a container file',
    '@file-system ext4 /dev/mapper/a /srv /srv/models\n=a crypt\n=`-loop0 loop',
    'pass: Models lie on an encrypted device',
  ],
  [
    'btrfs on an encrypted mirror and a plain disk',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-md0 raid1\n=  |-sda disk\n=  `-sdb disk\n=sdc disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'btrfs on two encrypted mirrors',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-md0 raid1\n=  |-sda disk\n=  `-sdb disk\n=b crypt\n=`-md1 raid1\n=  `-sdc disk',
    'pass: Models lie on an encrypted device',
  ],
  [
    'a part that was not told',
    '@file-system ext4 /dev/mapper/a /srv /srv/models\n=v lvm\n=`-sda1 part',
    'not-evaluated: Not known to be encrypted whole',
  ],
  ['NFS', '@file-system nfs4 store:/m /srv/models /srv/models', 'not-evaluated: Encryption cannot be seen from here'],
  ['ZFS', '@file-system zfs tank/m /srv/models /srv/models', 'not-evaluated: Encryption cannot be seen from here'],
  ['memory', '@file-system tmpfs tmpfs /srv/models /srv/models', 'pass: Models lie in memory'],
  ['not told', '', 'not-evaluated: Storage of the models could not be read'],
])('model-storage-encrypted: %s', (_, text, expected) => {
  expect(onModels(storageEncrypted, text)).toEqual([expected])
})

describe('model-directories-audited', () => {
  const watch = (path: string, permissions = 'wa') => ({ path, permissions, line: 3 })
  const rules = (change: Partial<AuditRules>): { 'audit-rules': AuditRules } => ({
    'audit-rules': { loaded: [], excluded: [], enabled: true, loadedLine: 1, written: [], ...change },
  })
  const here = '@file-system ext4 /dev/sda1 / /srv/models\n=sda1 part'
  const runs = `${here}\n@services\n=auditd.service loaded active enabled`
  test.each<[string, string, Partial<AuditRules>, string]>([
    ['loaded', runs, { loaded: [watch('/srv/models')] }, 'pass: Writes to the models are recorded'],
    ['above, same file system', runs, { loaded: [watch('/srv')] }, 'pass: Writes to the models are recorded'],
    [
      'above, but mounted in between',
      '@file-system ext4 /dev/sdb1 /srv/models /srv/models',
      { loaded: [watch('/srv')] },
      'warning: Writes to the models are not recorded',
    ],
    ['the whole of the file system', runs, { loaded: [watch('/')] }, 'pass: Writes to the models are recorded'],
    ...['/srv/models', '/srv'].map((path): [string, string, Partial<AuditRules>, string] => [
      `${path}, where the directory is a link`,
      `@linked /srv/models\n=/data/models\n=itself\n${runs.replace(' / ', ' /data ')}`,
      { loaded: [watch(path)] },
      'warning: Writes to the models are not recorded',
    ]),
    ...['/srv/models', '/data/models', '/data'].map((path): [string, string, Partial<AuditRules>, string] => [
      `${path}, where a folder above is a link`,
      `@linked /srv/models\n=/data/models\n${runs.replace(' / ', ' /data ')}`,
      { loaded: [watch(path)] },
      'pass: Writes to the models are recorded',
    ]),
    ['a name that begins the same', runs, { loaded: [watch('/srv/mod')] }, 'warning: Writes to the models are not recorded'],
    ['reads only', runs, { loaded: [watch('/srv/models', 'r')] }, 'warning: The watch does not see every write'],
    ['written, not loaded', runs, { written: [watch('/srv/models')] }, 'fail: The watch is written but not loaded'],
    [
      'auditd stopped',
      `${here}\n@services\n=auditd.service loaded inactive disabled`,
      { loaded: [watch('/srv/models')] },
      'fail: The watch records nothing',
    ],
    [
      'auditd not told of by systemd, but by the kernel',
      here,
      { loaded: [watch('/srv/models')], taken: true },
      'pass: Writes to the models are recorded',
    ],
    ['nobody takes the records', here, { loaded: [watch('/srv/models')], taken: false }, 'fail: The watch records nothing'],
    [
      'whether anybody takes them was not read',
      here,
      { loaded: [watch('/srv/models')] },
      'not-evaluated: Whether the watch records is not known',
    ],
    [
      'whether auditing is on was not read',
      runs,
      { loaded: [watch('/srv/models')], enabled: undefined },
      'not-evaluated: Whether the watch records is not known',
    ],
    ['auditing off', runs, { loaded: [watch('/srv/models')], enabled: false }, 'fail: The watch records nothing'],
    [
      'for some accounts only',
      runs,
      { loaded: [{ ...watch('/srv/models'), narrowed: 'auid>=1000' }] },
      'warning: The watch does not see every write',
    ],
    [
      'no task is kept',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,task', whole: true, line: 1 }] },
      'fail: The watch records nothing',
    ],
    [
      'one program is kept out',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,exit -F exe=/x', whole: false, line: 1 }] },
      'warning: The watch does not see every write',
    ],
    [
      'a folder below is kept out',
      runs,
      { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models/blobs'), line: 1 }] },
      'warning: The watch does not see every write',
    ],
    ['kept out', runs, { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models'), line: 1 }] }, 'fail: The watch records nothing'],
    [
      'kept out too late',
      runs,
      { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models'), line: 4 }] },
      'pass: Writes to the models are recorded',
    ],
    [
      'all calls are kept out too late',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,exit -S all', whole: true, ordered: true, line: 4 }] },
      'pass: Writes to the models are recorded',
    ],
    [
      'a part elsewhere is kept out',
      runs,
      {
        loaded: [watch('/srv')],
        hushed: [{ text: '-a never,exit -F dir=/srv/www -F uid=4', whole: false, ordered: true, path: '/srv/www', line: 1 }],
      },
      'pass: Writes to the models are recorded',
    ],
    ['two rules share it', runs, { loaded: [watch('/srv', 'w'), watch('/srv/models', 'ra')] }, 'pass: Writes to the models are recorded'],
    ['none', runs, {}, 'warning: Writes to the models are not recorded'],
    ['the kernel did not answer', runs, { loaded: undefined }, 'not-evaluated: Loaded audit rules could not be read'],
  ])('%s', (_, text, change, expected) => {
    expect(onModels(directoriesAudited, text, rules(change))).toEqual([expected])
  })
})

test('no models and no server: not applicable', () => {
  for (const control of [storageEncrypted, directoriesAudited])
    expect(
      outcomes(
        ask(
          control,
          facts('', [], {
            os: os(''),
            'model-files': { directories: [] },
            'audit-rules': { loaded: [], excluded: [], written: [], loadedLine: 1 },
          }),
        ),
      ),
    ).toEqual(['not-applicable: No inference server and no models'])
})

const locked = (state: string) => `@lockdown\n=${'none integrity confidentiality'.replace(state, `[${state}]`)}\n`
test.each<[string, string, string]>([
  ['lockdown, integrity', `${locked('integrity')}@modules-signed\n=N`, 'pass: The kernel is locked down'],
  ['lockdown, confidentiality', locked('confidentiality'), 'pass: The kernel is locked down'],
  ['signatures alone', `${locked('none')}@modules-signed\n=Y`, 'pass: Only signed modules are loaded'],
  ['signatures, no lockdown in this kernel', '@modules-signed\n=Y', 'pass: Only signed modules are loaded'],
  ['nothing', `${locked('none')}@modules-signed\n=N`, 'warning: The kernel loads unsigned modules'],
  ['Secure Boot off', `${locked('none')}@modules-signed\n=N\n@secure-boot\n=   0`, 'warning: The kernel loads unsigned modules'],
  ['Secure Boot on', `${locked('none')}@modules-signed\n=N\n@secure-boot\n=   1`, 'warning: Secure Boot ends at the kernel'],
  ['Secure Boot on, the rest unread', '@secure-boot\n=   1', 'not-evaluated: Whether modules are checked is not known'],
  ['unread', locked('none'), 'not-evaluated: Whether modules are checked is not known'],
])('kernel-modules-signed: %s', (_, text, expected) => {
  expect(judge(modulesSigned, text)).toEqual([expected])
})
