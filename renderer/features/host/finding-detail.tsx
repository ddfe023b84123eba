import { useState } from 'react'
import type { HostAudit } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { refusedSections } from '#shared/model/refused-sections.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { severityWords } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { OutcomeStatus } from '../../ui/status.tsx'
import { clockSeconds, dayMonth } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { DecisionBlock } from './decision-block.tsx'
import { EvidenceBlock } from './evidence-block.tsx'
import type { HostEntry } from './host-entries.ts'
import { OutputDialog } from './output-dialog.tsx'

interface FindingDetailProps {
  readonly entry: HostEntry
  readonly audit: HostAudit | undefined
  readonly stale: boolean
  readonly onCopy: () => void
  /** Absent where no template fixes it, and where there is nothing to waive or to state. */
  readonly onFix: (() => void) | undefined
  /** Keeps a file that changed outside of a push as it is. */
  readonly onAdopt: (() => void) | undefined
  readonly onWaive: (() => void) | undefined
  readonly onState: (() => void) | undefined
}

/** Facts before advice: what was found, the proof, then what can be done. */
export function FindingDetail({ entry, audit, stale, onCopy, onFix, onAdopt, onWaive, onState }: FindingDetailProps) {
  const [full, setFull] = useState<Evidence | null>(null)
  const item = checklist.find(({ id }) => id === entry.item)
  const { finding } = entry
  return (
    <Scroll as="article" className="detail" data-pane aria-label="Finding">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2>{finding === undefined ? item?.title : <Said text={entry.title} />}</h2>
          <div className="meta">
            <OutcomeStatus outcome={entry.status} className={stale ? 'stale' : ''} />
            {finding !== undefined && isNamedElsewhere(finding) && <code className="selectable">{plainText(finding.subject, 200)}</code>}
            <span className="mono">{entry.item}</span>
            {finding !== undefined && <span>{item?.title}</span>}
            {finding !== undefined && finding.status !== 'pass' && <span>{`${severityWords[finding.severity]} severity`}</span>}
            {finding?.firstSeen !== undefined && <span>{`First seen ${dayMonth(new Date(finding.firstSeen), new Date())}`}</span>}
            {stale && <span>Last known, not current evidence</span>}
          </div>
        </div>
        {onState !== undefined && (
          <Button look="primary" onClick={onState}>
            State…
          </Button>
        )}
        {onFix !== undefined && (
          <Button look="primary" chord="f" onClick={onFix}>
            {onAdopt === undefined ? 'Fix…' : 'Restore…'}
          </Button>
        )}
        {onAdopt !== undefined && <Button onClick={onAdopt}>Keep as it is…</Button>}
        {onWaive !== undefined && (
          <Button chord="w" onClick={onWaive}>
            Waive…
          </Button>
        )}
        {finding !== undefined && finding.evidence.length > 0 && (
          <Button chord="e" onClick={onCopy}>
            Copy evidence
          </Button>
        )}
      </div>
      {finding === undefined ? (
        <p className="mt-2.5">
          No control in this version of Gatehouse evaluates this check. It is not measured and never counts as passed.
        </p>
      ) : (
        <FindingBody finding={finding} audit={audit} onFull={setFull} />
      )}
      {full !== null && <OutputDialog command={full.command} sha256={full.sha256} onClose={() => setFull(null)} />}
    </Scroll>
  )
}

/** Does the title leave out what the finding is about? */
const isNamedElsewhere = ({ title, subject }: Finding): boolean => subject !== '' && !title.includes(subject)

interface FindingBodyProps {
  readonly finding: Finding
  readonly audit: HostAudit | undefined
  readonly onFull: (evidence: Evidence) => void
}

function FindingBody({ finding, audit, onFull }: FindingBodyProps) {
  const refused = finding.status === 'not-evaluated' ? sudoersLines(finding, audit) : []
  const at = audit === undefined ? '' : `, ${clockSeconds(new Date(audit.startedAt))}`
  return (
    <>
      <DecisionBlock finding={finding} />
      {finding.reason !== '' && (
        <p className="reason mt-2.5">
          <Said text={plainText(finding.reason, 600)} />
        </p>
      )}
      {finding.rationale !== '' && <p className="mt-1.5">{plainText(finding.rationale, 800)}</p>}
      {finding.evidence.length > 0 && (
        <>
          <h3>
            Evidence <span className="muted">{`${count(finding.evidence.length, 'command')}, read-only${at}`}</span>
          </h3>
          {finding.evidence.map((evidence) => (
            <EvidenceBlock
              key={`${evidence.section} ${evidence.sha256} ${evidence.lines[0]?.number ?? 0}`}
              evidence={evidence}
              outcome={finding.status}
              onFull={() => onFull(evidence)}
            />
          ))}
        </>
      )}
      {finding.hint !== undefined && finding.hint !== '' && (
        <>
          <h3>What you can do</h3>
          <p>
            <Said text={plainText(finding.hint, 800)} />
          </p>
        </>
      )}
      {refused.length > 0 && (
        <>
          <h3>
            sudo refused <span className="muted">these lines in sudoers would allow it, read-only</span>
          </h3>
          {refused.map((line) => (
            <CommandLine key={line} text={line} what="the sudoers line" />
          ))}
        </>
      )}
      {finding.references.length > 0 && (
        <>
          <h3>References</h3>
          <div className="flex flex-wrap gap-1.5">
            {finding.references.map((reference) => (
              <span key={reference} className="tag selectable">
                {plainText(reference, 120)}
              </span>
            ))}
          </div>
        </>
      )}
    </>
  )
}

/** The exact lines that would let the sections run that this finding rests on. */
function sudoersLines(finding: Finding, audit: HostAudit | undefined): string[] {
  const denied = refusedSections(audit)
  const named = new Set(finding.evidence.map((evidence) => evidence.section))
  const own = denied.filter((section) => named.has(section.id) || `${finding.reason} ${finding.hint ?? ''}`.includes(section.command))
  return [...new Set(own.flatMap((section) => section.sudoers ?? []))]
}
