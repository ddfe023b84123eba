import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { parseAddresses } from '../network/parse.ts'
import { parseProcesses } from '../processes/parse.ts'
import type { Process } from '../processes/processes.ts'
import { assembleServices } from './assemble.ts'
import { hostAddressesOf } from './own-address.ts'
import { rootlessPorts } from './rootless.ts'

/** Podman 5.4 with pasta: two Quadlets of account mluser (1002), seen by an account without sudo. On the host ollama listens on 11434, as does nobody else on 8000. */
const recorded = (): Process[] => {
  const text = readFileSync(new URL('../processes/__fixtures__/debian-13-podman-rootless.txt', import.meta.url), 'utf8')
  const processes = parseProcesses(text)
  if (!Array.isArray(processes)) throw new Error('not read')
  return processes
}
const listener = (address: string, port: number): Listener => ({
  ...{ protocol: 'tcp', address, port, processes: [], line: 1 },
  scope: address === '127.0.0.1' ? 'loopback' : 'wildcard',
})
const host = (address: string) =>
  hostAddressesOf({
    addresses: parseAddresses(`1: lo    inet 127.0.0.1/8\n2: eth0    inet ${address}/24`),
    routes: [],
    defaultRoute: false,
  })
const found = (processes: readonly Process[], listeners: readonly Listener[] = []) =>
  assembleServices({
    ...{ processes, units: [], containers: undefined, accounts: undefined },
    listeners: [listener('0.0.0.0', 11_434), listener('0.0.0.0', 31_434), listener('127.0.0.1', 28_000), ...listeners],
    hostAddresses: host('10.77.2.13'),
  })
const shown = (processes: readonly Process[], listeners?: readonly Listener[]) =>
  found(processes, listeners)
    .filter(({ user }) => user === 'mluser')
    .map(({ container, binds, bindUnknown }) => [
      container,
      binds.map(({ address, port }) => `${address}:${port}`),
      ...(bindUnknown === undefined ? [] : ['?']),
    ])
const without = (pattern: RegExp, replacement = '') =>
  recorded().map((process) => (process.uid === 1002 ? { ...process, cgroup: process.cgroup?.replace(pattern, replacement) } : process))

test('containers of an account have their names and what pasta leads to them, never a port of the host that is alike', () => {
  expect(shown(recorded(), [listener('127.0.0.1', 8000)])).toEqual([
    ['systemd-ul', ['0.0.0.0:31434']],
    ['uvllm', ['127.0.0.1:28000']],
  ])
  expect(found(recorded()).find(({ unit }) => unit === 'ollama.service')?.binds).toMatchObject([{ port: 11_434 }])
})

test('outside of units the port inside must do, which does not acquit', () => {
  expect(shown(without(/(?:ul|uv)\.service/, 'x.scope'))).toEqual([
    ['systemd-ul', ['0.0.0.0:31434'], '?'],
    ['uvllm', ['127.0.0.1:28000'], '?'],
  ])
})

test('where cgroups say nothing the monitor above it does', () => {
  expect(shown(without(/.*/s)).map(([name]) => name)).toEqual(['systemd-ul', 'uvllm'])
})

test('the network of the host is not taken from an account that has no pasta', () => {
  const processes = recorded().filter(({ name }) => !name.startsWith('pasta'))
  expect(shown(processes)[0]?.slice(0, 2)).toEqual(['systemd-ul', ['0.0.0.0:11434']])
})

test('without a pasta of its own a unit may be led to by what tells no ports', () => {
  const processes = recorded().map((process) =>
    process.name.startsWith('pasta') ? { ...process, name: 'rootlessport', argv: ['rootlessport'] } : process,
  )
  const led = [
    ...processes,
    ...recorded()
      .filter(({ name }) => name.startsWith('pasta'))
      .map((one) => ({ ...one, cgroup: undefined, pid: one.pid + 50_000 })),
  ]
  expect(shown(led).every((row) => row.at(-1) === '?')).toBe(true)
})

const pasta = (...words: string[]): Process => ({
  ...{ pid: 5, ppid: 1, uid: 1000, user: 'ai', name: 'pasta', line: 7, cgroup: '/user@1000.service/app.slice/x.service/runtime' },
  argv: ['/usr/bin/pasta', '--config-net', ...words],
})
const ports = (words: string) =>
  rootlessPorts({ cgroup: '/user@1000.service/app.slice/x.service/payload' }, 1000, [pasta(...words.split(' '))], [80])

test.each([
  ['-t 8080-8080:80-80', ['0.0.0.0:8080']],
  ['-t ::1/8080-8080:80-80 -t 10.0.0.1/81-81:80-80', ['::1:8080', '10.0.0.1:81']],
  ['-t 90-92:79-81', ['0.0.0.0:91']],
  ['-t 9-9:1-1', ['0.0.0.0:9']],
  ['-t none -u none', []],
])('%s', (words, expected) => {
  const { ports: read, unknown } = ports(words)
  expect([read.map(({ hostAddress, hostPort }) => `${hostAddress}:${hostPort}`), unknown]).toEqual([expected, undefined])
})

test.each(['-t auto', '-t all', '-t 80,81', '-t ~80', '-t 9-7:80-80', '-t 80-81:80-84', '-t'])('%s is not told', (words) =>
  expect(ports(words).unknown).toBeDefined(),
)

describe('Docker 20.10.24 of account mluser (1002), Debian 12: published for all, on 127.0.0.1, not at all, and on the network of its rootlesskit', () => {
  const text = readFileSync(new URL('../processes/__fixtures__/debian-12-docker-rootless.txt', import.meta.url), 'utf8')
  // As ss printed them with their owners.
  const sockets = [
    { ...listener('127.0.0.1', 11_501), processes: [{ name: 'rootlesskit', pid: 935 }] },
    { ...listener('0.0.0.0', 11_500), processes: [{ name: 'rootlesskit', pid: 935 }] },
    { ...listener('::', 11_500), processes: [{ name: 'rootlesskit', pid: 935 }] },
  ]
  const seen = (listeners: readonly Listener[] | undefined, change: (process: Process) => Process = (process) => process) => {
    const processes = parseProcesses(text)
    if (!Array.isArray(processes)) throw new Error('not read')
    return assembleServices({
      ...{ processes: processes.map(change), units: [], containers: [], accounts: undefined, listeners },
      hostAddresses: host('10.77.2.12'),
    })
      .filter(({ user }) => user === 'mluser')
      .map(({ binds, bindUnknown }) => [
        ...binds.map(({ address, port }) => `${address}:${port}`),
        ...(bindUnknown === undefined ? [] : ['?']),
      ])
  }
  const told = [['0.0.0.0:11500', ':::11500'], ['127.0.0.1:11501'], ['?'], ['?']]
  const nothing = [['?'], ['?'], ['?'], ['?']]

  test('what its rootlesskit holds on the host counts, not what docker-proxy says inside', () => {
    expect(seen(sockets)).toEqual(told)
    expect(seen(sockets.map((one) => ({ ...one, processes: [] })))).toEqual(told)
  })

  test.each<[string, readonly Listener[] | undefined, ((process: Process) => Process)?]>([
    ['sockets unread', undefined],
    ['the port is another program’s', sockets.map((one) => ({ ...one, processes: [{ name: 'nginx', pid: 74 }] }))],
    ['rootlesskit of another account', sockets, (one) => (one.name === 'rootlesskit' ? { ...one, uid: 1003 } : one)],
    ['docker-proxy is root’s', sockets, (one) => (one.name === 'docker-proxy' ? { ...one, uid: 0 } : one)],
    ['its address is not known', sockets, (one) => ({ ...one, addresses: undefined })],
  ])('nothing is told: %s', (_, listeners, change) => {
    expect(seen(listeners, change)).toEqual(nothing)
  })
})
