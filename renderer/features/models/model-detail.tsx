import { useState } from 'react'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import type { RegistrationState } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Segment } from '../../ui/segment.tsx'
import { Status } from '../../ui/status.tsx'
import { ModelFiles } from './model-files.tsx'
import { stateWords } from './model-words.ts'
import { RegistryActions } from './registry-actions.tsx'
import type { RegistryStep } from './registry-dialog.tsx'
import { RegistryTimeline } from './registry-timeline.tsx'

interface ModelDetailProps {
  readonly model: ModelArtifact
  readonly registration: Registration | undefined
  readonly onVerify: (() => void) | undefined
  readonly onRequest: () => void
  /** What lies in quarantine on any host. */
  readonly held: readonly Quarantined[]
  readonly onQuarantine: (host: string, path: string) => void
  readonly onRelease: (id: string) => void
  readonly onStep: (step: RegistryStep) => void
}

/** Where a model lies, what its files are and should be, what their headers say, and what the scan found. */
export function ModelDetail(props: ModelDetailProps) {
  const { model, registration, onVerify, onRequest, held, onQuarantine, onRelease, onStep } = props
  const [at, setAt] = useState(0)
  const place = model.places[Math.min(at, model.places.length - 1)]
  const state = stateWords[model.state]
  if (place === undefined) return null
  return (
    <Scroll as="article" className="detail models-detail" data-pane aria-label={plainText(model.name, 160)}>
      <Status tone={state.tone}>{model.state === 'verified' && model.weak ? 'Verified, from a weak source' : state.word}</Status>
      <h2>{plainText(model.name, 200)}</h2>
      {model.places.length > 1 && (
        <Segment
          label="Host"
          small
          value={String(at)}
          options={model.places.map(({ host }, index) => ({ value: String(index), label: host }))}
          onChange={(value) => setAt(Number(value))}
        />
      )}
      <Facts model={model} place={place} />
      {registration === undefined ? (
        <section>
          <h3>Approval</h3>
          <p className="muted">Nobody has requested this model.</p>
        </section>
      ) : (
        <RegistryTimeline registration={registration} />
      )}
      {place.problems.length > 0 && (
        <>
          <h3>Problems</h3>
          <ul className="models-problems">
            {place.problems.map((problem) => (
              <li key={problem}>
                <Status tone="warn">{plainText(problem, 400)}</Status>
              </li>
            ))}
          </ul>
        </>
      )}
      <ModelFiles
        key={`${place.host} ${place.id}`}
        place={place}
        held={held.filter(({ host }) => host === place.host)}
        onQuarantine={(path) => onQuarantine(place.host, path)}
        onRelease={onRelease}
      />
      <div className="models-foot">
        {registration !== undefined && <RegistryActions registration={registration} onStep={onStep} />}
        {registration === undefined || over.includes(stateOf(registration)) ? <Button onClick={onRequest}>Request…</Button> : null}
        <Button unavailable={onVerify === undefined ? 'Something is running' : undefined} chord="h" onClick={onVerify}>
          Verify hash again
        </Button>
      </div>
    </Scroll>
  )
}

/** After these a model may be asked for again. */
const over: readonly RegistrationState[] = ['approved', 'superseded', 'rejected', 'revoked']

const loadedWords = { yes: 'loaded now', no: 'not loaded', unknown: 'not known whether loaded' } as const

function Facts({ model, place }: { readonly model: ModelArtifact; readonly place: HostModel }) {
  const servers = place.servers.map(({ id }) => plainText(id, 80)).join(', ')
  return (
    <dl className="detail-list">
      <div>
        <dt>Host</dt>
        <dd>
          <button type="button" className="link" onClick={() => goHost(place.host)}>
            {place.host}
          </button>
        </dd>
      </div>
      <div>
        <dt>Path</dt>
        <dd className="mono selectable">{plainText(place.path, 400)}</dd>
      </div>
      <div>
        <dt>Served by</dt>
        <dd>{servers === '' ? 'No server names it' : `${servers}, ${loadedWords[place.loaded]}`}</dd>
      </div>
      <div>
        <dt>Owner</dt>
        <dd>
          {plainText(`${place.owner}:${place.group}`, 80)} <span className="mono">{place.mode.toString(8).padStart(4, '0')}</span>
        </dd>
      </div>
      {place.source !== '' && (
        <div>
          <dt>Source</dt>
          <dd className="selectable">{plainText(place.source, 300)}</dd>
        </div>
      )}
      {model.sha256 !== '' && (
        <div>
          <dt>SHA-256</dt>
          <dd className="copied">
            <span className="mono" title={model.sha256}>{`${model.sha256.slice(0, 8)}…${model.sha256.slice(-8)}`}</span>
            <CopyButton text={model.sha256} what="the SHA-256" />
          </dd>
        </div>
      )}
    </dl>
  )
}
