import type { Endpoint } from '#shared/model/endpoint.ts'
import type { Finding } from '#shared/model/finding.ts'
import { printSocket } from '#shared/model/listener.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { findingsOfPart } from './exposure-findings.ts'
import type { Part } from './exposure-lane.tsx'
import { classWords, endpointSentence, endpointTitle, groupSaid, originWords, reachSaid, seenSaid } from './exposure-picture.ts'
import { type OpenFinding, VerdictList } from './verdict-link.tsx'

interface ExposureDetailProps {
  readonly endpoint: Endpoint
  readonly part: Part
  readonly findings: readonly Finding[]
  readonly onFinding: OpenFinding
}

/** What the chosen part of the picture rests on: the rule that decides, or every route by name; and the findings that judge it. */
export function ExposureDetail({ endpoint, part, findings, onFinding }: ExposureDetailProps) {
  const { open, passing } = findingsOfPart(endpoint, part, findings)
  return (
    <aside className="exposure-detail" aria-label="Details" data-pane aria-live="polite">
      <p className="muted">{endpointTitle(endpoint)}</p>
      {part.kind === 'origin' ? <OriginPart endpoint={endpoint} index={part.index} /> : null}
      {part.kind === 'group' ? <GroupPart endpoint={endpoint} index={part.index} /> : null}
      {part.kind === 'listener' ? <ListenerPart endpoint={endpoint} /> : null}
      {open.length + passing > 0 && (
        <>
          <h4>{open.length === 0 ? 'Findings' : `${open.length} open ${open.length === 1 ? 'finding' : 'findings'}`}</h4>
          <VerdictList verdicts={open} onOpen={onFinding} />
          {passing > 0 && <p className="muted">{`${passing} ${passing === 1 ? 'check passes' : 'checks pass'}.`}</p>}
        </>
      )}
    </aside>
  )
}

function OriginPart({ endpoint, index }: { readonly endpoint: Endpoint; readonly index: number }) {
  const reach = endpoint.reach[index]
  if (reach === undefined) return null
  const said = reachSaid(reach)
  return (
    <>
      <h3>{originWords[reach.origin]}</h3>
      <Status tone={said.tone}>{said.word}</Status>
      <p>{reach.stoppedByUnit === undefined ? reasons[reach.verdict] : byUnit(reach.stoppedByUnit)}</p>
      {reach.rule !== undefined && (
        <>
          <h4>{`The rule that decides${reach.section === undefined ? '' : ` (${reach.section}, line ${reach.line})`}`}</h4>
          <pre className="rule">{plainText(reach.rule, 400)}</pre>
        </>
      )}
    </>
  )
}

const byUnit = (unit: string): string =>
  `Not the firewall, but IPAddressDeny= of ${plainText(unit, 60)} drops what they send, where the kernel can filter for a unit.`

const reasons = {
  accept: 'New connections from there reach the socket: some address of these networks is let through.',
  stopped: 'New connections from there do not reach the socket.',
  unknown: 'It hangs on a rule that Gatehouse does not model, or the rules could not be read.',
  unnamed: 'The fleet file names no such network.',
} as const

function GroupPart({ endpoint, index }: { readonly endpoint: Endpoint; readonly index: number }) {
  const group = endpoint.groups[index]
  if (group === undefined) return null
  const said = groupSaid(group)
  return (
    <>
      <h3>{classWords[group.class]}</h3>
      <Status tone={said.tone} className="wrap">
        {said.word}
      </Status>
      <h4>{`Routes of ${plainText(group.service, 60)}`}</h4>
      <ul className="routes">
        {group.routes.map((route) => (
          <li key={route}>
            <code>{plainText(route, 120)}</code>
          </li>
        ))}
      </ul>
    </>
  )
}

function ListenerPart({ endpoint }: { readonly endpoint: Endpoint }) {
  const seen = seenSaid(endpoint)
  return (
    <>
      <h3>{plainText(printSocket(endpoint), 80)}</h3>
      <p>{endpointSentence(endpoint)}</p>
      {seen && (
        <Status tone={seen.tone} className="wrap">
          {seen.word}
        </Status>
      )}
      {endpoint.seen && endpoint.seen.open.length > 0 && (
        <>
          <h4>Answered without credentials</h4>
          <ul className="routes">
            {endpoint.seen.open.map((route) => (
              <li key={route}>
                <code>{plainText(route, 120)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
