import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { pieceText } from '#shared/operate-words.ts'
import { shells } from '#testing/installed.ts'
import { accessFactIds } from '../access/access-facts.ts'
import { containerCommand } from './container-command.ts'
import { containerProgram } from './container-program.ts'
import { containerLookOf } from './container-state.ts'
import { withMissingRight } from './missing-right.ts'
import { operableContainers } from './operable-containers.ts'
import { readOperateAnswer } from './operate-answer.ts'
import { operateSudoers } from './operate-sudoers.ts'
import { parseContainerLog } from './parse-container-log.ts'

const K = 'a'.repeat(32)
const id = '4f'.repeat(32)
const container = { runtime: 'docker', id } as const
const unit = { unit: 'docker:localai', name: 'LocalAI', ports: [8080], container }

describe.runIf(process.platform === 'linux')('the program', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-container-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** With a Docker that does what `body` says. */
  function run(shell: readonly string[], verb: 'look' | 'stop' | 'logs', body: string): string {
    const [program = '', ...args] = shell
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    const input = containerProgram({ container, verb, sudo: false }, K).replaceAll('/usr/bin/docker', join(folder, 'docker'))
    return spawnSync(program, args, { input, encoding: 'utf8' }).stdout
  }

  test.each(shells)('%s: looks, acts, and says what was refused', (...shell) => {
    const looked = readOperateAnswer(run(shell, 'look', 'echo "running|70|0|always|false|2026-11-26 14:53:30 +0000 UTC|"'), K)
    expect(containerLookOf(looked, [1])).toMatchObject({
      state: { activeState: 'active', mainPid: 70, invocation: '2026-11-26 14:53:30 +0000 UTC', unitFileState: 'restart=always' },
    })
    expect(readOperateAnswer(run(shell, 'stop', `[ "$*" = 'container stop ${id}' ]`), K)).toMatchObject({ ended: true, exit: 0 })
    expect(readOperateAnswer(run(shell, 'look', 'echo "permission denied" >&2; exit 1'), K)).toMatchObject({
      exit: 1,
      said: 'permission denied',
    })
  })

  test.each(shells)('%s: both outputs of the log, and no message of more than 4096 bytes leaves the host', (...shell) => {
    const said = run(
      shell,
      'logs',
      `echo "2026-11-26T14:53:30.2Z [GIN] a" >&2; printf '2026-11-26T14:53:31Z %05000d secret\\n2026-11-26T14:53:32Z last, without an end' 7`,
    )
    expect(said).not.toContain('secret')
    expect(said).toContain('2026-11-26T14:53:31Z [too long]\n2026-11-26T14:53:32Z last, without an end\n')
    expect(said).toMatch(new RegExp(`\\n${K} begin\\n[\\s\\S]*\\n${K} end 0\\n$`))
  })

  test.each(['look', 'start', 'stop', 'restart', 'logs'] as const)('%s: cut short, it runs nothing', (verb) => {
    const program = containerProgram({ container, verb, sudo: true }, K)
    expect(spawnSync('/bin/sh', ['-n'], { input: program, encoding: 'utf8' }).stderr).toBe('')
    for (const length of [10, 300, program.length - 15])
      expect(spawnSync('/bin/sh', { input: program.slice(0, length), encoding: 'utf8' }).stdout).toBe('')
  })
})

test('only a whole id is a word of a command', () => {
  for (const wrong of ['', 'localai', id.slice(1), `${id} --all`, id.toUpperCase(), '-f'])
    expect(() => containerCommand({ ...container, id: wrong }, 'stop')).toThrow(RangeError)
})

describe('the log', () => {
  const textOf = (text: string) =>
    parseContainerLog(text, 'localai').lines.map(({ at, pieces }) => `${at} ${pieces.map(pieceText).join('')}`)

  test('in the order of its times, without what people asked', () => {
    const gin = '[GIN] 2026/11/26 - 08:01:12 | 200 |  1.204512s |       127.0.0.1 | POST     "/api/chat"'
    expect(
      textOf(
        `2026-11-26T08:02:00.5+01:00 tell me the salary of Okafor\r\n2026-11-26T07:01:12.000000001Z ${gin}\n2026-11-26T08:00:00Z [too long]`,
      ),
    ).toEqual([
      expect.stringMatching(/^2026-11-26T07:01:12.000Z \[GIN\] .*POST "\/api\/chat"$/),
      '2026-11-26T07:02:00.500Z [removed: line of an unknown shape, 28 characters]',
      '2026-11-26T08:00:00.000Z [not printed: longer than 4096 bytes]',
    ])
  })

  test('a line without a time is counted, and not shown', () => {
    expect(parseContainerLog('the salary\n2026-13-45T99:99:99Z x\n', 'a')).toEqual({ lines: [], more: false, unreadable: 2 })
  })

  test('property: never throws, shows no word of an unknown line, each line its own id', () => {
    const line = fc.oneof(
      fc.string(),
      fc.string().map((text) => `2026-11-26T08:00:00Z zqxv ${text}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const log = parseContainerLog(lines.join('\n'), 'a')
        expect(JSON.stringify(log.lines.map(({ pieces }) => pieces))).not.toContain('zqxv')
        expect(new Set(log.lines.map((one) => one.id)).size).toBe(log.lines.length)
      }),
    )
  })
})

test('property: a state is whole or not known', () => {
  const field = fc.oneof(fc.constantFrom('running', 'exited', '0', '7', 'true', 'false', ''), fc.string({ maxLength: 12 }))
  fc.assert(
    fc.property(fc.array(field, { maxLength: 9 }), (fields) => {
      const answer = readOperateAnswer(`${K} state ${fields.join('|')}\n${K} end\n`, K)
      const look = containerLookOf(answer, [8080])
      if (look) expect([fields.join('|').split('|').length >= 7, look.state.listening]).toEqual([true, null])
    }),
  )
})

test.each([
  ['created|0|0|no', 'inactive'],
  ['exited|0|137|no', 'inactive'],
  ['exited|0|1|no', 'failed'],
  ['dead|0|0|no', 'failed'],
  ['restarting|0|1|always', 'activating'],
  ['stopping|7|0|no', 'deactivating'],
])('%s is %s', (said, expected) => {
  const answer = readOperateAnswer(`${K} state ${said}|false|x|\n${K} end\n`, K)
  expect(containerLookOf(answer, [])?.state).toMatchObject({ activeState: expected, mainPid: 0, invocation: '' })
})

describe('which containers', () => {
  const service = { kind: 'engine', how: 'container', name: 'LocalAI', container: 'localai', binds: [{ port: 8080 }, { port: 8080 }] }
  const of = (...found: readonly object[]) =>
    operableContainers({ services: [service] as never, containers: { known: true, value: { runtimes: [], containers: found } } as never })

  test.each<[string, readonly object[], object]>([
    ['listed by Docker', [{ name: 'localai', ...container }], unit],
    ['of another account', [{ name: 'other', ...container }], { unavailable: expect.stringContaining('only the account') }],
    [
      'twice',
      [
        { name: 'localai', ...container },
        { name: 'localai', id, runtime: 'podman' },
      ],
      { unavailable: expect.stringContaining('both') },
    ],
    [
      'by a part of its id',
      [{ name: 'localai', runtime: 'docker', id: id.slice(0, 12) }],
      { unavailable: expect.stringContaining('whole id') },
    ],
  ])('%s', (_, found, expected) => expect(of(...found)).toEqual([expect.objectContaining(expected)]))

  test('containers that were not read', () => {
    const containers = { known: false, reason: 'Containers: denied' } as never
    expect(operableContainers({ services: [service] as never, containers })).toMatchObject([{ unavailable: 'Containers: denied' }])
  })
})

describe('the right', () => {
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'dc1', hosts: [{ name: 'gpu-01', address: '10.0.0.1' }] },
    identities: { audit: { user: 'look' }, change: { user: 'push' }, operate: { user: 'op' } },
  })
  const [host] = fleet.hosts
  if (host === undefined) throw new RangeError('no host')
  const lines = operateSudoers(fleet, () => [unit])

  test('one exact line a command, by the id, that visudo takes', () => {
    const rules = lines.split('\n').filter((line) => line.startsWith('op '))
    expect(rules).toHaveLength(5)
    for (const rule of rules)
      expect(rule.replaceAll('\\', '')).toMatch(new RegExp(` /usr/bin/docker container .*${id}, /usr/local/bin/docker .*${id}$`))
    expect(lines).not.toMatch(/[*?[]/)
    if (spawnSync('visudo', ['--version']).status !== 0) return
    expect(spawnSync('visudo', ['-c', '-f', '-'], { input: lines, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  test('that nobody has is said with the lines; what was not read is not', () => {
    const facts = (user: string, known: boolean) =>
      ({
        ...Object.fromEntries(accessFactIds.map((fact) => [fact, { known: false, reason: 'not read' }])),
        accounts: {
          known: true,
          value: { accounts: [{ name: user, uid: 1000, gid: 1000, home: '/home/op', shell: '/bin/sh', line: 1 }], groups: [], members: [] },
        },
        sudoers: known ? { known: true, value: { grants: [], defaults: [], asksForRoot: false } } : { known: false, reason: 'not read' },
      }) as never
    const said = (user: string, known: boolean) => withMissingRight([unit], fleet, host, facts(user, known), 0)[0]?.unavailable
    expect(said('op', true)).toMatch(
      /^sudo does not allow op this\. It takes: op ALL=\(root\) NOPASSWD: \/usr\/bin\/docker container start /,
    )
    expect([said('op', false), said('other', true)]).toEqual([undefined, undefined])
    const nobody = fleetSchema.parse({ ...fleet, identities: { audit: { user: 'look' } } })
    expect(withMissingRight([unit], nobody, host, facts('op', true), 0)[0]?.unavailable).toContain('names neither')
  })
})
