import { Terminal } from 'lucide-react'
import type { Evidence } from '#shared/model/finding.ts'
import type { Outcome } from '#shared/status.ts'
import { Button } from '../../ui/button.tsx'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { plainText, splitAtToken } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { duration } from '../../ui/time.ts'
import { ToneIcon } from '../../ui/tone-icon.tsx'

interface EvidenceBlockProps {
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly onFull: () => void
}

/** Command, how it ended, and the lines that prove the finding, the offending one marked. */
export function EvidenceBlock({ evidence, outcome, onFull }: EvidenceBlockProps) {
  const { tone } = outcomeWords[outcome]
  const { command, exitCode, durationMs, sha256, lines } = evidence
  return (
    <figure className={`evidence ${tone}`} aria-label={`Evidence: ${plainText(command, 200)}`}>
      <div className="command">
        <Terminal className="icon" aria-hidden />
        <code className="one-line" title={plainText(command, 400)}>
          {plainText(command, 400)}
        </code>
        <span className="spring" />
        <span className="num">{`${exitCode === null ? 'did not finish' : `exit ${exitCode}`}, ${duration(durationMs)}, sha256 ${shortHash(sha256)}`}</span>
        <Button small look="quiet" onClick={onFull}>
          Full output
        </Button>
      </div>
      {lines.length > 0 && (
        <Scroll as="pre">
          {lines.map((line, index) => (
            <EvidenceLine key={line.number} line={line} gap={line.number - (lines[index - 1]?.number ?? line.number - 1) > 1} tone={tone} />
          ))}
        </Scroll>
      )}
    </figure>
  )
}

interface EvidenceLineProps {
  readonly line: Evidence['lines'][number]
  /** Lines were left out before this one. */
  readonly gap: boolean
  readonly tone: (typeof outcomeWords)[Outcome]['tone']
}

function EvidenceLine({ line, gap, tone }: EvidenceLineProps) {
  const [before, token, after] = splitAtToken(plainText(line.text), line.token)
  const marked = line.note !== undefined || line.token !== undefined
  return (
    <>
      {gap && (
        <span className="gap" aria-hidden="true">
          …
        </span>
      )}
      <span className={marked ? 'marked' : ''}>
        <i>{line.number}</i>
        {before}
        {token !== '' && <b>{token}</b>}
        {after}
      </span>
      {line.note !== undefined && (
        <span className="why">
          <ToneIcon tone={tone} />
          {plainText(line.note, 400)}
        </span>
      )}
    </>
  )
}

/** "5e0c…a91f". */
export const shortHash = (sha256: string): string => `${sha256.slice(0, 4)}…${sha256.slice(-4)}`
