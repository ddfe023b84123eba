import type { PushPlan } from '#shared/model/push-plan.ts'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus } from '../../ui/status.tsx'

/** The findings that a push must turn, as they were when it was planned, and the controls that may see nothing afterwards. */
export const TurnsList = ({ turns, unseen = [] }: Pick<PushPlan, 'turns' | 'unseen'>) => (
  <>
    <div className="pane-head">
      <h3>Must pass afterwards</h3>
    </div>
    <ul className="push-turns">
      {turns.map(({ control, subject, status, title }) => (
        <li key={`${control} ${subject}`}>
          <OutcomeStatus outcome={status} />
          <span>
            {plainText(title, 120)}
            <span className="which muted mono">{plainText(`${control} ${subject}`, 160)}</span>
          </span>
        </li>
      ))}
    </ul>
    {unseen.length > 0 && (
      <p className="help push-unseen">{`May not be evaluated afterwards: ${unseen.map((control) => plainText(control, 80)).join(', ')}.`}</p>
    )}
  </>
)
