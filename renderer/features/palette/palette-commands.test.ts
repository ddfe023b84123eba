import { describe, expect, test } from 'vitest'
import { audited, finding } from '../../stores/__fixtures__/hosts.ts'
import { matches, paletteActions, paletteFindings, paletteModels } from './palette-commands.ts'

const hosts = [audited('gpu-01', { 'INF-1': 'warning', 'INF-2': 'pass' }), audited('gpu-02', { 'INF-1': 'fail', 'INF-3': 'fail' })]

test.each([
  ['', ['gpu-02 INF-1', 'gpu-02 INF-3', 'gpu-01 INF-1']],
  ['gpu-02 inf-3', ['gpu-02 INF-3']],
  ['INF-2', []],
])('findings for %j', (query, expected) => {
  expect(paletteFindings(hosts, query, 8).map(({ host, item }) => `${host} ${item}`)).toEqual(expected)
})

test('findings of one title are told apart, on one host', () => {
  const of = (subject: string) => finding('INF-3', 'fail', { title: 'No login', subject })
  const sites = audited('gpu-01', {}, { findings: [of('a.example'), of('b.example'), finding('INF-2', 'fail', { subject: 'c.example' })] })
  const other = audited('gpu-02', {}, { findings: [finding('INF-2', 'fail', { subject: 'd.example' })] })
  expect(paletteFindings([sites, other], '', 8).map(({ host, about }) => `${host} ${about}`)).toEqual([
    'gpu-01 ',
    'gpu-02 ',
    'gpu-01 a.example',
    'gpu-01 b.example',
  ])
})

test('models are found by name and by host, each once', () => {
  const at = (name: string, host: string) => ({ name, places: [{ host }] })
  const artifacts = [at('llama-3.1', 'gpu-01'), at('llama-3.1', 'gpu-02'), at('whisper', 'gpu-02')]
  const found = (query: string, limit = 8) => paletteModels(artifacts, query, limit).map(({ name, hosts: on }) => `${name} ${on.join()}`)
  expect(found('LLAMA')).toEqual(['llama-3.1 gpu-01,gpu-02'])
  expect(found('model gpu-02')).toEqual(['llama-3.1 gpu-02', 'whisper gpu-02'])
  expect(found('', 1)).toEqual(['llama-3.1 gpu-01,gpu-02'])
  expect(found('nothing')).toEqual([])
})

test('the list is bounded', () => expect(paletteFindings(hosts, '', 1)).toHaveLength(1))

test('every word must occur', () => {
  expect(matches('run  AUDIT', 'Run audit, every host')).toBe(true)
  expect(matches('run push', 'Run audit')).toBe(false)
})

describe('what is called like that', () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name, about: 'Read-only, every host' }))
  const actions = named('Run audit', 'Export…', 'Audit', 'Network')
  test.each([
    ['export', ['Export…'], true],
    ['AUDIT', ['Audit', 'Run audit'], true],
    ['net', ['Network'], true],
    // Words of what it does: beneath the findings.
    ['read', ['Run audit', 'Export…', 'Audit', 'Network'], false],
    ['gpu-02 11434', [], false],
    ['', ['Run audit', 'Export…', 'Audit', 'Network'], false],
    [' ', ['Run audit', 'Export…', 'Audit', 'Network'], false],
  ])('%j', (query, found, first) => {
    const { list, isCalled } = paletteActions(actions, query)
    expect([list.map(({ name }) => name), isCalled]).toEqual([found, first])
  })
})
