import { expect, test } from 'vitest'
import { known } from '../../facts/fact.ts'
import { candidatePattern } from '../../facts/processes/candidates.ts'
import { exporterDefaults } from './exporter-defaults.ts'

type Facts = Parameters<typeof exporterDefaults>[0]

interface Given {
  readonly id?: string
  readonly unit?: string | undefined
  readonly user?: string
  readonly execStart?: readonly string[]
  readonly ports?: readonly number[]
}

/** An exporter for each: its program, process and unit. */
const facts = (...all: readonly Given[]): Facts => {
  const rows = all.map((one, at) => ({
    ...{
      id: 'dcgm-exporter',
      unit: `e${at}.service`,
      user: 'root',
      execStart: ['/usr/bin/dcgm-exporter', '-f', '/etc/c.csv'],
      ports: [9400],
    },
    ...{ ...one, pid: at + 1 },
  }))
  return {
    programs: known(rows.map(({ id, unit, pid, ports }) => ({ id, unit, pids: [pid], binds: ports.map((port) => ({ port })) }))),
    processes: known(rows.map(({ pid, execStart: argv }) => ({ pid, argv }))),
    units: known(rows.map(({ unit: id, user, execStart }) => ({ id, user, execStart }))),
  } as unknown as Facts
}

test('its unit and command, loopback with its port, and an account of its own instead of root', () =>
  expect(exporterDefaults(facts({}, { id: 'node-exporter', ports: [9100] }), undefined)).toEqual({
    'gpu-exporter': 'dcgm-exporter',
    'gpu-exporter-unit': 'e0.service',
    'gpu-exporter-program': '/usr/bin/dcgm-exporter',
    'gpu-exporter-arguments': ['-f', '/etc/c.csv'],
    'gpu-exporter-flag': '--address',
    'gpu-exporter-listen': '127.0.0.1:9400',
    'gpu-exporter-account': 'dcgm-exporter',
  }))

test('of two the one that was given, with the account that it has and the flag that it knows', () => {
  const nvidia = { id: 'nvidia-gpu-exporter', user: 'nvidia_gpu_exporter', execStart: ['/usr/bin/nvidia_gpu_exporter'], ports: [9835] }
  expect(exporterDefaults(facts({}, nvidia), 'nvidia-gpu-exporter')).toMatchObject({
    'gpu-exporter-arguments': [],
    'gpu-exporter-flag': '--web.listen-address',
    'gpu-exporter-listen': '127.0.0.1:9835',
    'gpu-exporter-account': 'nvidia_gpu_exporter',
  })
  expect(exporterDefaults(facts({}, nvidia), undefined)).toEqual({})
})

test('no port of two, nothing of one in a container, and no command that is not certain', () => {
  expect(exporterDefaults(facts({ ports: [9400, 9401] }), undefined)).not.toHaveProperty('gpu-exporter-listen')
  expect(exporterDefaults(facts({ unit: undefined }), undefined)).toEqual({})
  const wrapped = { ...facts({}), processes: known([{ pid: 1, argv: ['/usr/bin/dcgm-exporter'] }]) } as unknown as Facts
  expect(exporterDefaults(wrapped, undefined)).not.toHaveProperty('gpu-exporter-program')
})

test.each(['/usr/bin/dcgm-exporter -f /etc/c.csv', '/usr/local/bin/nvidia_gpu_exporter'])(
  'the words and the unit of %s are read exactly',
  (line) => expect(line).toMatch(new RegExp(candidatePattern, 'i')),
)
