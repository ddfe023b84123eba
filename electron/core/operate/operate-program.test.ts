import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { isUnitName, operableUnits } from './operable-units.ts'
import { readOperateAnswer, unitStateOf } from './operate-answer.ts'
import { operateAccountOf } from './operate-identity.ts'
import { operateProgram } from './operate-program.ts'
import { operateSudoers } from './operate-sudoers.ts'

const K = 'a'.repeat(32)
const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'look' }, change: { user: 'push' } },
  hosts: [
    { name: 'gpu-01', address: '10.0.0.1' },
    { name: 'gpu-02', address: '10.0.0.2', operateIdentity: { user: 'look' } },
    { name: 'gpu-03', address: '10.0.0.3', operateIdentity: { user: 'root' } },
  ],
})
const operated = fleetSchema.parse({ ...fleet, identities: { ...fleet.identities, operate: { user: 'CORP\\op' } } })

describe('the program', () => {
  test.each(['look', 'start', 'stop', 'restart'] as const)('%s: sound for the shell; cut short, it runs nothing', (verb) => {
    const program = operateProgram({ unit: 'a\\x2db.service', verb, sudo: true }, K)
    expect(spawnSync('/bin/sh', ['-n'], { input: program, encoding: 'utf8' }).stderr).toBe('')
    for (const length of [10, 300, program.length - 15])
      expect(spawnSync('/bin/sh', { input: program.slice(0, length), encoding: 'utf8' }).stdout).toBe('')
  })

  test('whatever a unit is called, it stays one word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (unit) => {
        const program = operateProgram({ unit, verb: 'look', sudo: false }, K)
        const [, word = ''] = /^gh_unit=([\s\S]*?)\ngh_verb=/m.exec(program) ?? []
        expect(spawnSync('/bin/sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' }).stdout).toBe(unit)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the answer', () => {
  const lines = ['show LoadState=loaded', 'show ActiveState=active', 'show MainPID=70', 'sockets', 'port 2CAA', 'port 1F90', 'end']
  const text = (said: readonly string[]) => said.map((line) => `${K} ${line}\n`).join('')

  test('a state, with those of its ports that listen', () => {
    const state = unitStateOf(readOperateAnswer(`motd\n${text(lines)}`, K), [11434, 8000])
    expect(state).toMatchObject({ activeState: 'active', mainPid: 70, listening: [11434], job: false })
  })

  test.each([
    ['not told to the end', lines.slice(0, -1)],
    ['no state', ['show MainPID=70', 'end']],
  ])('%s: nothing is known', (_, said) => expect(unitStateOf(readOperateAnswer(text(said), K), [11434])).toBeUndefined())

  test('sockets that could not be read are not closed ones', () => {
    const said = text(lines.filter((line) => !/^sockets|^port/.test(line)))
    expect(unitStateOf(readOperateAnswer(said, K), [11434])?.listening).toBeNull()
  })

  test('never throws, and believes nothing without the nonce', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...lines))), (said) => {
        expect(readOperateAnswer(said.join('\n'), K).ended).toBe(false)
        unitStateOf(readOperateAnswer(text(said), K), [11434])
      }),
    )
  })
})

describe('what may be operated', () => {
  const service = { name: 'Ollama', how: 'unit' as const, binds: [{ port: 11434 }] }
  const unitsOf = (...more: readonly object[]) =>
    operableUnits({ services: more.map((one) => ({ ...service, ...one })) as never }).map(({ unit }) => unit)

  test('units by which models are served, once each', () => {
    expect(unitsOf({ unit: 'ollama.service' }, { unit: 'ollama.service' }, { unit: 'chat\\x2d1.service' })).toEqual([
      'ollama.service',
      'chat\\x2d1.service',
    ])
  })

  test.each(['ssh.service', 'sshd@1.service', 'systemd-logind.service', 'docker.service', 'dbus.service', 'user@1000.service'])(
    'never %s, whatever runs in it',
    (unit) => expect(unitsOf({ unit })).toEqual([]),
  )

  test.each(['ollama.*.service', '-H.service', 'a b.service', 'ollama.socket', 'a\n.service', '[a].service', 'ü.service', ''])(
    'no name for systemctl: %j',
    (unit) => expect([isUnitName(unit), unitsOf({ unit })]).toEqual([false, []]),
  )

  test('containers and bare processes are not', () => {
    expect(unitsOf({ how: 'container', unit: 'a.service' }, { how: 'process', unit: 'a.service' }, { unit: undefined })).toEqual([])
  })
})

describe('as whom', () => {
  const byOf = (of: typeof fleet, index: number) => {
    const host = of.hosts[index]
    if (host === undefined) throw new RangeError('no such host')
    return operateAccountOf(of, host)
  }
  test('the account that operates, else the one that pushes, never the one that looks', () => {
    expect(byOf(fleet, 0)).toMatchObject({ by: 'shell', identity: { user: 'push' } })
    expect(byOf(operated, 0)).toMatchObject({ by: 'command', identity: { user: 'CORP\\op' } })
    expect(byOf(operated, 2)).toMatchObject({ by: 'root' })
    expect(() => byOf(fleet, 1)).toThrow('account that looks')
    expect(() => byOf(fleetSchema.parse({ ...fleet, identities: { audit: { user: 'look' } } }), 0)).toThrow('names neither')
  })
})

describe('sudoers', () => {
  const units = () => ['ollama.service', 'chat\\x2d1.service'].map((unit) => ({ unit, name: 'Ollama', ports: [] }))
  test('exact commands of the known units, none where nobody operates', () => {
    expect(operateSudoers(fleet, units, 'gpu-01')).toBe('')
    const rules = operateSudoers(operated, units, 'gpu-01')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(rules).toHaveLength(8)
    expect(rules).toContain(
      'CORP\\\\op ALL=(root) NOPASSWD: /usr/bin/systemctl --no-block restart -- ollama.service, /bin/systemctl --no-block restart -- ollama.service',
    )
    for (const rule of rules) expect(rule).not.toMatch(/[*?[]/)
    expect(operateSudoers(operated, () => [], 'gpu-01')).toContain('audit first')
  })

  test.skipIf(spawnSync('visudo', ['--version']).status !== 0)('passes visudo', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-visudo-'))
    try {
      writeFileSync(join(folder, 'drop-in'), operateSudoers(operated, units), { mode: 0o440 })
      const { stderr, status } = spawnSync('visudo', ['-c', '-f', join(folder, 'drop-in')], { encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
