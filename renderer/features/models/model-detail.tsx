import { useState } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { RegistrationState } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { useModelFiles } from '../../stores/queries.ts'
import { goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Segment } from '../../ui/segment.tsx'
import { Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { scanWords, stateWords } from './model-words.ts'
import { RegistryActions } from './registry-actions.tsx'
import type { RegistryStep } from './registry-dialog.tsx'
import { RegistryTimeline } from './registry-timeline.tsx'

interface ModelDetailProps {
  readonly model: ModelArtifact
  readonly registration: Registration | undefined
  readonly onVerify: (() => void) | undefined
  readonly onRequest: () => void
  readonly onQuarantine: (host: string, path: string) => void
  readonly onStep: (step: RegistryStep) => void
}

/** Where a model lies, what its files are and should be, what their headers say, and what the scan found. */
export function ModelDetail({ model, registration, onVerify, onRequest, onQuarantine, onStep }: ModelDetailProps) {
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
      <Files key={`${place.host} ${place.id}`} place={place} onQuarantine={(path) => onQuarantine(place.host, path)} />
      <div className="models-foot">
        <Button unavailable={onVerify === undefined ? 'Something is running' : undefined} chord="h" onClick={onVerify}>
          Verify hash again
        </Button>
        <span className="spring" />
        {registration === undefined || over.includes(stateOf(registration)) ? <Button onClick={onRequest}>Request…</Button> : null}
        {registration !== undefined && <RegistryActions registration={registration} onStep={onStep} />}
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
          <dd className="mono" title={model.sha256}>
            {`${model.sha256.slice(0, 12)}…${model.sha256.slice(-8)}`} <CopyButton text={model.sha256} what="the SHA-256" />
          </dd>
        </div>
      )}
    </dl>
  )
}

const MAX_FILES = 60

interface FilesProps {
  readonly place: HostModel
  readonly onQuarantine: (path: string) => void
}

function Files({ place, onQuarantine }: FilesProps) {
  const query = useModelFiles(place.host, place.id)
  const files = query.data ?? []
  return (
    <section aria-busy={query.isPending}>
      <h3>
        Files <span className="muted">{`${count(place.files, 'file')}, ${bytesText(place.bytes)}`}</span>
      </h3>
      {query.error !== null && <p>The files could not be read from the store.</p>}
      <ul className="models-files">
        {files.slice(0, MAX_FILES).map((file) => (
          <File key={file.name} file={file} onQuarantine={onQuarantine} />
        ))}
      </ul>
      {files.length > MAX_FILES && <p className="muted">{`${files.length - MAX_FILES} more, see gatehouse models list --json`}</p>}
    </section>
  )
}

interface FileProps {
  readonly file: VerifiedFile
  readonly onQuarantine: (path: string) => void
}

function File({ file, onQuarantine }: FileProps) {
  const { word, tone } = stateWords[file.state]
  const { scan, expected } = file
  const path = file.file?.path
  return (
    <li>
      <header>
        <b className="one-line selectable">{plainText(file.name, 300)}</b>
        <span className="num muted">{file.file === undefined ? '' : bytesText(file.file.size)}</span>
        <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>
          {word}
        </Status>
      </header>
      {file.state !== 'verified' && <p className="reason selectable">{plainText(file.reason, 600)}</p>}
      {(expected !== undefined || file.digest !== '') && (
        <dl className="models-digests">
          {expected !== undefined && <Digest name="Expected" digest={expected.digest} />}
          {file.digest !== '' && <Digest name="Found" digest={file.digest} />}
        </dl>
      )}
      {expected !== undefined && (
        <p className="muted selectable">
          {`Read on ${day(expected.origin.readOn)} by ${plainText(expected.origin.readBy, 80)}${expected.origin.url === '' ? ', nobody said where' : ` from ${plainText(expected.origin.url, 300)}`}`}
          {file.weak && ' (weak: the same place that the file came from)'}
        </p>
      )}
      {scan !== undefined && <ScanLines scan={scan} />}
      {path !== undefined && (scan?.outcome === 'dangerous' || file.state === 'differs') && (
        <Button small className="mt-2" onClick={() => onQuarantine(path)}>
          Quarantine…
        </Button>
      )}
    </li>
  )
}

/** Cut in the middle, as people compare them; the whole is in the title. */
const Digest = ({ name, digest }: { readonly name: string; readonly digest: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="mono" title={digest}>{`${digest.slice(0, 16)}…${digest.slice(-8)}`}</dd>
  </div>
)

function ScanLines({ scan }: { readonly scan: NonNullable<VerifiedFile['scan']> }) {
  const { word, tone } = scanWords[scan.outcome]
  const facts = scan.facts.slice(0, 6).map(({ name, value }) => `${plainText(name, 60)} ${plainText(value, 80)}`)
  return (
    <div className="models-scan">
      <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>{`${word}, ${scan.format}`}</Status>
      {facts.length > 0 && <span className="muted">{facts.join(', ')}</span>}
      {scan.findings.slice(0, 8).map((finding) => (
        <p key={`${finding.code} ${finding.member} ${finding.offset}`}>
          {plainText(`${finding.title}: ${finding.detail}`, 300)}
          {finding.offset !== null && <span className="muted">{` at byte ${finding.offset}`}</span>}
        </p>
      ))}
      {scan.gaps.slice(0, 4).map((gap) => (
        <p key={`${gap.member} ${gap.reason}`} className="muted">{`Not judged: ${plainText(gap.reason, 300)}`}</p>
      ))}
    </div>
  )
}
