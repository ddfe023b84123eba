import { expect, test } from 'vitest'
import { audit, audited, host } from './__fixtures__/hosts.ts'
import { viewHost } from './host-view.ts'
import { fleetPath, hostPath, type Jumps } from './use-path.ts'

const fine = audited('a', {})
const gone = viewHost(host('b'), audit('b', { state: 'unreachable' }), null)
const never = viewHost(host('c'), undefined, null)

const now = (state: Partial<Jumps>): Jumps => ({ names: ['bastion'], failed: false, open: true, ...state })

test.each([
  ['all reached', [fine], false, now({}), ['bastion', '1 host'], 'Connected'],
  ['one away', [fine, gone], false, now({}), ['bastion', '1 of 2 hosts'], '1 not audited'],
  ['never audited', [never], false, now({ open: false }), ['bastion', '1 host'], 'Not connected'],
  ['never audited, behind a jump host that is connected', [never], false, now({}), ['bastion', '1 host'], 'Jump host connected'],
  ['an audit runs', [fine, never], true, now({}), ['bastion', '1 of 2 hosts'], 'Auditing'],
  ['the jump host failed', [fine], false, now({ failed: true, open: false }), ['bastion', '1 host'], 'Jump host not connected'],
  ['reached once, and the jump host is idle since', [fine], false, now({ open: false }), ['bastion', '1 host'], 'Not connected'],
  ['no jump host', [fine], false, now({ names: [], open: false }), ['1 host'], 'Reached'],
  ['no fleet', [], false, now({}), [], 'Not connected'],
] as const)('%s', (_, hosts, auditing, jumps, hops, word) => {
  expect(fleetPath(hosts, jumps, auditing)).toMatchObject({ hops, words: { word } })
})

test('a host is connected only while its jump host is', () => {
  expect(hostPath(fine, now({})).words.word).toBe('Connected')
  expect(hostPath(fine, now({ open: false })).words.word).toBe('Not connected')
  expect(hostPath(gone, now({ open: false })).words.word).toBe('Unreachable')
})
