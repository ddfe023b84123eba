import type { Output } from '#shared/ipc/contracts.ts'
import { useAttestations, useWaivers } from '../../stores/queries.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'

type Waiver = Output<'waiver:list'>[number]

const states: Readonly<Record<Waiver['state'], { readonly word: string; readonly tone: Tone }>> = {
  active: { word: 'Waived', tone: 'waived' },
  expired: { word: 'Last day over', tone: 'na' },
  changed: { word: 'Evidence changed', tone: 'warn' },
  idle: { word: 'Nothing to waive', tone: 'na' },
  withdrawn: { word: 'Withdrawn', tone: 'na' },
}

interface Row {
  readonly id: string
  readonly tone: Tone
  readonly word: string
  readonly where: string
  readonly text: string
  readonly who: string
}

/** Who decided what about a control, and when: nothing that was decided is forgotten. Newest first. */
export function DecisionHistory({ control }: { readonly control: string }) {
  const waivers = (useWaivers().data ?? []).filter((it) => it.control === control)
  const statements = (useAttestations().data ?? []).filter((it) => it.control === control)
  const rows: Row[] = [
    ...waivers.map((it) => ({
      ...{ id: it.id, ...states[it.state], where: it.host, text: it.reason },
      who: signed(it.approver, it.grantedBy, it.grantedAt, it.endsOn, it.withdrawn),
    })),
    ...statements.map((it) => ({
      ...{ id: it.id, tone: it.withdrawn ? ('na' as const) : ('attest' as const), word: it.withdrawn ? 'Withdrawn' : 'Stated' },
      ...{ where: it.host ?? 'Whole fleet', text: it.statement },
      who: signed(it.name, it.statedBy, it.statedAt, it.endsOn, it.withdrawn),
    })),
  ]
  if (rows.length === 0) return null
  return (
    <>
      <h3>Decisions</h3>
      <ul className="decision-history">
        {rows.map(({ id, tone, word, where, text, who }) => (
          <li key={id}>
            <div>
              <Status tone={tone}>{word}</Status>
              <span className="one-line">{plainText(where, 80)}</span>
            </div>
            <p>
              <Said text={plainText(text.replaceAll('\n', ' '), 600)} />
            </p>
            <p className="muted">
              <Said text={plainText(who, 300)} />
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}

function signed(name: string, by: string, at: string, endsOn: string, withdrawn: Waiver['withdrawn']): string {
  const ended = withdrawn === undefined ? '' : `; withdrawn by ${withdrawn.by} on ${day(withdrawn.at)}`
  return `${name}, written down by ${by} on ${day(at)}, last day ${day(endsOn)}${ended}`
}
