import { checklist } from '#shared/model/checklist.ts'
import type { Guide } from '#shared/model/walkthrough.ts'
import { stepOutcomeWords } from '#shared/words.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'
import { useArrival } from '../../ui/use-arrival.ts'
import { StepForm } from './step-form.tsx'
import { findingsOf } from './step-request.ts'
import { StepResults } from './step-results.tsx'
import { resultOf, type Step } from './step-words.ts'

interface StepPageProps {
  /** Id of the walkthrough. */
  readonly walkthrough: string
  readonly step: Step
  readonly guide: Guide
  readonly name: string
  /** Every step is recorded, and the walkthrough still open. */
  readonly last: boolean
  /** Nothing can be recorded any more. */
  readonly closed: boolean
  readonly onBack: () => void
  readonly onRecorded: (name: string) => void
}

/** One step: what it means, what was found on every host, what is missing, and what a person says of it. */
export function StepPage({ walkthrough, step, guide, name, last, closed, onBack, onRecorded }: StepPageProps) {
  const hosts = useHosts()
  const number = checklist.findIndex(({ id }) => id === step.item) + 1
  const item = checklist[number - 1]
  const text = guide.items.find(({ id }) => id === step.item)
  const findings = findingsOf(hosts, step.item)
  const { record } = step
  const title = useArrival<HTMLHeadingElement>()
  return (
    <article className="walk-step" data-pane>
      <p className="walk-meta">
        <span>Step {number} of 18</span>
        <span className="mono">{step.item}</span>
        <OutcomeStatus outcome={resultOf(hosts, step.item).outcome} />
      </p>
      <h2 ref={title} tabIndex={-1}>
        {item?.title}
      </h2>
      <p className="soft">{text?.means}</p>
      <p className="soft">{text?.why}</p>
      <p className="walk-ask">{text?.ask}</p>
      <StepResults findings={findings} hosts={hosts} />
      {record !== null && (
        <p className="walk-recorded">
          <Status tone="pass">Recorded</Status> {stepOutcomeWords[record.outcome]} by <Said text={plainText(record.name, 120)} /> on{' '}
          {day(record.recordedAt)}, written down by <Said text={plainText(record.recordedBy, 80)} />.
          {step.outdated && ' The results changed since: record it again.'}
        </p>
      )}
      {last && <p className="help">All 18 steps are recorded. What is left: build the evidence pack, and close the walkthrough.</p>}
      {!closed && (
        <StepForm
          walkthrough={walkthrough}
          step={step}
          guide={guide}
          findings={findings}
          name={name}
          onBack={onBack}
          onRecorded={onRecorded}
        />
      )}
    </article>
  )
}
