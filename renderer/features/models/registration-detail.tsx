import type { Registration } from '#shared/model/model-registration.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { ExpectedSection } from './expected-section.tsx'
import { RegistryActions } from './registry-actions.tsx'
import type { RegistryStep } from './registry-dialog.tsx'
import { RegistryTimeline } from './registry-timeline.tsx'

interface RegistrationDetailProps {
  readonly registration: Registration
  readonly onStep: (step: RegistryStep) => void
}

/** A registration of which no bytes lie on any host that was looked at. */
export const RegistrationDetail = ({ registration, onStep }: RegistrationDetailProps) => (
  <Scroll as="article" className="detail models-detail" data-pane aria-label={plainText(registration.model, 160)}>
    <h2>{plainText(registration.model, 200)}</h2>
    <p className="muted">On no host that was looked at.</p>
    <RegistryTimeline registration={registration} />
    <ExpectedSection model={registration.model} files={undefined} />
    <div className="models-foot">
      <RegistryActions registration={registration} onStep={onStep} />
    </div>
  </Scroll>
)
