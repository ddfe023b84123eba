import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { givesRoot } from '../../../access/escapes.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseSudoers } from '../../../facts/privileged/parse-sudoers.ts'
import { parseProcesses } from '../../../facts/processes/parse.ts'
import { ask, facts, outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import auditAccountReadOnly from './audit-account-read-only.control.ts'
import gpuDevices from './gpu-devices-restricted.control.ts'
import notPrivileged from './inference-account-not-privileged.control.ts'
import noEmptyPasswords from './no-empty-passwords.control.ts'
import rootGroupsEmpty from './root-groups-empty.control.ts'
import sudoAsks from './sudo-asks-for-password.control.ts'
import uidZero from './uid-zero-only-root.control.ts'

const accounts = (groups: Readonly<Record<string, readonly string[]>> = {}, more: Accounts['accounts'] = []): Accounts => ({
  accounts: [
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', line: 1 },
    { name: 'ai', uid: 990, gid: 990, home: '/x', shell: '/usr/sbin/nologin', line: 2 },
    { name: 'ada', uid: 1000, gid: 1000, home: '/home/ada', shell: '/bin/bash', line: 3 },
    { name: 'audit', uid: 991, gid: 991, home: '/x', shell: '/bin/sh', line: 4 },
    ...more,
  ],
  groups: Object.entries(groups).map(([name, members], index) => ({ name, gid: 2000 + index, members, line: 10 + index })),
})
const sudoers = (text: string) =>
  parseSudoers(text.split('\n').map((row, index) => ({ file: '/etc/sudoers', number: index + 1, text: row, line: index + 1 })))

test.each<[string, boolean]>([
  ['ALL', true],
  ['/bin/bash', true],
  ['/bin/bash ""', true],
  ['/usr/bin/vim', true],
  // It starts a shell and writes other files, whatever it begins with (gtfobins.github.io).
  ['/usr/bin/vim /etc/motd', true],
  ['/usr/bin/vim ""', true],
  ['/usr/bin/less /var/log/syslog', true],
  ['/usr/bin/systemctl edit vllm.service', true],
  ['/usr/bin/crontab -u svc -e', true],
  ['/usr/bin/crontab -l', false],
  ['/usr/bin/tee /etc/sudoers.d/x', true],
  ['/usr/bin/tee /etc/nginx/conf.d/x', false],
  ['sudoedit', true],
  ['sudoedit /etc/sudoers', true],
  ['sudoedit /etc/cron.d/job', true],
  ['sudoedit /etc/*', true],
  ['sudoedit /etc/ssh/*', true],
  // Its stars stand for no slash, and it edits nothing in folders that its user may write.
  ['sudoedit /etc/nginx/*', false],
  ['sudoedit /srv/*/settings.json', false],
  ['/usr/bin/find *', true],
  ['/usr/bin/find /srv -printf %p', false],
  [String.raw`/usr/bin/find /srv -name \*.conf`, false],
  ['/usr/bin/find /srv/[ab]', true],
  ['/usr/bin/systemctl restart vllm', false],
  ['/usr/bin/systemctl', true],
  ['/usr/bin/less ""', true],
  ['/usr/bin/', true],
  ['/opt/*/run', true],
  ['sudoedit /etc/motd', false],
  ['/usr/sbin/nginx -T', false],
  ['/usr/local/bin/own-tool', false],
])('givesRoot(%j) is %j', (command, expected) => {
  expect(givesRoot(command)).toBe(expected)
})

// `noexec` of sudoers(5): a shell still writes files by itself, a pager or env does not.
test.each<[string, boolean]>([
  ['ALL', true],
  ['/bin/bash', true],
  ['/usr/bin/vim /etc/motd', true],
  ['/usr/bin/less /var/log/syslog', false],
  ['/usr/bin/env', false],
  ['/usr/bin/find', true],
])('givesRoot(%j) is %j where it may start nothing', (command, expected) => {
  expect(givesRoot(command, true)).toBe(expected)
})

describe('inference-account-not-privileged', () => {
  const ours = service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai' })
  const judge = (given: Accounts, rules: string | undefined, change: object = {}, properties: readonly string[] = []) =>
    outcomes(
      ask(
        notPrivileged,
        facts('', [{ ...ours, ...change }], {
          accounts: given,
          sudoers: rules === undefined ? unknown('refused', ['privileged']) : known(sudoers(rules)),
          units: known([unit({}, { supplementaryGroups: properties })]),
        }),
      ),
    )
  test.each<[string, string[]]>([
    ['no way', judge(accounts({ render: ['ai'] }), '%sudo ALL=ALL')],
    ['root’s password is asked for', judge(accounts(), 'Defaults targetpw\nALL ALL=(ALL) ALL')],
    ['exact commands', judge(accounts(), 'ai ALL=NOPASSWD: /usr/bin/systemctl restart vllm')],
  ] as [string, string[]][])('%s passes', (_, got) => {
    expect(got).toEqual(['pass: The service account has no way to root'])
  })
  test.each<[string, string[]]>([
    ['docker', judge(accounts({ docker: ['ai'] }), '')],
    ['disk', judge(accounts({ disk: ['ai'] }), undefined)],
    ['sudo through a group', judge(accounts({ sudo: ['ai'] }), '%sudo ALL=(ALL) ALL')],
    ['sudo for a shell', judge(accounts(), 'ai ALL=/bin/bash')],
    ['everybody', judge(accounts(), 'ALL ALL=NOPASSWD: ALL')],
    ['by its uid', judge(accounts(), '#990 ALL=ALL')],
    ['a group from its unit', judge(accounts(), '', {}, ['render', 'docker'])],
  ] as [string, string[]][])('%s fails', (_, got) => {
    expect(got).toEqual(['fail: The service account can become root'])
  })
  test('an account that systemd makes is judged by the name and the groups of its unit', () => {
    const dynamic = (rules: string, groups: readonly string[] = []) =>
      outcomes(
        ask(
          notPrivileged,
          facts('', [{ ...ours, uid: 61_500, user: '61500' }], {
            accounts: accounts({ video: [], gpu: [] }),
            sudoers: known(sudoers(rules)),
            units: known([unit({}, { dynamicUser: true, user: 'llm', supplementaryGroups: groups })]),
          }),
        ),
      )
    expect(dynamic('ai ALL=ALL\n%video ALL=ALL', ['gpu'])).toEqual(['pass: The service account has no way to root'])
    for (const found of [dynamic('llm ALL=ALL'), dynamic('%gpu ALL=ALL', ['gpu']), dynamic('', ['docker'])])
      expect(found).toEqual(['fail: The service account can become root'])
  })
  test('what could not be read is not passed', () => {
    expect(judge(accounts(), undefined)).toEqual(['not-evaluated: What sudo grants its account is not known'])
    expect(judge(accounts(), '@include /srv/more')).toEqual(['not-evaluated: Not all rules of sudo could be read'])
    expect(judge(accounts(), '+admins ALL=ALL')).toEqual(['not-evaluated: Whom a rule of sudo names is not known'])
    expect(judge(accounts(), '+admins ALL=/usr/bin/systemctl restart vllm')).toEqual(['pass: The service account has no way to root'])
    expect(judge(accounts(), '', { uid: 4711 })).toEqual(['not-evaluated: The service account could not be looked up'])
  })
  const docker = { source: '/var/run/docker.sock', destination: '/var/run/docker.sock', readOnly: true }
  const mount = (source: string, readOnly = false) => ({ mounts: [{ source, destination: '/x', readOnly }] })
  const [failed, warned] = ['fail: The container has a way to root of the host', 'warning: The container has a way to root of the host']
  const na = 'not-applicable: The account is the container’s'
  test.each<[string, object, number, string]>([
    ['the socket of Docker, as root', { mounts: [docker] }, 0, failed],
    ['as another account, which its groups may let in', { mounts: [docker] }, 990, warned],
    ['privileged', { privileged: true }, 0, failed],
    ['all of the host to read', mount('/', true), 0, failed],
    ['a folder with sockets in it, read-only', mount('/run/', true), 0, failed],
    ['programs of the host to write', mount('/usr/local/bin'), 0, failed],
    ['the same to read', mount('/usr/local/bin', true), 0, na],
    ['models', mount('/srv/models'), 0, na],
    ...[
      ...[
        '/etc/shadow',
        '/etc/sudoers.d',
        '/etc/cron.d',
        '/etc/systemd/system',
        '/root/.ssh',
        '/home',
        '/usr/bin',
        '/lib/systemd',
        '/usr/lib',
      ],
      ...['/run/docker', '/run/crio', '/run/k3s/containerd', '/var/run', '/var', '/etc/systemd/system/ollama.service.d', '/dev', '/usr'],
    ].map((source): [string, object, number, string] => [`${source} to write`, mount(source), 0, failed]),
    ...['/etc/shadow', '/etc', '/root', '/root/.ssh/id_ed25519', '/run/crio'].map((source): [string, object, number, string] => [
      `${source} to read`,
      mount(source, true),
      0,
      failed,
    ]),
    ...[
      ...[
        '/home/ada/models',
        '/usr/share/ollama/.ollama',
        '/dev/nvidia0',
        '/var/lib/docker/volumes/m/_data',
        '/opt/models',
        '/etc/localtime',
      ],
      ...['/run/user/1000/docker.sock', '/run/user/1000/podman/podman.sock', '/root/models/llama'],
    ].map((source): [string, object, number, string] => [`${source} to write`, mount(source), 0, na]),
    ...['/usr/bin/nvidia-smi', '/usr/lib/x86_64-linux-gnu/libcuda.so.1', '/etc/passwd', '/usr'].map(
      (source): [string, object, number, string] => [`${source} to read`, mount(source, true), 0, na],
    ),
    ['a capability that mounts', { addedCapabilities: ['SYS_ADMIN'] }, 0, failed],
    ['all capabilities', { addedCapabilities: ['all'] }, 0, failed],
    ['capabilities of the network', { addedCapabilities: ['CAP_NET_ADMIN', 'IPC_LOCK'] }, 0, na],
    ['one that traces', { addedCapabilities: ['CAP_SYS_PTRACE'] }, 0, na],
    ['the same, with the processes of the host', { addedCapabilities: ['CAP_SYS_PTRACE'], hostProcesses: true }, 0, failed],
    ...[
      '/dev/sda',
      '/dev/sdb1',
      '/dev/nvme0n1p2',
      '/dev/disk/by-id/ata-x',
      '/dev/mapper/vg-root',
      '/dev/dm-0',
      '/dev/md127',
      '/dev/vda',
      '/dev/mem',
    ].map((path): [string, object, number, string] => [path, { devices: [path] }, 0, failed]),
    [
      'GPUs',
      { devices: ['/dev/nvidia0', '/dev/nvidiactl', '/dev/kfd', '/dev/dri', '/dev/dri/renderD128', '/dev/fuse', 'nvidia.com/gpu=all'] },
      0,
      na,
    ],
    ['what was not read', { mounts: [docker], inspected: false }, 0, 'not-evaluated: What its container may do is not known'],
  ])('a container with %s', (_, more, uid, expected) => {
    const container = { name: 'chat', privileged: false, mounts: [], inspected: true, line: 3, ...more }
    const given = facts('', [{ ...ours, how: 'container', container: 'chat', uid }], {
      ...{ accounts: accounts(), sudoers: known(sudoers('')), units: known([]) },
      containers: known({ runtimes: ['docker'], containers: [container], podContainers: [] }),
    })
    expect(outcomes(ask(notPrivileged, given as never))).toEqual([expected])
  })
  const everybody = [{ first: 0, count: 4_294_967_295 }]
  const seen = {
    capabilities: [],
    hostRoot: true,
    accounts: everybody,
    hostProcesses: false,
    entersHostProcesses: false,
    mounts: [],
    moreMounts: false,
  }
  test.each<[string, object | undefined, number, string]>([
    ['nothing of the host', {}, 0, na],
    ['its models', { mounts: [{ source: '/srv/models', destination: '/models', readOnly: false }] }, 0, na],
    ['the socket of Docker', { mounts: [{ source: '/run/docker.sock', destination: '/var/run/docker.sock', readOnly: true }] }, 0, failed],
    ['the socket, as another account', { mounts: [{ source: '/run/docker.sock', destination: '/s', readOnly: true }] }, 990, warned],
    ['a capability that mounts', { capabilities: ['CAP_SYS_ADMIN'] }, 0, failed],
    ['one that traces, without processes of the host to see', { capabilities: ['CAP_SYS_PTRACE'] }, 0, na],
    ['one that traces, and all processes of the host', { capabilities: ['CAP_SYS_PTRACE'], hostProcesses: true }, 0, failed],
    ['no more than the processes of the host', { hostProcesses: true }, 0, na],
    ['processes of the host to enter', { hostProcesses: true, entersHostProcesses: true }, 0, failed],
    [
      'the same in a user namespace',
      { capabilities: ['CAP_SYS_ADMIN'], hostRoot: false, accounts: [{ first: 100_000, count: 65_536 }] },
      100_000,
      na,
    ],
    ['more mounts than are told', { moreMounts: true }, 0, 'not-evaluated: What its container may do is not known'],
    ['nothing that could be read', undefined, 0, 'not-evaluated: What its container may do is not known'],
  ])('a container whose process has %s', (_, more, uid, expected) => {
    const inside = { pid: 700, uid, line: 4, ...(more && { confinement: { ...seen, ...more } }) }
    const given = facts('', [{ ...ours, how: 'container', container: 'chat', pids: [700], uid }], {
      ...{ accounts: accounts(), sudoers: known(sudoers('')), units: known([]), processes: known([inside]) },
      containers: known({ runtimes: ['docker'], containers: [{ name: 'chat', inspected: false }], podContainers: [] }),
    })
    expect(outcomes(ask(notPrivileged, given as never))).toEqual([expected])
  })
  describe('a door to an account of the host', () => {
    const noWay = '%sudo ALL=(ALL) ALL'
    const own = [
      { first: 1000, count: 1 },
      { first: 100_000, count: 65_536 },
    ]
    const rootless = { hostRoot: false, accounts: own }
    const ask1 = (
      source: string,
      more: object,
      uid: number,
      rules: string | undefined,
      readOnly = false,
      groups: object = { sudo: ['ada'] },
    ) => {
      const confinement = { ...seen, ...more, mounts: [{ source, destination: '/x', readOnly }] }
      const given = facts('', [{ ...ours, how: 'container', container: 'chat', pids: [700], uid }], {
        ...{ accounts: accounts(groups as never), units: known([]), processes: known([{ pid: 700, uid, line: 4, confinement }]) },
        sudoers: rules === undefined ? unknown('refused', ['privileged']) : known(sudoers(rules)),
        containers: known({ runtimes: [], containers: [], podContainers: [] }),
      })
      return outcomes(ask(notPrivileged, given as never))
    }
    const sudoer = (source: string, more: object = rootless, uid = 1000, readOnly = false) => ask1(source, more, uid, noWay, readOnly)
    test.each([
      ...['/run/user/1000/docker.sock', '/run/user/1000/podman/podman.sock', '/run/user/1000', '/run/user/1000/bus', '/home/ada', '/home'],
      ...['/home/ada/.ssh', '/home/ada/.ssh/authorized_keys', '/home/ada/.bashrc', '/home/ada/.config', '/home/ada/.local/share', '/'],
      ...['/home/ada/.config/containers/systemd', '/home/ada/.docker/run'],
    ])('%s, of an account with a way to root', (source) => {
      expect(sudoer(source)).toEqual([failed])
      // Root of the host is every account.
      expect(sudoer(source, {}, 0)).toEqual([failed])
      // Another account of the container is not the one that it is lent to.
      expect(sudoer(source, rootless, 100_999)).toEqual([warned])
      // It would have to be that of the map.
      const other = { hostRoot: false, accounts: [{ first: 100_000, count: 65_536 }] }
      expect(sudoer(source, other, 100_000)).toEqual([na])
    })
    test.each([
      '/home/ada/models',
      '/home/ada/.cache/huggingface',
      '/home/ada/.ollama',
      '/run/user/1001/docker.sock',
      '/home/ad',
      '/run/user/1000/x',
    ])('%s is none', (source) => {
      expect(sudoer(source)).toEqual([na])
      expect(sudoer(source, {}, 0)).toEqual([na])
    })
    test('a socket is one read-only, too, a home is not', () => {
      expect(sudoer('/run/user/1000/docker.sock', rootless, 1000, true)).toEqual([failed])
      expect(sudoer('/home/ada', rootless, 1000, true)).toEqual([na])
    })
    test('an account that keeps its number in the container', () => {
      const keeps = { hostRoot: false, accounts: [{ first: 100_000, count: 1000 }, ...own.slice(0, 1)] }
      expect(sudoer('/home/ada', keeps)).toEqual([failed])
    })
    test('an account without a way to root is none, and one of which that is not known is not passed', () => {
      expect(ask1('/home/ada', rootless, 1000, noWay, false, {})).toEqual([na])
      expect(ask1('/home/ada', rootless, 1000, undefined, false, {})).toEqual(['not-evaluated: What its account may do is not known'])
      expect(ask1('/home/ada', rootless, 1000, '@include /srv/more', false, {})).toEqual([
        'not-evaluated: What its account may do is not known',
      ])
      expect(ask1('/home/ada', rootless, 1000, undefined, false, { docker: ['ada'] })).toEqual([failed])
      expect(ask1('/home/ada/models', rootless, 1000, undefined, false, {})).toEqual([na])
    })
    test('files of root are those of a user namespace that has root in its map', () => {
      const identity = { hostRoot: false, accounts: [{ first: 0, count: 65_536 }], capabilities: ['CAP_SYS_ADMIN'] }
      expect(ask1('/etc', identity, 0, noWay)).toEqual([failed])
      expect(ask1('/srv/models', identity, 0, noWay)).toEqual([na])
    })
  })
  const [portainer, traefik, node] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string]
  const process = (pid: number, id: string, more: object) => ({
    ...{ pid, uid: 0, name: `program-${pid}`, line: pid, cgroup: `/system.slice/docker-${id}.scope` },
    ...{ confinement: { ...seen, ...more } },
  })
  const judgeOthers = (listed: readonly object[], processes: readonly object[], services: readonly object[] = []) => {
    const containers = listed.map((one) => ({
      ...{ name: '', running: true, privileged: false, mounts: [], inspected: true, line: 3 },
      ...one,
    }))
    const given = facts('', services as never, {
      ...{ accounts: accounts(), sudoers: known(sudoers('')), units: known([]), processes: known(processes) },
      containers: known({
        runtimes: ['docker'],
        containers,
        podContainers: [{ id: node, image: 'quay.io:443/prometheus/node-exporter:v1.8@sha256:ab', line: 9 }],
      }),
    })
    return ask(notPrivileged, given as never).map(({ status, subject, title }) => [subject, `${status}: ${title}`])
  }
  const [way, unread] = [
    'warning: Another container is a way to root of the host',
    'not-evaluated: What other containers may do is not known',
  ]
  test('containers that are no inference server', () => {
    const none = [['', 'not-applicable: No inference server on this host']]
    expect(judgeOthers([{ id: portainer, name: 'portainer', mounts: [docker] }], [])).toEqual([['portainer', way]])
    expect(judgeOthers([{ id: portainer, name: 'portainer', mounts: [docker], running: false }], [])).toEqual(none)
    expect(judgeOthers([{ id: portainer, name: 'portainer', inspected: false }], [])).toEqual([['', unread]])
    expect(judgeOthers([{ id: portainer, name: 'portainer', inspected: false }], [process(7, portainer, {})])).toEqual(none)
    expect(judgeOthers([{ id: portainer, name: 'portainer', inspected: false }], [process(7, portainer, { mounts: [docker] })])).toEqual([
      ['portainer', way],
    ])
    expect(
      judgeOthers(
        [{ id: portainer, name: 'portainer', mounts: [docker] }],
        [process(7, portainer, { hostRoot: false, accounts: [{ first: 100_000, count: 65_536 }] })],
      ),
    ).toEqual(none)
    // A pod by its image; what nothing lists by its program.
    expect(judgeOthers([], [process(8, node, { capabilities: ['CAP_SYS_ADMIN'] }), process(9, traefik, { mounts: [docker] })])).toEqual([
      ['quay.io:443/prometheus/node-exporter', way],
      ['program-9', way],
    ])
    expect(judgeOthers([], [process(9, traefik, { moreMounts: true })])).toEqual([['', unread]])
  })
  test('a container of an account that is given that account, with a way to root', () => {
    const lent = { hostRoot: false, accounts: [{ first: 1000, count: 1 }] }
    const door = [{ source: '/run/user/1000/docker.sock', destination: '/var/run/docker.sock', readOnly: false }]
    const [none, found] = [[['', 'not-applicable: No inference server on this host']], [['program-9', way]]]
    const judged = (rules: string | undefined, mounts: readonly object[] = door) => {
      const given = facts('', [], {
        ...{ accounts: accounts(), units: known([]), processes: known([process(9, traefik, { ...lent, mounts })]) },
        sudoers: rules === undefined ? unknown('refused', ['privileged']) : known(sudoers(rules)),
        containers: known({ runtimes: [], containers: [], podContainers: [] }),
      })
      return ask(notPrivileged, given as never).map(({ status, subject, title }) => [subject, `${status}: ${title}`])
    }
    expect(judged('ada ALL=(ALL) ALL')).toEqual(found)
    expect([judged(''), judged(undefined, [])]).toEqual([none, none])
    expect(judged(undefined)).toEqual([['', unread]])
  })
  test('several of one program that nothing lists are told apart, by the name that their monitor has', () => {
    const monitor = { ...process(3, '', {}), name: 'conmon', cgroup: undefined, confinement: undefined }
    const conmon = { ...monitor, pid: 5, argv: ['/usr/bin/conmon', '--api-version', '1', '-c', node, '-u', node, '-n', 'keep'] }
    const sleeping = (pid: number, id: string, ppid: number) => ({ ...process(pid, id, { mounts: [docker] }), name: 'sleep', ppid })
    const names = judgeOthers([], [conmon, sleeping(7, traefik, 1), sleeping(8, portainer, 1), sleeping(9, node, 5)]).map(([name]) => name)
    expect(names).toEqual([`sleep ${traefik.slice(0, 12)}`, `sleep ${portainer.slice(0, 12)}`, 'quay.io:443/prometheus/node-exporter'])
    const two = 'd'.repeat(64)
    const own = { ...conmon, argv: [...conmon.argv.slice(0, 4), two, '-u', two, '-n', 'keep'] }
    expect(judgeOthers([], [own, sleeping(9, two, 5)]).map(([name]) => name)).toEqual(['keep'])
  })
  test('the socket of its own Docker, in a container of account mluser (recorded: 20.10.24 on Debian 12)', () => {
    const text = readFileSync(new URL('../../../facts/processes/__fixtures__/debian-12-docker-rootless.txt', import.meta.url), 'utf8')
    const ml = { name: 'mluser', uid: 1002, gid: 1002, home: '/home/mluser', shell: '/bin/bash', line: 9 }
    const judged = (rules: string) => {
      const given = facts('', [], {
        ...{ accounts: accounts({}, [ml]), units: known([]), processes: known(parseProcesses(text) as never) },
        ...{ sudoers: known(sudoers(rules)), containers: known({ runtimes: [], containers: [], podContainers: [] }) },
      })
      return ask(notPrivileged, given as never).map(({ status, subject, reason }) => [status, subject, reason])
    }
    expect(judged('mluser ALL=(ALL) ALL')).toEqual([
      [
        'warning',
        'sleep',
        expect.stringContaining(
          '/run/user/1002/docker.sock of the host is mounted, by which it is account mluser, and that one root (sudo ALL)',
        ),
      ],
    ])
    expect(judged('ada ALL=(ALL) ALL').map(([status]) => status)).toEqual(['not-applicable'])
  })
  test('an inference server is no other container', () => {
    const served = { ...ours, how: 'container', container: 'chat', pids: [70], uid: 0 }
    const entry = process(69, traefik, { mounts: [docker] })
    expect(judgeOthers([], [entry, process(70, traefik, { mounts: [docker] })], [served])).toEqual([[ours.id, failed]])
    expect(judgeOthers([{ id: traefik, name: 'chat', mounts: [docker] }], [entry], [served])).toEqual([[ours.id, failed]])
  })
  test('not for root and empty hosts', () => {
    expect(judge(accounts(), '', { uid: 0 })).toEqual(['not-applicable: The server runs as root'])
    expect(outcomes(ask(notPrivileged, facts('', [], { accounts: accounts(), sudoers: known(sudoers('')), units: known([]) })))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
})

test('uid-zero-only-root', () => {
  const judge = (given: Accounts) => outcomes(ask(uidZero, facts('', [], { accounts: given })))
  expect(judge(accounts())).toEqual(['pass: Only root has uid 0'])
  expect(judge(accounts({}, [{ name: 'toor', uid: 0, gid: 0, home: '/', shell: '/bin/sh', line: 9 }]))).toEqual([
    'fail: A second account is root',
  ])
  // SSSD and winbind never have an account with uid 0.
  const asks = (service: string) => judge({ ...accounts(), unlisted: { reason: 'x', service, line: 9 } })
  expect([asks('ldap'), asks('sss')]).toEqual([['not-evaluated: Whether only root has uid 0 is not known'], ['pass: Only root has uid 0']])
})

test('root-groups-empty', () => {
  const judge = (given: Accounts) => outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: given })))
  expect(judge(accounts({ docker: [], render: ['ai'] }))).toEqual(['pass: No group makes anyone root'])
  expect(judge(accounts({ docker: ['ada'], lxd: ['ada', 'ai'] }))).toEqual([
    'warning: ai is root through a group',
    'warning: ada is root through a group',
  ])
  // A group can also be the primary one, where nobody looks.
  expect(judge(accounts({ docker: [] }, [{ name: 'bob', uid: 1001, gid: 2000, home: '/', shell: '/bin/sh', line: 9 }]))).toEqual([
    'warning: bob is root through a group',
  ])
})

test('a group that /etc/gshadow alone opens: in root-groups-empty, for the account of a server and for that of the audit', () => {
  const shadow = (name: string, administrators: readonly string[], members: readonly string[]) =>
    known({ shadowGroups: known([{ name, administrators, members, line: 7 }]) })
  const judge = (access: unknown) =>
    outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: accounts({ docker: [], render: [] }), access })))
  expect(judge(shadow('docker', [], ['ada']))).toEqual(['warning: ada is root through a group'])
  expect(judge(shadow('docker', ['ada'], []))).toEqual(['warning: ada is root through a group'])
  expect(judge(shadow('render', [], ['ada']))).toEqual(['pass: No group makes anyone root'])
  // Of a group that there is not.
  expect(judge(shadow('lxd', [], ['ada']))).toEqual(['pass: No group makes anyone root'])
  const unread = ['not-evaluated: Who may enter docker and its like is not known']
  expect(judge(known({ shadowGroups: unknown('State of passwords: sudo refused', ['access']) }))).toEqual(unread)
  expect(judge(unknown('Access: timed out', ['access']))).toEqual(unread)
  const ours = service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai' })
  const given = { sudoers: known(sudoers('root ALL=ALL')), accounts: accounts({ docker: [] }), access: shadow('docker', [], ['ai']) }
  expect(outcomes(ask(notPrivileged, facts('', [ours], given)))).toEqual(['fail: The service account can become root'])
  const looks = { ...given, access: shadow('docker', ['audit'], []), system: { account: 'audit', uid: 991 } }
  expect(outcomes(ask(auditAccountReadOnly, facts('', [], looks)))).toEqual(['fail: The audit account can become root'])
})

test.each<[string, string, string]>([
  ['a password is asked for', '%sudo ALL=ALL', 'pass: sudo asks for a password'],
  ['everything without', 'ada ALL=(ALL) NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  ['an editor without', 'ada ALL=NOPASSWD: /usr/bin/vim', 'fail: sudo gives root without a password'],
  ['exact commands without', 'audit ALL=NOPASSWD: /usr/bin/ss -Htulnp', 'pass: sudo asks for a password'],
  ['as another account than root', 'ada ALL=(www-data) NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['the change account of the fleet file', 'change ALL=NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['a group without members', '%nobody-here ALL=NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['a group with members', '%ops ALL=NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  ['a netgroup, whoever is in it', '+admins ALL=NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  ['not all read', 'root ALL=ALL\n@include /x', 'not-evaluated: Not all rules of sudo could be read'],
])('sudo-asks-for-password: %s', (_, text, expected) => {
  const base = policyContext()
  const context = {
    ...base,
    fleet: { ...base.fleet, identities: { ...base.fleet.identities, change: { user: 'change', identityFiles: [], agent: true } } },
  }
  const given = facts('', [], { sudoers: sudoers(text), accounts: known(accounts({ ops: ['ada'] })) })
  expect(outcomes(ask(sudoAsks, given, context))).toEqual([expected])
})

const directory = { reason: 'nsswitch.conf asks sss as well, which does not list everybody it knows', line: 40 }

/** Who a directory does not list may be in any group; a group with members is none the safer (sssd.conf(5), `enumerate`). */
test.each<[string, string, object, string]>([
  [
    'no member is listed',
    '%nobody-here ALL=NOPASSWD: ALL',
    { unlisted: directory },
    'not-evaluated: Who is in a group of sudo is not known',
  ],
  ['a member is listed', '%ops ALL=NOPASSWD: ALL', { unlisted: directory }, 'fail: sudo gives root without a password'],
  ['a password is asked for', '%nobody-here ALL=ALL', { unlisted: directory }, 'pass: sudo asks for a password'],
  ['by its gid', '%#2000 ALL=NOPASSWD: ALL', {}, 'fail: sudo gives root without a password'],
  ['by a gid without members', '%#4711 ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  ['by a gid that is a primary one', '%#990 ALL=NOPASSWD: ALL', {}, 'fail: sudo gives root without a password'],
  ['root alone is in it', '%wheel ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  ['a group of no plugin', '%:admins ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  [
    'a group of the plugin',
    'Defaults group_plugin="system_group.so"\n%:admins ALL=NOPASSWD: ALL',
    {},
    'not-evaluated: Who is in a group of sudo is not known',
  ],
  [
    'every group is asked of the plugin',
    'Defaults group_plugin="group_file.so /etc/g", always_query_group_plugin\n%nobody-here ALL=NOPASSWD: ALL',
    {},
    'not-evaluated: Who is in a group of sudo is not known',
  ],
])('sudo-asks-for-password, a group: %s', (_, text, more, expected) => {
  const given = facts('', [], { sudoers: sudoers(text), accounts: known({ ...accounts({ ops: ['ada'], wheel: ['root'] }), ...more }) })
  expect(outcomes(ask(sudoAsks, given, policyContext()))).toEqual([expected])
})

test('members of a directory: in root-groups-empty and in what sudo grants the service', () => {
  const judge = (given: Accounts) => outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: { ...given, unlisted: directory } })))
  expect(judge(accounts({ docker: [] }))).toEqual(['not-evaluated: Who is in docker and its like is not known'])
  expect(judge(accounts({ docker: ['jane@corp'] }))).toEqual(['warning: jane@corp is root through a group'])
})

test('no-empty-passwords', () => {
  const judge = (...names: string[]) =>
    outcomes(
      ask(
        noEmptyPasswords,
        facts('', [], { 'empty-passwords': { accounts: names.map((name) => ({ name, line: 2 })), line: 1 }, accounts: known(accounts()) }),
      ),
    )
  expect(judge()).toEqual(['pass: Every account has a password or is locked'])
  expect(judge('ada', 'ai')).toEqual(['fail: An account has an empty password', 'warning: An account has an empty password'])
})

test.each<[string, object, string | undefined, Readonly<Record<string, readonly string[]>>, string]>([
  [
    'exact commands',
    { account: 'audit', uid: 991 },
    'audit ALL=NOPASSWD: /usr/bin/ss -Htulnp',
    {},
    'pass: The audit account can only look',
  ],
  ['root', { account: 'root', uid: 0 }, '', {}, 'fail: Gatehouse looks as root'],
  ['group docker', { account: 'audit', uid: 991 }, '', { docker: ['audit'] }, 'fail: The audit account can become root'],
  ['everything', { account: 'audit', uid: 991 }, 'audit ALL=NOPASSWD: ALL', {}, 'fail: The audit account can become root'],
  ['sudo unread', { account: 'audit', uid: 991 }, undefined, {}, 'not-evaluated: What sudo grants the audit account is unread'],
  ['a netgroup', { account: 'audit', uid: 991 }, '+admins ALL=(ALL) ALL', {}, 'not-evaluated: Whom a rule of sudo names is not known'],
  ['a netgroup that is not root', { account: 'audit', uid: 991 }, '+ops ALL=/usr/bin/uptime', {}, 'pass: The audit account can only look'],
  ['unknown account', { account: 'ldap-user', uid: 7 }, '', {}, 'not-evaluated: The audit account could not be looked up'],
])('audit-account-read-only: %s', (_, system, rules, groups, expected) => {
  const given = facts('', [], {
    system,
    accounts: accounts(groups),
    sudoers: rules === undefined ? unknown('refused', []) : known(sudoers(rules)),
  })
  expect(outcomes(ask(auditAccountReadOnly, given))).toEqual([expected])
})

test.each<[string, readonly number[], string]>([
  ['driver default', [0o666, 0o666], 'warning: Every account may use the GPUs'],
  ['closed', [0o660, 0o660], 'pass: GPU devices are closed to others'],
  ['one open', [0o660, 0o666], 'warning: Every account may use the GPUs'],
  ['none', [], 'not-applicable: No GPU device was seen'],
])('gpu-devices-restricted: %s', (_, modes, expected) => {
  const devices = modes.map((mode, index) => ({
    path: `/dev/nvidia${index}`,
    type: 'device',
    mode,
    owner: 'root',
    group: 'video',
    line: index,
  }))
  expect(outcomes(ask(gpuDevices, facts('', [], { os: { devices } })))).toEqual([expected])
})
