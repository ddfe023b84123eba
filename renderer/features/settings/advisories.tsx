import { FileDown } from 'lucide-react'
import type { AdvisoryImport } from '#shared/model/advisory-state.ts'
import { useImportAdvisories } from '../../stores/actions.ts'
import { useAdvisories } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { day, dayWritten } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { Trouble } from './trouble.tsx'

/** Older data lets versions pass whose holes it does not know. */
const MAX_AGE_DAYS = 30

/** What versions are judged by: how old it is, where it comes from, and how newer data gets in without a network. */
export function Advisories() {
  const { data: state, error } = useAdvisories()
  const bring = useImportAdvisories()
  return (
    <>
      <p>
        Versions are compared with advisories that lie on this computer. Bring newer ones in as a file: a signed update of Gatehouse, or a
        dump of OSV (zip, JSON, or one record per line). The next audit uses them.
      </p>
      <Trouble error={error} word="Not read" />
      {state !== undefined && (
        <dl className="facts">
          <dt>Age</dt>
          <dd>
            {state.ageDays <= MAX_AGE_DAYS ? <Status tone="pass">Fresh</Status> : <Status tone="warn">Old</Status>}{' '}
            {`${count(state.ageDays, 'day')}, from ${dayWritten(state.publishedAt)}`}
          </dd>
          <dt>Records</dt>
          <dd>{`${state.records}, ${state.base === 'shipped' ? 'as shipped' : 'from a signed update'}`}</dd>
          {state.imports.map((one) => (
            <Imported key={one.sha256} imported={one} />
          ))}
          {state.problems.map((problem) => (
            <Problem key={problem} text={problem} />
          ))}
        </dl>
      )}
      <div className="actions">
        <Button icon={<FileDown className="icon" aria-hidden />} onClick={() => bring.mutate(null)}>
          Import advisories…
        </Button>
      </div>
      <Trouble error={bring.error} word="Not imported" />
    </>
  )
}

function Imported({ imported: it }: { readonly imported: AdvisoryImport }) {
  const unread = it.unreadable === undefined || it.unreadable === 0 ? '' : `, ${count(it.unreadable, 'record')} could not be read`
  return (
    <>
      <dt>Imported</dt>
      <dd>
        {it.signedWith === null ? <Status tone="warn">Unsigned</Status> : <Status tone="pass">Signed</Status>}{' '}
        {`${plainText(it.file, 120)}, ${count(it.records, 'record')} of ${dayWritten(it.publishedAt)}${unread}`}
        <span className="muted block">{`By ${plainText(it.by, 80)} on ${day(it.at)}${it.older ? ', older than the data before it' : ''}`}</span>
      </dd>
    </>
  )
}

function Problem({ text }: { readonly text: string }) {
  return (
    <>
      <dt>Not used</dt>
      <dd>
        <Status tone="warn">Not used</Status> {plainText(text, 300)}
      </dd>
    </>
  )
}
