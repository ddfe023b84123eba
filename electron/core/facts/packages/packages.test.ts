import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { SectionOutput } from '../../probe/section.ts'
import { type FactResult, known } from '../fact.ts'
import { parseSources } from '../sources/parse.ts'
import { blocksOf } from './blocks.ts'
import { collectSoftware } from './collect.ts'
import { packagesFact } from './packages.fact.ts'
import type { Packages } from './packages.ts'
import { driverVersion, endpointVersion, programVersions, pythonPackage } from './parse.ts'

const service = (more: Partial<InferenceService>): InferenceService => ({
  id: 'vllm.service',
  engine: 'vllm',
  how: 'systemd',
  running: true,
  pids: [7],
  argv: ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve'],
  binds: [{ address: '127.0.0.1', port: 8000, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  apiKey: 'none',
  modelPaths: [],
  ...more,
})
const output = (stdout: string): SectionOutput => ({
  ...{ id: 'software', command: '', state: 'ok', privileged: false, exitCode: 0, stderr: '', durationMs: 1, bytes: 1, sha256: '' },
  stdout,
})
function read(lines: readonly string[], services: readonly InferenceService[], processes: readonly unknown[] = []): FactResult<Packages> {
  const fact = (id: string) => known(id === 'services' ? services : id === 'processes' ? processes : { runtimes: [], containers: [] })
  return packagesFact.read({ section: () => output([...lines, '@end'].join('\n')), fact } as never)
}
const engine = (lines: readonly string[], ...services: InferenceService[]) => {
  const found = read(lines, services)
  if (!found.known) return found.reason
  return found.value.engines.map(({ stated, unknown }) => (stated ? `${stated.version} by ${stated.from} at ${stated.line}` : unknown))
}

test('packages of the host are not those of a server with another root', () => {
  const dist = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info']
  const found = (...mounts: readonly { readonly source?: string; readonly destination: string }[]) => {
    const packages = read(dist, [service({})], [{ pid: 7, seenFiles: { mounts, more: false } }])
    return packages.known && packages.value.environments.length
  }
  expect(found({ source: '/srv/models', destination: '/models' })).toBe(1)
  // As apptainer has it, and with the folder of the host in it.
  expect(found({ destination: '/' })).toBe(0)
  expect(found({ destination: '/' }, { source: '/opt/vllm', destination: '/opt/vllm' })).toBe(1)
})

describe('a server of Python that is in none of the folders that were listed', () => {
  const opt = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info']
  test.each<[string, readonly string[], Partial<InferenceService>, readonly string[]]>([
    ['in the one of its Python', opt, {}, []],
    [
      'started without a path, as by `poetry run` or in a shell that activated it',
      opt,
      { argv: ['python', '-m', 'vllm.entrypoints.openai.api_server'] },
      ['vllm.service'],
    ],
    [
      'below a home, with the Python of the system',
      ['@python /usr/lib/python3/dist-packages', '=requests-2.32.3.egg-info'],
      { argv: ['/usr/bin/python3', '/home/ai/.local/bin/vllm', 'serve'] },
      ['vllm.service'],
    ],
    ['a folder that may not be listed says that itself', ['@python-unreadable /opt/vllm/lib/python3.11/site-packages'], {}, []],
    ['in a container', [], { how: 'container' }, []],
    ['one that is no program of Python', [], { engine: 'ollama', argv: ['/usr/bin/ollama', 'serve'] }, []],
    ['llama-server', [], { engine: 'llama.cpp', argv: ['/usr/bin/llama-server'] }, []],
    ['the binding of llama.cpp', [], { engine: 'llama.cpp', argv: ['python3', '-m', 'llama_cpp.server'] }, ['vllm.service']],
  ])('%s', (_, lines, more, expected) => {
    const found = read(lines, [service(more)])
    expect(found.known && found.value.ofUnknownFolder).toEqual(expected)
  })
})

describe('the version of an engine', () => {
  const http = ['@http vllm 8000 /version 200', '="version":"0.10.1"']
  const dist = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info', '=torch-2.5.1+cu124.dist-info']
  test.each<[string, readonly string[], InferenceService, string]>([
    ['its own word first', [...dist, ...http], service({}), '0.10.1 by endpoint at 5'],
    ['then its package', dist, service({}), '0.10.2 by package at 2'],
    [
      'what an upgrade that broke off left beside it',
      [...dist, '=vllm-0.9.2.dist-info'],
      service({}),
      'its packages state several versions: 0.10.2, 0.9.2',
    ],
    [
      'another Python below the same prefix',
      [...dist, '@python /opt/vllm/lib/python3.12/site-packages', '=vllm-0.11.0.dist-info'],
      service({}),
      'its packages state several versions: 0.10.2, 0.11.0',
    ],
    [
      'the Python that it was started with',
      [...dist, '@python /opt/vllm/lib/python3.12/site-packages', '=vllm-0.11.0.dist-info'],
      service({ argv: ['/opt/vllm/bin/python3.12', '/opt/vllm/bin/vllm', 'serve'] }),
      '0.11.0 by package at 5',
    ],
    ['then its image', [], service({ how: 'container', version: '0.9.0' }), '0.9.0 by image at 0'],
    [
      'the packages of the host are not those of a container',
      dist,
      service({ how: 'container' }),
      'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version',
    ],
    [
      'another port is another server',
      http,
      service({ binds: [{ address: '127.0.0.1', port: 8001, scope: 'loopback', section: 'l', line: 1, basis: 'observed' }] }),
      'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version',
    ],
    ['sockets that could not be seen', http, service({ binds: [] }), '0.10.1 by endpoint at 2'],
    [
      'a key is asked for',
      ['@http llama.cpp 8080 /props 401'],
      service({ engine: 'llama.cpp', argv: ['llama-server'], binds: [] }),
      '/props on port 8080 asks for a key, and no package or tag names a version',
    ],
    [
      'nobody answers',
      ['@http vllm 8000 /version 000'],
      service({}),
      'nothing answered on 127.0.0.1:8000, and no package or tag names a version',
    ],
    [
      'no program to ask with',
      ['@http-none'],
      service({}),
      'neither curl nor wget is on the host to ask it, and no package or tag names a version',
    ],
    ['an answer without a version', ['@http vllm 8000 /version 200'], service({}), 'the answer of /version on port 8000 states no version'],
  ])('%s', (_, lines, one, expected) => expect(engine(lines, one)).toEqual([expected]))

  test.each<[string, readonly string[], Partial<InferenceService>]>([
    [
      'its package',
      ['@python /opt/l/lib/python3.11/site-packages', '=llama_cpp_python-0.3.16.dist-info'],
      { argv: ['/opt/l/bin/python3'] },
    ],
    ['its image', [], { how: 'container', version: '0.3.16', image: { name: 'ghcr.io/abetlen/llama-cpp-python:v0.3.16', line: 1 } }],
  ])('the Python binding of llama.cpp counts by itself: %s', (_, lines, more) => {
    const found = read(lines, [service({ engine: 'llama.cpp', ...more })])
    expect(found.known && found.value.engines[0]?.stated).toMatchObject({ version: '0.3.16', binding: true })
  })

  test('an answer that was cut short is not an answer', () => {
    const found = packagesFact.read({ section: () => output('@http vllm 8000 /version 200'), fact: () => known([]) } as never)
    expect(found.known).toBe(false)
  })

  test('the folder that may not be listed is said', () => {
    const found = read(['@python-unreadable /opt/vllm/lib/python3.11/site-packages'], [service({})])
    expect(found.known && found.value.environments).toEqual([
      { folder: '/opt/vllm/lib/python3.11/site-packages', line: 1, packages: [], services: ['vllm.service'], readable: false },
    ])
  })
})

test.each([
  ['"version":"0.12.6"', '0.12.6'],
  ['"version": "v3.5.0 (0123abcd)"', '3.5.0'],
  ['"build_info":"b6123-c6a2c9e7"', 'b6123'],
  ['"build_info":"b11669-Debian"', 'b11669'],
  ['"version":"0.11.1rc2.dev12+gabcdef.d20260101"', '0.11.1rc2.dev12+gabcdef.d20260101'],
  ['"build_info":"b1-c6a2c9e7"', undefined],
  ['"build_info":"b0-unknown"', undefined],
  ['"version":"0.0.0"', undefined],
  ['"version":"0.1.dev1+g1234567"', undefined],
  ['"version":"dirty"', undefined],
  ['<img src=x>', undefined],
])('an answer %s is %s', (text, version) => expect(endpointVersion(text)).toBe(version))

/** Forms of the kernel's own line: NVIDIA driver README, chapter "Querying the driver version"; recorded strings of both flavours. */
test.each([
  ['driver', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024', '550.90.07'],
  ['driver', 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (dvs-builder@x)  Tue Sep 23', '580.95.05'],
  ['driver', 'NVRM version: NVIDIA UNIX aarch64 Kernel Module  535.129  Thu', '535.129'],
  ['driver-module', '570.195.03', '570.195.03'],
  ['driver', 'NVRM version: unknown', 'unknown'],
  ['driver', '', undefined],
])('@%s %s', (tag, text, version) => expect(driverVersion(blocksOf(`@${tag}\n=${text}`))?.version).toBe(version))

test.each([
  ['vllm-0.10.1.dist-info', 'vllm 0.10.1'],
  ['torch-2.5.1+cu124.dist-info', 'torch 2.5.1+cu124'],
  ['python_dateutil-2.9.0.post0.dist-info', 'python_dateutil 2.9.0.post0'],
  ['jaraco.text-3.12.1.dist-info', 'jaraco.text 3.12.1'],
  ['PyYAML-6.0-py3.11.egg-info', 'PyYAML 6.0'],
  ['a-1.0-py3.11-linux-x86_64.egg-info', 'a 1.0'],
  ['torch-unknown.dist-info', 'torch unknown'],
  ['vllm-v0.9.dist-info', 'vllm v0.9'],
  ['ray.egg-info', 'ray unknown'],
  ['ray-py3.11.egg-info', 'ray unknown'],
  ['~orch-2.5.1.dist-info', undefined],
  ['distutils-precedence.pth', undefined],
])('%s', (entry, expected) => {
  const found = pythonPackage(entry)
  expect(found && `${found.name} ${found.version}`).toBe(expected)
})

test.each([
  ['oauth2-proxy', ['oauth2-proxy v7.6.0 (built with go1.21.5)'], '7.6.0'],
  ['nvidia-ctk', ['NVIDIA Container Toolkit CLI version 1.17.8', 'commit: 0123'], '1.17.8'],
  ['nvidia-ctk', ['{"level":"warn","msg":"1.2.3 falling back"}', 'version: 1.19.1'], '1.19.1'],
  ['nvidia-ctk', ['NVIDIA Container Toolkit CLI version unknown', 'commit: 0123'], 'unknown'],
])('%s states its version', (name, said, version) => {
  expect(programVersions(blocksOf([`@program ${name}`, ...said.map((line) => `=${line}`)].join('\n'))).map((one) => one.version)).toEqual([
    version,
  ])
})

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

test('any text: never an exception', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '@http vllm 8000 /version 200',
      '@python /x',
      '@registries a.json',
      '={"registry-mirrors":7}',
      '@repo x',
      '=[',
      '=URIs:',
    ),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (all) => {
      void parseSources(all.join('\n'))
      void read(all, [service({})])
    }),
  )
})

describe.each(['sh', 'bash', 'busybox'])('the script on %s', (shell) => {
  const [section] = collectSoftware()
  const has = spawnSync(shell, shell === 'busybox' ? ['true'] : ['-c', 'true'], { stdio: 'ignore' }).status === 0
  test.skipIf(!has || process.platform !== 'linux')('ends with its end mark and complains of nothing', () => {
    if (section?.kind !== 'script') throw new Error('no script')
    const words = shell === 'busybox' ? ['sh', '-c'] : ['-c']
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C' }
    const run = spawnSync(shell, [...words, section.script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('@end')
    expect(run.stderr).toBe('')
    expect(run.stdout.split('\n').filter((one) => !/^(?:@[a-z-]+(?: .*)?|=.*|)$/.test(one))).toEqual([])
  })

  const text = section?.kind === 'script' ? section.script : ''
  const part = (name: string) => new RegExp(`^${name}\\(\\) \\{.*?\\}'?; \\}$|^${name}\\(\\) \\{\n.*?\n\\}$`, 'ms').exec(text)?.[0] ?? ''
  // Its own awk, which not every busybox takes by itself, and which ends a pattern at any bare slash.
  const own = shell === 'busybox' ? 'awk() { busybox awk "$@"; }\n' : ''
  const ask = (body: string, input = '') =>
    spawnSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-c', own + body], {
      encoding: 'utf8',
      input,
      env: { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C' },
    })

  test.skipIf(!has).each([
    ['vllm serve m --port 8001 -x', '--port', '8001'],
    ['vllm serve m --port=8001', '--port', '8001'],
    ['vllm serve --port 1 --port=8002 m', '--port', '8002'],
    ['local-ai run --address 0.0.0.0:8090', '--address', '8090'],
    ['local-ai run --address=:8091 m', '--address', '8091'],
    ['vllm serve m --port', '--port', ''],
    ['vllm serve m --port $(id)', '--port', ''],
    ['vllm serve m --porter 9', '--port', ''],
  ])('the port of %s', (line, flag, port) => {
    expect(ask(`${part('port')}\nline='${line} '\nport ${flag}\nprintf %s "$found"`).stdout).toBe(port)
  })

  test.skipIf(!has || process.platform !== 'linux')('where awk cannot read the files, that no source is set is not said', () => {
    const failing = 'awk() { cat >/dev/null; return 2; }\n'
    const { stdout } = spawnSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-c', failing + text, 'sh', 'x'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      input: '',
    })
    expect(parseSources(stdout).unreadable).toEqual(['the files that name sources'])
  })

  test.skipIf(!has)('one awk takes of each file the rows that matter, and as many as are wanted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pick-'))
    try {
      const file = (name: string, rows: readonly string[]) => {
        writeFileSync(join(folder, name), rows.join('\n'))
        return join(folder, name)
      }
      const resolver = file('resolv.conf', ['# nameserver 9.9.9.9', ...Array.from({ length: 30 }, (_, n) => `nameserver 10.0.0.${n}`)])
      const apt = file('a b.list', ['deb http://x/ y main', '# deb http://z/', '@resolver /etc/resolv.conf', 'Enabled: no', ''])
      const stanza = file('x.sources', [
        '# old',
        'Types: deb-src',
        ' deb',
        'uris:',
        ' http://a/',
        '  file:/srv/x',
        'Components: main',
        'Signed-By:',
        ' -----BEGIN PGP',
        ' Comment: http://k',
        'Trusted:',
        ' Yes',
        'Languages:',
        ' no',
        ' de',
        'Allow-Insecure: no',
        '',
      ])
      const repo = file('x.repo', ['[a]', 'name=x', 'baseurl=file:///mnt', '  https://m/x?a=b', 'exclude=kernel*', '# exclude=a', ' more'])
      const pip = file('pip.conf', [
        ...[
          '[global]',
          'index-url = http://m/',
          'timeout = 9',
          'extra_index_url:',
          '    https://u:p@n/',
          '# no',
          'trusted-host =',
          '    n',
        ],
      ])
      const locks = file('versionlock.list', [
        '# added',
        'kernel-0:5.14.0-70.el9.*',
        '!sudo-0:1.*',
        'version = "1.0"',
        'name = "bash"',
        '[[packages]]',
      ])
      const flatpak = file('config', ['[core]', 'mode=bare', '[remote "a"]', 'url=https://a/', 'xa.disable=true'])
      const registries = file('daemon.json', ['# no', '{"insecure-registries": ["a"]}', 'x'.repeat(16_384), 'behind'])
      const cargo = file('config.toml', [
        '[registries.a]',
        'index = "sparse+https://u:p@crates.lan/"',
        'token = "seen-one"',
        "b = { index = 'https://b.lan', token = 'seen-two' }",
        'c = { token = "seen-three", index = "https://c.lan" }',
        '# [registries.d]',
      ])
      const go = file('env', ['GOPROXY=https://u:p@proxy.lan,direct', 'GOFLAGS=-x'])
      const resolved = file('resolved.conf', ['[Resolve]', '#DNS=', '#FallbackDNS=', 'FallbackDNS=8.8.8.8', '#Domains='])
      const helm = file('repositories.yaml', ['- name: a', '  password: seen-four', '  url: https://charts.lan'])
      const others = ask(`${part('pick')}\npick`, `cargo ${cargo}\ngo ${go}\nhelm ${helm}\nresolved ${resolved}\nresolved ${go}\n`)
      expect(others.stderr).toBe('')
      expect(others.stdout).not.toMatch(/seen|u:p/)
      expect(others.stdout.split('\n')).toEqual([
        ...[`@cargo ${cargo}`, '=[registries.a]', '=index = "sparse+https://****@crates.lan/"'],
        ...["=b = { index = 'https://b.lan', token = **** }", '=c = { token = ****, index = "https://c.lan" }'],
        ...[`@go ${go}`, '=GOPROXY=https://****@proxy.lan,direct', `@helm ${helm}`, '=  url: https://charts.lan'],
        ...[`@resolved ${resolved}`, '=#FallbackDNS=', '=FallbackDNS=8.8.8.8', ''],
      ])
      const long = file(
        'redhat.repo',
        Array.from({ length: 900 }, (_, n) => `[r${n}]\nbaseurl=https://c/${n}\ngpgcheck=1`),
      )
      const npm = file('npmrc', ['strict-ssl=false', '; registry=http://no'])
      const rows = ask(`${part('pick')}\npick`, `repo ${long}\nnpm ${npm}\n`).stdout.split('\n')
      expect([rows.length, ...rows.slice(-5)]).toEqual([
        2005,
        '=baseurl=https://c/666',
        `@cut ${long}`,
        `@npm ${npm}`,
        '=strict-ssl=false',
        '',
      ])
      const input = `resolver ${resolver}\napt-sources ${apt}\napt-sources ${stanza}\nrepo ${repo}\npip ${pip}\nunreadable /etc/apt/x\nversionlock ${locks}\nfetched ${flatpak}\nregistries ${registries}\nregistries ${folder}/absent\nnowhere\n`
      const { stdout, stderr } = ask(`${part('pick')}\npick`, input)
      expect(stderr).toBe('')
      expect(stdout.split('\n')).toEqual([
        `@resolver ${resolver}`,
        ...Array.from({ length: 20 }, (_, n) => `=nameserver 10.0.0.${n}`),
        `@apt-sources ${apt}`,
        '=deb http://x/ y main',
        '=Enabled: no',
        `@apt-sources ${stanza}`,
        ...['=Types: deb-src', '= deb', '=uris:', '= http://a/', '=  file:/srv/x', '=Signed-By:'],
        ...['=Trusted:', '= Yes', '=Languages:', '= no', '=Allow-Insecure: no'],
        ...[`@repo ${repo}`, '=[a]', '=baseurl=file:///mnt', '=  https://m/x?a=b', '=exclude=kernel*'],
        ...[`@pip ${pip}`, '=index-url = http://m/', '=extra_index_url:', '=    https://****@n/', '=trusted-host =', '=    n'],
        '@unreadable /etc/apt/x',
        `@versionlock ${locks}`,
        '=kernel-0:5.14.0-70.el9.*',
        '=!sudo-0:1.*',
        '=name = "bash"',
        `@fetched ${flatpak}`,
        '=[remote "a"]',
        '=url=https://a/',
        '=xa.disable=true',
        `@registries ${registries}`,
        '={"insecure-registries": ["a"]}',
        `@cut ${registries}`,
        `@registries ${folder}/absent`,
        '',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
