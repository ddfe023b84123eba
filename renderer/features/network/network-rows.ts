import type { Output } from '#shared/ipc/contracts.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { Flow, NetworkDoor } from '#shared/model/network-flow.ts'
import { destinations, type FlowState, flowStates, loudestFlow, type Segment, segments } from '#shared/model/segment.ts'
import { rankOf } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'

export interface DoorFlow {
  readonly door: NetworkDoor
  readonly flow: Flow
  /** The loudest finding that judges the door; absent where none does. */
  readonly finding: FindingBrief | undefined
}

/** What one segment is to one host: its loudest flow. */
export interface NetworkCell {
  readonly segment: Segment
  readonly state: FlowState
  /** Loudest first. */
  readonly flows: readonly DoorFlow[]
  /** Flows in that state. */
  readonly count: number
  /** Why nothing, or not all, could be compared. */
  readonly gap: string | undefined
}

export interface NetworkRow {
  readonly host: string
  readonly stale: boolean
  readonly cells: readonly NetworkCell[]
}

type Networks = Output<'network:hosts'>

const outward: ReadonlySet<Segment> = new Set(destinations)

/** Is it where a host connects to, and not where others come from? */
export const isOutward = (segment: Segment): boolean => outward.has(segment)

/** Hosts with what is open too far first, then those of which least is known. */
export function networkRows(hosts: readonly HostView[], networks: Networks): NetworkRow[] {
  const byHost = new Map(networks.map((each) => [each.host, each.network]))
  const rows = hosts.map((host): NetworkRow => {
    const network = byHost.get(host.name)
    const gap =
      network === undefined
        ? 'This host was never looked at. Run an audit.'
        : network === null
          ? 'The newest audit is of an older Gatehouse, which did not compare flows. Run an audit.'
          : undefined
    const doors = (network?.doors ?? []).map((door) => ({ door, finding: findingOf(door, host.findings) }))
    return {
      host: host.name,
      stale: network !== undefined && host.results !== 'current',
      cells: segments.map((segment) => cellOf(segment, doors, gap ?? (isOutward(segment) ? undefined : network?.unread))),
    }
  })
  const weight = ({ cells }: NetworkRow, state: FlowState) => cells.filter((cell) => cell.state === state).length
  return rows.sort((a, b) => weight(b, 'excess') - weight(a, 'excess') || weight(b, 'unknown') - weight(a, 'unknown'))
}

function cellOf(segment: Segment, doors: readonly Omit<DoorFlow, 'flow'>[], gap: string | undefined): NetworkCell {
  const flows = doors
    .flatMap(({ door, finding }) => door.flows.filter((flow) => flow.segment === segment).map((flow) => ({ door, flow, finding })))
    .sort((a, b) => flowStates.indexOf(a.flow.state) - flowStates.indexOf(b.flow.state))
  const state = loudestFlow([...flows.map(({ flow }) => flow.state), ...(gap === undefined ? [] : (['unknown'] as const))])
  return { segment, state, flows, count: flows.filter(({ flow }) => flow.state === state).length, gap }
}

/** By subject; where a control could judge nothing it has one finding for the host as a whole. */
function findingOf({ judgedBy }: NetworkDoor, findings: readonly FindingBrief[]): FindingBrief | undefined {
  const found = judgedBy.flatMap(({ control, subject }) => {
    const all = findings.filter((finding) => finding.control === control)
    const exact = subject === undefined ? all : all.filter((finding) => finding.subject === subject)
    return exact.length > 0 ? exact : all.filter((finding) => finding.subject === '')
  })
  return found.sort((a, b) => rankOf(a.status) - rankOf(b.status))[0]
}

/** Rows whose host is named like the text and that have a cell in the state. */
export const filterRows = (rows: readonly NetworkRow[], text: string, state: FlowState | null): readonly NetworkRow[] =>
  rows.filter(
    ({ host, cells }) =>
      host.toLowerCase().includes(text.trim().toLowerCase()) && (state === null || cells.some((cell) => cell.state === state)),
  )

/** How many cells of current results are in each state. */
export const countStates = (rows: readonly NetworkRow[]): Readonly<Record<FlowState, number>> => {
  const cells = rows.filter(({ stale }) => !stale).flatMap((row) => row.cells)
  return Object.fromEntries(flowStates.map((state) => [state, cells.filter((cell) => cell.state === state).length])) as Record<
    FlowState,
    number
  >
}

/** Networks of a segment as the fleet file has them. */
export function networksOf({ networks }: Fleet, segment: Segment): readonly string[] | undefined {
  return segment === 'any' || segment === 'packages' || segment === 'anywhere' ? undefined : networks[segment]
}
