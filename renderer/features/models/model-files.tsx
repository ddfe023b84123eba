import { bytesText } from '#shared/bytes-text.ts'
import { TO_ALLOW } from '#shared/model/file-state.ts'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import { otherVerdictWords } from '#shared/model/other-scan-words.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import { useModelFiles } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { ExpectedSection } from './expected-section.tsx'
import { scanWords, stateWords } from './model-words.ts'

const MAX_FILES = 60

/** What can be done about a file that is dangerous or differs. */
interface QuarantineProps {
  readonly held: readonly Quarantined[]
  readonly onQuarantine: (path: string) => void
  readonly onRelease: (id: string) => void
}

/** The files of a model at one place: what each is, what it should be, what the scan found. */
export function ModelFiles({ place, ...quarantine }: QuarantineProps & { readonly place: HostModel }) {
  const query = useModelFiles(place.host, place.id)
  const files = query.data ?? []
  return (
    <>
      {query.isSuccess && <ExpectedSection model={place.name} files={files} />}
      <section aria-busy={query.isPending}>
        <h3>
          Files <span className="muted">{`${count(place.files, 'file')}, ${bytesText(place.bytes)}`}</span>
        </h3>
        {query.error !== null && <p>The files could not be read from the store.</p>}
        <ul className="models-files">
          {files.slice(0, MAX_FILES).map((file) => (
            <File key={file.name} file={file} {...quarantine} />
          ))}
        </ul>
        {files.length > MAX_FILES && <p className="muted">{`${files.length - MAX_FILES} more, see gatehouse models list --json`}</p>}
      </section>
    </>
  )
}

function File({ file, held, onQuarantine, onRelease }: QuarantineProps & { readonly file: VerifiedFile }) {
  const { word, tone } = stateWords[file.state]
  const { scan, expected } = file
  const path = file.file?.path
  const aside = held.find((it) => it.path === path)
  return (
    <li>
      <header>
        <b className="one-line selectable">{plainText(file.name, 300)}</b>
        <span className="num muted">{file.file === undefined ? '' : bytesText(file.file.size)}</span>
        <Status tone={aside ? 'warn' : tone} className={tone === 'pass' ? 'quiet' : ''}>
          {aside ? 'In quarantine' : word}
        </Status>
      </header>
      {file.state !== 'verified' && <Reason text={file.reason} />}
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
      {aside !== undefined && (
        <Button small className="mt-2" onClick={() => onRelease(aside.id)}>
          Put back…
        </Button>
      )}
      {aside === undefined && path !== undefined && (scan?.outcome === 'dangerous' || file.state === 'differs') && (
        <Button small className="mt-2" onClick={() => onQuarantine(path)}>
          Quarantine…
        </Button>
      )}
    </li>
  )
}

/** Why, and the command that would allow it as one to carry elsewhere. */
function Reason({ text }: { readonly text: string }) {
  const [why = '', command] = text.split(TO_ALLOW)
  return (
    <>
      <p className="reason selectable">{plainText(command === undefined ? why : `${why} To allow it:`, 600)}</p>
      {command !== undefined && <CommandLine text={command} what="the command that allows it" />}
    </>
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
      {(scan.others ?? []).map(({ scanner, program, verdict, detail }) => (
        <p key={scanner} title={plainText(program, 300)}>
          {`${scanner} on the host ${otherVerdictWords[verdict]}${detail === '' ? '' : `: ${plainText(detail, 300)}`}`}
        </p>
      ))}
      {scan.gaps.slice(0, 4).map((gap) => (
        <p key={`${gap.member} ${gap.reason}`} className="muted">{`Not judged: ${plainText(gap.reason, 300)}`}</p>
      ))}
    </div>
  )
}
