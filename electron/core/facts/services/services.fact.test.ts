import { expect, test } from 'vitest'
import { known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { servicesFact } from './services.fact.ts'
import { listener, process } from './services.testing.ts'

/** LocalAI with an environment that asks for nothing, and what its port answered. */
function localAi(status: number, environment: Readonly<Record<string, string>> = {}) {
  const facts: Readonly<Record<string, unknown>> = {
    processes: known([process(5, 'local-ai run', { environment })]),
    listeners: known([listener('0.0.0.0:8080', 5)]),
    loopback: known({ ports: [{ port: 8080, answers: [{ method: 'GET', path: '/v1/models', status, headers: {}, line: 1 }] }] }),
  }
  const sources = { fact: (id: string) => facts[id] ?? unknown(id, []), section: () => ({ stdout: '' }) }
  return servicesFact.read(sources as unknown as FactSources)
}

test.each([
  [401, { apiKey: 'set', environmentComplete: false }],
  [200, { apiKey: 'none', environmentComplete: true }],
])('a server that asks though nothing says so has settings that were not read: %i', (status, expected) => {
  expect(localAi(status)).toMatchObject({ known: true, value: [expected] })
})

test.each([
  [401, 'placeholder'],
  [200, 'none'],
])('that it asks (%i) does not say that its key is no placeholder', (status, apiKey) => {
  expect(localAi(status, { API_KEY: 'changeme' })).toMatchObject({ value: [{ apiKey }] })
})

test.each([
  ['what the file says', {}, { variables: { API_KEY: '****' }, unread: false }, { apiKey: 'set', environmentComplete: true }],
  ['what is set counts before it', { API_KEY: 'changeme' }, { variables: { API_KEY: '****' }, unread: false }, { apiKey: 'placeholder' }],
  ['a file that was not read', {}, { variables: {}, unread: true }, { apiKey: 'unknown', environmentComplete: false }],
])('LocalAI reads files of its own: %s', (_, environment, dotenv, expected) => {
  const facts: Readonly<Record<string, unknown>> = { processes: known([process(5, 'local-ai run', { environment, dotenv })]) }
  const sources = { fact: (id: string) => facts[id] ?? unknown(id, []), section: () => ({ stdout: '' }) }
  expect(servicesFact.read(sources as unknown as FactSources)).toMatchObject({ value: [expected] })
})
