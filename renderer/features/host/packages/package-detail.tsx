import type { HostPackages, Software } from '#shared/model/host-packages.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { severityWords } from '../../../ui/outcome-words.ts'
import { plainText } from '../../../ui/plain-text.ts'
import { Status } from '../../../ui/status.tsx'
import { DetailList } from '../detail-list.tsx'
import { DetailPane } from '../detail-pane.tsx'
import { ProofLine } from '../proof-line.tsx'
import { type OpenFinding, VerdictList } from '../verdict-link.tsx'
import { fromWords, kindWords, stateOf } from './package-words.ts'

interface PackageDetailProps {
  readonly software: Software
  readonly distribution: HostPackages['distribution']
  readonly onFinding: OpenFinding
}

/** Each advisory with its fix, then where the version is known from. */
export function PackageDetail({ software, distribution, onFinding }: PackageDetailProps) {
  const { name, version, kind, where, from, advisories, pending, verdict, proof, byDistribution, followed, undecided } = software
  const { word, tone } = stateOf(software, distribution)
  return (
    <DetailPane label="Details of the package" title={plainText(name, 160)} sub={plainText(version, 100)}>
      <Status tone={tone}>{word}</Status>
      {verdict !== undefined && (
        <>
          <h4>Finding</h4>
          <VerdictList verdicts={[verdict]} onOpen={onFinding} />
        </>
      )}
      {advisories.length > 0 && (
        <>
          <h4>Advisories</h4>
          <ul className="advisories">
            {advisories.map((one) => (
              <li key={one.id}>
                <div>
                  <b className="selectable">{plainText(one.id, 60)}</b>
                  <span className="muted">{one.severity === undefined ? 'Not rated' : severityWords[one.severity]}</span>
                  {one.exploited && <Status tone="fail">Exploited</Status>}
                  <span className="spring" />
                  <CopyButton text={one.id} what={one.id} />
                </div>
                {one.summary !== undefined && <p>{plainText(one.summary, 400)}</p>}
                {one.condition !== undefined && <p className="muted">{`Concerns ${plainText(one.condition, 300)}`}</p>}
                <p className="muted">{one.fixed === undefined ? 'No fixed release is recorded' : `Fixed in ${plainText(one.fixed, 60)}`}</p>
              </li>
            ))}
          </ul>
        </>
      )}
      <h4>Where it comes from</h4>
      <DetailList
        rows={[
          ['Kind', kindWords[kind]],
          ['Belongs to', plainText(where, 200)],
          ['Known from', fromWords[from]],
          ...(pending === undefined ? [] : [['Update waits', <code key="pending">{plainText(pending, 80)}</code>] as const]),
          ['Judged by', judgedBy({ byDistribution, followed, undecided }, distribution)],
        ]}
      />
      {proof !== undefined && (
        <>
          <h4>Proof</h4>
          <ProofLine proof={proof} />
        </>
      )}
    </DetailPane>
  )
}

function judgedBy(
  { byDistribution, followed, undecided }: Pick<Software, 'byDistribution' | 'followed' | 'undecided'>,
  distribution: HostPackages['distribution'],
): string {
  if (byDistribution)
    return distribution === undefined || distribution.unknown !== undefined
      ? 'The security list of the distribution, which could not be read'
      : 'The security list of the distribution: it takes fixes back into old versions'
  if (followed === 0) return 'Nobody: the advisory data does not name it'
  return `${followed} advisories about it${undecided > 0 ? `, ${undecided} of which could not be compared` : ''}`
}
