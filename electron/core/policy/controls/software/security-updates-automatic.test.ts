import { describe, expect, test } from 'vitest'
import type { Os } from '../../../facts/os/os.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import updatesAutomatic from './security-updates-automatic.control.ts'
import { ask, installed, updates } from './software-facts.testing.ts'

describe('security-updates-automatic', () => {
  const timers = ['apt-daily.timer', 'apt-daily-upgrade.timer'].map((value, line) => ({ value, line }))
  const on = { on: true, line: 1 }
  const apt = {
    aptLists: on,
    aptUpgrade: on,
    aptOrigins: [{ pattern: `origin=Debian,codename=\${distro_codename}-security`, legacy: false, line: 2 }],
    timers,
  }
  const deb = { packages: [installed('unattended-upgrades', '2.9', true)] }
  const rpm = { manager: 'rpm', packages: [installed('dnf-automatic', '4.14', true)] } as const
  const suse = { manager: 'rpm', packages: [{ ...installed('sudo', '1.9', true), vendor: 'SUSE LLC <https://www.suse.com/>' }] } as const
  const pass = 'pass: Security updates install themselves'
  const stated = 'needs-attestation: Nothing installs security updates by itself'
  test.each<[string, Sources['automatic'] & { readonly timers: Os['updateTimers'] }, Partial<Updates>, string]>([
    ['unattended-upgrades', apt, deb, pass],
    ['not installed', apt, {}, stated],
    ['lists are not refreshed', { ...apt, aptLists: { on: false, line: 1 } }, deb, stated],
    ['upgrades are off', { ...apt, aptUpgrade: undefined }, deb, stated],
    ['no security origin', { ...apt, aptOrigins: [] }, deb, stated],
    [
      'the origin of a release before',
      { ...apt, aptOrigins: [{ pattern: 'origin=Debian,codename=bullseye-security', legacy: false, line: 2 }] },
      {
        ...deb,
        codenames: ['bookworm'],
        securityArchives: [
          {
            origin: 'Debian',
            label: 'Debian-Security',
            suite: 'oldstable-security',
            codename: 'bookworm-security',
            site: 'deb.debian.org',
          },
        ],
      },
      stated,
    ],
    [
      'a package is held',
      apt,
      { ...deb, held: [installed('linux-image-amd64', '6.1.1', true)] },
      'needs-attestation: Not all security updates install themselves',
    ],
    [
      'a pin',
      { ...apt, aptPins: [{ packages: ['curl'], kind: 'version', value: '7.*', priority: 1001, line: 3 }] },
      deb,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['pins that may not be read', { ...apt, aptPinsUnread: ['/etc/apt/preferences.d/x'] }, deb, stated],
    ['every day', { ...apt, aptEveryDays: 1, aptKeptBack: [] }, deb, pass],
    ['every month', { ...apt, aptEveryDays: 30 }, deb, stated],
    [
      'the driver is kept back',
      { ...apt, aptKeptBack: [{ pattern: 'nvidia-', line: 3 }] },
      deb,
      'needs-attestation: Not all security updates install themselves',
    ],
    [
      'only nginx is touched',
      { ...apt, aptOnly: [{ pattern: 'nginx', line: 3 }] },
      deb,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['as the host shuts down', { ...apt, aptOnShutdown: { line: 3 } }, deb, stated],
    ['timer masked', { ...apt, timers: timers.slice(0, 1) }, deb, stated],
    ['dnf-automatic', { dnfApply: on, timers: [{ value: 'dnf-automatic.timer', line: 1 }] }, rpm, pass],
    [
      'dnf-automatic of what nothing calls a security update',
      { dnfApply: on, dnfSecurityOnly: { line: 2 }, timers: [{ value: 'dnf-automatic.timer', line: 1 }] },
      { ...rpm, unknown: 'the cached repositories carry no updateinfo, so security updates cannot be told apart' },
      stated,
    ],
    [
      'dnf-automatic of security updates',
      { dnfApply: on, dnfSecurityOnly: { line: 2 }, timers: [{ value: 'dnf-automatic.timer', line: 1 }] },
      rpm,
      pass,
    ],
    [
      'dnf-automatic only downloads',
      { dnfApply: { on: false, line: 1 }, timers: [{ value: 'dnf-automatic.timer', line: 1 }] },
      rpm,
      stated,
    ],
    ['dnf-automatic-install', { timers: [{ value: 'dnf-automatic-install.timer', line: 1 }] }, rpm, pass],
    [
      'dnf keeps back the kernel',
      { dnfApply: on, dnfKeptBack: [{ pattern: 'kernel*', line: 3 }], timers: [{ value: 'dnf-automatic.timer', line: 1 }] },
      rpm,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['dnf without a timer', { dnfApply: on, timers: [] }, rpm, stated],
    ['SUSE', { timers: [{ value: 'os-update.timer', line: 1 }] }, suse, pass],
    [
      'SUSE, the kernel is locked',
      { dnfKeptBack: [{ pattern: 'kernel-default', line: 3 }], timers: [{ value: 'os-update.timer', line: 1 }] },
      suse,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['SUSE without a timer', { dnfApply: on, timers: [] }, suse, stated],
    [
      'SUSE, for the next restart',
      { timers: [{ value: 'transactional-update.timer', line: 1 }] },
      suse,
      'needs-attestation: Not all security updates install themselves',
    ],
    [
      'an image of rpm-ostree, whatever dnf would do',
      { timers: [{ value: 'dnf-automatic-install.timer', line: 1 }] },
      { manager: 'rpm', packages: [installed('rpm-ostree', '2024.9', true)] },
      'needs-attestation: Whether new images are installed is not known',
    ],
  ])('%s', (_, { timers: updateTimers, ...automatic }, more, expected) => {
    const given = { sources: sources({ automatic }), updates: updates(more), system: { osId: 'debian' }, os: { updateTimers } }
    expect(outcomes(ask(updatesAutomatic, given))).toEqual([expected])
  })
})

const system = { osId: 'debian' }
const os = { updateTimers: [] }

test.each<[string, Partial<Sources>, readonly string[]]>([
  ['over http', { packageSources: [{ url: 'http://repo.lan/deb', file: '/a.list', line: 3, unsigned: { line: 3 } }] }, ['fail']],
  ['over https', { packageSources: [{ url: 'https://repo.lan/', file: '/a.repo', line: 3, unsigned: { line: 4 } }] }, ['warning']],
  ['of a folder', { packageSources: [{ url: 'file:///srv/repo', file: '/a.list', line: 3, unsigned: { line: 3 } }] }, []],
  [
    'over https, and no certificate is checked',
    { packageSources: [{ url: 'https://p.lan/', file: '/etc/pip.conf', line: 3, unsigned: { line: 4, unverified: true } }] },
    ['fail'],
  ],
  [
    'of this host itself',
    { packageSources: [{ url: 'http://127.0.0.1:3141/', file: '/etc/pip.conf', line: 3, unsigned: { line: 4, unverified: true } }] },
    [],
  ],
  ['signed', { packageSources: [{ url: 'http://deb.debian.org/debian', file: '/a.list', line: 3 }] }, []],
  ['whatever apt is given', { aptUnsigned: { line: 2 } }, ['fail']],
  ['a file of something else that may not be read', { unreadable: ['/etc/npmrc'] }, []],
])('packages without a signature: %s', (_, more, expected) => {
  const given = { sources: sources(more), updates: updates(), system, os }
  const found = ask(updatesAutomatic, given).filter(({ title }) => title === 'Packages are installed without a signature')
  expect(found.map(({ status }) => status)).toEqual(expected)
})

test.each(['/etc/apt/sources.list.d/a.list', '/etc/apt/apt.conf.d/99proxy', '/etc/yum.repos.d/a.repo', '/etc/zypp/zypp.conf'])(
  'what %s takes without a signature is not known where it may not be read',
  (file) => {
    const given = { sources: sources({ unreadable: [file] }), updates: updates(), system, os }
    expect(outcomes(ask(updatesAutomatic, given))).toContain('not-evaluated: Package sources could not all be read')
  },
)

test('what the rest of a long file takes without a signature is not known', () => {
  const given = { sources: sources({ cut: ['/etc/yum.repos.d/redhat.repo'] }), updates: updates(), system, os }
  const [first] = ask(updatesAutomatic, given)
  expect(first).toMatchObject({ status: 'not-evaluated', title: 'Package sources could not all be read' })
  expect(first?.reason).toContain('redhat.repo is longer than what is read')
})

test('what apt.conf says of updates is not known where a part of it may not be read', () => {
  const given = {
    sources: sources({ unreadable: ['/etc/apt/apt.conf.d/99proxy'] }),
    updates: updates({ manager: 'dpkg' }),
    system,
    os,
  }
  expect(ask(updatesAutomatic, given).at(-1)?.reason).toContain('/etc/apt/apt.conf.d/99proxy may not be read')
})
