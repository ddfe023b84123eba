import type { HardeningRow } from '#shared/model/host-hardening.ts'
import { plainText } from '../../../ui/plain-text.ts'
import { Status } from '../../../ui/status.tsx'
import { DetailPane } from '../detail-pane.tsx'
import { ProofLine } from '../proof-line.tsx'
import { type OpenFinding, VerdictList } from '../verdict-link.tsx'
import { cudaWords, stateOf, valueWords } from './hardening-words.ts'

interface HardeningDetailProps {
  readonly row: HardeningRow
  readonly onFinding: OpenFinding
}

/** The whole value, what is said of it, and the line that shows it. */
export function HardeningDetail({ row, onFinding }: HardeningDetailProps) {
  const { name, cuda, verdict, reason, parts, proof } = row
  const { word, tone } = stateOf(row)
  return (
    <DetailPane label="Details of the setting" title={plainText(name, 160)}>
      <Status tone={tone}>{word}</Status>
      <h4>Observed</h4>
      <pre className="rule">{valueWords(row)}</pre>
      {cuda !== undefined && <p className="mt-2">{cudaWords[cuda]}</p>}
      {verdict !== undefined && (
        <>
          <h4>Judged by</h4>
          <p className="muted">
            <code>{verdict.control}</code>
          </p>
          <VerdictList verdicts={[verdict]} onOpen={onFinding} />
          {reason !== undefined && <p className="mt-1">{plainText(reason, 800)}</p>}
        </>
      )}
      {parts !== undefined && parts.length > 0 && (
        <>
          <h4>What adds to it</h4>
          <ul className="parts">
            {parts.map((part) => (
              <li key={part.name}>
                <code>{plainText(part.name, 200)}</code>
                <span className="muted">{plainText(part.value, 200)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {proof !== undefined && (
        <>
          <h4>Proof</h4>
          <ProofLine proof={proof} />
        </>
      )}
    </DetailPane>
  )
}
