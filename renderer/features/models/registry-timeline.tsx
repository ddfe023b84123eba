import type { Registration } from '#shared/model/model-registration.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { Said } from '../../ui/said.tsx'
import { Status } from '../../ui/status.tsx'
import { dayClock } from '../../ui/time.ts'
import { registrationWords, stepsAhead, stepWords } from './registry-words.ts'

/** The approval record of a model: who did what, when, and what lies ahead. */
export function RegistryTimeline({ registration }: { readonly registration: Registration }) {
  const state = stateOf(registration)
  const { word, tone } = registrationWords(state)
  return (
    <section aria-label="Approval">
      <h3>
        Approval <Status tone={tone}>{word}</Status>
      </h3>
      <ol className="models-timeline">
        {registration.steps.map((step) => {
          const it = stepWords(step)
          return (
            <li key={`${step.step} ${step.at}`}>
              <header>
                <Status tone={it.tone}>{it.word}</Status>
                <time dateTime={step.at}>{dayClock(new Date(step.at))}</time>
              </header>
              {it.lines.map((line) => (
                <p key={line} className="selectable">
                  <Said text={line} />
                </p>
              ))}
            </li>
          )
        })}
        {stepsAhead(state, registration).map((name, index) => (
          <li key={name}>
            <Status tone={index === 0 ? 'attest' : 'wait'}>{name}</Status>
          </li>
        ))}
      </ol>
    </section>
  )
}
