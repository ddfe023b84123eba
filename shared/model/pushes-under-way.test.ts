import { expect, test } from 'vitest'
import type { PushJob } from './push-job.ts'
import { pushesUnderWay } from './pushes-under-way.ts'
import type { WaveHost, WaveJob } from './wave-job.ts'

const job = (state: PushJob['state']) => ({ state, plan: { id: 'one' } }) as PushJob
const waves = (state: WaveJob['state'], ...outcomes: WaveHost['outcome'][]) =>
  ({ state, hosts: outcomes.map((outcome, at) => ({ outcome, plan: { id: `many-${at}` } })) }) as WaveJob

test.each<[string, PushJob | null | undefined, WaveJob | null | undefined, readonly string[]]>([
  ['nothing was pushed', null, undefined, []],
  ['one runs', job('running'), null, ['one']],
  ['one is being undone', job('undoing'), null, ['one']],
  ['one has ended', job('finished'), null, []],
  ['of many, those without an outcome', null, waves('running', 'committed-proven', null, null), ['many-1', 'many-2']],
  ['the last wave of many', job('finished'), waves('stopping', null), ['many-0']],
  ['many have ended', null, waves('finished', 'unknown', null), []],
])('%s', (_, one, many, ids) => {
  expect([...pushesUnderWay(one, many)]).toEqual(ids)
})
