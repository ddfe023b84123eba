import { expect, test } from 'vitest'
import { knownCaddies } from './caddy.fact.ts'
import { field, textOf } from './json-lines.ts'

const nowhere = { processes: [], containers: [], units: [] }

test.each([
  ['cut short', '@process 7\n:{', false],
  ['not running', '@end\n', true],
  ['unread', '@process 7\n@unread /etc/caddy/Caddyfile could not be read\n@end\n', false],
  ['no JSON', '@process 7\n@admin x\n:{"a":\n@end\n', false],
])('%s', (_, text, known) => {
  expect(knownCaddies(text, nowhere).known).toBe(known)
})

const served = (pid: number, cgroup: string) => ({ pid, ppid: 1, user: 'caddy', uid: 9, name: 'caddy', argv: [], cgroup, line: 1 })
const boxed = (name: string, id: string, hostNetwork: boolean) => ({
  ...{ id, name, hostNetwork, image: 'caddy:2', running: true, runtime: 'docker', ports: [], user: '', privileged: false, command: [] },
  ...{ environment: {}, mounts: [], pid: 0, inspected: true, restartPolicy: '', line: 1 },
})
const [open, closed] = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string]
const hosted = {
  processes: [
    ...[served(1, '/system.slice/caddy.service'), served(2, '/system.slice/caddy-admin.service')],
    ...[served(3, `/system.slice/docker-${open}.scope`), served(4, `/system.slice/docker-${closed}.scope`), served(5, '/kubepods/pod1/x')],
  ],
  containers: [boxed('edge', open, true), boxed('inner', closed, false)] as const,
  units: [],
}

test('each of several is known by its unit or container, with lines of its own', () => {
  const one = (pid: number, ...rows: string[]) => [`@process ${pid}`, ...rows].join('\n')
  const answers = (pid: number, listen: string, ...more: string[]) => one(pid, ...more, '@admin 127.0.0.1:1', ':{', `:"x":"${listen}"}`)
  const text = [
    ...[answers(1, 'a'), one(2, '@unread why'), answers(3, 'c', '@container'), answers(4, 'd', '@container')],
    ...[answers(5, 'e', '@container'), '@end', ''],
  ].join('\n')
  const fact = knownCaddies(text, hosted as never)
  if (!fact.known) throw new Error(fact.reason)
  expect(
    fact.value.instances.map(({ id, config, unread }) => [id, textOf(field(config, 'x')) ?? unread, field(config, 'x')?.line]),
  ).toEqual([
    ['caddy', 'a', 4],
    ['caddy-admin.service', 'why', undefined],
    ['container edge', 'c', 11],
    ['container inner', 'it runs in a container', undefined],
    ['container unknown', 'it runs in a container', undefined],
  ])
})
