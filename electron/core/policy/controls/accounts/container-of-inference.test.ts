import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { ask, outcomes } from '../proxy/proxy-facts.ts'
import { accounts, sudoers } from './account-facts.testing.ts'
import { docker, facts, ours, seen } from './container-facts.testing.ts'
import notPrivileged from './inference-account-not-privileged.control.ts'

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
    ...['/proc/sys', '/proc/sys/kernel', '/proc/sys/kernel/core_pattern', '/var/lib/rancher/k3s/server/manifests', '/var/lib/rancher'],
    // What runtimes run for who asks for a device or a network, and what systemd and udev take from /run.
    ...['/run/cdi', '/var/run/cdi', '/opt/cni/bin', '/usr/local/nvidia/toolkit', '/run/systemd/system', '/run/udev', '/run/udev/rules.d'],
    // What Docker and Podman keep of containers and volumes: what each is given when it is started anew.
    ...['/var/lib/docker/containers', '/var/lib/docker/volumes', '/var/lib/docker/overlay2', '/var/lib/containers/storage'],
    '/var/lib/rancher/k3s/agent/etc/containerd',
  ].map((source): [string, object, number, string] => [`${source} to write`, mount(source), 0, failed]),
  ...[
    ...['/etc/shadow', '/etc', '/root', '/root/.ssh/id_ed25519', '/run/crio', '/run/incus/unix.socket', '/var/lib/incus', '/run/libvirt'],
    ...['/run/snapd.socket', '/run/user/0', '/run/user/0/bus', '/srv/docker.sock', '/mnt/containerd/containerd.sock', '/run/nri'],
    ...['/etc/kubernetes/admin.conf', '/etc/kubernetes', '/etc/rancher/k3s/k3s.yaml', '/var/snap/microk8s/common/run'],
  ].map((source): [string, object, number, string] => [`${source} to read`, mount(source, true), 0, failed]),
  ...[
    ...[
      '/home/ada/models',
      '/usr/share/ollama/.ollama',
      '/dev/nvidia0',
      '/var/lib/docker/volumes/m/_data',
      '/opt/models',
      '/etc/localtime',
      '/var/lib/containers/storage/volumes/m/_data',
      '/run/udev/data',
    ],
    ...['/run/user/1000/docker.sock', '/run/user/1000/podman/podman.sock', '/root/models/llama'],
    ...[
      '/var/lib/rancher/k3s/storage/pvc-1',
      '/var/lib/kubelet/device-plugins',
      '/run/nvidia-persistenced/socket',
      '/etc/kubernetes-models',
    ],
  ].map((source): [string, object, number, string] => [`${source} to write`, mount(source), 0, na]),
  ...[
    '/usr/bin/nvidia-smi',
    '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
    '/etc/passwd',
    '/usr',
    '/proc/sys',
    '/sys',
    '/etc/kubernetes/pki',
    '/run/udev',
    '/var/lib/docker/containers',
  ].map((source): [string, object, number, string] => [`${source} to read`, mount(source, true), 0, na]),
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
    '/dev/zvol/tank/root',
    '/dev/rbd0p1',
    '/dev/dasda1',
    '/dev/ng0n1',
    '/dev/md127',
    '/dev/vda',
    '/dev/mem',
    '/dev',
    '/dev/',
    '/dev/mapper',
    '/dev/block/8:0',
  ].map((path): [string, object, number, string] => [path, { devices: [path] }, 0, failed]),
  ...['b 8:0 rwm', 'b *:* rw', 'a *:* rwm', 'c *:* rmw', 'c 21:* r', 'c 1:1 rw'].flatMap((rule): [string, object, number, string][] => [
    [`the rule ${rule}`, { deviceRules: [rule] }, 0, failed],
    [`the rule ${rule}, and no mknod`, { deviceRules: [rule], droppedCapabilities: ['ALL'] }, 0, na],
    [`the rule ${rule}, and mknod back`, { deviceRules: [rule], droppedCapabilities: ['ALL'], addedCapabilities: ['MKNOD'] }, 0, failed],
  ]),
  ['rules for GPUs and others', { deviceRules: ['c 195:* rmw', 'c 226:* rmw', 'c 10:200 rw', 'b *:* m', 'c 188:* rmw'] }, 0, na],
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

const mounted = (source: string) => ({ source, destination: '/host', readOnly: true })
test.each<[string, object | undefined, number, string]>([
  ['nothing of the host', {}, 0, na],
  ['its models', { mounts: [{ source: '/srv/models', destination: '/models', readOnly: false }] }, 0, na],
  ['the socket of Docker', { mounts: [{ source: '/run/docker.sock', destination: '/var/run/docker.sock', readOnly: true }] }, 0, failed],
  ['the socket, as another account', { mounts: [{ source: '/run/docker.sock', destination: '/s', readOnly: true }] }, 990, warned],
  ['a capability that mounts', { capabilities: ['CAP_SYS_ADMIN'] }, 0, failed],
  ['one that traces, without processes of the host to see', { capabilities: ['CAP_SYS_PTRACE'] }, 0, na],
  ['one that traces, and all processes of the host', { capabilities: ['CAP_SYS_PTRACE'], hostProcesses: true }, 0, failed],
  ['no more than the processes of the host', { hostProcesses: true }, 0, na],
  ['processes of the host to enter', { hostProcesses: true, isAnyAccount: true }, 0, failed],
  ['the same, under a profile', { hostProcesses: true, isAnyAccount: true, profiled: true }, 0, na],
  // Tried on a host of the lab with the default capabilities of Docker: a file of the host was written through the process of another account.
  ['the /proc of the host to read', { isAnyAccount: true, mounts: [mounted('/proc')] }, 0, failed],
  ['the same, under a profile', { isAnyAccount: true, profiled: true, mounts: [mounted('/proc')] }, 0, na],
  ['the same, of one account', { mounts: [mounted('/proc')] }, 0, na],
  // Tried as well: StartTransientUnit ran a program with all capabilities.
  ['the bus of the system', { mounts: [mounted('/run/dbus/system_bus_socket')] }, 0, failed],
  ['the folder that it is in', { mounts: [mounted('/run/dbus')] }, 0, failed],
  ['the bus, under a profile', { profiled: true, mounts: [mounted('/run/dbus/system_bus_socket')] }, 0, na],
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
