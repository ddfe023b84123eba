import { describe, expect, test } from 'vitest'
import { type Advisory, type Affected, advisorySchema } from '#shared/model/advisory.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { parseOAuth2Proxies } from '../../../facts/oauth2-proxy/parse.ts'
import type { Packages, PythonEnvironment } from '../../../facts/packages/packages.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import type { InstalledPackage, Updates } from '../../../facts/updates/updates.ts'
import type { AnyControl, Control, PolicyContext, Verdict } from '../../control.ts'
import { outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import advisoryDataFresh from './advisory-data-fresh.control.ts'
import containerSoftware from './container-software-not-vulnerable.control.ts'
import engineVersion from './engine-version-not-vulnerable.control.ts'
import frontSoftware from './front-software-not-vulnerable.control.ts'
import gpuDriver from './gpu-driver-not-vulnerable.control.ts'
import osRelease from './os-release-supported.control.ts'
import osRestart from './os-restart-not-pending.control.ts'
import osUpdates from './os-security-updates-installed.control.ts'
import pythonPackages from './python-packages-not-vulnerable.control.ts'
import updatesAutomatic from './security-updates-automatic.control.ts'
import { printMatch } from './version-verdict.ts'

const NOW = Date.UTC(2026, 10, 22)
const DAY_MS = 86_400_000

const record = (id: string, ecosystem: string, name: string, ranges: readonly object[], own: object = { severity: 'HIGH' }): Advisory =>
  advisorySchema.parse({
    id,
    modified: '2026-01-01T00:00:00Z',
    summary: `what ${id} is`,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: ranges }] }] satisfies Affected[] | object[],
    database_specific: own,
  })
const fixedIn = (version: string) => [{ introduced: '0' }, { fixed: version }]
const driver = (id: string, ...branches: readonly (readonly [string, string])[]): Advisory => ({
  ...record(id, 'upstream', 'nvidia-driver', []),
  affected: [
    {
      package: { ecosystem: 'upstream', name: 'nvidia-driver' },
      ranges: branches.map(([introduced, fixed]) => ({ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] })),
    },
  ],
})
const records = [
  record('CVE-V1', 'PyPI', 'vllm', fixedIn('0.11.0'), { severity: 'LOW', exploited: true }),
  record('CVE-V2', 'PyPI', 'vllm', fixedIn('0.12.0'), { severity: 'CRITICAL' }),
  record('CVE-T1', 'PyPI', 'torch', fixedIn('2.6.0'), { severity: 'CRITICAL' }),
  record('CVE-L1', 'upstream', 'llama.cpp', fixedIn('b8492'), { severity: 'CRITICAL' }),
  record('CVE-L2', 'PyPI', 'llama-cpp-python', fixedIn('0.2.72'), { severity: 'CRITICAL' }),
  record('CVE-R1', 'PyPI', 'ray', fixedIn('2.50.0')),
  record('CVE-N1', 'upstream', 'nginx', fixedIn('1.28.3'), { severity: 'HIGH', condition: 'configurations with mp4' }),
  record('CVE-K1', 'Go', 'github.com/NVIDIA/nvidia-container-toolkit', fixedIn('1.17.8'), { severity: 'CRITICAL' }),
  record('CVE-C1', 'Go', 'github.com/caddyserver/caddy/v2', fixedIn('2.11.3')),
  record('CVE-O1', 'Go', 'github.com/oauth2-proxy/oauth2-proxy/v7', fixedIn('7.15.2')),
  driver('CVE-D1', ['535.0', '535.230.02'], ['550.0', '550.144.03'], ['570.0', '570.86.15']),
  driver('CVE-D2', ['535.0', '535.309.01'], ['580.0', '580.159.03'], ['595.0', '595.71.05']),
]
const shipped = { kind: 'shipped', publishedMs: NOW - 5 * DAY_MS } as const
const context = (more: Partial<PolicyContext> = {}): PolicyContext => ({
  ...policyContext(),
  now: NOW,
  advisories: createAdvisoryBook(records, [shipped]),
  ...more,
})
const ask = (control: AnyControl, given: object, more?: Partial<PolicyContext>): readonly Verdict[] =>
  (control as unknown as Control).evaluate(given as never, context(more))

const packages = (more: Partial<Packages> = {}): Packages => ({
  ...{ engines: [], environments: [], ofUnknownFolder: [], programs: [] },
  ...more,
})
const updates = (more: Partial<Updates> = {}): Updates => ({
  manager: 'dpkg',
  packages: [],
  pending: [],
  ofUnknownStream: [],
  installed: 600,
  listsMs: NOW - DAY_MS,
  listLine: 3,
  ...more,
})
const installed = (name: string, version: string, byDistribution: boolean): InstalledPackage => ({
  ...{ name, version, byDistribution },
  vendor: '',
  line: 20,
})
const sources = (more: Partial<Sources> = {}): Sources => ({
  ...{
    resolvers: [],
    resolverFiles: [],
    packageSources: [],
    registries: [],
    proxies: [],
    unreadable: [],
    cut: [],
    kernels: [],
    automatic: { timers: [] },
  },
  ...more,
})

describe('engine-version-not-vulnerable', () => {
  const vllm = service('vllm')
  const stated = (version: string) => ({
    engines: [
      { service: vllm.id, engine: 'vllm' as const, stated: { version, section: 'software' as const, line: 4, from: 'endpoint' as const } },
    ],
  })
  test.each<[string, readonly InferenceService[], Partial<Packages>, string]>([
    ['no server', [], {}, 'not-applicable: No inference server on this host'],
    ['none runs', [{ ...vllm, running: false }], {}, 'not-applicable: No inference server runs'],
    ['fixed', [vllm], stated('0.12.0'), 'pass: vLLM 0.12.0 has no known holes'],
    ['vulnerable', [vllm], stated('0.10.1'), 'fail: vLLM 0.10.1 is vulnerable'],
    ['not comparable', [vllm], stated('nightly'), 'not-evaluated: vLLM nightly could not be compared'],
    [
      'no version',
      [vllm],
      { engines: [{ service: vllm.id, engine: 'vllm', unknown: 'why' }] },
      'not-evaluated: Version of vLLM is not known',
    ],
    ['not looked for', [vllm], {}, 'not-evaluated: Version of vLLM is not known'],
  ])('%s', (_, services, found, expected) => {
    expect(outcomes(ask(engineVersion, { services, packages: packages(found) }))).toEqual([expected])
  })

  const tagged = (name: string, version: string) => ({
    services: [{ ...vllm, image: { name, line: 5 } }],
    packages: packages({
      engines: [{ service: vllm.id, engine: 'vllm', stated: { version, section: 'containers', line: 5, from: 'image' } }],
    }),
  })
  test.each<[image: string, version: string, expected: string]>([
    ['vllm/vllm-openai:v0.12.0', '0.12.0', 'pass: vLLM 0.12.0 has no known holes'],
    ['harbor.lan/hub/vllm/vllm-openai:v0.12.0', '0.12.0', 'pass: vLLM 0.12.0 has no known holes'],
    ['registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2', '3.2', 'not-evaluated: Version of vLLM is not known'],
    ['registry.lan/vllm:1.0', '1.0', 'not-evaluated: Version of vLLM is not known'],
    ['registry.lan/vllm:0.10.1', '0.10.1', 'fail: vLLM 0.10.1 is vulnerable'],
  ])('the tag of %s', (image, version, expected) => {
    expect(outcomes(ask(engineVersion, tagged(image, version)))).toEqual([expected])
  })

  test.each<[version: string, expected: string]>([
    ['0.3.16', 'not-evaluated: Which llama.cpp is inside is not known'],
    ['0.2.70', 'fail: llama-cpp-python 0.2.70 is vulnerable'],
    ['main', 'not-evaluated: Which llama.cpp is inside is not known'],
  ])('llama-cpp-python %s, whose releases are not those of llama.cpp', (version, expected) => {
    const llama = service('llama.cpp')
    const stated = { version, section: 'software' as const, line: 4, from: 'package' as const, binding: true as const }
    const given = { services: [llama], packages: packages({ engines: [{ service: llama.id, engine: 'llama.cpp', stated }] }) }
    expect(outcomes(ask(engineVersion, given))).toEqual([expected])
  })

  test('one finding: exploited first, the release that closes all, the line', () => {
    const [verdict] = ask(engineVersion, { services: [vllm], packages: packages(stated('0.10.1')) })
    expect(verdict).toMatchObject({ severity: 'critical', hint: 'Update vLLM to 0.12.0 or newer.' })
    expect(verdict?.reason).toBe(
      'CVE-V1 (low, known to be exploited), fixed in 0.11.0: what CVE-V1 is. 1 more: CVE-V2 (critical), fixed in 0.12.0.',
    )
    expect(verdict?.cite).toEqual([{ section: 'software', line: 4, token: '0.10.1', note: 'CVE-V1. Expected 0.12.0 or newer.' }])
  })

  test('an engine that the data does not name never passes', () => {
    const given = { services: [vllm], packages: packages(stated('0.12.0')) }
    expect(outcomes(ask(engineVersion, given, { advisories: createAdvisoryBook([], []) }))).toEqual([
      'not-evaluated: vLLM 0.12.0 could not be compared',
    ])
  })
})

describe('gpu-driver-not-vulnerable', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['none', undefined, undefined, 'not-applicable: No NVIDIA driver is loaded'],
    ['fixed in its branch', '535.309.01', undefined, 'pass: NVIDIA driver 535.309.01 has no known holes'],
    ['not fixed in its branch', '535.288.01', undefined, 'fail: NVIDIA driver 535.288.01 is vulnerable'],
    ['a branch without fixes, nothing listed', '570.211.01', undefined, 'fail: Driver branch R570 gets no fixes any more'],
    ['a branch without fixes, holes listed', '550.90.07', undefined, 'fail: Driver branch R550 gets no fixes any more'],
    ['a branch between', '590.48.01', undefined, 'fail: Driver branch R590 gets no fixes any more'],
    ['newer than the data', '610.10.01', undefined, 'pass: NVIDIA driver 610.10.01 has no known holes'],
    ['by nvidia-smi', undefined, '580.95.05', 'fail: NVIDIA driver 580.95.05 is vulnerable'],
    ['no version', 'beta', undefined, 'not-evaluated: NVIDIA driver beta could not be compared'],
  ])('%s', (_, version, smi, expected) => {
    const given = {
      packages: packages(version === undefined ? {} : { driver: { version, line: 2 } }),
      gpus: smi ? [{ driverVersion: smi }] : [],
      system: unknown('why', []),
    }
    expect(outcomes(ask(gpuDriver, given))).toEqual([expected])
  })
  test('of a Jetson, whose branches are its own', () => {
    const given = { packages: packages({ driver: { version: '540.4.0', line: 2 } }), gpus: [], system: known({ kernel: '5.15.148-tegra' }) }
    expect(outcomes(ask(gpuDriver, given))).toEqual(['not-evaluated: The driver of a Jetson is not followed'])
  })
  test('the holes of a branch without fixes are named too', () => {
    const [verdict] = ask(gpuDriver, {
      packages: packages({ driver: { version: '550.90.07', line: 2 } }),
      gpus: [],
      system: unknown('why', []),
    })
    expect([verdict?.reason.includes('CVE-D1'), verdict?.hint]).toEqual([true, 'Move to a release of R535 or R580 or R595.'])
  })
})

describe('software in packages', () => {
  const judge = (
    control: AnyControl,
    list: readonly InstalledPackage[],
    more: Partial<Updates> = {},
    programs: Packages['programs'] = [],
    processes: FactResult<readonly Process[]> = known([]),
    running: readonly string[] = [],
  ) => {
    const proxies = known(parseOAuth2Proxies([...running, '@end'].join('\n')) ?? [])
    const silent = { nginx: known({ installed: false, running: false, directives: [] }), caddy: known({ instances: [] }) }
    const found = { updates: updates({ packages: list, ...more }), packages: known(packages({ programs })), processes, ...silent }
    return outcomes(ask(control, { ...found, 'oauth2-proxy': proxies }))
  }

  test.each<[string, AnyControl, readonly InstalledPackage[], Partial<Updates>, readonly string[]]>([
    ['none', containerSoftware, [], {}, ['not-applicable: No container runtime is installed']],
    [
      'Podman',
      containerSoftware,
      [installed('podman', '4.3.1+ds1-8+deb12u1', true)],
      {},
      ['pass: No security update of podman is pending'],
    ],
    ['none', frontSoftware, [], {}, ['not-applicable: None of this software is packaged here']],
    [
      'the vendor’s, vulnerable',
      containerSoftware,
      [installed('nvidia-container-toolkit', '1.17.4-1', false)],
      {},
      ['fail: nvidia-container-toolkit 1.17.4 is vulnerable'],
    ],
    [
      'the vendor’s, fixed',
      containerSoftware,
      [installed('nvidia-container-toolkit', '1.17.8-1', false)],
      {},
      ['pass: nvidia-container-toolkit 1.17.8 has no known h…'],
    ],
    [
      'the vendor’s on RPM',
      containerSoftware,
      [installed('nvidia-container-toolkit', '1.17.4-1', false)],
      { manager: 'rpm' },
      ['fail: nvidia-container-toolkit 1.17.4 is vulnerable'],
    ],
    [
      'the vendor’s, only in some configurations',
      frontSoftware,
      [installed('nginx', '1.28.0-1~bookworm', false)],
      {},
      ['warning: nginx 1.28.0 is vulnerable'],
    ],
    [
      'the distribution’s, old-looking and up to date',
      frontSoftware,
      [installed('nginx', '1.22.1-9+deb12u3', true)],
      {},
      ['pass: No security update of nginx is pending'],
    ],
    [
      'the distribution’s, an update pending',
      frontSoftware,
      [installed('sudo', '1.9.13p3-1', true)],
      { pending: [{ name: 'sudo', installed: '1.9.13p3-1', available: '1.9.13p3-1+deb12u1', line: 30 }] },
      ['fail: A security update of sudo is pending'],
    ],
    [
      'the distribution’s, lists unknown',
      frontSoftware,
      [installed('openssh-server', '1:9.2p1-2', true)],
      { unknown: 'why' },
      ['not-evaluated: openssh-server could not be judged'],
    ],
    [
      'the distribution’s, a list of last year',
      frontSoftware,
      [installed('openssh-server', '1:9.2p1-2', true)],
      { listsMs: NOW - 365 * DAY_MS },
      ['not-evaluated: openssh-server could not be judged'],
    ],
    [
      'the distribution’s, a list of a day to come',
      frontSoftware,
      [installed('openssh-server', '1:9.2p1-2', true)],
      { listsMs: NOW + 400 * DAY_MS },
      ['not-evaluated: openssh-server could not be judged'],
    ],
    // Canonical vouches for main alone; containerd is there.
    [
      'Ubuntu’s, of universe and not attached to Pro',
      containerSoftware,
      [installed('docker.io', '26.1.3-0ubuntu1~24.04.1', true), installed('containerd', '1.7.24-0ubuntu1~24.04.2', true)],
      { withoutPro: true },
      ['not-evaluated: docker.io could not be judged', 'pass: No security update of containerd is pending'],
    ],
    [
      'Ubuntu’s, of universe and attached',
      containerSoftware,
      [installed('docker.io', '26.1.3-0ubuntu1~24.04.1+esm1', true)],
      { withoutPro: false },
      ['pass: No security update of docker.io is pending'],
    ],
    [
      'the distribution’s, of a module stream that the list does not state',
      frontSoftware,
      [installed('nginx', '1.22.1-3.module+el9', true), installed('sudo', '1.9.5p2-10.el9', true)],
      { ofUnknownStream: [{ name: 'nginx', installed: '1.22.1-3.module+el9', available: '1.24.0-1.module+el9', line: 30 }] },
      ['not-evaluated: nginx could not be judged', 'pass: No security update of sudo is pending'],
    ],
    [
      'one that no data names',
      frontSoftware,
      [installed('haproxy', '3.2.0-1', false)],
      {},
      ['not-evaluated: haproxy 3.2.0 could not be compared'],
    ],
  ])('%s', (_, control, list, more, expected) => expect(judge(control, list, more)).toEqual(expected))

  const running = (...words: readonly (readonly [name: string, command: string, more?: Partial<Process>])[]) =>
    known(
      words.map(([name, command, more], at) => ({
        ...{ pid: at + 2, ppid: 1, user: 'root', uid: 0, name, argv: command.split(' '), line: at + 3 },
        ...more,
      })),
    )
  const k3s = ['k3s-server', '/usr/local/bin/k3s server'] as const
  const itsOwn = [
    'containerd',
    '/var/lib/rancher/k3s/data/current/bin/containerd -c /var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  ] as const
  const byHand = ['dockerd', '/usr/local/bin/dockerd'] as const
  const inContainer = { cgroup: `/system.slice/docker-${'d'.repeat(64)}.scope` }
  test.each<[string, readonly InstalledPackage[], FactResult<readonly Process[]>, readonly string[]]>([
    ['k3s, with its containerd', [], running(k3s, itsOwn), ['not-evaluated: The version of k3s is not known']],
    [
      'k3s beside Podman',
      [installed('podman', '4.3.1+ds1-8+deb12u1', true)],
      running(k3s),
      ['pass: No security update of podman is pending', 'not-evaluated: The version of k3s is not known'],
    ],
    [
      'Docker of an archive',
      [],
      running(byHand, ['containerd', 'containerd']),
      ['dockerd', 'containerd'].map((name) => `not-evaluated: The version of ${name} is not known`),
    ],
    [
      'Docker of a package',
      [installed('docker.io', '20.10.24+dfsg1-1', true)],
      running(byHand),
      ['pass: No security update of docker.io is pending'],
    ],
    ['Docker in a container', [], running(['dockerd', 'dockerd', inContainer]), ['not-applicable: No container runtime is installed']],
    ['processes unread', [], unknown('why', ['processes']), ['not-evaluated: Whether a container runtime runs is not known']],
  ])('a runtime that no package brought: %s', (_, list, processes, expected) =>
    expect(judge(containerSoftware, list, {}, [], processes)).toEqual(expected),
  )

  const light = installed('nginx-light', '1.18.0-6.1+deb11u3', true)
  const noNginx = { installed: false, running: false, directives: [] }
  const own = (version: string | undefined) => ({ ...noNginx, installed: true, running: true, version })
  const contained = (version: string | undefined) => ({ ...noNginx, contained: [{ container: 'web', version, directives: [], line: 4 }] })
  const caddy = (version: string | undefined, container?: string) => ({
    id: container ? `container ${container}` : 'caddy',
    pid: 5,
    version,
    container,
    line: 3,
  })
  test.each<[string, readonly InstalledPackage[], object, readonly string[]]>([
    [
      'nginx of its package',
      [installed('nginx', '1.22.1-9+deb12u3', true)],
      { nginx: known(own('1.22.1')) },
      ['pass: No security update of nginx is pending'],
    ],
    [
      'nginx of a package of another name',
      [light],
      { nginx: known(own('1.18.0')) },
      ['pass: No security update of nginx-light is pending'],
    ],
    ['both names', [installed('nginx', '1.22.1-9+deb12u3', true), light], {}, ['pass: No security update of nginx is pending']],
    ['nginx that was built here', [], { nginx: known(own('1.28.3')) }, ['pass: nginx 1.28.3 has no known holes']],
    [
      'nginx that was built here, and states nothing',
      [],
      { nginx: known(own(undefined)) },
      ['not-evaluated: The version of nginx is not known'],
    ],
    ['nginx that runs unread', [], { nginx: unknown('why', ['nginx']) }, ['not-evaluated: The version of nginx is not known']],
    ['nginx in a container', [], { nginx: known(contained('1.28.0')) }, ['warning: nginx 1.28.0 is vulnerable']],
    [
      'an nginx in a container that tells nothing, beside that of the package',
      [installed('nginx', '1.22.1-9+deb12u3', true)],
      { nginx: known(contained(undefined)) },
      ['pass: No security update of nginx is pending', 'not-evaluated: The version of nginx is not known'],
    ],
    ['Caddy as its archive brings it', [], { caddy: known({ instances: [caddy('2.7.6')] }) }, ['fail: Caddy 2.7.6 is vulnerable']],
    [
      'Caddy that states nothing',
      [],
      { caddy: known({ instances: [caddy(undefined)] }) },
      ['not-evaluated: The version of Caddy is not known'],
    ],
    [
      'Caddy of its package, and one in a container',
      [installed('caddy', '2.11.4', false)],
      { caddy: known({ instances: [caddy('2.11.4'), caddy('2.11.4', 'web')] }) },
      ['pass: caddy 2.11.4 has no known holes', 'pass: Caddy 2.11.4 has no known holes'],
    ],
    [
      'HAProxy that was built here',
      [],
      { processes: running(['haproxy', '/usr/local/sbin/haproxy']) },
      ['not-evaluated: The version of haproxy is not known'],
    ],
    ['none, and processes unread', [], { processes: unknown('why', ['processes']) }, ['not-evaluated: Whether a proxy runs is not known']],
  ])('a proxy that no package brought: %s', (_, list, more, expected) => {
    const given = {
      nginx: known(noNginx),
      caddy: known({ instances: [] }),
      processes: known([]),
      'oauth2-proxy': known([]),
      packages: known(packages()),
    }
    expect(outcomes(ask(frontSoftware, { ...given, updates: updates({ packages: list }), ...more }))).toEqual(expected)
  })

  test('a program that no package brought', () => {
    expect(judge(frontSoftware, [], {}, [{ name: 'oauth2-proxy', version: '7.6.0', line: 9 }])).toEqual([
      'fail: oauth2-proxy 7.6.0 is vulnerable',
    ])
  })

  const onHost = '@process 7 /system.slice/oauth2-proxy.service'
  const inside = `@process 8 /docker/${'a'.repeat(64)}`
  const opt = ['@program current /opt/o/oauth2-proxy', '=oauth2-proxy v7.6.0 (built with go1.21.5)']
  test.each<[string, readonly string[], readonly InstalledPackage[], readonly string[]]>([
    ['elsewhere than in the way of programs', [onHost, ...opt], [], ['fail: oauth2-proxy 7.6.0 is vulnerable']],
    ['replaced since', [onHost, '@program replaced /opt/o/oauth2-proxy'], [], ['not-evaluated: oauth2-proxy could not be judged']],
    ['in a container', [inside, '@image o/oauth2-proxy:v7.15.4'], [], ['pass: oauth2-proxy 7.15.4 has no known holes']],
    ['in one of no release', [inside, '@image o/oauth2-proxy:latest'], [], ['not-evaluated: oauth2-proxy could not be judged']],
    [
      'of a package',
      [onHost, ...opt],
      [installed('oauth2-proxy', '7.6.0-1+fixed1', true)],
      ['pass: No security update of oauth2-proxy is pending'],
    ],
  ])('the oauth2-proxy that runs counts: %s', (_, running, list, expected) => {
    const programs = running[0] === onHost ? [{ name: 'oauth2-proxy', version: '7.15.4', line: 9 }] : []
    expect(judge(frontSoftware, list, {}, programs, known([]), running)).toEqual(expected)
  })
})

describe('python-packages-not-vulnerable', () => {
  const environment = (list: readonly string[], more: Partial<PythonEnvironment> = {}): PythonEnvironment => ({
    folder: '/opt/vllm',
    services: ['vllm.service'],
    line: 7,
    readable: true,
    packages: list.map((one, index) => ({ name: one.split(' ')[0] ?? '', version: one.split(' ')[1] ?? '', line: index + 8 })),
    ...more,
  })
  test.each<[string, readonly PythonEnvironment[], string]>([
    ['none', [], 'not-applicable: No Python environment of an engine'],
    ['sound', [environment(['vllm 0.1.0', 'torch 2.8.0+cu128'])], 'pass: No vulnerable Python package is known'],
    ['vulnerable, the worst first', [environment(['ray 2.9.0', 'torch 2.5.1'])], 'fail: torch 2.5.1 is vulnerable, 1 more'],
    ['nothing that the data names', [environment(['numpy 2.0'])], 'not-evaluated: No advisory data for these packages'],
    ['not comparable', [environment(['torch unknown'])], 'not-evaluated: Some versions could not be compared'],
    ['not readable', [environment([], { readable: false })], 'not-evaluated: Python packages could not be listed'],
    ['empty', [environment([])], 'not-evaluated: Python packages could not be listed'],
  ])('%s', (_, environments, expected) => {
    expect(outcomes(ask(pythonPackages, { packages: packages({ environments }) }))).toEqual([expected])
  })

  test.each<[string, readonly PythonEnvironment[], readonly string[]]>([
    ['none listed', [], ['not-evaluated: Where its Python packages lie is not known']],
    [
      'another listed',
      [environment(['torch 2.8.0'])],
      ['not-evaluated: Where its Python packages lie is not known', 'pass: No vulnerable Python package is known'],
    ],
  ])('a server that is in none of the folders that were listed: %s', (_, environments, expected) => {
    const found = packages({ environments, ofUnknownFolder: ['vllm.service'] })
    expect(outcomes(ask(pythonPackages, { packages: found })).toSorted()).toEqual(expected)
  })
})

describe('os-security-updates-installed', () => {
  const pending = [{ name: 'libssl3', installed: '1', available: '2', line: 5 }]
  test.each<[string, Partial<Updates>, string]>([
    ['none pending', {}, 'pass: No security update is pending'],
    ['one pending', { pending }, 'fail: 1 security update is pending'],
    ['pending by old lists', { pending, listsMs: NOW - 99 * DAY_MS }, 'fail: 1 security update is pending'],
    ['old lists', { listsMs: NOW - 15 * DAY_MS }, 'warning: The security list is 15 days old'],
    ['lists of the limit', { listsMs: NOW - 14 * DAY_MS }, 'pass: No security update is pending'],
    ['lists of a day to come', { listsMs: NOW + 2 * DAY_MS }, 'not-evaluated: The security list is of a day to come'],
    ['fixes of ESM', { withoutPro: true, behindPro: { count: 9, line: 3 } }, 'warning: 9 security fixes come by Ubuntu Pro alone'],
    ['one fix of ESM', { behindPro: { count: 1, line: 3 } }, 'warning: 1 security fix comes by Ubuntu Pro alone'],
    ['one pending beside fixes of ESM', { pending, behindPro: { count: 9, line: 3 } }, 'fail: 1 security update is pending'],
    ['unknown', { unknown: 'why' }, 'not-evaluated: Security updates could not be judged'],
    ['lists of unknown age', { listsMs: undefined }, 'not-evaluated: Security updates could not be judged'],
    ['a module stream', { ofUnknownStream: pending }, 'not-evaluated: Updates of module streams are not known'],
    ['a module stream, and one pending', { pending, ofUnknownStream: pending }, 'fail: 1 security update is pending'],
  ])('%s', (_, more, expected) => expect(outcomes(ask(osUpdates, { updates: updates(more) }))).toEqual([expected]))
})

/** Its os-release is that of Debian (pve.proxmox.com, FAQ), and its own archive has no `-security`. */
test('Proxmox is more than the Debian below it', () => {
  const pve = updates({ packages: [installed('pve-manager', '8.4.14', false)], listsMs: NOW, listLine: 1 })
  expect(outcomes(ask(osUpdates, { updates: pve }))).toEqual(['not-evaluated: Updates of Proxmox are not known'])
  const system = { os: 'Debian', osId: 'debian', osVersion: '12' }
  expect(outcomes(ask(osRelease, { system, updates: known(pve) }))).toEqual(['not-evaluated: How long Proxmox gets fixes is not known'])
  expect(outcomes(ask(osRelease, { system: { ...system, osVersion: '10' }, updates: known(pve) }))).toEqual([
    'fail: Debian gets no fixes since 2024-06-30',
  ])
})

describe('os-release-supported', () => {
  test.each([
    ['debian', '12', 'pass: Gets fixes until 2028-06-30'],
    ['rocky', '9.4', 'pass: Gets fixes until 2032-05-31'],
    ['ubuntu', '20.04', 'fail: The OS gets no fixes since 2025-05-29'],
    ['debian', '11', 'fail: The OS gets no fixes since 2026-08-31'],
    ['alpine', '3.20.3', 'fail: The OS gets no fixes since 2026-04-01'],
    ['arch', '', 'not-evaluated: The end of this release is not known'],
    ['ubuntu', '99.04', 'not-evaluated: The end of this release is not known'],
  ])('%s %s', (osId, osVersion, expected) => {
    expect(outcomes(ask(osRelease, { system: { os: 'The OS', osId, osVersion }, updates: unknown('refused', ['updates']) }))).toEqual([
      expected,
    ])
  })
  test('the last 90 days are announced', () => {
    const given = { system: { os: 'The OS', osId: 'ubuntu', osVersion: '22.04' }, updates: known(updates()) }
    expect(outcomes(ask(osRelease, given, { now: Date.UTC(2027, 2, 5) }))).toEqual(['warning: Fixes end in 88 days'])
  })
})

describe('os-restart-not-pending', () => {
  const kernels = (...releases: string[]) => ({ kernels: releases.map((release, index) => ({ release, line: index + 1 })) })
  test.each<[string, string, Partial<Sources>, string]>([
    ['the newest runs', '6.1.0-41-amd64', kernels('6.1.0-40-amd64', '6.1.0-41-amd64'), 'pass: The newest installed kernel runs'],
    ['a newer waits', '6.1.0-9-amd64', kernels('6.1.0-9-amd64', '6.1.0-41-amd64'), 'fail: Kernel 6.1.0-9-amd64 runs, a newer waits'],
    ['another kind', '6.8.0-87-generic', kernels('6.8.0-87-generic', '6.11.0-9-lowlatency'), 'pass: The newest installed kernel runs'],
    [
      'RHEL',
      '5.14.0-427.el9.x86_64',
      kernels('5.14.0-427.el9.x86_64', '5.14.0-503.14.1.el9_5.x86_64'),
      'fail: Kernel 5.14.0-427.el9.x86_64 runs, a newer wai…',
    ],
    [
      'the distribution asks for it',
      '6.1.0-41-amd64',
      { ...kernels('6.1.0-41-amd64'), restartRequired: 4 },
      'fail: The host waits for a restart',
    ],
    ['not below /boot', '6.1.0-41-amd64', {}, 'not-evaluated: The newest kernel is not known'],
    [
      'SUSE',
      '6.4.0-150600.21-default',
      kernels('6.4.0-150600.21-default', '6.4.0-150600.23.25-default'),
      'fail: Kernel 6.4.0-150600.21-default runs, a newer w…',
    ],
    [
      'of another release of Fedora',
      '6.14.11-200.fc41.x86_64',
      kernels('6.14.11-200.fc41.x86_64', '6.17.4-200.fc42.x86_64'),
      'fail: Kernel 6.14.11-200.fc41.x86_64 runs, a newer w…',
    ],
    [
      'pages of 64 KiB, the real-time kernel beside',
      '5.14.0-503.14.1.el9_5.aarch64+64k',
      kernels('5.14.0-503.14.1.el9_5.aarch64+64k', '5.14.0-570.el9.aarch64+rt', '5.14.0-570.el9.aarch64'),
      'pass: The newest installed kernel runs',
    ],
    [
      'pages of 64 KiB',
      '5.14.0-503.14.1.el9_5.aarch64+64k',
      kernels('5.14.0-503.14.1.el9_5.aarch64+64k', '5.14.0-570.el9_6.aarch64+64k'),
      'fail: Kernel 5.14.0-503.14.1.el9_5.aarch64+64k runs,…',
    ],
    [
      'a name that has no order',
      '6.6.1-our_build',
      kernels('6.6.1-our_build', '6.6.9-our_build'),
      'not-evaluated: The newest kernel is not known',
    ],
  ])('%s', (_, kernel, more, expected) => {
    const manager = /\.(?:el9|fc)|-default/.test(kernel) ? 'rpm' : 'dpkg'
    const given = { sources: sources(more), system: { kernel }, updates: known(updates({ manager })) }
    expect(outcomes(ask(osRestart, given))).toEqual([expected])
  })
  test('another build under the same name', () => {
    const given = {
      sources: sources(kernels('5.10.0-8-amd64')),
      system: { kernel: '5.10.0-8-amd64' },
      updates: known(updates({ rebuiltKernel: { running: '5.10.46-4', installed: '5.10.46-5', line: 7 } })),
    }
    expect(outcomes(ask(osRestart, given))).toEqual(['fail: An older build of 5.10.0-8-amd64 runs'])
  })
  test('without knowledge of the package manager too', () => {
    const given = { sources: sources(kernels('6.1.0-41-amd64')), system: { kernel: '6.1.0-41-amd64' }, updates: unknown('why', []) }
    expect(outcomes(ask(osRestart, given))).toEqual(['pass: The newest installed kernel runs'])
  })
})

describe('security-updates-automatic', () => {
  const timers = ['apt-daily.timer', 'apt-daily-upgrade.timer'].map((name, line) => ({ name, line }))
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
  test.each<[string, Sources['automatic'], Partial<Updates>, string]>([
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
    ['dnf-automatic', { dnfApply: on, timers: [{ name: 'dnf-automatic.timer', line: 1 }] }, rpm, pass],
    [
      'dnf-automatic of what nothing calls a security update',
      { dnfApply: on, dnfSecurityOnly: { line: 2 }, timers: [{ name: 'dnf-automatic.timer', line: 1 }] },
      { ...rpm, unknown: 'the cached repositories carry no updateinfo, so security updates cannot be told apart' },
      stated,
    ],
    [
      'dnf-automatic of security updates',
      { dnfApply: on, dnfSecurityOnly: { line: 2 }, timers: [{ name: 'dnf-automatic.timer', line: 1 }] },
      rpm,
      pass,
    ],
    ['dnf-automatic only downloads', { dnfApply: { on: false, line: 1 }, timers: [{ name: 'dnf-automatic.timer', line: 1 }] }, rpm, stated],
    ['dnf-automatic-install', { timers: [{ name: 'dnf-automatic-install.timer', line: 1 }] }, rpm, pass],
    [
      'dnf keeps back the kernel',
      { dnfApply: on, dnfKeptBack: [{ pattern: 'kernel*', line: 3 }], timers: [{ name: 'dnf-automatic.timer', line: 1 }] },
      rpm,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['dnf without a timer', { dnfApply: on, timers: [] }, rpm, stated],
    ['SUSE', { timers: [{ name: 'os-update.timer', line: 1 }] }, suse, pass],
    [
      'SUSE, the kernel is locked',
      { dnfKeptBack: [{ pattern: 'kernel-default', line: 3 }], timers: [{ name: 'os-update.timer', line: 1 }] },
      suse,
      'needs-attestation: Not all security updates install themselves',
    ],
    ['SUSE without a timer', { dnfApply: on, timers: [] }, suse, stated],
    [
      'SUSE, for the next restart',
      { timers: [{ name: 'transactional-update.timer', line: 1 }] },
      suse,
      'needs-attestation: Not all security updates install themselves',
    ],
    [
      'an image of rpm-ostree, whatever dnf would do',
      { timers: [{ name: 'dnf-automatic-install.timer', line: 1 }] },
      { manager: 'rpm', packages: [installed('rpm-ostree', '2024.9', true)] },
      'needs-attestation: Whether new images are installed is not known',
    ],
  ])('%s', (_, automatic, more, expected) => {
    expect(
      outcomes(ask(updatesAutomatic, { sources: sources({ automatic }), updates: updates(more), system: { osId: 'debian' } })),
    ).toEqual([expected])
  })
})

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
  const given = { sources: sources(more), updates: updates(), system: { osId: 'debian' } }
  const found = ask(updatesAutomatic, given).filter(({ title }) => title === 'Packages are installed without a signature')
  expect(found.map(({ status }) => status)).toEqual(expected)
})

test.each(['/etc/apt/sources.list.d/a.list', '/etc/apt/apt.conf.d/99proxy', '/etc/yum.repos.d/a.repo', '/etc/zypp/zypp.conf'])(
  'what %s takes without a signature is not known where it may not be read',
  (file) => {
    const given = { sources: sources({ unreadable: [file] }), updates: updates(), system: { osId: 'debian' } }
    expect(outcomes(ask(updatesAutomatic, given))).toContain('not-evaluated: Package sources could not all be read')
  },
)

test('what the rest of a long file takes without a signature is not known', () => {
  const given = { sources: sources({ cut: ['/etc/yum.repos.d/redhat.repo'] }), updates: updates(), system: { osId: 'rhel' } }
  const [first] = ask(updatesAutomatic, given)
  expect(first).toMatchObject({ status: 'not-evaluated', title: 'Package sources could not all be read' })
  expect(first?.reason).toContain('redhat.repo is longer than what is read')
})

test('what apt.conf says of updates is not known where a part of it may not be read', () => {
  const given = {
    sources: sources({ unreadable: ['/etc/apt/apt.conf.d/99proxy'] }),
    updates: updates({ manager: 'dpkg' }),
    system: { osId: 'debian' },
  }
  expect(ask(updatesAutomatic, given).at(-1)?.reason).toContain('/etc/apt/apt.conf.d/99proxy may not be read')
})

describe('advisory-data-fresh', () => {
  const at = (days: number, more: object = {}) => ({ kind: 'osv-dump' as const, publishedMs: NOW - days * DAY_MS, ...more })
  test.each<[string, readonly ReturnType<typeof at>[], string]>([
    ['fresh', [at(30)], 'pass: The advisory data is fresh'],
    ['newer than the audit', [at(-9)], 'pass: The advisory data is fresh'],
    ['old', [at(31)], 'warning: The advisory data is 31 days old'],
    ['renewed in part', [at(90), at(1, { ecosystems: ['PyPI'] })], 'warning: The advisory data is 90 days old'],
    [
      'renewed in all parts',
      [at(90), at(1, { ecosystems: ['PyPI', 'Go'] }), at(2, { ecosystems: ['upstream'] })],
      'pass: The advisory data is fresh',
    ],
    ['none', [], 'warning: The advisory data is of unknown age'],
  ])('%s', (_, list, expected) => {
    expect(outcomes(ask(advisoryDataFresh, { packages: packages() }, { advisories: createAdvisoryBook(records, list) }))).toEqual([
      expected,
    ])
  })
})

test('a rating that is in CVSS 4 only is not said to be missing', () => {
  const bare = record('CVE-1', 'PyPI', 'vllm', fixedIn('0.9.0'), {})
  const rated = { ...bare, severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N' }] }
  const printed = (advisory: Advisory) => printMatch({ advisory, severity: undefined, exploited: false, fixed: '0.9.0' })
  expect(printed(bare)).toBe('CVE-1 (not rated), fixed in 0.9.0')
  expect(printed(rated)).toBe('CVE-1 (rated in CVSS 4 only, counted as medium), fixed in 0.9.0')
})
