import { describe, expect, test } from 'vitest'
import { parseSources } from './parse.ts'

describe('sources of software, as administrators write them', () => {
  const of = (...rows: string[]) => parseSources(rows.join('\n'))
  test.each([
    ['nameserver 8.8.8.8 # Google', ['8.8.8.8']],
    ['nameserver 8.8.8.8;old', ['8.8.8.8']],
    ['nameserver fe80::1%eth0', ['fe80::1%eth0']],
    ['nameserver 8.8.8.8.example', []],
  ])('resolver: %s', (row, expected) => {
    expect(of('@resolver /etc/resolv.conf', `=${row}`).resolvers.map(({ address }) => address)).toEqual(expected)
  })

  test.each<[string, readonly string[], readonly string[] | undefined]>([
    ['nothing says it', [], undefined],
    ['compiled in as none (Debian)', ['@resolved /etc/systemd/resolved.conf', '=#FallbackDNS='], []],
    [
      'compiled in (Arch)',
      ['@resolved /etc/systemd/resolved.conf', '=#FallbackDNS=1.1.1.1#cloudflare-dns.com [2620:fe::9]:53 9.9.9.9:853%eth0#dns.quad9.net'],
      ['1.1.1.1', '2620:fe::9', '9.9.9.9'],
    ],
    [
      'set in a drop-in',
      ['@resolved /etc/systemd/resolved.conf', '=#FallbackDNS=', '@resolved /etc/systemd/resolved.conf.d/a.conf', '=FallbackDNS=8.8.8.8'],
      ['8.8.8.8'],
    ],
    [
      'taken back by a later one',
      ['@resolved /etc/systemd/resolved.conf', '=FallbackDNS=8.8.8.8', '@resolved /etc/systemd/resolved.conf.d/z.conf', '=FallbackDNS='],
      [],
    ],
    [
      'taken back by one that comes before it by its name',
      [
        '@resolved /run/systemd/resolved.conf.d/b.conf',
        '=FallbackDNS=8.8.8.8',
        '@resolved /etc/systemd/resolved.conf.d/a.conf',
        '=FallbackDNS=',
      ],
      ['8.8.8.8'],
    ],
    [
      'the file of /etc for that of /usr, and one of /etc for others of its name',
      [
        ...['@resolved /usr/lib/systemd/resolved.conf', '=FallbackDNS=1.1.1.1', '@resolved /etc/systemd/resolved.conf', '=#FallbackDNS='],
        ...['@resolved /usr/lib/systemd/resolved.conf.d/a.conf', '=FallbackDNS=9.9.9.9'],
        ...['@resolved /etc/systemd/resolved.conf.d/a.conf', '=FallbackDNS=10.0.0.1'],
      ],
      ['10.0.0.1'],
    ],
  ])('whom systemd-resolved falls back on: %s', (_, rows, expected) => {
    expect(of(...rows).fallbackResolvers?.map(({ address }) => address)).toEqual(expected)
  })

  test('a stanza goes on in lines that begin with a blank, and names of fields are in any case', () => {
    const rows = [
      '=Types: deb',
      '=URIs:',
      '= http://a.example/debian',
      '= http://b.example/debian',
      '=Signed-By: /k.gpg',
      '=',
      '=types: deb',
      '=uris: http://c.example',
      '=Signed-By: /k.gpg',
      '=enabled: no',
    ]
    expect(of('@apt-sources /etc/apt/sources.list.d/x.sources', ...rows).packageSources.map(({ url, line }) => `${line} ${url}`)).toEqual([
      '4 http://a.example/debian',
      '5 http://b.example/debian',
    ])
  })

  test.each([
    [
      'several lines',
      ['unqualified-search-registries = [', '  "docker.io", # the world', "  'quay.io',", ']', 'x = ["no"]'],
      ['search docker.io', 'search quay.io'],
    ],
    [
      'the first version',
      ['[registries.search]', "registries = ['docker.io']", '[registries.insecure]', "registries = ['reg.lan']"],
      ['search docker.io'],
    ],
    [
      'what is blocked is not reached',
      ['[[registry]]', 'location = "docker.io"', 'blocked = true', '[[registry]]', "location = 'reg.lan:5000/hub'"],
      ['mirror reg.lan:5000'],
    ],
  ])('registries.conf: %s', (_, rows, expected) => {
    const { registries } = of('@registries /etc/containers/registries.conf', ...rows.map((row) => `=${row}`))
    expect(registries.map(({ role, host }) => `${role} ${host}`)).toEqual(expected)
  })

  test('repositories of Alpine and the index of pip are sources; a program may name the proxy of apt', () => {
    const read = of(
      ...[
        '@apk-sources /etc/apk/repositories',
        '=https://dl-cdn.alpinelinux.org/alpine/v3.22/main',
        '=@edge http://m.lan/edge',
        '=/media/cdrom/apks',
      ],
      ...['@pip /etc/pip.conf', '=index-url = https://pypi.org/simple', '=find-links = /srv/wheels https://w.lan/'],
      ...['@apt-config', '=Acquire::http::Proxy-Auto-Detect "/usr/bin/auto-apt-proxy";'],
    )
    expect(read.packageSources.map(({ url }) => url)).toEqual([
      ...['https://dl-cdn.alpinelinux.org/alpine/v3.22/main', 'http://m.lan/edge', 'file:/media/cdrom/apks'],
      ...['https://pypi.org/simple', 'https://w.lan/'],
    ])
    expect(read.proxies.map(({ value }) => value)).toEqual(['/usr/bin/auto-apt-proxy'])
  })

  test('APT::Periodic::Enable "0" switches all of them off', () => {
    const rows = (enable: string) => [
      '@apt-config',
      `=APT::Periodic::Enable "${enable}";`,
      '=APT::Periodic::Unattended-Upgrade "1";',
      '=APT::Periodic::Update-Package-Lists "1";',
    ]
    expect(of(...rows('0')).automatic).toMatchObject({ aptLists: { on: false, line: 2 }, aptUpgrade: { on: false, line: 2 } })
    expect(of(...rows('1')).automatic).toMatchObject({ aptLists: { on: true }, aptUpgrade: { on: true, line: 3 } })
  })
})

describe('sources of software', () => {
  const sources = parseSources(
    [
      '@resolver /etc/resolv.conf',
      '=nameserver 10.0.0.53',
      '=search example.org',
      '@apt-sources /etc/apt/sources.list',
      '=deb [signed-by=/etc/a.gpg arch=amd64] https://mirror.internal/debian bookworm main',
      '=deb-src https://no.example/ x y',
      '@apt-sources /etc/apt/sources.list.d/x.sources',
      '=Types: deb deb-src',
      '=URIs: http://a.example http://b.example',
      '=Suites: noble',
      '=',
      '=Enabled: no',
      '=Types: deb',
      '=URIs: http://off.example',
      '@apt-config',
      '=Acquire::http::Proxy "http://proxy.example:3128";',
      '=APT::Periodic::Unattended-Upgrade "0";',
      '=APT::Periodic::Unattended-Upgrade "1";',
      '@repo /etc/yum.repos.d/rocky.repo',
      '=[baseos]',
      '=mirrorlist=https://mirrors.rockylinux.org/mirrorlist?arch=x',
      '=enabled=1',
      '=[extras]',
      '=baseurl = file:///srv/repo',
      '=[debug]',
      '=enabled=0',
      '=baseurl=http://debug.example',
      '@registries /etc/docker/daemon.json',
      '={ "registry-mirrors":',
      '=  ["https://mirror.gcr.io"] }',
      '@registries /etc/containers/registries.conf',
      '=unqualified-search-registries = ["docker.io", "quay.io"]',
      '@unreadable /etc/docker/daemon.json',
    ].join('\n'),
  )
  test('are read, those that are switched off are not', () => {
    expect(sources.packageSources.map(({ url, line }) => `${line} ${url}`)).toEqual([
      '5 https://mirror.internal/debian',
      '9 http://a.example',
      '9 http://b.example',
      '21 https://mirrors.rockylinux.org/mirrorlist?arch=x',
      '24 file:///srv/repo',
    ])
    expect(sources.resolvers.map(({ address }) => address)).toEqual(['10.0.0.53'])
    expect(sources.registries.map(({ host, role, line }) => `${role} ${host} ${line}`)).toEqual([
      'mirror https://mirror.gcr.io 30',
      'search docker.io 32',
      'search quay.io 32',
    ])
    expect(sources.proxies.map(({ value }) => value)).toEqual(['http://proxy.example:3128'])
    expect(sources.automatic.aptUpgrade).toEqual({ on: true, line: 18 })
    expect(sources.unreadable).toEqual(['/etc/docker/daemon.json'])
  })
})
