import type { Proof } from '#shared/model/proof.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText } from '../../ui/plain-text.ts'

/** The command that was run, and the line of its output that shows the value. */
export function ProofLine({ proof }: { readonly proof: Proof }) {
  const command = plainText(proof.command, 400)
  const text = plainText(proof.text, 400)
  return (
    <figure className="proof" aria-label="Proof">
      <figcaption>
        <code className="one-line" title={command}>
          {command}
        </code>
        <CopyButton text={`$ ${proof.command}\n${proof.line === 0 ? '' : `${proof.line}: ${proof.text}\n`}`} what="the proof" />
      </figcaption>
      {proof.line > 0 && (
        <p>
          <i>{proof.line}</i>
          <code>{text}</code>
        </p>
      )}
    </figure>
  )
}
