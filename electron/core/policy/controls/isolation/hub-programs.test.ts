import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { Hub } from '../../../facts/programs/programs.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import enginesOffline from './airgap-engines-offline.control.ts'
import downloadsDisabled from './engine-downloads-disabled.control.ts'
import { ask } from './isolation-facts.testing.ts'

const offline = 'pass: The server is told to stay offline'
const open = 'fail: The server is not told to stay offline'
const notKnown = 'not-evaluated: What keeps the server offline is not known'
const onDisk = 'pass: The server downloads nothing by itself'
const fetches = 'fail: The server downloads by itself'
const unread = 'not-evaluated: What it would download is not known'

describe('servers of models beside the engines', () => {
  const named = (models: readonly string[], state?: Hub['offline']): Hub => ({ models, named: true, ...(state && { offline: state }) })
  test.each<[string, Hub | undefined, string, readonly string[]]>([
    ['a folder, offline', named(['/m'], 'set'), offline, [onDisk]],
    ['a folder, not offline', named(['/m'], 'missing'), open, [onDisk]],
    ['a folder, its environment was not read', named(['/m'], 'unknown'), notKnown, [onDisk]],
    ['a hub, offline', named(['org/x'], 'set'), offline, [onDisk]],
    ['a hub, offline, and another variable may say otherwise', named(['org/x'], 'said'), notKnown, [unread]],
    ['a hub', named(['org/x'], 'missing'), open, [fetches]],
    ['a hub, its environment was not read', named(['org/x'], 'unknown'), notKnown, [fetches]],
    ['an adapter of a hub', named(['/m', 'org/a'], 'missing'), open, [fetches]],
    ['a store, offline', named(['s3://b/x'], 'set'), offline, [fetches]],
    ['no model is named', { models: [], named: false, offline: 'unknown' }, notKnown, [unread]],
    ['no model is named, offline', { models: [], named: false, offline: 'set' }, offline, [onDisk]],
    ['no switch, a folder', named(['/m']), 'pass: The server loads from disk', [onDisk]],
    ['no switch, a hub', named(['org/x']), open, [fetches]],
    ['no switch, no model is named', { models: [], named: false }, notKnown, [unread]],
    ['a server whose ways to a hub are not known', undefined, notKnown, ['not-applicable: No inference server on this host']],
  ])('%s', (_, hub, airGapped, downloads) => {
    const program = {
      id: 'sglang',
      name: 'SGLang',
      kind: 'inference',
      pids: [5],
      user: 'ml',
      binds: [],
      section: 'processes',
      line: 5,
      hub,
    }
    const facts = { services: [], units: known([]), loopback: known({ ports: [] }), programs: known([program]) }
    expect(outcomes(ask(enginesOffline, facts))).toEqual([airGapped])
    expect(outcomes(ask(downloadsDisabled, facts, false))).toEqual(downloads)
  })
  test('no processes, no such server', () => {
    const facts = { services: [], units: known([]), loopback: known({ ports: [] }), programs: unknown('no', []) }
    expect(outcomes(ask(enginesOffline, facts))).toEqual(['not-applicable: No inference server on this host'])
  })
})
