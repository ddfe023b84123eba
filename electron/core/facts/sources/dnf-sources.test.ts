import { describe, expect, test } from 'vitest'
import { parseSources } from './parse.ts'
import { section } from './sources-section.testing.ts'

test('what dnf-automatic installs', () => {
  const read = (text: string) => parseSources(section('dnf-automatic', '/etc/dnf/automatic.conf', text)).automatic
  expect(read('upgrade_type = security\napply_updates = yes')).toMatchObject({ dnfSecurityOnly: { line: 2 }, dnfApply: { on: true } })
  expect(read('upgrade_type = default\napply_updates = yes').dnfSecurityOnly).toBeUndefined()
})

test('what dnf keeps back', () => {
  const locked = (file: string, text: string, more = '') =>
    parseSources(`${section('versionlock', file, text)}\n${more}`).automatic.dnfKeptBack?.map(({ pattern }) => pattern)
  const list = '/etc/dnf/plugins/versionlock.list'
  expect(locked(list, 'nginx-1:1.20.1-14.el9.*\n!sudo-0:1.9.5-7.el9.*')).toEqual(['nginx-1:1.20.1-14.el9.*', '!sudo-0:1.9.5-7.el9.*'])
  expect(locked(list, 'nginx-1:1.20.1-14.el9.*', section('versionlock', '/etc/dnf/plugins/versionlock.conf', 'enabled = 0'))).toEqual([])
  expect(locked('/etc/dnf/versionlock.toml', 'name = "bash"')).toEqual(['bash'])
  const lock = '\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: '
  expect(locked('/etc/zypp/locks', `${lock}kernel-default\n${lock}nvidia-*`)).toEqual(['kernel-default', 'nvidia-*'])
  const read = (text: string) => parseSources(section('repo', '/etc/dnf/dnf.conf', text)).automatic.dnfKeptBack
  expect(read('[main]\nexcludepkgs=kernel* nvidia-*')).toMatchObject([{ pattern: 'kernel* nvidia-*', line: 3 }])
  expect(read('[main]\nexclude=')).toEqual([])
  expect(read('[a]\nenabled=0\nexclude=x\n[b]\nexclude=y')).toMatchObject([{ pattern: 'y' }])
})

/** The second as NVIDIA has it for its container toolkit. */
test.each<[rows: string, main: string, unsigned: boolean]>([
  ['gpgcheck=0', 'gpgcheck=1', true],
  ['repo_gpgcheck=1\ngpgcheck=0', 'gpgcheck=1', false],
  ['pkg_gpgcheck = 1\ngpgcheck = 0', 'gpgcheck=1', true],
  ['gpgcheck="0"', 'gpgcheck=1', true],
  ['  gpgcheck=1', '', true],
  ['gpgcheck=1\ngpgcheck=0', 'gpgcheck=1', true],
  ['gpgcheck=0 # off', 'gpgcheck=1', false],
  ['gpgcheck=False', '', true],
  ['', 'gpgcheck=0', true],
  ['gpgcheck=1', 'gpgcheck=0', false],
  ['gpgcheck=2', 'gpgcheck=1', false],
  ['', 'gpgcheck=1', false],
  ['', '', true],
])('dnf: %j below %j', (rows, main, unsigned) => {
  const files = `${section('repo', '/etc/dnf/dnf.conf', `[main]\n${main}`)}\n${section('repo', '/etc/yum.repos.d/a.repo', `[a]\nbaseurl=https://a/\n${rows}\n[b]\nbaseurl=https://b/\ngpgcheck=1`)}`
  expect(parseSources(files).packageSources.map((one) => one.unsigned !== undefined)).toEqual([unsigned, false])
})

/** `pkg_gpgcheck` and `repo_gpgcheck` as dnf5 5.4 dumps them for `[a]`, `GPG Check` as zypper 1.14 lists it. */
describe('who else checks signatures', () => {
  const DEFAULTS = '/usr/share/dnf5/libdnf.conf.d/20-fedora-defaults.conf'
  const OWN = '/etc/dnf/libdnf5.conf.d'
  const REPO = '/etc/yum.repos.d/a.repo'
  const OVERRIDE = '/etc/dnf/repos.override.d/99-config_manager.repo'
  const ZYPPER = '/etc/zypp/repos.d/a.repo'
  const repo = (file: string, rows: string) => section('repo', file, `[a]\nbaseurl=https://a/\n${rows}`)
  const main = (file: string, rows: string) => section('repo', file, `[main]\n${rows}`)
  const fedora = main(DEFAULTS, 'pkg_gpgcheck=True')
  const empty = main('/etc/dnf/dnf.conf', '')
  test.each<[string, readonly string[], boolean]>([
    ['Fedora', [empty, fedora, repo(REPO, '')], false],
    ['Fedora, dnf.conf', [main('/etc/dnf/dnf.conf', 'gpgcheck=0'), fedora, repo(REPO, '')], true],
    ['Fedora, an earlier drop-in', [empty, main(`${OWN}/10-x.conf`, 'gpgcheck=0'), fedora, repo(REPO, '')], false],
    ['Fedora, a later drop-in', [empty, main(`${OWN}/30-x.conf`, 'gpgcheck=0'), fedora, repo(REPO, '')], true],
    ['Fedora, a drop-in instead', [empty, main(`${OWN}/20-fedora-defaults.conf`, 'best=0'), fedora, repo(REPO, '')], true],
    ['dnf.conf after drop-ins', [main('/etc/dnf/dnf.conf', 'gpgcheck=1'), main(`${OWN}/30-x.conf`, 'gpgcheck=0'), repo(REPO, '')], false],
    ['one name of two', [empty, fedora, repo(REPO, 'gpgcheck=0\npkg_gpgcheck=1')], false],
    ['the other name', [empty, fedora, repo(REPO, 'gpgcheck=1\npkg_gpgcheck=0')], true],
    ['an override', [empty, fedora, repo(REPO, 'gpgcheck=1'), section('repo', OVERRIDE, '[a]\ngpgcheck=0')], true],
    ['an override of all', [empty, fedora, repo(REPO, 'gpgcheck=0'), section('repo', OVERRIDE, '[*]\nrepo_gpgcheck=1')], false],
    ['an override of others', [empty, fedora, repo(REPO, ''), section('repo', OVERRIDE, '[[bc]]\ngpgcheck=0')], false],
    ['dnf.conf that may not be read', ['@unreadable /etc/dnf/dnf.conf', fedora, repo(REPO, '')], false],
    ['no dnf.conf', [repo(REPO, '')], false],
    ['zypper', [repo(ZYPPER, '')], false],
    ['zypper, off', [repo(ZYPPER, '  gpgcheck = no')], true],
    ['zypper, packages alone', [repo(ZYPPER, 'gpgcheck=0\npkg_gpgcheck=1')], false],
    ['zypper, lists alone', [repo(ZYPPER, 'gpgcheck=0\nrepo_gpgcheck=1')], false],
    ['zypper, off for all', [main('/etc/zypp/zypp.conf', 'gpgcheck = off'), repo(ZYPPER, '')], true],
    ['zypper, on again', [main('/etc/zypp/zypp.conf', 'gpgcheck = off'), repo(ZYPPER, 'gpgcheck=1')], false],
    ['zypper beside dnf', [empty, repo(ZYPPER, '')], false],
  ])('%s', (_, files, unsigned) =>
    expect(parseSources(files.join('\n')).packageSources.map((one) => one.unsigned !== undefined)).toEqual([unsigned]),
  )

  test('an override switches a repository off, on, or to another address', () => {
    const read = (...files: readonly string[]) => parseSources(files.join('\n')).packageSources.map(({ url }) => url)
    expect(read(repo(REPO, ''), section('repo', OVERRIDE, '[a]\nenabled=0'))).toEqual([])
    expect(read(repo(REPO, 'enabled=0'), section('repo', OVERRIDE, '[a]\nenabled=1'))).toEqual(['https://a/'])
    expect(read(repo(REPO, ''), section('repo', OVERRIDE, '[a*]\nbaseurl=http://b/'))).toEqual(['http://b/'])
  })
})
