import { expect, test } from 'vitest'
import type { NetworkDoor } from '#shared/model/network-flow.ts'
import { type FlowState, type Segment, segments } from '#shared/model/segment.ts'
import { audit, finding, host } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { countStates, filterRows, networkRows } from './network-rows.ts'

const door = (id: string, states: Partial<Record<Segment, FlowState>>, judgedBy: NetworkDoor['judgedBy'] = []): NetworkDoor => ({
  ...{ id, kind: 'inference', name: id, bind: '0.0.0.0:1', bound: true, judgedBy },
  flows: Object.entries(states).map(([segment, state]) => ({ segment: segment as Segment, state, reason: state })),
})
const view = (name: string, over: Parameters<typeof audit>[1] = {}) => viewHost(host(name), audit(name, over), null)
const network = (name: string, doors: NetworkDoor[], unread?: string) => ({
  ...{ host: name, finishedAt: '2026-11-22T12:00:10.000Z', network: { doors, ...(unread && { unread }) } },
})
const stateOf = (rows: ReturnType<typeof networkRows>, name: string) =>
  Object.fromEntries(rows.find((row) => row.host === name)?.cells.map(({ segment, state }) => [segment, state]) ?? [])

test('a cell says the loudest of its flows and how many say so; the rest follow by loudness', () => {
  const doors = [door('a', { app: 'closed' }), door('b', { app: 'excess' }), door('c', { app: 'allowed' }), door('d', { app: 'excess' })]
  const [row] = networkRows([view('gpu-1')], [network('gpu-1', doors)])
  expect(row?.cells.map(({ segment }) => segment)).toEqual(segments)
  expect(row?.cells[0]).toMatchObject({ state: 'excess', count: 2 })
  expect(row?.cells[0]?.flows.map((it) => it.door.id)).toEqual(['b', 'd', 'c', 'a'])
})

test('never looked at, looked at by an older program, read in part: unknown with the reason, never closed', () => {
  const hosts = [viewHost(host('never'), undefined, null), view('old'), view('part')]
  const old = { host: 'old', finishedAt: '2026-11-22T12:00:10.000Z', network: null }
  const rows = networkRows(hosts, [
    old,
    network('part', [door('a', { app: 'allowed', any: 'excess', packages: 'closed' })], 'ss is missing'),
  ])
  const everything = (state: FlowState) => Object.fromEntries(segments.map((segment) => [segment, state]))
  expect(stateOf(rows, 'never')).toEqual(everything('unknown'))
  expect(stateOf(rows, 'old')).toEqual(everything('unknown'))
  expect(rows.find((row) => row.host === 'old')?.cells[0]?.gap).toContain('older')
  // What goes out does not hang on what listens.
  expect(stateOf(rows, 'part')).toMatchObject({ app: 'unknown', jump: 'unknown', any: 'excess', packages: 'closed' })
})

test('the finding that judges a door: by subject, else for the host as a whole, the loudest', () => {
  const of = (control: string, subject: string, status: 'fail' | 'pass') => finding('INF-7', status, { control, subject })
  const findings = [
    of('one', 'x', 'pass'),
    of('one', '', 'fail'),
    of('two', '', 'pass'),
    of('three', 'a', 'pass'),
    of('three', 'b', 'fail'),
  ]
  const doors = [
    door('exact', { app: 'allowed' }, [{ control: 'one', subject: 'x' }]),
    door('whole', { app: 'allowed' }, [{ control: 'two', subject: 'x' }]),
    door('any', { app: 'allowed' }, [{ control: 'three' }]),
    door('none', { app: 'allowed' }, [{ control: 'four', subject: 'x' }]),
  ]
  const [row] = networkRows([view('gpu-1', { findings })], [network('gpu-1', doors)])
  expect(row?.cells[0]?.flows.map(({ finding: found }) => found && [found.control, found.status])).toEqual([
    ['one', 'pass'],
    ['two', 'pass'],
    ['three', 'fail'],
    undefined,
  ])
})

test('worst hosts first; results that are not current are grey and not counted; filters by name and state', () => {
  const gone = view('gone', { state: 'unreachable', lastKnown: { finishedAt: '2026-11-21T12:00:00.000Z', items: [], findings: [] } })
  const doors = (state: FlowState) => [door('a', Object.fromEntries(segments.map((segment) => [segment, state])))]
  const rows = networkRows(
    [view('fine'), view('odd'), view('open'), gone],
    [
      network('fine', doors('closed')),
      network('odd', doors('unknown')),
      network('open', doors('excess')),
      network('gone', doors('missing')),
    ],
  )
  expect(rows.map((row) => [row.host, row.stale])).toEqual([
    ['open', false],
    ['odd', false],
    ['fine', false],
    ['gone', true],
  ])
  expect(countStates(rows)).toMatchObject({ excess: 8, unknown: 8, closed: 8, missing: 0 })
  expect(filterRows(rows, ' O', null).map((row) => row.host)).toEqual(['open', 'odd', 'gone'])
  expect(filterRows(rows, '', 'excess').map((row) => row.host)).toEqual(['open'])
})
