import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { readTranscript } from '../../../facts/wire/transcript.ts'
import type { Wire } from '../../../facts/wire/wire.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import type { AnyControl, PolicyContext, Verdict } from '../../control.ts'
import { evidenceDigest } from '../../evidence-digest.ts'
import endpointAnswerAuthenticated from './endpoint-answer-authenticated.control.ts'
import engineCertificateValid from './engine-certificate-valid.control.ts'
import proxyHstsSent from './proxy-hsts-sent.control.ts'

const ollama: InferenceService = {
  id: 'ollama.service',
  engine: 'ollama',
  how: 'systemd',
  running: true,
  pids: [1],
  argv: ['/usr/bin/ollama', 'serve'],
  environment: {},
  binds: [{ address: '127.0.0.1', port: 11434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  apiKey: 'none',
  modelPaths: [],
}

const wireOf = (...texts: readonly string[]): Wire => ({
  endpoints: texts.flatMap((text, index) => readTranscript(`wire-http-${index}`, text) ?? []),
})
const connected = (...lines: readonly string[]): string => ['tcp 10.0.0.1 port 8000 from bastion: connected', ...lines].join('\n')

const unseen = { listeners: unknown('no', []), containers: unknown('no', []), processes: unknown('no', []) }
const run = (control: AnyControl, facts: object): readonly Verdict[] =>
  (control as unknown as { evaluate(facts: object, context: PolicyContext): readonly Verdict[] }).evaluate({ ...unseen, ...facts }, context)
const judge = (...texts: readonly string[]) =>
  run(endpointAnswerAuthenticated, {
    services: [ollama],
    wire: known(wireOf(...texts)),
    loopback: unknown('no', []),
    programs: known([]),
  }).map(({ status, title }) => `${status}: ${title}`)

/** A program that nobody knows on the port that was asked. */
const strange = (...lines: readonly string[]) =>
  run(endpointAnswerAuthenticated, {
    services: [ollama],
    wire: known(wireOf(connected(...lines))),
    loopback: unknown('no', []),
    programs: known([]),
    listeners: known([
      { protocol: 'tcp', address: '*', port: 8000, scope: 'wildcard', processes: [{ name: 'MainThread', pid: 7 }], line: 2 },
    ]),
    processes: known([{ pid: 7, ppid: 1, user: 'ada', uid: 1000, name: 'MainThread', argv: ['node', 'app.js'], line: 3 }]),
  }).map(({ status, title }) => `${status}: ${title}`)
const json = '  content-type: application/json'
const page = '  content-type: text/html; charset=utf-8'
test.each<[string, readonly string[], string]>([
  ['answers as the engine', ['GET /api/tags: 200', json, 'GET /api/ps: 200', json], 'fail: Port 8000 answers without credentials'],
  [
    'shows the same page for every path',
    ['GET /api/tags: 200', '  content-type: text/html', 'GET /api/ps: 200'],
    'not-applicable: Nothing answers the jump host',
  ],
  ['has routes of its own', ['GET /api/tags: 404', json, 'GET /api/ps: 404', json], 'not-applicable: Nothing answers the jump host'],
  ['wants credentials, for whatever it is', ['GET /api/tags: 401', 'GET /api/ps: 401'], 'not-applicable: Nothing answers the jump host'],
])('a program that nobody knows: %s', (_, lines, expected) => {
  expect(strange(...lines)).toEqual([expected])
})

describe('endpoint-answer-authenticated', () => {
  test.each<[name: string, texts: readonly string[], expected: readonly string[]]>([
    ['a list of models for everyone', [connected('GET /: 200', 'GET /api/tags: 200')], ['fail: Port 8000 answers without credentials']],
    [
      '405 comes from behind the key',
      [connected('GET /v1/models: 401', 'GET /invocations: 405')],
      ['fail: Port 8000 answers without credentials'],
    ],
    [
      'a key, and metrics for all',
      [connected('GET /v1/models: 401', 'GET /metrics: 200')],
      ['warning: Port 8000 tells some without credentials'],
    ],
    ['a key on everything', [connected('GET /v1/models: 401', 'GET /metrics: 401')], ['pass: Port 8000 wants credentials']],
    ['a key, health for all', [connected('GET /health: 200', 'GET /v1/models: 401')], ['pass: Port 8000 wants credentials']],
    [
      'a client certificate that is missing, as nginx says it',
      [connected('GET /v1/models: 400', '  | <html>·<head><title>400 No required SSL certificate was sent</title></head>')],
      ['pass: Port 8000 wants credentials'],
    ],
    ['a bad request', [connected('GET /v1/models: 400')], ['not-evaluated: Whether port 8000 asks anyone is not known']],
    ['a login elsewhere', [connected('GET /v1/models: 302', '  location: https://sso.example/')], ['pass: Port 8000 wants credentials']],
    [
      'a redirect of everything to HTTPS',
      [connected('GET /: 301', '  location: https://10.0.0.1/', 'GET /v1/models: 301', '  location: https://10.0.0.1/v1/models')],
      ['not-applicable: Port 8000 only leads to HTTPS'],
    ],
    ['a list of addresses', [connected('GET /: 403', 'GET /v1/models: 403')], ['not-applicable: Port 8000 refuses bastion']],
    ['a list of addresses for all but the models', [connected('GET /: 403', 'GET /v1/models: 401')], ['pass: Port 8000 wants credentials']],
    [
      'half of it broken',
      [connected('GET /v1/models: 401', 'GET /metrics: 502')],
      ['not-evaluated: Whether port 8000 asks anyone is not known'],
    ],
    [
      'no HTTP',
      [connected('GET /v1/models: no answer (the answer is not HTTP)')],
      ['not-evaluated: Whether port 8000 asks anyone is not known'],
    ],
    [
      'an application before it, as Open WebUI: its page for every path that it does not know',
      [connected('GET /api/version: 200', json, 'GET /api/tags: 200', page, 'GET /v1/models: 200', page)],
      ['not-applicable: Port 8000 shows pages, and no engine'],
    ],
    [
      'a page beside the engine',
      [connected('GET /api/tags: 200', json, 'GET /api/ps: 200', page)],
      ['fail: Port 8000 answers without credentials'],
    ],
    ['a page beside a key', [connected('GET /v1/models: 401', 'GET /metrics: 200', page)], ['pass: Port 8000 wants credentials']],
    [
      'a page beside what is broken',
      [connected('GET /v1/models: 502', 'GET /metrics: 200', page)],
      ['not-evaluated: Whether port 8000 asks anyone is not known'],
    ],
    ['the page that LocalAI has', [connected('GET /swagger/: 200', page)], ['fail: Port 8000 answers without credentials']],
    ['only 404', [connected('GET /v1/models: 404')], ['not-applicable: Nothing answers the jump host']],
    ['refused', ['tcp 10.0.0.1 port 8000 from bastion: refused\n'], ['not-applicable: Nothing answers the jump host']],
    ['silence', ['tcp 10.0.0.1 port 8000 from bastion: no answer\n'], ['not-applicable: Nothing answers the jump host']],
    [
      'forwarding refused',
      ['tcp 10.0.0.1 port 8000 from bastion: not forwarded (administratively prohibited)\n'],
      ['not-evaluated: The jump host does not forward to port 8000'],
    ],
    ['nothing to ask', [], ['not-applicable: Nothing answers the jump host']],
  ])('%s', (_, texts, expected) => {
    expect(judge(...texts)).toEqual(expected)
  })

  test('not asked: not evaluated, with the reason; no server: not applicable', () => {
    expect(
      run(endpointAnswerAuthenticated, {
        services: [ollama],
        wire: unknown('an older audit', []),
        loopback: unknown('no', []),
        programs: known([]),
      }),
    ).toMatchObject([{ status: 'not-evaluated', reason: 'an older audit' }])
    expect(
      run(endpointAnswerAuthenticated, { services: [], wire: unknown('x', []), loopback: unknown('no', []), programs: known([]) }),
    ).toMatchObject([{ status: 'not-applicable' }])
  })

  test.each([
    ['[::] where the fleet file has an address of IPv4', {}, ['not-evaluated: Port 11434 listens where it was not asked']],
    ['a port that was asked', { port: 8000 }, ['not-applicable: Nothing answers the jump host']],
    ['what a start would bring', { basis: 'configured' }, ['not-applicable: Nothing answers the jump host']],
    ['this machine alone', { address: '::1', scope: 'loopback' }, ['not-applicable: Nothing answers the jump host']],
  ])('a socket that was not asked: %s', (_, change, expected) => {
    const bind = { address: '::', port: 11434, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed', ...change }
    const verdicts = run(endpointAnswerAuthenticated, {
      services: [{ ...ollama, binds: [bind] }],
      wire: known(wireOf('tcp 10.0.0.1 port 8000 from bastion: refused')),
      loopback: unknown('no', []),
      programs: known([]),
    })
    expect(outcomes(verdicts)).toEqual(expected)
  })

  test('sockets that were not seen may be open to all', () => {
    const verdicts = run(endpointAnswerAuthenticated, {
      ...{ services: [{ ...ollama, binds: [] }], wire: known({ endpoints: [] }) },
      ...{ loopback: unknown('no', []), programs: known([]) },
    })
    expect(outcomes(verdicts)).toEqual(["not-evaluated: The server's sockets are not known"])
  })

  test('the line that decides is cited', () => {
    const [verdict] = run(endpointAnswerAuthenticated, {
      services: [ollama],
      wire: known(wireOf(connected('GET /: 200', '  | Ollama is running', 'GET /api/tags: 200'))),
      loopback: unknown('no', []),
      programs: known([]),
    })
    expect(verdict?.cite).toEqual([{ section: 'wire-http-0', line: 4, note: 'Answered without credentials. Expected 401.', token: '200' }])
  })
})

test.each([
  ['not forwarded', 'not forwarded (PermitOpen)', 200, 'fail: Port 8000 answers without credentials'],
  ['dropped', 'no answer', 401, 'pass: Port 8000 wants credentials'],
  ['refused: another address is bound', 'refused', 200, 'not-applicable: Nothing answers the jump host'],
])('what the host answered to itself stands in: %s', (_, outcome, status, expected) => {
  const exposed = {
    ...ollama,
    binds: [{ address: '0.0.0.0', port: 8000, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed' }],
  }
  const answers = [{ method: 'GET', path: '/api/tags', headers: {}, status, line: 3 }]
  const facts = {
    services: [exposed],
    wire: known(wireOf(`tcp 10.0.0.1 port 8000 from bastion: ${outcome}`)),
    loopback: known({ ports: [{ port: 8000, answers }] }),
    programs: known([]),
  }
  const verdicts = run(endpointAnswerAuthenticated, facts)
  expect(outcomes(verdicts)).toEqual([expected])
  if (outcome !== 'refused') expect(verdicts[0]?.cite[0]).toMatchObject({ section: 'loopback', line: 3 })
})

describe('what was waived stays so', () => {
  const heard = (wire: string, local: readonly (readonly [path: string, status: number])[] = [], argv = ollama.argv) => {
    const binds = [{ address: '0.0.0.0', port: 8000, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed' }]
    const answers = local.map(([path, status], index) => ({ method: 'GET', path, headers: {}, status, line: index + 1 }))
    const [verdict] = run(endpointAnswerAuthenticated, {
      services: [{ ...ollama, argv, binds, engine: 'vllm' }],
      wire: known(wireOf(wire)),
      loopback: known({ ports: local.length > 0 ? [{ port: 8000, answers }] : [] }),
      programs: known([]),
    })
    const outputs = new Map(
      [
        ['wire-http-0', wire],
        ['loopback', local.map(([path, status]) => `${status} http://127.0.0.1:8000${path}`).join('\n')],
      ].map(([id = '', stdout]) => [id, { id, stdout } as SectionOutput]),
    )
    expect(verdict?.title).toBe('Port 8000 answers without credentials')
    return verdict && evidenceDigest({ ...verdict, control: 'c', severity: 'critical' }, outputs)
  }
  const asked = connected('GET /v1/models: 200', 'GET /metrics: 200', 'GET /is_paused: 200', 'GET /invocations: 405')
  const silent = 'tcp 10.0.0.1 port 8000 from bastion: no answer'
  const local = [
    ['/v1/models', 200],
    ['/metrics', 200],
    ['/invocations', 405],
    ['/health', 200],
  ] as const

  test('where the jump host once gets no answer, and the host itself the same', () => {
    expect(heard(silent, local)).toBe(heard(asked, local))
    expect(heard(silent, local)).toBe(heard(asked))
  })

  test('not where other routes answer, or one that a flag opens', () => {
    const keyed = [['/v1/models', 401], ...local.slice(1)] as const
    expect(heard(silent, keyed)).not.toBe(heard(asked))
    const told = ['/usr/bin/vllm', 'serve', '--enable-tokenizer-info-endpoint']
    expect(heard(`${asked}\nGET /tokenizer_info: 200`, [], told)).not.toBe(heard(asked))
  })
})

const leaf = readFileSync(new URL('../../../facts/certificates/__fixtures__/leaf-chain.pem', import.meta.url), 'utf8').trim()
const selfSigned = readFileSync(new URL('../../../facts/certificates/__fixtures__/self-signed.pem', import.meta.url), 'utf8').trim()
const context = {
  fleet: { policy: { minimumTlsVersion: '1.2', certificateWarnDays: 14 } },
  now: Date.UTC(2026, 10, 26),
} as unknown as PolicyContext
const inside = (...lines: readonly string[]): string => ['tcp 10.0.0.1 port 8000 from bastion: connected', ...lines].join('\n')
const outcomes = (verdicts: readonly Verdict[]) => verdicts.map(({ status, title }) => `${status}: ${title}`)

const bind = { address: '0.0.0.0', port: 8000, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed' } as const
const vllm: InferenceService = {
  ...ollama,
  id: 'vllm.service',
  engine: 'vllm',
  argv: ['vllm', 'serve', '--ssl-certfile', 'a.crt'],
  binds: [bind],
}

test.each<[name: string, service: InferenceService, texts: readonly string[], expected: string]>([
  ['no TLS of its own', ollama, [], 'not-applicable: No engine offers TLS of its own'],
  ['local only', { ...vllm, binds: ollama.binds }, [], 'not-applicable: No engine offers TLS of its own'],
  ['sockets that were not seen', { ...vllm, binds: [] }, [], "not-evaluated: The server's sockets are not known"],
  ['not reached', vllm, ['tcp 10.0.0.1 port 8000 from bastion: no answer'], 'not-evaluated: No handshake showed its certificate'],
  [
    'sound',
    vllm,
    [inside('tls name (none)', 'tls 1.0: refused (alert x)', 'tls 1.1: refused (alert x)', 'tls 1.2: served (X)', ...leaf.split('\n'))],
    'pass: Certificate is valid until 1 Jan 2027',
  ],
  [
    'an old version that could not be asked for',
    vllm,
    [inside('tls name (none)', 'tls 1.0: not asked (x)', 'tls 1.1: refused (alert x)', 'tls 1.2: served (X)', ...leaf.split('\n'))],
    'not-evaluated: The accepted TLS versions are not known',
  ],
  [
    'an old version',
    vllm,
    [inside('tls name (none)', 'tls 1.0: served (X)', 'tls 1.2: served (X)', ...leaf.split('\n'))],
    'fail: TLS 1.0 is still accepted',
  ],
  [
    'self-signed, in the name of its subject alone',
    vllm,
    [inside('tls name (none)', 'tls 1.2: served (X)', ...selfSigned.split('\n'))],
    'fail: Certificate names no host',
  ],
])('engine-certificate-valid: %s', (_, service, texts, expected) => {
  expect(outcomes(run(engineCertificateValid, { services: [service], wire: known(wireOf(...texts)) }))).toEqual([expected])
})

test.each<[name: string, texts: readonly string[], expected: string]>([
  [
    'sent',
    [inside('tls name ai.example', 'GET /: 200', '  strict-transport-security: max-age=31536000; includeSubDomains')],
    'pass: Strict-Transport-Security is sent',
  ],
  ['missing', [inside('tls name ai.example', 'GET /: 401')], 'warning: No Strict-Transport-Security header'],
  [
    'taken back',
    [inside('tls name ai.example', 'GET /: 200', '  strict-transport-security: max-age=0')],
    'warning: No Strict-Transport-Security header',
  ],
  [
    'on one route only',
    [inside('tls name a.b', 'GET /: 200', '  strict-transport-security: max-age=9', 'GET /x: 404')],
    'warning: No Strict-Transport-Security header',
  ],
  [
    'an address has no such header',
    [inside('tls name (none)', 'GET /: 200')],
    'not-applicable: No encrypted endpoint answers the jump host',
  ],
  ['plain', [connected('GET /: 200')], 'not-applicable: No encrypted endpoint answers the jump host'],
])('proxy-hsts-sent: %s', (_, texts, expected) => {
  expect(outcomes(run(proxyHstsSent, { wire: wireOf(...texts) }))).toEqual([expected])
})
