import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { readTranscript } from '../../../facts/wire/transcript.ts'
import type { Wire } from '../../../facts/wire/wire.ts'
import type { AnyControl, Verdict } from '../../control.ts'
import endpointAnswerAuthenticated from './endpoint-answer-authenticated.control.ts'

const ollama: InferenceService = {
  id: 'ollama.service',
  engine: 'ollama',
  how: 'systemd',
  running: true,
  pids: [1],
  argv: ['/usr/bin/ollama', 'serve'],
  environment: {},
  binds: [],
  apiKey: 'none',
  modelPaths: [],
}

const wireOf = (...texts: readonly string[]): Wire => ({
  endpoints: texts.flatMap((text, index) => readTranscript(`wire-http-${index}`, text) ?? []),
})
const connected = (...lines: readonly string[]): string => ['tcp 10.0.0.1 port 8000 from bastion: connected', ...lines].join('\n')

const run = (control: AnyControl, facts: object): readonly Verdict[] =>
  (control as unknown as { evaluate(f: object): readonly Verdict[] }).evaluate(facts)
const judge = (...texts: readonly string[]) =>
  run(endpointAnswerAuthenticated, { services: [ollama], wire: known(wireOf(...texts)) }).map(({ status, title }) => `${status}: ${title}`)

describe('endpoint-answer-authenticated', () => {
  test.each<[name: string, texts: readonly string[], expected: readonly string[]]>([
    ['a list of models for everyone', [connected('GET /: 200', 'GET /api/tags: 200')], ['fail: It answers without credentials']],
    [
      '405 comes from behind the key',
      [connected('GET /v1/models: 401', 'GET /invocations: 405')],
      ['fail: It answers without credentials'],
    ],
    ['a key on everything', [connected('GET /v1/models: 401', 'GET /metrics: 401')], ['pass: It wants credentials']],
    ['a key, health for all', [connected('GET /health: 200', 'GET /v1/models: 401')], ['pass: It wants credentials']],
    ['a login elsewhere', [connected('GET /v1/models: 302', '  location: https://sso.example/')], ['pass: It wants credentials']],
    [
      'half of it broken',
      [connected('GET /v1/models: 401', 'GET /metrics: 502')],
      ['not-evaluated: Its answers say nothing about credentials'],
    ],
    [
      'no HTTP',
      [connected('GET /v1/models: no answer (the answer is not HTTP)')],
      ['not-evaluated: Its answers say nothing about credentials'],
    ],
    ['only 404', [connected('GET /v1/models: 404')], ['not-applicable: Nothing answers the jump host']],
    ['refused', ['tcp 10.0.0.1 port 8000 from bastion: refused\n'], ['not-applicable: Nothing answers the jump host']],
    ['silence', ['tcp 10.0.0.1 port 8000 from bastion: no answer\n'], ['not-applicable: Nothing answers the jump host']],
    [
      'forwarding refused',
      ['tcp 10.0.0.1 port 8000 from bastion: not forwarded (administratively prohibited)\n'],
      ['not-evaluated: The jump host does not forward to it'],
    ],
    ['nothing to ask', [], ['not-applicable: Nothing answers the jump host']],
  ])('%s', (_, texts, expected) => {
    expect(judge(...texts)).toEqual(expected)
  })

  test('not asked: not evaluated, with the reason; no server: not applicable', () => {
    expect(run(endpointAnswerAuthenticated, { services: [ollama], wire: unknown('an older audit', []) })).toMatchObject([
      { status: 'not-evaluated', reason: 'an older audit' },
    ])
    expect(run(endpointAnswerAuthenticated, { services: [], wire: unknown('x', []) })).toMatchObject([{ status: 'not-applicable' }])
  })

  test('the line that decides is cited', () => {
    const [verdict] = run(endpointAnswerAuthenticated, {
      services: [ollama],
      wire: known(wireOf(connected('GET /: 200', '  | Ollama is running', 'GET /api/tags: 200'))),
    })
    expect(verdict?.cite).toEqual([{ section: 'wire-http-0', line: 4, note: 'Answered without credentials. Expected 401.', token: '200' }])
  })
})
