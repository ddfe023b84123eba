import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseProcesses } from '../../../facts/processes/parse.ts'
import { ask } from '../proxy/proxy-facts.ts'
import { accounts, sudoers } from './account-facts.testing.ts'
import { docker, facts, ours, seen } from './container-facts.testing.ts'
import notPrivileged from './inference-account-not-privileged.control.ts'

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
  expect(judgeOthers([], [entry, process(70, traefik, { mounts: [docker] })], [served])).toEqual([
    [ours.id, 'fail: The container has a way to root of the host'],
  ])
  expect(judgeOthers([{ id: traefik, name: 'chat', mounts: [docker] }], [entry], [served])).toEqual([
    [ours.id, 'fail: The container has a way to root of the host'],
  ])
})
