import { Check, Minus, Undo2 } from 'lucide-react'
import { FailIcon } from '../../ui/icons.tsx'
import type { StepView } from './stepper-steps.ts'

/** Where a push stands. */
export const Stepper = ({ steps }: { readonly steps: readonly StepView[] }) => (
  <ol className="steps" aria-label="Steps">
    {steps.map((step, at) => (
      <li key={step.id} className={step.state} aria-current={step.state === 'current' ? 'step' : undefined}>
        <span className="dot">
          <Sign state={step.state} number={at + 1} />
        </span>
        <span>
          <b>{step.name}</b>
          <span className="about">
            {step.unsaid !== '' && <span className="reader-only">{`${step.unsaid}. `}</span>}
            {step.about}
          </span>
        </span>
      </li>
    ))}
  </ol>
)

function Sign({ state, number }: { readonly state: StepView['state']; readonly number: number }) {
  if (state === 'done') return <Check className="icon" aria-hidden />
  if (state === 'failed') return <FailIcon />
  if (state === 'stopped') return <Undo2 className="icon" aria-hidden />
  return state === 'skipped' ? <Minus className="icon" aria-hidden /> : <span aria-hidden="true">{number}</span>
}
