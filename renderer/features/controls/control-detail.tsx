import { groupBy } from '#shared/group-by.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { ControlDetail as Control } from '#shared/model/control-entry.ts'
import { findingId } from '../../stores/host-view.ts'
import { goHost } from '../../stores/ui.store.ts'
import { CutName } from '../../ui/cut-name.tsx'
import { severityWords } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { OutcomeStatus } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import type { ControlRow, HostResult } from './control-rows.ts'
import { DecisionHistory } from './decision-history.tsx'

/** Why a control matters, what it refers to, and what each host says to it now. */
export function ControlDetail({ row }: { readonly row: ControlRow }) {
  const { control, results } = row
  const item = checklist.find(({ id }) => id === control.item)
  return (
    <Scroll as="article" className="detail catalogue-detail" data-pane aria-label="Control">
      <h2>{control.title}</h2>
      <div className="meta">
        <code>{control.id}</code>
        <span className="mono">{control.item}</span>
        <span>{item?.title}</span>
        <span>{`${severityWords[control.severity]} severity`}</span>
      </div>
      <h3>Why it matters</h3>
      <p>{control.rationale}</p>
      {control.attestation !== undefined && (
        <>
          <h3>
            What a person states{' '}
            <span className="muted">{`${control.attestation.scope === 'fleet' ? 'for the whole fleet' : 'per host'}, at most ${control.attestation.validDays} days`}</span>
          </h3>
          <p>{control.attestation.question}</p>
        </>
      )}
      {(control.remediation !== undefined || control.steps !== undefined) && (
        <>
          <h3>How it is mended</h3>
          {control.remediation !== undefined && (
            <p>
              Template <code>{control.remediation.template}</code>
            </p>
          )}
          {control.steps !== undefined && <p>{control.steps}</p>}
        </>
      )}
      <h3>
        Hosts <span className="muted">{results.length === 0 ? '' : 'newest results'}</span>
      </h3>
      {results.length === 0 ? (
        <p>No host was judged by it yet.</p>
      ) : (
        <ul className="host-results">
          {results.map((result) => (
            <Result key={result.host} result={result} />
          ))}
        </ul>
      )}
      <DecisionHistory control={control.id} />
      <h3>References</h3>
      <References references={control.references} />
    </Scroll>
  )
}

function Result({ result }: { readonly result: HostResult }) {
  const { host, status, finding, stale } = result
  return (
    <li>
      <button type="button" className="link" onClick={() => goHost(host, { key: findingId(finding) })}>
        <CutName name={host} />
      </button>
      <OutcomeStatus outcome={status} className={stale ? 'stale' : status === 'pass' ? 'quiet' : ''} />
      <span className="what one-line" title={plainText(finding.title, 160)}>
        {plainText(finding.title, 160)}
      </span>
      {(result.count > 1 || stale) && (
        <span className="muted">
          {[result.count > 1 ? count(result.count, 'finding') : '', stale ? 'last known' : ''].filter(Boolean).join(', ')}
        </span>
      )}
    </li>
  )
}

/** By framework, in the order in which the control names them; pages last. */
function References({ references }: { readonly references: Control['references'] }) {
  const groups = groupBy(references, ({ framework }) => framework ?? 'Pages')
  return (
    <dl className="reference-list">
      {[...groups].map(([name, all]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {all.map(({ id }) => (
              <span key={id} className="tag selectable">
                {plainText(id, 160)}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}
