import { expect, test } from 'vitest'
import { bindWords, placeOf, podRows, restartWords, stateTone } from './service-words.ts'

test('a port bound in IPv4 and IPv6 alike is one; a loopback is named', () => {
  const bind = { port: 8080, basis: 'observed' } as const
  expect(
    bindWords({
      binds: [
        { ...bind, address: '0.0.0.0', scope: 'wildcard' },
        { ...bind, address: '::', scope: 'wildcard' },
        { ...bind, address: '::1', scope: 'loopback' },
      ],
    }),
  ).toEqual(['*:8080', '[::1]:8080'])
})

test.each([
  [{}, 'Not known'],
  [{ policy: 'no', count: 0 }, 'never by itself, not restarted since it was started'],
  [
    { policy: 'on-failure', count: 7, reloadNeeded: true },
    'on-failure, restarted 7 times by systemd, its files changed since they were loaded',
  ],
  [{ policy: 'unless-stopped', reloadNeeded: false }, 'unless-stopped'],
  [{ policy: 'always', count: 1 }, 'always, restarted once by systemd'],
])('%j is said as %s', (restart, words) => {
  expect(restartWords({ restart })).toBe(words)
})

test.each([
  ['active (running)', true, 'pass'],
  ['activating (auto-restart)', false, 'fail'],
  ['failed (failed)', false, 'fail'],
  ['inactive (dead)', false, 'na'],
] as const)('%s is shown as it is', (state, running, tone) => {
  expect(stateTone({ state, running })).toBe(tone)
})

const uid = '0a1b2c3d-0000-4111-8222-333344445555'
test.each([
  [{ uid, namespace: 'ai', name: 'chat-0', container: 'vllm' }, 'ai/chat-0/vllm', ['chat-0 in namespace ai', uid, 'vllm']],
  [{ uid, unknown: 'nobody looked' }, `pod ${uid}`, ['Not known: nobody looked', uid]],
  [{ uid, namespace: 'ai', name: 'chat-0', unknown: 'not listed' }, 'ai/chat-0', ['chat-0 in namespace ai', uid, 'Not known: not listed']],
])('a pod is named as far as it is known: %j', (pod, place, rows) => {
  expect(placeOf({ how: 'pod', pod, container: 'abababababab' })).toBe(place)
  expect(podRows({ pod }).map(([, value]) => value)).toEqual([...rows, 'Not read: the container runtime tells it to root alone'])
  expect(podRows({ pod, image: 'vllm:1' })).toHaveLength(rows.length)
})
