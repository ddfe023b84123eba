import { describe, expect, test } from 'vitest'
import { parseSources } from './parse.ts'
import { section } from './sources-section.testing.ts'

const urls = (tag: string, file: string, text: string) => parseSources(section(tag, file, text)).packageSources.map(({ url }) => url)
const registries = (tag: string, file: string, text: string) => parseSources(section(tag, file, text)).registries.map(({ host }) => host)
const proxies = (tag: string, file: string, text: string) =>
  parseSources(section(tag, file, text)).proxies.map(({ of, value }) => `${of} ${value}`)

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
