import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { collectUpdates } from './collect.ts'
import { parseUpdates } from './parse.ts'

/** Rows as a Debian 12 host printed them (recorded 2026-11-25), shortened. */
const debian = `@dpkg
@release deb.debian.org_debian-security_dists_bookworm-security_InRelease
=Origin: Debian
=Label: Debian-Security
=Suite: oldstable-security
=Codename: bookworm-security
=Date: Tue, 24 Nov 2026 00:34:33 UTC
=Valid-Until: Tue, 01 Dec 2026 00:34:33 UTC
@release deb.debian.org_debian_dists_bookworm_InRelease
=Origin: Debian
=Label: Debian
=Suite: oldstable
=Codename: bookworm
=Date: Sat, 11 Jul 2026 10:16:37 UTC
@packages
i\tnginx\tamd64\t1.22.1-9+deb12u11\tDebian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>
i\tdocker-ce\tamd64\t5:27.3.1-1~debian.12~bookworm\tDocker <support@docker.com>
i\tcaddy\tamd64\t2.8.4-1~bpo12+1\tDebian Go Packaging Team <team+pkg-go@tracker.debian.org>
u\tlibaom3\tamd64\t3.6.0-1+deb12u1\t3.6.0-1+deb12u3
u\tcurl\tamd64\t7.88.1-10+deb12u14\t7.88.1-10+deb12u5
u\tlibbrotli1\tamd64\t1.0.9-2+b6\t1.0.9-2+deb12u1
u\tgit\tamd64\t1:2.39.5-0+deb12u3\t1:2.39.5-0+deb12u2
u\tnodejs\tamd64\t20.20.2-1nodesource1\t18.20.4+dfsg-1~deb12u3
@counts 612 2874
`

/** Written from the formats of rpm --qf and updateinfo.xml (createrepo_c, updateinfo schema); no RPM host was at hand. */
const rocky = `@rpm
@repomd 1763000000 /var/cache/dnf/baseos-0123
@repomd 1700000000 /var/cache/dnf/extras-4567
@updateinfo /var/cache/dnf/baseos-0123/repodata/ab-updateinfo.xml.gz
@packages
i\topenssh-server\tx86_64\t0:8.7p1-38.el9\tRocky Enterprise Software Foundation
i\tnvidia-container-toolkit\tx86_64\t0:1.17.4-1\tNVIDIA CORPORATION
u\topenssl-libs\tx86_64\t1:3.0.7-27.el9\t1:3.0.7-28.el9_4
u\topenssl-libs\tx86_64\t1:3.0.7-27.el9\t1:3.0.7-24.el9
u\tkernel\tx86_64\t0:5.14.0-427.el9 0:5.14.0-503.el9\t0:5.14.0-427.9.el9
m\tnodejs\tx86_64\t1:18.1.0-1.module+el8.9+1\t1:20.1.0-1.module+el8.9+2
@read /var/cache/dnf/baseos-0123/repodata/ab-updateinfo.xml.gz
@counts 401 12345
`

const parsed = (text: string) => {
  const found = parseUpdates(text)
  if (typeof found === 'string') throw new Error(found)
  return found
}

test('Debian: newer versions of the security list, the order of dpkg, who built a package', () => {
  const { pending, packages, listsMs, unknown, installed } = parsed(debian)
  expect(pending.map(({ name, available, line }) => `${line} ${name} ${available}`)).toEqual([
    '19 libaom3 3.6.0-1+deb12u3',
    '21 libbrotli1 1.0.9-2+deb12u1',
  ])
  expect(packages.map(({ name, byDistribution }) => [name, byDistribution])).toEqual([
    ['nginx', true],
    ['docker-ce', false],
    ['caddy', false],
  ])
  expect([listsMs, unknown, installed]).toEqual([Date.UTC(2026, 10, 24, 0, 34, 33), undefined, 612])
})

test('a version that has no place in the order may be an update', () => {
  const odd = debian.replace('@counts', 'u\tlibodd\tamd64\t1.0-1\t2_0\n@counts')
  expect(parsed(odd).unknown).toBe('version 2_0 of libodd cannot be compared with what is installed')
})

test.each<[version: string, maintainer: string, byDistribution: boolean]>([
  ['1.22.1-9+deb12u1', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>', true],
  // As packages.sury.org builds them for Debian and for Ubuntu, Debian's backports and the archive of HAProxy.
  ['1.26.2-1+0~20240815.32+debian12~1.gbp1ec5a5', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>', false],
  ['1.26.2-1+ubuntu22.04.1+deb.sury.org+1', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>', false],
  ['1.26.0-2~bpo12+1', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>', false],
  ['1.26.3-3+deb13u2', 'Somebody <who@example.org>', true],
])('Debian: nginx %s of %s', (version, maintainer, byDistribution) => {
  const { packages } = parsed(debian.replace(/^i\tnginx\t.*$/m, `i\tnginx\tamd64\t${version}\t${maintainer}`))
  expect(packages.find(({ name }) => name === 'nginx')).toMatchObject({ version, byDistribution })
})

test('Debian: what is held, and what the lists say of the security archive of this release', () => {
  const { held, packages, codenames, securityArchives } = parsed(
    debian
      .replace('@release', '@codename bookworm\n@codename "bookworm"\n@release')
      .replace(
        '@counts',
        'h\tlinux-image-amd64\tamd64\t6.1.158-1\tDebian Kernel Team <debian-kernel@lists.debian.org>\nh\tdocker-ce\tamd64\t5:27.3.1-1\tDocker <support@docker.com>\n@counts',
      ),
  )
  expect([held?.map(({ name }) => name), packages.length, codenames]).toEqual([['linux-image-amd64'], 5, ['bookworm']])
  expect(securityArchives).toEqual([
    { origin: 'Debian', label: 'Debian-Security', suite: 'oldstable-security', codename: 'bookworm-security', site: 'deb.debian.org' },
  ])
})

test('RPM: epochs, the newest of several updates, a module stream that is not stated', () => {
  const { pending, ofUnknownStream, packages, listsMs, unknown } = parsed(rocky)
  expect(ofUnknownStream.map(({ name }) => name)).toEqual(['nodejs'])
  expect(pending.map(({ name, available }) => `${name} ${available}`)).toEqual(['openssl-libs 1:3.0.7-28.el9_4'])
  expect(packages.map(({ version, byDistribution }) => [version, byDistribution])).toEqual([
    ['8.7p1-38.el9', true],
    ['1.17.4-1', false],
  ])
  expect([listsMs, unknown]).toEqual([1_763_000_000_000, undefined])
})

describe('Debian, Ubuntu: each kernel is a package of its own', () => {
  const kernels = (running: string, ...rows: readonly string[]) =>
    parsed(debian.replace('@release', `@running ${running}\n@release`).replace('@counts', `${rows.join('\n')}\n@counts`))
  const waits = (...rows: readonly string[]) =>
    kernels('', ...rows)
      .pending.filter(({ name }) => name.startsWith('linux'))
      .map(({ name, installed, available }) => `${name} ${installed} ${available}`)
  const row = (abi: string, installed: string, available = '') =>
    `k\tlinux-image-${abi}\tamd64\t${installed}${available && `\t${available}`}`

  test('the newest of the archive is installed, or not, whatever depends on it', () => {
    expect(waits(row('6.1.0-9-amd64', '6.1.27-1'), row('6.1.0-41-amd64', '', '6.1.158-1'), row('6.1.0-40-amd64', '', '6.1.153-1'))).toEqual(
      ['linux-image-6.1.0-41-amd64 6.1.27-1 6.1.158-1'],
    )
    expect(waits(row('6.1.0-41-amd64', '6.1.158-1'), row('6.1.0-40-amd64', '', '6.1.153-1'))).toEqual([])
    // A kernel of somebody's own has no package of such a name.
    expect(waits(row('6.1.0-41-amd64', '', '6.1.158-1'))).toEqual([])
    const meta = 'u\tlinux-image-amd64\tamd64\t6.1.27-1\t6.1.158-1'
    expect(waits(meta, row('6.1.0-9-amd64', '6.1.27-1'), row('6.1.0-41-amd64', '', '6.1.158-1'))).toEqual([
      'linux-image-amd64 6.1.27-1 6.1.158-1',
    ])
  })

  test.each<[what: string, running: string, abi: string, installed: string, expected: string | undefined]>([
    ['Debian', '5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 (2021-08-03)', '5.10.0-8-amd64', '5.10.46-5', '5.10.46-4'],
    ['Debian, the same', '5.10.0-8-amd64 #1 SMP Debian 5.10.46-5 (2021-09-23)', '5.10.0-8-amd64', '5.10.46-5', undefined],
    ['Ubuntu', '6.8.0-88-generic #88-Ubuntu SMP PREEMPT_DYNAMIC Sat Oct 11', '6.8.0-88-generic', '6.8.0-88.89', '6.8.0-88.88'],
    ['Ubuntu, the same', '6.8.0-88-generic #89-Ubuntu SMP PREEMPT_DYNAMIC Sat Oct 11', '6.8.0-88-generic', '6.8.0-88.89', undefined],
    ['HWE', '6.8.0-87-generic #88~22.04.1-Ubuntu SMP Sat', '6.8.0-87-generic', '6.8.0-87.88~22.04.1', undefined],
    ['lowlatency', '6.8.0-88-lowlatency #89.1-Ubuntu SMP Sat', '6.8.0-88-lowlatency', '6.8.0-88.89.1', undefined],
    ['a banner of another', '6.8.0-88-generic #1 SMP Sat Oct 11', '6.8.0-88-generic', '6.8.0-88.89', undefined],
  ])('another build under the same name: %s', (_, running, abi, installed, expected) =>
    expect(kernels(running, row(abi, installed)).rebuiltKernel?.running).toBe(expected),
  )
})

const MADE_ANEW =
  'a mirror made the Release file of the security list itself (that of Debian has a Valid-Until, that of Ubuntu the codename of the release alone), so its date says nothing'

describe('what is not known is said', () => {
  test.each<[string, string, string]>([
    [
      'no lists',
      debian.replace(/^@release[\s\S]*?(?=@packages)/m, ''),
      'no package lists are on this host; apt-get update was never run, or they were deleted',
    ],
    [
      'no security archive',
      debian.replaceAll('Debian-Security', 'Debian').replaceAll('-security', ''),
      'no security archive of the distribution is among the cached package lists',
    ],
    ['a security list to which a mirror gave a date of its own', debian.replace(/^=Valid-Until.*\n/m, ''), MADE_ANEW],
    [
      'a security list of Ubuntu that a mirror made, with the name of its folder for a codename',
      '@dpkg\n@codename noble\n@release mirror_ubuntu_dists_noble-security_InRelease\n=Origin: Ubuntu\n=Label: Ubuntu\n=Suite: noble-security\n=Codename: noble-security\n=Date: Mon, 02 Mar 2026 00:00:00 UTC\n@packages\n@counts 600 40\n',
      MADE_ANEW,
    ],
    ['an empty security list', debian.replace('612 2874', '612 0'), 'the cached lists of the security archive hold no package'],
    [
      'no updateinfo',
      rocky.replace(/^@updateinfo.*\n/m, ''),
      'the cached repositories carry no updateinfo, so security updates cannot be told apart',
    ],
    [
      'an updateinfo that could not be unpacked',
      rocky.replace(/^@read.*\n/m, ''),
      '/var/cache/dnf/baseos-0123/repodata/ab-updateinfo.xml.gz could not be unpacked',
    ],
    [
      'the security archive of the release before',
      debian.replace('@release', '@codename "trixie"\n@release'),
      'the cached package lists hold no security archive of trixie, which this system is',
    ],
    [
      'ESM alone',
      '@dpkg\n@codename noble\n@release esm.ubuntu.com_apps_ubuntu_dists_noble-apps-security_InRelease\n=Origin: UbuntuESMApps\n=Suite: noble-apps-security\n=Date: Mon, 02 Mar 2026 00:00:00 UTC\n@packages\n@counts 600 40\n',
      'the cached package lists hold no security archive of noble, which this system is',
    ],
    [
      'the list of EPEL alone',
      rocky.replace('401 12345', '401 2345 0'),
      'none of the cached lists names glibc, systemd or the kernel, so they are not those of the distribution',
    ],
    ['a cache of unknown age', rocky.replace('@repomd 1763000000', '@repomd '), 'the age of the cached repositories could not be read'],
  ])('%s', (_, text, reason) => expect(parsed(text).unknown).toBe(reason))

  test.each([
    ['@none\n', 'neither dpkg nor rpm is on this host'],
    ['', 'the package manager gave no answer'],
    [debian.replace(/@counts.*\n/, ''), 'the list of installed packages is empty or was cut short'],
    ['@dpkg\n@packages\n@counts 0 12\n', 'the list of installed packages is empty or was cut short'],
  ])('%#', (text, reason) => expect(parseUpdates(text)).toBe(reason))
})

test.each([
  ['not attached to Ubuntu Pro', '@esm 9 Apps\n@esm 2 Infra\n', 'Ubuntu', [true, 11]],
  ['nothing counted', '', 'Ubuntu', [true, undefined]],
  ['attached', '', 'UbuntuESMApps', [false, undefined]],
])('Ubuntu: %s', (_, counted, second, expected) => {
  const noble = `@release noble\n=Origin: Ubuntu\n=Suite: noble-security\n=Date: Mon, 02 Mar 2026 00:00:00 UTC\n`
  const esm = `@release esm\n=Origin: ${second}\n=Suite: noble-apps-security\n=Date: Mon, 02 Mar 2026 00:00:00 UTC\n`
  const { withoutPro, behindPro } = parsed(`@dpkg\n@codename noble\n${counted}${noble}${esm}@packages\n@counts 600 40\n`)
  expect([withoutPro, behindPro?.count]).toEqual(expected)
})

test('the oldest security archive counts', () => {
  const second = '@release esm_InRelease\n=Suite: noble-infra-security\n=Date: Mon, 02 Mar 2026 00:00:00 UTC\n@packages'
  expect(parsed(debian.replace('@packages', second)).listsMs).toBe(Date.UTC(2026, 2, 2))
})

test('any text: never an exception', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('@dpkg', '@rpm', '@counts 1 1', 'u\ta\tb\tc\td', 'i\ta\tb', '@release x', '=Date: x', '=Suite: a-security'),
  )
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), (all) => void parseUpdates(all.join('\n'))))
})

describe.each(shells)('the script on %s', (shell = '', ...as) => {
  const [section] = collectUpdates()
  const run = (script: string, path: string) => {
    const parameters = section?.kind === 'script' ? section.parameters : []
    return spawnSync(shell, [...as, '-c', script, 'sh', ...parameters], {
      encoding: 'utf8',
      env: { PATH: path, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  const text = section?.kind === 'script' ? section.script : ''

  test.skipIf(!existsSync('/var/lib/dpkg/status'))('reads this Debian machine, and complains of nothing', () => {
    const { stdout, stderr } = run(text, process.env.PATH ?? '')
    expect(stderr).toBe('')
    expect(parsed(stdout).installed).toBeGreaterThan(50)
  })

  test.skipIf(process.platform !== 'linux')('finds kernels of the series and kind that runs', () => {
    const home = mkdtempSync(join(tmpdir(), 'gatehouse-dpkg-'))
    mkdirSync(join(home, 'bin'))
    const installed = ['6.8.0-31-generic', '6.8.0-31-lowlatency', '5.15.0-91-generic']
    const dpkg = installed.map((abi) => `printf 'I linux-image-${abi} amd64 ${abi.replace(/-[a-z]+$/, '.1')} ii \\tCanonical\n'\n`)
    writeFileSync(join(home, 'bin', 'dpkg-query'), `#!/bin/sh\n${dpkg.join('')}`, { mode: 0o755 })
    writeFileSync(join(home, 'release'), '6.8.0-31-generic\n')
    writeFileSync(join(home, 'status'), 'x')
    // As apt-check prints it.
    writeFileSync(
      join(home, 'updates-available'),
      '\nExpanded Security Maintenance for Applications is not enabled.\n\n47 updates can be applied immediately.\n2 of these updates are standard security updates.\n\n1 additional security update can be applied with ESM Apps.\nLearn more about enabling ESM Apps service at https://ubuntu.com/esm\n\n3 additional security updates can be applied with ESM Infra.\n',
    )
    writeFileSync(join(home, 'a_InRelease'), 'Suite: noble-security\nDate: Tue, 24 Nov 2026 00:34:33 UTC\n')
    const listed = ['6.8.0-88-generic', '6.8.0-89-lowlatency', '6.11.0-9-generic', '6.8.0-88-generic-64k', 'unsigned-6.8.0-90-generic']
    const list = listed.map((abi) => `Package: linux-image-${abi}\nArchitecture: amd64\nVersion: 9\n\n`)
    writeFileSync(join(home, 'a_main_Packages'), list.join(''))
    const script = text
      .replaceAll('/var/lib/apt/lists', home)
      .replaceAll('/var/lib/dpkg/status', join(home, 'status'))
      .replaceAll('/var/lib/update-notifier', home)
      .replaceAll('/proc/sys/kernel/osrelease', join(home, 'release'))
    const { stdout, stderr } = run(script, `${join(home, 'bin')}:${process.env.PATH ?? ''}`)
    rmSync(home, { recursive: true })
    expect(stderr).toBe('')
    const { pending, behindPro } = parsed(stdout)
    expect(pending.map(({ name, available }) => `${name} ${available}`)).toEqual(['linux-image-6.8.0-88-generic 9'])
    expect(behindPro?.count).toBe(4)
  })

  /** The shape of updateinfo.xml is that of createrepo_c (src/xml_dump_updateinfo.c); the rest of the host is made up. */
  test.skipIf(process.platform !== 'linux').each([
    ['in lines', (text: string) => text],
    ['in one line', (text: string) => text.replace(/\n */g, '')],
  ])('reads an RPM machine with several kernels and module streams, updateinfo %s', (_, shape) => {
    const home = mkdtempSync(join(tmpdir(), 'gatehouse-rpm-'))
    const cache = join(home, 'dnf', 'baseos-1', 'repodata')
    mkdirSync(cache, { recursive: true })
    mkdirSync(join(home, 'bin'))
    writeFileSync(join(cache, 'repomd.xml'), '<repomd><revision>1763000000</revision></repomd>\n')
    writeFileSync(join(cache, 'ab-updateinfo.xml.gz'), gzipSync(shape(updateinfo)))
    const row = (name: string, version: string, stream = '(none)') =>
      `printf 'I ${name} x86_64 ${version} ${stream}\\tRocky Enterprise Software Foundation\\n'\n`
    const rpm = `#!/bin/sh\n${row('openssl-libs', '1:3.0.7-27.el9')}${row('kernel', '0:5.14.0-503.el9')}${row('kernel', '0:5.14.0-427.el9')}${row('sudo', '0:1.9.5p2-10.el9')}${row('nodejs', '1:18.1.0-1.module+el9+1', 'nodejs:18:9050020:abc')}${row('nginx', '1:1.22.1-3.module+el9+1', 'nginx:1.22:9050020:abc')}${row('redis', '0:6.2.7-1.el9')}${row('podman', '0:4.9.4-1.module+el8+1', 'container-tools:rhel8:80:abc')}`
    writeFileSync(join(home, 'bin', 'rpm'), rpm, { mode: 0o755 })
    // A host of that family may have dpkg as well, which knows of no package there.
    const script = text.replaceAll('/var/cache', home).replaceAll('/var/lib/dpkg/status', join(home, 'no-status'))
    const { stdout, stderr } = run(script, `${join(home, 'bin')}:${process.env.PATH ?? ''}`)
    rmSync(home, { recursive: true })
    expect(stderr).toBe('')
    const { manager, pending, ofUnknownStream, packages, unknown, listsMs } = parsed(stdout)
    expect([manager, unknown, listsMs]).toEqual(['rpm', undefined, 1_763_000_000_000])
    expect(packages.map(({ name }) => name)).toEqual(['sudo', 'nginx', 'podman'])
    const said = (all: typeof pending) => all.map(({ name, available }) => `${name} ${available}`)
    expect(said(pending)).toEqual(['openssl-libs 1:3.0.7-28.el9_4', 'nginx 1:1.22.1-4.module+el9+2'])
    expect(said(ofUnknownStream)).toEqual(['podman 0:4.9.4-2.module+el8+2'])
  })
})

const updateinfo = `<updates>
  <update from="x" status="final" type="bugfix" version="1"><id>A</id>
    <pkglist><collection><package name="sudo" version="1.9.9" release="1.el9" epoch="0" arch="x86_64"><filename>f</filename></package></collection></pkglist>
  </update>
  <update from="x" status="retracted" type="security" version="1"><id>B</id>
    <pkglist><collection><package name="sudo" version="1.9.9" release="2.el9" epoch="0" arch="x86_64"><filename>f</filename></package></collection></pkglist>
  </update>
  <update from="x" status="final" type="security" version="2">
    <id>RLSA-2024:1</id>
    <pkglist><collection short="x">
      <package name="openssl-libs" version="3.0.7" release="28.el9_4" epoch="1" arch="x86_64" src="s"><filename>f</filename></package>
      <package name="kernel" version="5.14.0" release="503.el9" epoch="0" arch="x86_64"><filename>f</filename></package>
      <package name="kernel" version="5.14.0" release="427.9.el9" epoch="0" arch="x86_64"><filename>f</filename></package>
    </collection></pkglist>
  </update>
  <update from="x" status="final" type="security" version="2">
    <pkglist><collection short="nodejs-20"><name>x</name><module name="nodejs" stream="20" version="9" context="a" arch="x86_64"/>
      <package name="nodejs" version="20.1.0" release="1.module+el9+2" epoch="1" arch="x86_64"><filename>f</filename></package>
    </collection><collection short="nginx-1.22"><module name="nginx" stream="1.22" version="9" context="a" arch="x86_64"/>
      <package name="nginx" version="1.22.1" release="4.module+el9+2" epoch="1" arch="x86_64"><filename>f</filename></package>
    </collection><collection short="redis-7"><module name="redis" stream="7" version="9" context="a" arch="x86_64"/>
      <package name="redis" version="7.0.12" release="1.module+el9+2" epoch="0" arch="x86_64"><filename>f</filename></package>
    </collection><collection short="none">
      <package name="podman" version="4.9.4" release="2.module+el8+2" epoch="0" arch="x86_64"><filename>f</filename></package>
    </collection></pkglist>
  </update>
</updates>
`
