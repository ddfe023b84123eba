import { describe, expect, test } from 'vitest'
import { parseSources } from './parse.ts'
import type { PackageSource } from './sources.ts'

/** What the section prints for files: formats by the documentation that each reader names. */
const section = (tag: string, file: string, text: string): string =>
  [`@${tag} ${file}`, ...text.split('\n').map((row) => `=${row}`), '@end'].join('\n')
const urls = (tag: string, file: string, text: string) => parseSources(section(tag, file, text)).packageSources.map(({ url }) => url)
const registries = (tag: string, file: string, text: string) => parseSources(section(tag, file, text)).registries.map(({ host }) => host)
const proxies = (tag: string, file: string, text: string) =>
  parseSources(section(tag, file, text)).proxies.map(({ of, value }) => `${of} ${value}`)

const howChecked = ({ unsigned }: PackageSource) => (unsigned === undefined ? 'checked' : unsigned.unverified ? 'unchecked' : 'plain')

test('what unattended-upgrades does, and how often', () => {
  const read = (...rows: string[]) => parseSources(section('apt-config', '', rows.join('\n'))).automatic
  const kept = read(
    'APT::Periodic::Unattended-Upgrade "30";',
    'Unattended-Upgrade::Package-Blacklist "";',
    'Unattended-Upgrade::Package-Blacklist:: "nvidia-";',
  )
  expect(kept).toMatchObject({ aptUpgrade: { on: true }, aptEveryDays: 30, aptKeptBack: [{ pattern: 'nvidia-', line: 4 }] })
  expect(read('APT::Periodic::Unattended-Upgrade "1";', 'Unattended-Upgrade::Package-Blacklist "";')).toMatchObject({
    aptEveryDays: 1,
    aptKeptBack: [],
  })
})

test('unattended-upgrades that waits for the shutdown, touches a few packages, or has the archive of ESM alone', () => {
  const read = (...rows: string[]) => parseSources(section('apt-config', '', rows.join('\n'))).automatic
  const shutdown = (value: string) => read(`Unattended-Upgrade::InstallOnShutdown "${value}";`).aptOnShutdown?.line
  expect(['true', '1', 'Yes', 'false', '0', ''].map(shutdown)).toEqual([2, 2, 2, undefined, undefined, undefined])
  expect(
    read('Unattended-Upgrade::InstallOnShutdown "true";', 'Unattended-Upgrade::InstallOnShutdown "false";').aptOnShutdown,
  ).toBeUndefined()
  expect(read('Unattended-Upgrade::Package-Whitelist "";', 'Unattended-Upgrade::Package-Whitelist:: "nginx";').aptOnly).toEqual([
    { pattern: 'nginx', line: 3 },
  ])
  expect(read('Unattended-Upgrade::Origins-Pattern:: "o=a,n=b";', 'Unattended-Upgrade::Allowed-Origins:: "Ubuntu:c";').aptOrigins).toEqual([
    { pattern: 'Ubuntu:c', legacy: true, line: 3 },
    { pattern: 'o=a,n=b', legacy: false, line: 2 },
  ])
})

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

/** What apt 2.6.1 made of each, asked to update from and to install what nobody signed. */
test.each<[options: string, unsigned: boolean]>([
  ['[trusted=yes] ', true],
  ['[trusted=Yes] ', true],
  ['[trusted=1] ', true],
  ['[trusted=with] ', true],
  ['[ arch=amd64,all trusted=yes ] ', true],
  ['[trusted=any] ', false],
  ['[Trusted=yes] ', false],
  ['[trusted=yes trusted=no] ', false],
  ['[allow-insecure=yes] ', false],
  ['', false],
])('apt: deb %shttp://a/ ./', (options, unsigned) => {
  const { packageSources } = parseSources(section('apt-sources', '/etc/apt/sources.list', `deb ${options}http://a/ ./`))
  expect(packageSources).toMatchObject([{ url: 'http://a/', ...(unsigned && { unsigned: { line: 2 } }) }])
  expect(packageSources[0]?.unsigned !== undefined).toBe(unsigned)
})

test('apt: a stanza that trusts its source, whatever key it names', () => {
  const text = 'Types: deb\nURIs: http://a/\nSigned-By: /k\nTrusted: yes\n\nTypes: deb\nURIs: http://b/\nTrusted: no'
  const { packageSources } = parseSources(section('apt-sources', '/x.sources', text))
  expect(packageSources.map(({ unsigned }) => unsigned)).toEqual([{ line: 5 }, undefined])
})

/** What apt 2.6.1 made of each below `Types: deb` and `URIs: …`, with `APT::Get::AllowUnauthenticated` where the last says so. */
test.each<[rows: string, of: 'signed' | 'unsigned' | 'off', unasked?: string]>([
  ['Trusted:\n yes', 'unsigned'],
  ['Trusted: yes\nTrusted: no', 'signed'],
  ['Trusted: yes no', 'signed'],
  ['trusted :1', 'unsigned'],
  ['Enabled:\n no\nTrusted: yes', 'off'],
  ['Allow-Insecure: yes', 'signed'],
  ['Allow-Insecure: yes', 'unsigned', '1'],
  ['Allow-Insecure:\n yes', 'unsigned', 'true'],
  ['Allow-Insecure: yes', 'signed', 'false'],
])('apt: a stanza with %j is %s', (rows, expected, unasked) => {
  const text = `Types: deb\nURIs: http://a/\n${rows}`
  const config = unasked === undefined ? '' : `${section('apt-config', '', `APT::Get::AllowUnauthenticated "${unasked}";`)}\n`
  const { packageSources } = parseSources(config + section('apt-sources', '/x.sources', text))
  expect(packageSources.map(({ unsigned }) => (unsigned ? 'unsigned' : 'signed'))).toEqual(expected === 'off' ? [] : [expected])
})

test('apt: a line that allows what is not signed, where nobody is asked', () => {
  const config = section('apt-config', '', 'APT::Get::AllowUnauthenticated "1";')
  const { packageSources } = parseSources(`${config}\n${section('apt-sources', '/x.list', 'deb [allow-insecure=yes] http://a/ ./')}`)
  expect(packageSources).toMatchObject([{ unsigned: { line: 5 } }])
})

test.each<[rows: readonly string[], line: number | undefined]>([
  [['Acquire::AllowInsecureRepositories "true";', 'APT::Get::AllowUnauthenticated "1";'], 2],
  [['Acquire::AllowInsecureRepositories "true";'], undefined],
  [['APT::Get::AllowUnauthenticated "true";'], undefined],
  [['Acquire::AllowInsecureRepositories "0";', 'APT::Get::AllowUnauthenticated "true";'], undefined],
])('apt: %j', (rows, line) => expect(parseSources(section('apt-config', '', rows.join('\n'))).aptUnsigned?.line).toBe(line))

/** What pip 23.2 took its packages from, asked with each below `[global]`: of a host that it trusts it checks no certificate, and takes plain http. */
test.each<[rows: string, expected: readonly (readonly [string, boolean])[]]>([
  ['index-url = http://p.lan/simple', [['http://p.lan/simple', false]]],
  ['index-url = http://p.lan/simple\ntrusted-host = p.lan', [['http://p.lan/simple', true]]],
  ['index_url: http://p.lan:81/simple\ntrusted_host: p.lan', [['http://p.lan:81/simple', true]]],
  ['index-url = http://p.lan:81/simple\ntrusted-host =\n    other\n    p.lan:81', [['http://p.lan:81/simple', true]]],
  ['index-url = http://p.lan:81/simple\ntrusted-host = p.lan:82', [['http://p.lan:81/simple', false]]],
  [
    'index-url = https://p.lan/\nextra-index-url =\n    https://u:p@q.lan/\n    https://r.lan/\ntrusted-host = q.lan',
    [
      ['https://p.lan/', false],
      ['https://u:p@q.lan/', true],
      ['https://r.lan/', false],
    ],
  ],
  ['trusted-host = pypi.org files.pythonhosted.org', [['https://pypi.org/simple', true]]],
  ['trusted-host = p.lan', []],
])('pip: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('pip', '/etc/pip.conf', `[global]\n${rows}`))
  expect(packageSources.map(({ url, unsigned }) => [url, unsigned?.unverified === true])).toEqual(expected)
})

test('uv: a host of which it checks no certificate', () => {
  const text = 'allow-insecure-host = [\n  "p.lan",\n]\n[[index]]\nurl = "https://p.lan/simple"'
  const { packageSources } = parseSources(section('uv', '/etc/uv/uv.toml', text))
  expect(packageSources).toMatchObject([{ url: 'https://p.lan/simple', unsigned: { line: 3, unverified: true } }])
})

/** What npm 11.19 asked a registry on this host with each, whose certificate nobody had signed. */
test.each<[rows: string, expected: readonly (readonly [string, 'checked' | 'unchecked' | 'plain'])[]]>([
  ['registry=https://n.lan/\nstrict-ssl=false', [['https://n.lan/', 'unchecked']]],
  ['strict-ssl="false" # for now\nregistry=https://n.lan/', [['https://n.lan/', 'unchecked']]],
  [' strict-ssl = false\nstrict-ssl=true\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['strict-ssl=0\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['strict-ssl=False\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['registry=http://n.lan/', [['http://n.lan/', 'plain']]],
  ['strict-ssl=false', [['https://registry.npmjs.org/', 'unchecked']]],
  [
    '@ours:registry=https://n.lan/\nstrict-ssl=false',
    [
      ['https://n.lan/', 'unchecked'],
      ['https://registry.npmjs.org/', 'unchecked'],
    ],
  ],
  ['@ours:registry=https://n.lan/', [['https://n.lan/', 'checked']]],
])('npm: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('npm', '/etc/npmrc', rows))
  expect(packageSources.map((one) => [one.url, howChecked(one)])).toEqual(expected)
})

/** conda, user guide, settings (`ssl_verify`); its own reading of words that mean no, and `<false>` of mamba. */
test.each<[rows: string, expected: readonly (readonly [string, 'checked' | 'unchecked' | 'plain'])[]]>([
  ['ssl_verify: false\nchannels:\n  - conda-forge', [['https://conda.anaconda.org/conda-forge', 'unchecked']]],
  ['channels: [https://c.lan/main]\nssl_verify: "no" # for now', [['https://c.lan/main', 'unchecked']]],
  ['ssl_verify: <false>\nchannels:\n- https://c.lan/main', [['https://c.lan/main', 'unchecked']]],
  ['ssl_verify: false', [['https://repo.anaconda.com/pkgs', 'unchecked']]],
  ['ssl_verify: /etc/ssl/false.pem\nchannels:\n- https://c.lan/main', [['https://c.lan/main', 'checked']]],
  ['ssl_verify: truststore\nchannels: [conda-forge]', [['https://conda.anaconda.org/conda-forge', 'checked']]],
  ['channel_alias: http://c.lan\nchannels: [conda-forge]', [['http://c.lan', 'plain']]],
  [
    'channels:\n- http://c.lan/main\n- https://d.lan/main',
    [
      ['http://c.lan/main', 'plain'],
      ['https://d.lan/main', 'checked'],
    ],
  ],
])('conda: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('conda', '/etc/conda/.condarc', rows))
  expect(packageSources.map((one) => [one.url, howChecked(one)])).toEqual(expected)
})

test('uv: an index over plain http', () => {
  const { packageSources } = parseSources(section('uv', '/etc/uv/uv.toml', '[[index]]\nurl = "http://p.lan/simple"'))
  expect(packageSources).toMatchObject([{ url: 'http://p.lan/simple', unsigned: { line: 3 } }])
})

test('of a file that is longer than what is read of it, the last repository may say more', () => {
  const text =
    '@repo /etc/dnf/dnf.conf\n=[main]\n@repo /r\n=[a]\n=baseurl=https://a/\n=gpgcheck=1\n=[b]\n=baseurl=https://b/\n@cut /r\n@end'
  expect(parseSources(text).packageSources.map(({ url }) => url)).toEqual(['https://a/'])
})

test('a file that is longer than what is read of it', () => {
  expect(parseSources(`@repo /etc/yum.repos.d/redhat.repo\n=[a]\n@cut /etc/yum.repos.d/redhat.repo\n@end`).cut).toEqual([
    '/etc/yum.repos.d/redhat.repo',
  ])
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

describe('sources beside those of the distribution', () => {
  test.each<[what: string, tag: string, file: string, text: string, expected: readonly string[]]>([
    [
      'dnf, a list over lines',
      'repo',
      '/r',
      '[a]\nbaseurl=file:///mnt\n  https://m.example.org/os?a=b\nenabled=1',
      ['file:///mnt', 'https://m.example.org/os?a=b'],
    ],
    ['apt, types over lines', 'apt-sources', '/x.sources', 'Types: deb-src\n deb\nURIs: http://a/', ['http://a/']],
    ['apt, sources only', 'apt-sources', '/x.sources', 'Types: deb-src\nURIs: http://a/', []],
    ['apt, types then sources', 'apt-sources', '/x.sources', 'Types: deb\n deb-src\nURIs: http://a/', ['http://a/']],
    ['dnf, off', 'repo', '/r', '[a]\nbaseurl=file:///mnt\n  https://m.example.org/os\nenabled=0', []],
    ['dnf, a file of mirrors', 'repo', '/r', '[a]\nmirrorlist=file:///etc/mirrors', ['mirror+file:///etc/mirrors']],
    ['conda, defaults', 'conda', '/etc/conda/.condarc', 'channels:\n  - defaults', ['https://repo.anaconda.com/pkgs']],
    ['conda, a channel', 'conda', '/c', 'channels:\n  - conda-forge', ['https://conda.anaconda.org/conda-forge']],
    ['conda, inline', 'conda', '/c', 'channels: [nvidia, nodefaults]', ['https://conda.anaconda.org/nvidia']],
    ['conda, below an alias', 'conda', '/c', 'channel_alias: https://conda.lan\nchannels:\n  - conda-forge', ['https://conda.lan']],
    [
      'conda, an alias does not move defaults',
      'conda',
      '/c',
      'channels:\n- defaults\nchannel_alias: https://conda.lan',
      ['https://conda.lan', 'https://repo.anaconda.com/pkgs'],
    ],
    [
      'conda, defaults inside',
      'conda',
      '/c',
      'default_channels:\n  - https://conda.lan/main\nchannels:\n  - defaults',
      ['https://conda.lan/main'],
    ],
    [
      'conda, a channel of its own',
      'conda',
      '/c',
      'channels:\n  - ours\ncustom_channels:\n  ours: https://conda.lan',
      ['https://conda.lan'],
    ],
    ['conda, proxies are no sources', 'conda', '/c', 'proxy_servers:\n  http: http://p:3128', []],
    [
      'npm',
      'npm',
      '/etc/npmrc',
      'registry=https://registry.npmjs.org/\n@ours:registry = https://npm.lan',
      ['https://registry.npmjs.org/', 'https://npm.lan'],
    ],
    [
      'uv',
      'uv',
      '/etc/uv/uv.toml',
      'index-url = "https://pypi.lan/simple"\nurl = "https://download.pytorch.org/whl"',
      ['https://pypi.lan/simple', 'https://download.pytorch.org/whl'],
    ],
    [
      'pip, a proxy is no source',
      'pip',
      '/etc/pip.conf',
      'index-url = https://pypi.lan/simple\nproxy = http://p:3128',
      ['https://pypi.lan/simple'],
    ],
    [
      'cargo, a mirror; what it replaces is asked no more',
      'cargo',
      '/home/a/.cargo/config.toml',
      '[source.crates-io]\nregistry = "https://github.com/rust-lang/crates.io-index"\nreplace-with = \'ours\'\n[source.ours]\nregistry = "sparse+https://crates.lan/index/" # https://crates.io/',
      ['https://crates.lan/index/'],
    ],
    ['cargo, a folder', 'cargo', '/c', '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "vendor"', []],
    [
      'cargo, a registry',
      'cargo',
      '/c',
      '[registries]\nours = { index = "https://git.lan/index", token = **** }',
      ['https://git.lan/index'],
    ],
    ['cargo, dotted', 'cargo', '/c', 'registries.up.index = "sparse+https://index.crates.io/"', ['https://index.crates.io/']],
    [
      'cargo, replaced inline',
      'cargo',
      '/c',
      '[source]\ncrates-io = { registry = "https://index.crates.io/", replace-with = "m" }\nm = { registry = "https://rsproxy.cn/index" }',
      ['https://rsproxy.cn/index'],
    ],
    [
      'cargo, a remark, and what is no source',
      'cargo',
      '/c',
      '#[registries.a]\n[net]\ngit = "https://x.org"\n[http]\nproxy = "http://p:1"',
      [],
    ],
    ['go', 'go', '/root/.config/go/env', 'GOPROXY=https://goproxy.lan,direct', ['https://goproxy.lan', 'direct:']],
    ['go, or', 'go', '/g', 'GOPROXY=https://a.lan|https://proxy.golang.org', ['https://a.lan', 'https://proxy.golang.org']],
    ['go, off', 'go', '/g', 'GOPROXY=off', []],
    ['go, for logins', 'environment', '/etc/profile.d/go.sh', 'export GOPROXY="file:///srv/modules,off"', ['file:///srv/modules']],
    [
      'helm',
      'helm',
      '/h',
      '- url: https://charts.lan\n  url: "https://charts.bitnami.com/bitnami"',
      ['https://charts.lan', 'https://charts.bitnami.com/bitnami'],
    ],
    [
      'firmware',
      'fetched',
      '/etc/fwupd/remotes.d/lvfs.conf',
      'Enabled=true\nMetadataURI=https://cdn.fwupd.org/downloads/firmware.xml.gz',
      ['https://cdn.fwupd.org/downloads/firmware.xml.gz'],
    ],
    ['firmware, off', 'fetched', '/etc/fwupd/remotes.d/lvfs.conf', 'Enabled=false\nMetadataURI=https://cdn.fwupd.org/x', []],
    [
      'firmware of the disk',
      'fetched',
      '/etc/fwupd/remotes.d/vendor.conf',
      'Enabled=true\nMetadataURI=file:///usr/share/x',
      ['file:///usr/share/x'],
    ],
    ['news of the day', 'fetched', '/etc/default/motd-news', 'ENABLED=1\nURLS="https://motd.ubuntu.com"', ['https://motd.ubuntu.com']],
    ['news of the day, off', 'fetched', '/etc/default/motd-news', 'ENABLED=0\nURLS="https://motd.ubuntu.com"', []],
    [
      'Flatpak, one remote off',
      'fetched',
      '/var/lib/flatpak/repo/config',
      '[remote "flathub"]\nurl=https://dl.flathub.org/repo/\nxa.disable=true\n[remote "ours"]\nurl=https://flatpak.lan/repo/',
      ['https://flatpak.lan/repo/'],
    ],
    ['Flatpak', 'fetched', '/var/lib/flatpak/repo/config', 'url=https://dl.flathub.org/repo/', ['https://dl.flathub.org/repo/']],
  ])('%s', (_, tag, file, text, expected) => expect(urls(tag, file, text)).toEqual(expected))
})

test.each<[what: string, tag: string, file: string, text: string, expected: readonly string[]]>([
  [
    'a fallback that is named',
    'containerd',
    '/etc/containerd/certs.d/docker.io/hosts.toml',
    'server = "https://registry-1.docker.io"\n[host."https://r.lan"]',
    ['https://registry-1.docker.io', 'https://r.lan'],
  ],
  [
    'a fallback that is not named is the registry itself',
    'containerd',
    '/etc/containerd/certs.d/docker.io/hosts.toml',
    '[host."https://r.lan"]',
    ['https://r.lan', 'docker.io'],
  ],
  ['no fallback outside', 'containerd', '/etc/containerd/certs.d/docker.io/hosts.toml', 'server = "https://r.lan"', ['https://r.lan']],
  ['for all registries', 'containerd', '/etc/containerd/certs.d/_default/hosts.toml', '[host."https://r.lan"]', ['https://r.lan']],
  [
    'endpoints',
    'containerd',
    '/etc/containerd/config.toml',
    'endpoint = ["https://r.lan", "https://registry-1.docker.io"]',
    ['https://r.lan', 'https://registry-1.docker.io'],
  ],
  ['K3s', 'rancher', '/etc/rancher/k3s/registries.yaml', '- "https://r.lan:5000"', ['https://r.lan:5000']],
])('registries of containerd and K3s: %s', (_, tag, file, text, expected) => expect(registries(tag, file, text)).toEqual(expected))

test.each<[what: string, tag: string, file: string, text: string, expected: readonly string[]]>([
  [
    'Docker',
    'registries',
    '/etc/docker/daemon.json',
    '{ "proxies": { "http-proxy": "http://p:1", "https-proxy": "http://p:2", "no-proxy": "x" } }',
    ['containers http://p:1', 'containers http://p:2'],
  ],
  ['Docker, none', 'registries', '/etc/docker/daemon.json', '{ "proxies": {}, "registry-mirrors": ["https://r.lan"] }', []],
  [
    'its unit',
    'environment',
    '/etc/systemd/system/docker.service.d/proxy.conf',
    'Environment="HTTPS_PROXY=http://p:3128" "NO_PROXY=localhost"',
    ['containers http://p:3128'],
  ],
  ['logins', 'environment', '/etc/environment', 'https_proxy="http://p:3128"\nHTTP_PROXY=', ['sessions http://p:3128']],
  ['shells', 'environment', '/etc/profile.d/proxy.sh', 'export all_proxy=socks5://p:1080; x=1', ['sessions socks5://p:1080']],
  ['pip', 'pip', '/etc/pip.conf', 'proxy = http://p:3128', ['packages http://p:3128']],
  ['cargo', 'cargo', '/c', '[http]\nproxy = "http://p:3128"', ['packages http://p:3128']],
  ['npm', 'npm', '/etc/npmrc', 'https-proxy=http://p:3128\nproxy=null', ['packages http://p:3128']],
  ['git', 'git', '/etc/gitconfig', '\tproxy = http://p:3128', ['packages http://p:3128']],
  ['dnf', 'repo', '/etc/dnf/dnf.conf', 'proxy=http://p:3128', ['packages http://p:3128']],
  ['dnf, none', 'repo', '/etc/yum.repos.d/x.repo', 'proxy=_none_', []],
  ['conda', 'conda', '/etc/conda/.condarc', 'proxy_servers:\n  https: http://p:3128', ['packages http://p:3128']],
])('proxies: %s', (_, tag, file, text, expected) => expect(proxies(tag, file, text)).toEqual(expected))
