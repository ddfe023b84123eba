import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#shared/day.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { readBuild } from '../../../facts/nginx/contained.ts'
import { parseOAuth2Proxies } from '../../../facts/oauth2-proxy/parse.ts'
import type { Packages } from '../../../facts/packages/packages.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { InstalledPackage, Updates } from '../../../facts/updates/updates.ts'
import type { AnyControl } from '../../control.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import containerSoftware from './container-software-not-vulnerable.control.ts'
import frontSoftware from './front-software-not-vulnerable.control.ts'
import { ask, installed, NOW, packages, updates } from './software-facts.testing.ts'

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
    ...(
      [
        ['nginx version: nginx/1.27.4 (nginx-plus-r34-p1)', 'warning: NGINX Plus r34-p1 may be vulnerable'],
        ['nginx version: nginx/1.31.9 (nginx-plus-r40)', 'not-evaluated: NGINX Plus r40 could not be compared'],
        ['nginx version: openresty/1.27.1.2', 'warning: OpenResty 1.27.1.2 may be vulnerable'],
        ['nginx version: openresty/1.31.9.1', 'not-evaluated: OpenResty 1.31.9.1 could not be compared'],
        ['Angie version: Angie/1.10.3\nnginx version: nginx/1.27.5\nbuilt on Thu', 'warning: Angie 1.10.3 may be vulnerable'],
        ['Angie version: Angie/1.11.2', 'not-evaluated: Angie 1.11.2 could not be compared'],
        ['Tengine version: Tengine/3.1.0\nnginx version: nginx/1.24.0', 'warning: Tengine 3.1.0 may be vulnerable'],
        ['Tengine version: Tengine/2.2.3 (nginx/1.8.1)', 'warning: Tengine 2.2.3 may be vulnerable'],
        ['nginx version: freenginx/1.31.9', 'not-evaluated: freenginx 1.31.9 could not be compared'],
        // What a distribution, or whoever built it, calls its build.
        ['nginx version: nginx/1.28.0 (Ubuntu)', 'warning: nginx 1.28.0 is vulnerable'],
        ['nginx version: nginx/1.31.9 (x86_64-pc-linux-gnu)', 'pass: nginx 1.31.9 has no known holes'],
      ] as const
    ).map(
      ([said, expected]) =>
        [said.split('\n')[0] ?? '', [], { nginx: known({ ...own(undefined), ...readBuild(said) }) }, [expected]] as [
          string,
          [],
          object,
          readonly string[],
        ],
    ),
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
