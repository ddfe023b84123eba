import type { Endpoint } from '#shared/model/endpoint.ts'
import { printSocket } from '#shared/model/listener.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import {
  bend,
  classWords,
  endpointSentence,
  endpointTitle,
  exposureSaid,
  groupSaid,
  laneOf,
  originWords,
  reachSaid,
  seenSaid,
} from './exposure-picture.ts'

/** Part of the picture that the pane beside it explains. */
export type Part = { readonly kind: 'origin' | 'group'; readonly index: number } | { readonly kind: 'listener' }

interface ExposureLaneProps {
  readonly endpoint: Endpoint
  readonly selected: Part | undefined
  readonly onSelect: (part: Part) => void
}

const GATE = 72
const FIREWALL_X = 26
const FORK = 36
const JOIN = 28

const cross = (x: number, y: number): string => `M${x} ${y - 3}l6 6m0 -6l-6 6`

/** Who connects, through firewall, listener and proxy, to which routes, and what is asked there. Lines are drawn, words are text. */
export function ExposureLane({ endpoint, selected, onSelect }: ExposureLaneProps) {
  const lane = laneOf(endpoint)
  const said = exposureSaid(endpoint)
  const seen = seenSaid(endpoint)
  const height = { height: lane.height }
  const isSelected = (part: Part) => JSON.stringify(part) === JSON.stringify(selected)
  const reachable = endpoint.reach.some(({ verdict }) => verdict === 'accept')
  const services = [...new Set(endpoint.groups.map(({ service }) => service))]
  return (
    <section className="lane" aria-label={endpointTitle(endpoint)}>
      <header>
        <h3>{endpointTitle(endpoint)}</h3>
        <Status tone={said.tone}>{said.word}</Status>
        <p className="soft">{endpointSentence(endpoint)}</p>
      </header>
      <div className="lane-grid lane-heads" aria-hidden="true">
        <span>Who connects</span>
        <span>Firewall</span>
        <span>Listener</span>
        <span />
        <span>Routes, and what they ask for</span>
        <span />
        <span>Engine</span>
      </div>
      <div className="lane-grid">
        <ul className="origins" style={height} aria-label="Who connects">
          {endpoint.reach.map((reach, index) => {
            const words = reachSaid(reach)
            const part = { kind: 'origin', index } as const
            return (
              <li key={reach.origin}>
                <button type="button" className="pick" data-opens-pane aria-pressed={isSelected(part)} onClick={() => onSelect(part)}>
                  <span>{originWords[reach.origin]}</span>
                  <Status tone={words.tone} className={words.tone === 'pass' ? 'quiet' : ''}>
                    {words.word}
                  </Status>
                </button>
              </li>
            )
          })}
        </ul>
        <svg className="lines" width={GATE} height={lane.height} viewBox={`0 0 ${GATE} ${lane.height}`} aria-hidden="true">
          <line
            className="firewall"
            x1={FIREWALL_X}
            x2={FIREWALL_X}
            y1={(lane.originAt[0] ?? 0) - 14}
            y2={(lane.originAt.at(-1) ?? 0) + 14}
          />
          {endpoint.reach.map(({ origin, verdict, stoppedByUnit }, index) => {
            const y = lane.originAt[index] ?? 0
            if (stoppedByUnit !== undefined)
              return (
                <g key={origin} className="stopped">
                  <path d={`M0 ${y}H${GATE - 18}`} />
                  <path d={cross(GATE - 21, y)} />
                </g>
              )
            if (verdict === 'stopped' || verdict === 'unnamed')
              return (
                <g key={origin} className="stopped">
                  <path d={`M0 ${y}H${FIREWALL_X - 6}`} />
                  {verdict === 'stopped' && <path d={cross(FIREWALL_X - 9, y)} />}
                </g>
              )
            const tone = origin === 'any' && verdict === 'accept' ? 'fail' : ''
            return (
              <path
                key={origin}
                className={`${verdict === 'unknown' ? 'doubt' : 'through'} ${tone}`}
                d={`M0 ${y}H${FIREWALL_X}${bend(FIREWALL_X, y, GATE, lane.height / 2)}`}
              />
            )
          })}
        </svg>
        <div className="node" style={height}>
          <button
            type="button"
            className="node-box"
            aria-pressed={isSelected({ kind: 'listener' })}
            data-opens-pane
            onClick={() => onSelect({ kind: 'listener' })}
          >
            <b className="one-line">{plainText(endpoint.proxy ? endpoint.proxy.name : endpoint.program, 60)}</b>
            <code>{plainText(printSocket(endpoint), 60)}</code>
            <span className="muted">
              {endpoint.proxy ? `${endpoint.program}, ${endpoint.proxy.encrypted ? 'TLS' : 'plain HTTP'}` : 'No proxy between'}
            </span>
          </button>
          {seen && (
            <Status tone={seen.tone} className="wrap">
              {seen.word}
            </Status>
          )}
        </div>
        <svg className="lines" width={FORK} height={lane.height} viewBox={`0 0 ${FORK} ${lane.height}`} aria-hidden="true">
          {lane.groupAt.map((y, index) => {
            const group = endpoint.groups[index]
            const tone = group && reachable && groupSaid(group).tone === 'fail' ? 'fail' : ''
            return <path key={y} className={`${reachable ? 'through' : 'stopped'} ${tone}`} d={bend(0, lane.height / 2, FORK, y)} />
          })}
        </svg>
        <ul className="groups" style={height} aria-label="Routes and what they ask for">
          {endpoint.groups.map((group, index) => {
            const words = groupSaid(group)
            const part = { kind: 'group', index } as const
            return (
              <li key={JSON.stringify([group.class, group.authentication, group.by, group.onlyFrom, group.service])}>
                <button type="button" className="pick" data-opens-pane aria-pressed={isSelected(part)} onClick={() => onSelect(part)}>
                  <span className="one-line">
                    {classWords[group.class]}{' '}
                    <span className="muted">{group.routes.length === 1 ? '1 route' : `${group.routes.length} routes`}</span>
                  </span>
                  <Status tone={words.tone} className={words.tone === 'pass' ? 'quiet' : ''}>
                    {words.word}
                  </Status>
                </button>
              </li>
            )
          })}
          {endpoint.groups.length === 0 && <li className="soft">No route is known</li>}
        </ul>
        <svg className="lines" width={JOIN} height={lane.height} viewBox={`0 0 ${JOIN} ${lane.height}`} aria-hidden="true">
          {lane.groupAt.map((y) => (
            <path key={y} className={reachable ? 'through' : 'stopped'} d={bend(0, y, JOIN, lane.height / 2)} />
          ))}
        </svg>
        <div className="node" style={height}>
          {services.map((service) => (
            <b key={service} className="node-box engine one-line" title={plainText(service, 120)}>
              {plainText(service, 60)}
            </b>
          ))}
        </div>
      </div>
    </section>
  )
}
