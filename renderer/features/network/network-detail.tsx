import type { Fleet } from '#shared/model/fleet.ts'
import { findingId } from '../../stores/host-view.ts'
import { goHost } from '../../stores/ui.store.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { type DoorFlow, isOutward, type NetworkCell, type NetworkRow, networksOf } from './network-rows.ts'
import { flowTitle, kindWords, stateWords } from './network-words.ts'

interface NetworkDetailProps {
  readonly fleet: Fleet
  readonly row: NetworkRow
  readonly cell: NetworkCell
}

/** Why a cell says what it says: every socket behind it, the rule that decides, what was tried, and the finding that judges it. */
export function NetworkDetail({ fleet, row, cell }: NetworkDetailProps) {
  const networks = networksOf(fleet, cell.segment)
  const outward = isOutward(cell.segment)
  return (
    <Scroll as="article" className="detail network-detail" data-pane aria-label="Flow">
      <h2>{flowTitle(cell.segment, row.host, outward)}</h2>
      <div className="meta">
        <Status tone={stateWords[cell.state].tone}>{stateWords[cell.state].word}</Status>
        {networks !== undefined && networks.length > 0 && <span className="mono">{networks.join(', ')}</span>}
        {row.stale && <span>Last known, not current</span>}
      </div>
      {cell.gap !== undefined && <p className="reason">{plainText(cell.gap, 600)}</p>}
      {cell.flows.length === 0 && cell.gap === undefined && (
        <p className="reason">Nothing on this host listens for others: no inference server, proxy, SSH or other program was found.</p>
      )}
      <ul>
        {cell.flows.map((it) => (
          <DoorEntry key={it.door.id} host={row.host} it={it} />
        ))}
      </ul>
    </Scroll>
  )
}

function DoorEntry({ host, it: { door, flow, finding } }: { readonly host: string; readonly it: DoorFlow }) {
  const { word, tone, about } = stateWords[flow.state]
  return (
    <li>
      <header>
        <h3>
          {plainText(door.name, 60)} {door.bind !== '' && <code>{plainText(door.bind, 60)}</code>}
        </h3>
        <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>
          {word}
        </Status>
      </header>
      <p className="muted">
        {[
          door.kind === 'out' ? '' : kindWords[door.kind],
          door.seenAt === undefined ? '' : `seen in ${door.seenAt.section}, line ${door.seenAt.line}`,
          about.charAt(0).toLowerCase() + about.slice(1),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <p className="reason">
        <Said text={plainText(flow.reason, 600)} />
      </p>
      {flow.rule !== undefined && (
        <>
          <h4>{`The rule that decides (${flow.rule.section}, line ${flow.rule.line})`}</h4>
          <pre className="rule">{plainText(flow.rule.text, 400)}</pre>
        </>
      )}
      {flow.wire !== undefined && (
        <p className="muted">{`Gatehouse's own connection from ${plainText(flow.wire.from, 60)}: ${wireWords[flow.wire.outcome] ?? 'not known'}`}</p>
      )}
      {finding !== undefined && (
        <p className="judged">
          <OutcomeStatus outcome={finding.status} className={finding.status === 'pass' ? 'quiet' : ''} />
          <button type="button" className="link" onClick={() => goHost(host, { key: findingId(finding) })}>
            <Said text={plainText(finding.title, 120)} />
          </button>
        </p>
      )}
    </li>
  )
}

const wireWords: Readonly<Record<string, string>> = {
  connected: 'it was accepted',
  refused: 'it was refused',
  'no-answer': 'no answer, which proves nothing',
  'not-forwarded': 'the jump host would not forward it',
}
