import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import { type Fit, statedRows, unnamed } from './expected-rows.ts'

const MAX_ROWS = 200

const fitWords: Readonly<Record<Fit, { readonly word: string; readonly tone: Tone }>> = {
  differs: { word: 'Differs', tone: 'fail' },
  'not-here': { word: 'No such file', tone: 'warn' },
  'not-hashed': { word: 'Not hashed', tone: 'unknown' },
  'not-seen': { word: 'On no host', tone: 'unknown' },
  same: { word: 'As found', tone: 'pass' },
}

const forms: Readonly<Record<ExpectedDocument['form'], string>> = {
  typed: 'typed',
  sha256sums: 'a list of SHA-256',
  'hf-json': 'JSON of Hugging Face',
  'lfs-pointer': 'a git-lfs pointer',
  'oci-manifest': 'an OCI or Ollama manifest',
  'model-signing': 'a model-signing bundle',
}

interface ExpectedDocumentViewProps {
  readonly document: ExpectedDocument
  /** Of the model where it lies; undefined when it lies nowhere. */
  readonly files: readonly VerifiedFile[] | undefined
}

/** What a document would state, before anything is recorded. */
export function ExpectedDocumentView({ document, files }: ExpectedDocumentViewProps) {
  const rows = statedRows(document, files)
  const left = unnamed(document, files)
  const { form, name, revision, signature, signatureNote, skipped } = document
  return (
    <section aria-label="What the document states" className="expected-document">
      <p>
        <b className="selectable">{plainText(name, 120)}</b>
        {`, ${forms[form]}: ${count(rows.length, 'digest')}${revision === '' ? '' : `, revision ${plainText(revision, 80)}`}`}
      </p>
      {form === 'model-signing' && (
        <p>
          <Status tone={signature === 'verified' ? 'pass' : 'warn'}>
            {signature === 'verified' ? 'Signature verified' : 'Not verified'}
          </Status>{' '}
          {plainText(signatureNote, 300)}
        </p>
      )}
      <Scroll as="div" className="box scroll-box" aria-label="Digests">
        <table className="table compact">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Digest</th>
              <th scope="col">On disk</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MAX_ROWS).map(({ file, digest, fit }) => (
              <tr key={`${file} ${digest}`}>
                <th scope="row" title={plainText(file, 400)}>
                  <span className="one-line">{plainText(file, 160)}</span>
                </th>
                <td className="mono" title={digest}>{`${digest.slice(0, 8)}…${digest.slice(-6)}`}</td>
                <td>
                  <Status tone={fitWords[fit].tone}>{fitWords[fit].word}</Status>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > MAX_ROWS && <p className="muted">{`${rows.length - MAX_ROWS} more that call for less attention`}</p>}
      <Notes rows={rows.filter(({ fit }) => fit === 'not-here').map(({ file }) => file)} left={left} skipped={skipped} />
    </section>
  )
}

const few = (names: readonly string[]): string =>
  `${names
    .slice(0, 3)
    .map((name) => plainText(name, 80))
    .join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`

interface NotesProps {
  readonly rows: readonly string[]
  readonly left: readonly string[]
  readonly skipped: readonly string[]
}

/** What follows from what does not fit. */
const Notes = ({ rows, left, skipped }: NotesProps) => (
  <>
    {rows.length > 0 && <p className="muted">{`Will count as missing: ${few(rows)}`}</p>}
    {left.length > 0 && <p className="muted">{`Will count as extra, it does not name them: ${few(left)}`}</p>}
    {skipped.length > 0 && <p className="muted">{`Left out, no digest that can be used: ${few(skipped)}`}</p>}
  </>
)
