import type { HostAudit } from '#shared/model/audit.ts'
import type { Endpoint, Origin, OriginReach, RouteGroup } from '#shared/model/endpoint.ts'
import { exposureOf, isSharedManagement } from '#shared/model/endpoint.ts'
import type { RouteClass } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'

/** What the picture of one endpoint says and where its lines run. Pure, so that words and geometry are tested without a window. */

export interface Said {
  readonly word: string
  readonly tone: Tone
}

export const originWords: Readonly<Record<Origin, string>> = {
  app: 'App subnet',
  management: 'Management',
  jump: 'Jump host',
  any: 'Anyone else',
}

export const classWords: Readonly<Record<RouteClass, string>> = {
  health: 'Health',
  metadata: 'Models and metrics',
  inference: 'Inference',
  management: 'Model management',
  account: 'Cloud account',
  egress: 'Fetching for callers',
}

/** Why there is no picture. A server that could not be seen is no server that is not there. */
export function nothingDrawn({ endpoints, unread }: Pick<HostAudit, 'endpoints' | 'unread'>): {
  readonly title: string
  readonly about: string
} {
  if (endpoints === undefined)
    return { title: 'Not drawn in this audit', about: 'It was taken by an older Gatehouse. Run an audit to draw it.' }
  const reason = unread?.services ?? unread?.listeners
  return reason === undefined
    ? { title: 'No model answers on this host', about: 'No inference server was found, so there is no way to one.' }
    : {
        title: 'Ways to models could not be read',
        about: `${plainText(reason, 400)}. Whether a model answers on this host, and to whom, is not known.`,
      }
}

/** Whether somebody is let in, in the tone of what it means for them: anyone let in is bad, the application servers let in is what should be. */
export function reachSaid({ origin, verdict, stoppedByUnit }: OriginReach): Said {
  if (verdict === 'unnamed') return { word: 'Not named', tone: 'na' }
  if (verdict === 'unknown') return { word: 'Not known', tone: 'unknown' }
  // A filter of systemd alone is what the finding warns of.
  if (stoppedByUnit !== undefined && origin === 'any') return { word: 'Stopped', tone: 'warn' }
  if (verdict === 'stopped') return { word: 'Stopped', tone: origin === 'app' ? 'na' : 'pass' }
  return { word: 'Let in', tone: origin === 'any' ? 'fail' : origin === 'jump' ? 'na' : 'pass' }
}

/** Who is asked for what. Routes of administrators want more than a login: named hosts. */
export function groupSaid(group: RouteGroup): Said {
  const { authentication, by, onlyFrom, class: kind } = group
  const asked = by.length > 0 ? by.map((one) => plainText(one, 30)).join(', ') : 'Login'
  const from =
    onlyFrom &&
    `from ${
      onlyFrom.length === 0
        ? 'nobody'
        : onlyFrom
            .slice(0, 2)
            .map((one) => plainText(one, 45))
            .join(', ')
    } only`
  if (authentication === 'unknown') return { word: 'Not known', tone: 'unknown' }
  if (authentication === 'partly') return { word: 'Some need no login', tone: 'warn' }
  if (authentication === 'no')
    return from ? { word: from.replace(/^f/, 'F'), tone: 'pass' } : { word: 'No login', tone: kind === 'health' ? 'na' : 'fail' }
  if (isSharedManagement(group)) return { word: `${asked}, any user`, tone: 'fail' }
  return { word: from ? `${asked}, ${from}` : asked, tone: 'pass' }
}

const exposures: Readonly<Record<ReturnType<typeof exposureOf>, Said>> = {
  open: { word: 'Open', tone: 'fail' },
  shared: { word: 'Management for every user', tone: 'fail' },
  guarded: { word: 'Guarded', tone: 'pass' },
  unknown: { word: 'Not known', tone: 'unknown' },
  closed: { word: 'Closed', tone: 'pass' },
}

/** How open an endpoint is, in one word. */
export const exposureSaid = (endpoint: Endpoint): Said => exposures[exposureOf(endpoint)]

const outcomes = {
  connected: 'it took the connection',
  refused: 'the connection was refused',
  'no-answer': 'no answer',
  'not-forwarded': 'not forwarded by the jump host',
}

/** What was really met, when somebody went there. */
export function seenSaid({ seen }: Endpoint): Said | undefined {
  if (seen === undefined) return undefined
  if (seen.open.length > 0) return { word: `Asked from ${plainText(seen.from, 40)}: answers without credentials`, tone: 'fail' }
  return { word: `Asked from ${plainText(seen.from, 40)}: ${outcomes[seen.outcome]}`, tone: 'na' }
}

/** Program and address; a proxy is named in place of the address that it listens on. */
export const endpointTitle = ({ program, proxy, protocol, address, port }: Endpoint): string =>
  plainText(
    `${program}, ${proxy ? `${proxy.name}:${port}` : printBind({ address, port })}${protocol === 'udp' ? ', HTTP/3 over UDP' : ''}`,
    120,
  )

/** Why no way to this server is drawn: `service` has no socket in the picture. */
export function undrawnSaid({ running, binds, bindUnknown, containerPorts }: InferenceService): Said {
  if (!running) return { word: 'Does not run', tone: 'na' }
  if (binds.length === 0 && bindUnknown === undefined && containerPorts !== undefined) return { word: 'Publishes no port', tone: 'pass' }
  return { word: 'Its sockets could not be seen', tone: 'unknown' }
}

/** The picture in a sentence, for those who do not look at it. */
export function endpointSentence(endpoint: Endpoint): string {
  if (endpoint.scope === 'loopback') return 'Bound to this machine: nobody else connects.'
  const named = (of: (reach: OriginReach) => boolean) => endpoint.reach.filter(of).map(({ origin }) => originWords[origin].toLowerCase())
  const letIn = named(({ verdict }) => verdict === 'accept')
  const held = named(({ stoppedByUnit }) => stoppedByUnit !== undefined)
  const doubted = endpoint.reach.some(({ verdict }) => verdict === 'unknown')
  const open = endpoint.groups
    .filter(({ authentication, onlyFrom, class: kind }) => authentication === 'no' && onlyFrom === undefined && kind !== 'health')
    .flatMap(({ routes }) => routes)
  const asked = endpoint.groups.flatMap(({ routes }) => routes).length
  const doubtful = endpoint.groups.filter(({ authentication }) => authentication === 'unknown').flatMap(({ routes }) => routes).length
  return [
    ...(letIn.length > 0 ? [`The firewall lets in: ${letIn.join(', ')}.`] : []),
    ...(held.length > 0 ? [`Its unit alone keeps out: ${held.join(', ')}.`] : []),
    ...(letIn.length + held.length > 0 ? [] : [`The firewall lets nobody in${doubted ? ' for certain' : ''}.`]),
    open.length > 0
      ? `${open.length} of ${asked} ${asked === 1 ? 'route answers' : 'routes answer'} without a login.`
      : doubtful > 0
        ? asked === 1
          ? 'Whether its one route answers without a login is not known.'
          : `Of ${doubtful} of ${asked} routes it is not known whether they answer without a login.`
        : asked === 1
          ? 'Its one route does not answer without a login.'
          : `None of ${asked} routes answers without a login, health aside.`,
    ...(endpoint.withheld > 0 ? [`${endpoint.withheld} more are withheld by ${plainText(endpoint.program, 40)}.`] : []),
  ].join(' ')
}

const ORIGIN_ROW = 32
const GROUP_ROW = 54
const MIN_HEIGHT = 96

/** Pixels. Rows are centred in the lane, so that every line bends towards its middle. */
export interface Lane {
  readonly height: number
  readonly originAt: readonly number[]
  readonly groupAt: readonly number[]
}

/** Where the arrows of an endpoint begin and end, in pixels from the top of its lane; the shorter side is centred. */
export function laneOf({ reach, groups }: Pick<Endpoint, 'reach' | 'groups'>): Lane {
  const height = Math.max(MIN_HEIGHT, reach.length * ORIGIN_ROW, groups.length * GROUP_ROW)
  const centres = (count: number, row: number): readonly number[] =>
    Array.from({ length: count }, (_, index) => height / 2 - (count * row) / 2 + row / 2 + index * row)
  return { height, originAt: centres(reach.length, ORIGIN_ROW), groupAt: centres(groups.length, GROUP_ROW) }
}

/** A line that leaves level and arrives level. */
export const bend = (fromX: number, fromY: number, toX: number, toY: number): string => {
  const middle = (fromX + toX) / 2
  return `M${fromX} ${fromY}C${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}`
}
