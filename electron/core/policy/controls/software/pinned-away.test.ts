import { describe, expect, test } from 'vitest'
import { parseSources } from '../../../facts/sources/parse.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { pinnedAway } from './pinned-away.ts'

/** Priorities are those that apt 2.6 of Debian 12 shows for these texts (`apt-cache policy`, 2026-11-29). */
const debian = { origin: 'Debian', site: 'deb.debian.org' }
const updates: Updates = {
  ...{ manager: 'dpkg', pending: [], ofUnknownStream: [], installed: 600 },
  packages: [{ name: 'nginx', version: '1.22.1-9', vendor: '', byDistribution: true, line: 9 }],
  securityArchives: [{ ...debian, label: 'Debian-Security', suite: 'oldstable-security', codename: 'bookworm-security' }],
  otherArchives: [
    { ...debian, label: 'Debian', suite: 'oldstable', codename: 'bookworm' },
    { ...debian, label: 'Debian', suite: 'oldstable-updates', codename: 'bookworm-updates' },
  ],
}
const read = (text: string, release = '', file = '/etc/apt/preferences.d/ours') => {
  const rows = (release === '' ? [] : [`APT::Default-Release "${release}";`]).map((row) => `=${row}\n`).join('')
  const pins = text.replace(/^/gm, '=')
  return parseSources(`@apt-config\n${rows}@pin ${file}\n${pins}\n@end`).automatic.aptPins ?? []
}
const away = (text: string, release?: string) => pinnedAway(read(text, release), updates).map(({ what }) => what)
const pin = (packages: string, value: string, priority: number | 'never') =>
  `Package: ${packages}\nPin: ${value}\nPin-Priority: ${priority}\n`
const behind = (what: string) => [`apt puts the security archive behind others: ${what}`]

describe('the security archive as a whole', () => {
  test.each<[what: string, text: string, expected: readonly string[]]>([
    ['no pin', '', []],
    ['behind the release by its codename', pin('*', 'release n=bookworm', 700), behind('release n=bookworm has priority 700')],
    ['behind the release by a bare word', pin('*', 'release bookworm', 700), behind('release bookworm has priority 700')],
    ['behind the release by its suite', pin('*', 'release a=oldstable', 900), behind('release a=oldstable has priority 900')],
    ['both alike', pin('*', 'release n=/bookworm/', 700), []],
    ['both by a glob', pin('*', 'release n=bookworm*', 700), []],
    ['both by their place', pin('*', 'origin "deb.debian.org"', 700), []],
    ['shut out', pin('*', 'release l=Debian-Security', 'never'), behind('release l=Debian-Security has priority -32768')],
    [
      'the first counts',
      `${pin('*', 'release a=oldstable-security', 100)}\n${pin('*', 'release l=Debian-Security', 900)}`,
      behind('release a=oldstable-security has priority 100'),
    ],
    ['put before', `${pin('*', 'release l=Debian-Security', 990)}\n${pin('*', 'release n=bookworm', 700)}`, []],
    ['of the driver alone', pin('*', 'release l=NVIDIA CUDA', 600), []],
    ['a version of the release', pin('*', 'release o=Debian,v=12.*', 700), behind('release o=Debian,v=12.* has priority 700')],
  ])('%s', (_, text, expected) => expect(away(text)).toEqual(expected))

  test.each([
    ['bookworm', behind('release bookworm has priority 990')],
    ['oldstable', behind('release oldstable has priority 990')],
    ['/^bookworm/', []],
    ['bookworm*', []],
  ])('APT::Default-Release %s', (release, expected) => expect(away('', release)).toEqual(expected))

  test('a pin outweighs it', () => expect(away(pin('*', 'release n=bookworm*', 995), 'bookworm')).toEqual([]))
})

describe('single packages', () => {
  test.each<[what: string, text: string, expected: readonly string[]]>([
    ['a version', pin('libcuda1 nvidia-driver-*', 'version 550.*', 1001), ['a pin of apt keeps back libcuda1, nvidia-driver-*']],
    ['a version that does not outweigh', pin('curl', 'version 7.*', 500), []],
    ['one that is installed', pin('/^nginx/', 'release l=Debian-Security', -1), ['a pin of apt keeps back nginx']],
    ['one that may not be installed', pin('snapd', 'release a=*', -10), []],
    // cuda-repository-pin-600 of NVIDIA has these.
    ['of another archive', pin('nsight-compute', 'origin *ubuntu.com*', -1), []],
    // The text of nginx.org for Debian.
    ['from the vendor', pin('nginx', 'release o=nginx', 900), []],
  ])('%s', (_, text, expected) => expect(away(text)).toEqual(expected))
})

test('files that apt reads, and those that it may not', () => {
  const text = pin('*', 'release n=bookworm', 700)
  const count = (file: string) => read(text, '', `/etc/apt/${file}`).length
  expect(['preferences', 'preferences.d/ours', 'preferences.d/ours.pref', 'preferences.d/ours.bak'].map(count)).toEqual([1, 1, 1, 0])
  const parts = '@unreadable /etc/apt/apt.conf.d/99proxy\n@unreadable /etc/apt/apt.conf.d/99proxy.bak'
  const { automatic, unreadable } = parseSources(`@unreadable /etc/apt/preferences.d/x\n@unreadable /etc/npmrc\n${parts}\n@end`)
  expect([automatic.aptPinsUnread, unreadable]).toEqual([['/etc/apt/preferences.d/x'], ['/etc/npmrc', '/etc/apt/apt.conf.d/99proxy']])
})
