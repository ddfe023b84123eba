import { expect, test } from 'vitest'
import type { Finding } from '#shared/model/finding.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import { finding } from '../../stores/__fixtures__/hosts.ts'
import { bindingSummary, bindingsOf } from './bindings.ts'

const listener = (name: string | undefined, address: string, port: number, over: Partial<Listener> = {}): Listener => ({
  protocol: 'tcp',
  address,
  port,
  scope: address.startsWith('127.') ? 'loopback' : address === '10.0.0.1' ? 'specific' : 'wildcard',
  processes: name === undefined ? [] : [{ name, pid: port }],
  line: 1,
  ...over,
})
const service = (pids: readonly number[], port: number): InferenceService => ({
  id: 'ollama.service',
  engine: 'ollama',
  how: 'systemd',
  running: true,
  pids,
  argv: [],
  binds: [{ address: '*', port, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed' }],
  apiKey: 'none',
  modelPaths: [],
})
const rows = (listeners: readonly Listener[], services: readonly InferenceService[] = []) =>
  bindingsOf(listeners, services).map(({ process, bind, purpose, state }) => `${process} ${bind} ${purpose}: ${state.word}`)

test('exposed services first, then what is not judged, then what is expected', () => {
  expect(
    rows(
      [
        listener('sshd', '10.0.0.1', 22),
        listener('ollama', '*', 11434),
        listener('mystery', '0.0.0.0', 4444),
        listener('node_exporter', '127.0.0.1', 9100),
        listener('nginx', '0.0.0.0', 443),
      ],
      [service([11434], 11434)],
    ),
  ).toEqual([
    'ollama *:11434 Ollama inference: Exposed',
    'mystery 0.0.0.0:4444 Other: Not judged',
    'sshd 10.0.0.1:22 SSH: Expected',
    'nginx 0.0.0.0:443 Reverse proxy: Expected',
    'node_exporter 127.0.0.1:9100 Host metrics: Local',
  ])
})

test('what a finding marks is judged by it', () => {
  const about = (status: Finding['status'], line: number, note?: string): Finding =>
    finding('INF-3', status, {
      evidence: [
        {
          section: 'listeners',
          command: 'ss',
          exitCode: 0,
          sha256: '',
          durationMs: 1,
          lines: [{ number: line, text: '', ...(note && { note }) }],
        },
      ],
    })
  const judged = (...findings: readonly Finding[]) =>
    bindingsOf([listener('jupyter-lab', '0.0.0.0', 8888, { line: 4 })], [], findings).map(({ state }) => `${state.word} ${state.tone}`)
  expect(judged(about('warning', 4, 'no'), about('fail', 4, 'no'))).toEqual(['Exposed fail'])
  expect(judged(about('warning', 4, 'no'))).toEqual(['Warning warn'])
  expect(judged(about('waived', 4, 'no'))).toEqual(['Waived waived'])
  expect(judged(about('fail', 4), about('fail', 5, 'no'), about('pass', 4, 'no'))).toEqual(['Not judged unknown'])
})

test('an owner that may not be seen is joined by address and port', () => {
  expect(rows([listener(undefined, '*', 11434)], [service([], 11434)])).toEqual(['Ollama *:11434 Ollama inference: Exposed'])
})

test('a service on loopback is not exposed, and UDP is never a service', () => {
  expect(rows([listener('ollama', '127.0.0.1', 11434)], [service([11434], 1)])).toEqual(['ollama 127.0.0.1:11434 Ollama inference: Local'])
  expect(rows([listener('ollama', '*', 11434, { protocol: 'udp' })], [service([11434], 11434)])).toEqual([
    'ollama *:11434 Other: Not judged',
  ])
})

test('the same socket of several workers is one row', () => {
  const bindings = bindingsOf([listener('nginx', '0.0.0.0', 443), listener('nginx', '0.0.0.0', 443)], [])
  expect(bindings).toHaveLength(1)
  expect(bindingSummary(bindings)).toBe('1 listener')
})

test('names and ports stand in the order of their numbers', () => {
  const several = [listener('w10', '127.0.0.1', 1), listener('w2', '127.0.0.1', 9100), listener('w2', '127.0.0.1', 80)]
  expect(bindingsOf(several, []).map(({ process, bind }) => `${process} ${bind}`)).toEqual([
    'w2 127.0.0.1:80',
    'w2 127.0.0.1:9100',
    'w10 127.0.0.1:1',
  ])
})
