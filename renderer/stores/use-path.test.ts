import { expect, test } from 'vitest'
import { audit, audited, host } from './__fixtures__/hosts.ts'
import { viewHost } from './host-view.ts'
import { fleetPath } from './use-path.ts'

const fine = audited('a', {})
const gone = viewHost(host('b'), audit('b', { state: 'unreachable' }), null)
const never = viewHost(host('c'), undefined, null)

test.each([
  ['all reached', [fine], false, false, ['bastion', '1 host'], 'Connected'],
  ['one away', [fine, gone], false, false, ['bastion', '1 of 2 hosts'], '1 not connected'],
  ['never audited', [never], false, false, ['bastion', '1 host'], 'Not connected'],
  ['an audit runs', [fine, never], true, false, ['bastion', '1 of 2 hosts'], 'Auditing'],
  ['the jump host failed', [fine], false, true, ['bastion', '1 host'], 'Jump host not connected'],
  ['no fleet', [], false, false, [], 'Not connected'],
] as const)('%s', (_, hosts, auditing, jumpFailed, hops, word) => {
  expect(fleetPath(hosts, ['bastion'], auditing, jumpFailed)).toMatchObject({ hops, words: { word } })
})
