import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'
import { askUnit, unit } from '../units/unit-facts.testing.ts'
import clockSynchronised from './clock-synchronised.control.ts'
import coreDumpsOff from './inference-core-dumps-off.control.ts'
import modulesSigned from './kernel-modules-signed.control.ts'
import kernelSettings from './kernel-settings-hardened.control.ts'
import accessControl from './mandatory-access-control-on.control.ts'
import networkSettings from './network-settings-hardened.control.ts'
import { os } from './os-facts.testing.ts'
import swapEncrypted from './swap-encrypted-or-off.control.ts'
import unneededOff from './unneeded-services-off.control.ts'

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
  [
    'the soft limit of Debian, Ubuntu and RHEL',
    '=kernel/core_pattern core',
    { LimitCORE: 'infinity', LimitCORESoft: '0' },
    'pass: Core dumps of the unit are limited to nothing',
  ],
  [
    'a soft limit of something',
    '=kernel/core_pattern core',
    { LimitCORE: 'infinity', LimitCORESoft: '4096' },
    'warning: A crash writes its memory to disk',
  ],
  [
    'a soft limit, and apport',
    '=kernel/core_pattern |/usr/share/apport/apport -p%p',
    { LimitCORE: 'infinity', LimitCORESoft: '0' },
    'warning: A crash writes its memory to disk',
  ],
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
  ['a script', ['/opt/start.sh'], 'not-evaluated: What limits core dumps is not known'],
  ['a shell that raises it', ['/bin/sh', '-c', 'ulimit -c unlimited; exec vllm serve m'], 'warning: A crash writes its memory to disk'],
  ['the server itself', ['/opt/vllm/bin/vllm', 'serve', 'm'], 'pass: Core dumps of the unit are limited to nothing'],
])('a soft limit that the server may raise: %s', (_, execStart, expected) => {
  const raising = { ...unit({ LimitCORE: 'infinity', LimitCORESoft: '0' }), execStart }
  expect(outcomes(askUnit(coreDumpsOff, raising, {}, { os: os('=kernel/core_pattern core') }))).toEqual([expected])
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
