import { describe, expect, test } from 'vitest'
import { originOfSecurity } from './upgrade-origins.ts'

const bookworm = {
  osId: 'debian',
  codenames: ['bookworm'],
  ...{ origin: 'Debian', label: 'Debian-Security', suite: 'oldstable-security', codename: 'bookworm-security', site: 'deb.debian.org' },
}
const noble = {
  osId: 'ubuntu',
  codenames: ['noble'],
  ...{ origin: 'Ubuntu', label: 'Ubuntu', suite: 'noble-security', codename: 'noble', site: 'security.ubuntu.com' },
}

/** `Origin:suite` as in its old list. What unattended-upgrade 2.9.1 itself says of 20,000 random lists was held against this (2026-11-29). */
const said = (patterns: readonly string[], { osId, codenames, ...archive }: typeof bookworm, known = true): string => {
  const origins = patterns.map((pattern, line) => ({ pattern, legacy: !pattern.includes('='), line }))
  const updates = { securityArchives: known ? [archive] : [], codenames }
  const { origin, broken } = originOfSecurity(origins, updates as never, osId)
  return broken ? `ends at ${broken.line}` : origin ? `by ${origin.line}` : 'none'
}

describe('which pattern is that of the security archive', () => {
  test.each<[string, readonly string[], typeof bookworm, string]>([
    [
      'as Debian ships it',
      [
        `origin=Debian,codename=\${distro_codename},label=Debian-Security`,
        `origin=Debian,codename=\${distro_codename}-security,label=Debian-Security`,
      ],
      bookworm,
      'by 1',
    ],
    [
      'as Ubuntu ships it',
      [
        `\${distro_id}:\${distro_codename}`,
        `\${distro_id}:\${distro_codename}-security`,
        `\${distro_id}ESMApps:\${distro_codename}-apps-security`,
      ],
      noble,
      'by 1',
    ],
    ['of the release before', ['origin=Debian,codename=bullseye-security,label=Debian-Security'], bookworm, 'none'],
    ['of the release before, in the old list', ['Ubuntu:jammy-security'], noble, 'none'],
    ['by a suite that this release no longer is', ['o=Debian,a=stable-security'], bookworm, 'none'],
    ['by the suite that it is', ['o=Debian,a=oldstable-security'], bookworm, 'by 0'],
    ['by a codename in the old list, which asks for suites', ['Debian:bookworm-security'], bookworm, 'none'],
    ['with a blank between', ['Ubuntu noble-security'], noble, 'by 0'],
    ['any', ['origin=*'], bookworm, 'by 0'],
    ['the site', ['site=security.ubuntu.com'], noble, 'by 0'],
    ['another part of the archive', ['origin=Ubuntu,suite=noble-security,component=universe'], noble, 'none'],
    ['of ESM alone', [`\${distro_id}ESM:\${distro_codename}-infra-security`], noble, 'none'],
    ['a key that it does not know', ['distro=Debian', 'label=Debian-Security'], bookworm, 'ends at 0'],
    ['a variable that it does not know', ['label=Debian-Security', `codename=\${codename}-security`], bookworm, 'ends at 1'],
    ['a blank line', ['a=', 'Ubuntu:noble:security'], noble, 'ends at 1'],
  ])('%s', (_, patterns, host, expected) => expect(said(patterns, host)).toBe(expected))

  test('without its list the words tell', () => {
    expect([['Ubuntu:noble-security'], ['UbuntuESM:noble-infra-security'], ['Ubuntu:noble']].map((one) => said(one, noble, false))).toEqual(
      ['by 0', 'none', 'none'],
    )
  })
})
