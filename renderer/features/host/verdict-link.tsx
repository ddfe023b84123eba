import type { Verdict } from '#shared/model/verdict.ts'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Status } from '../../ui/status.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'

/** Opens a finding in the tab Findings. */
export type OpenFinding = (verdict: Pick<Verdict, 'control' | 'subject'>) => void

/** Findings about a thing, each a way to its proof. Those of one title are told apart by what they are about. */
export function VerdictList({ verdicts, onOpen }: { readonly verdicts: readonly Verdict[]; readonly onOpen: OpenFinding }) {
  const isShared = (title: string): boolean => verdicts.filter((it) => it.title === title).length > 1
  return (
    <ul className="verdicts">
      {verdicts.map((verdict) => (
        <li key={`${verdict.control} ${verdict.subject}`}>
          <button type="button" className="verdict" title={verdict.control} onClick={() => onOpen(verdict)}>
            <ToneIcon tone={outcomeWords[verdict.status].tone} toned />
            <span className="reader-only">{`${outcomeWords[verdict.status].word}: `}</span>
            <span>
              <Said text={plainText(verdict.title, 120)} />
              {isShared(verdict.title) && <small className="muted">{plainText(verdict.subject, 120)}</small>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The loudest of the findings about a row, and how many more. */
export function LoudestVerdict({ open, passing }: { readonly open: readonly Verdict[]; readonly passing: number }) {
  const [first] = open
  if (first === undefined)
    return passing > 0 ? (
      <Status tone="pass" className="quiet">
        {`${passing} pass`}
      </Status>
    ) : (
      <span className="muted">Not judged</span>
    )
  const alike = open.filter(({ status }) => status === first.status).length
  const { tone, short, noun } = outcomeWords[first.status]
  return <Status tone={tone}>{alike === 1 ? short : `${alike} ${noun}`}</Status>
}
