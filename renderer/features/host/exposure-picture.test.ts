import { describe, expect, test } from 'vitest'
import type { Endpoint, OriginReach, RouteGroup } from '#shared/model/endpoint.ts'
import { exposureOf } from '#shared/model/endpoint.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import {
  bend,
  endpointSentence,
  endpointTitle,
  exposureSaid,
  groupSaid,
  laneOf,
  nothingDrawn,
  reachSaid,
  seenSaid,
  undrawnSaid,
} from './exposure-picture.ts'

const group = (change: Partial<RouteGroup> = {}): RouteGroup => ({
  service: 'ollama.service',
  class: 'inference',
  routes: ['POST /api/chat'],
  authentication: 'yes',
  by: ['auth_basic'],
  ...change,
})
const reach = (verdict: OriginReach['verdict'], origin: OriginReach['origin'] = 'app'): OriginReach => ({ origin, verdict })
const endpoint = (change: Partial<Endpoint> = {}): Endpoint => ({
  id: 'nginx *:443',
  address: '*',
  port: 443,
  scope: 'wildcard',
  program: 'nginx',
  proxy: { name: 'ai.example', encrypted: true },
  reach: [reach('accept'), reach('stopped', 'any')],
  groups: [group()],
  withheld: 0,
  ...change,
})

test.each<[string, Partial<Endpoint>, ReturnType<typeof exposureOf>]>([
  ['a login on everything', {}, 'guarded'],
  ['one route without', { groups: [group(), group({ authentication: 'no', by: [] })] }, 'open'],
  ['health without', { groups: [group(), group({ class: 'health', authentication: 'no', by: [] })] }, 'guarded'],
  ['by address only', { groups: [group({ authentication: 'no', by: [], onlyFrom: ['10.0.0.5'] })] }, 'guarded'],
  ['management for every user', { groups: [group({ class: 'management' })] }, 'shared'],
  ['management for named hosts', { groups: [group({ class: 'management', onlyFrom: ['10.0.0.5'] })] }, 'guarded'],
  ['not known who is asked', { groups: [group({ authentication: 'unknown' })] }, 'unknown'],
  ['nobody gets there', { groups: [group({ authentication: 'no' })], reach: [reach('stopped')] }, 'closed'],
  ['who gets there is not known', { reach: [reach('unknown')] }, 'unknown'],
  [
    'it answered, whatever the rules say',
    { reach: [reach('stopped')], seen: { from: 'j', outcome: 'connected', open: ['GET /api/tags'] } },
    'open',
  ],
  ['loopback', { scope: 'loopback', groups: [group({ authentication: 'no' })] }, 'closed'],
])('exposure: %s', (_, change, expected) => {
  expect(exposureOf(endpoint(change))).toBe(expected)
  expect(exposureSaid(endpoint(change)).word).not.toBe('')
})

describe('words', () => {
  test.each([
    [{ endpoints: [], unread: {} }, /^No model answers/],
    [{ endpoints: [] }, /^No model answers/],
    [{}, /^Not drawn/],
    [{ endpoints: [], unread: { services: 'Processes: others are hidden' } }, /could not be read: .*others are hidden\. .*not known/],
    [{ endpoints: [], unread: { listeners: 'Listening sockets: sudo refused "ss"' } }, /could not be read: .*refused "ss"\. .*not known/],
  ])('nothing drawn of %j: %s', (given, expected) => {
    const { title, about } = nothingDrawn(given)
    expect(`${title}: ${about}`).toMatch(expected)
  })

  test.each<[OriginReach, string]>([
    [reach('accept', 'app'), 'Let in pass'],
    [reach('accept', 'any'), 'Let in fail'],
    [reach('stopped', 'any'), 'Stopped pass'],
    [reach('unknown'), 'Not known unknown'],
    [reach('unnamed'), 'Not named na'],
  ])('%j: %s', (given, expected) => {
    const { word, tone } = reachSaid(given)
    expect(`${word} ${tone}`).toBe(expected)
  })

  test.each<[Partial<RouteGroup>, string]>([
    [{}, 'auth_basic pass'],
    [{ by: [] }, 'Login pass'],
    [{ authentication: 'no', by: [] }, 'No login fail'],
    [{ authentication: 'no', by: [], class: 'health' }, 'No login na'],
    [{ authentication: 'no', by: [], onlyFrom: ['10.0.0.5'] }, 'From 10.0.0.5 only pass'],
    [{ authentication: 'no', by: [], onlyFrom: [] }, 'From nobody only pass'],
    [{ authentication: 'partly' }, 'Some need no login warn'],
    [{ authentication: 'unknown' }, 'Not known unknown'],
    [{ class: 'management' }, 'auth_basic, any user fail'],
    [{ class: 'management', onlyFrom: ['10.0.0.5'] }, 'auth_basic, from 10.0.0.5 only pass'],
  ])('%j: %s', (change, expected) => {
    const { word, tone } = groupSaid(group(change))
    expect(`${word} ${tone}`).toBe(expected)
  })

  test('a sentence says what the picture shows; names of hosts are made plain', () => {
    expect(endpointSentence(endpoint({ withheld: 3 }))).toBe(
      'The firewall lets in: app subnet. Its one route does not answer without a login. 3 more are withheld by nginx.',
    )
    expect(endpointSentence(endpoint({ groups: [group(), group()] }))).toContain('None of 2 routes answers without a login, health aside.')
    // Management for every user is bad, yet a login it is.
    const shared = group({ class: 'management' })
    expect(endpointSentence(endpoint({ groups: [group(), shared] }))).toContain('None of 2 routes answers without a login')
    const open = [group({ authentication: 'no' }), group({ authentication: 'no', class: 'health' }), shared]
    expect(endpointSentence(endpoint({ groups: open }))).toContain('1 of 3 routes answer without a login.')
    const doubtful = group({ authentication: 'unknown' })
    expect(endpointSentence(endpoint({ groups: [group(), doubtful] }))).toContain('Of 1 of 2 routes it is not known whether')
    expect(endpointSentence(endpoint({ groups: [doubtful] }))).toContain('Whether its one route answers without a login is not known.')
    expect(endpointSentence(endpoint({ reach: [reach('stopped')] }))).toContain('lets nobody in.')
    expect(endpointSentence(endpoint({ reach: [reach('stopped'), reach('unknown', 'any')] }))).toContain('lets nobody in for certain.')
    expect(endpointSentence(endpoint({ scope: 'loopback' }))).toContain('nobody else')
    const held = { ...reach('stopped', 'any'), stoppedByUnit: 'vllm.service' }
    expect(reachSaid(held)).toEqual({ word: 'Stopped', tone: 'warn' })
    expect(reachSaid({ ...held, origin: 'jump' })).toEqual({ word: 'Stopped', tone: 'pass' })
    expect(endpointSentence(endpoint({ reach: [reach('accept'), held] }))).toContain(
      'The firewall lets in: app subnet. Its unit alone keeps out: anyone else.',
    )
    expect(endpointSentence(endpoint({ reach: [reach('stopped'), held] }))).toMatch(/^Its unit alone keeps out: anyone else\. /)
    expect(endpointTitle(endpoint({ proxy: { name: 'a\u202eb', encrypted: false } }))).not.toContain('\u202e')
    expect(seenSaid(endpoint({ seen: { from: 'bastion', outcome: 'no-answer', open: [] } }))?.word).toBe('Asked from bastion: no answer')
    expect(seenSaid(endpoint())).toBeUndefined()
  })
})

test('rows stand in the middle of the lane, each in its own place', () => {
  const { height, originAt, groupAt } = laneOf({ reach: [reach('accept'), reach('stopped', 'any')], groups: [group(), group(), group()] })
  expect(originAt).toEqual([height / 2 - 16, height / 2 + 16])
  expect(groupAt).toEqual([height / 2 - 54, height / 2, height / 2 + 54])
  expect(bend(0, 10, 20, 30)).toBe('M0 10C10 10 10 30 20 30')
})

test.each<[string, Partial<InferenceService>, ReturnType<typeof undrawnSaid>]>([
  ['stopped', { running: false }, { word: 'Does not run', tone: 'na' }],
  ['a container that publishes nothing', { containerPorts: [] }, { word: 'Publishes no port', tone: 'pass' }],
  [
    'a container that may have an address of its own',
    { containerPorts: [], bindUnknown: 'macvlan' },
    { word: 'Its sockets could not be seen', tone: 'unknown' },
  ],
  ['ss may not run', {}, { word: 'Its sockets could not be seen', tone: 'unknown' }],
])('a server without a socket in the picture: %s', (_, change, expected) => {
  const service: InferenceService = {
    ...{ id: 'vllm', engine: 'vllm', how: 'container', running: true, pids: [], argv: [], environment: {}, binds: [] },
    ...{ apiKey: 'unknown', modelPaths: [] },
    ...change,
  }
  expect(undrawnSaid(service)).toEqual(expected)
})
