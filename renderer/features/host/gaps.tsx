import type { Gap } from '#shared/model/gap.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'

/** What could not be read, above what could: with the reason, and the line that would change it. */
export function Gaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  if (gaps.length === 0) return null
  return (
    <ul className="gaps" aria-label="Not read">
      {gaps.map(({ reason, hint, sudoers }) => (
        <li key={reason}>
          <Status tone="unknown">Not read</Status>
          <div className="min-w-0">
            <p>{plainText(reason, 400)}</p>
            {hint !== undefined && <p className="muted">{plainText(hint, 400)}</p>}
            {sudoers.map((line) => (
              <code key={line} className="one-line block" title={plainText(line, 1000)}>
                {plainText(line, 1000)}
              </code>
            ))}
          </div>
          {sudoers.length > 0 && (
            <CopyButton
              text={sudoers.map((line) => `${line}\n`).join('')}
              what={sudoers.length === 1 ? 'the sudoers line' : `the ${sudoers.length} sudoers lines`}
            />
          )}
        </li>
      ))}
    </ul>
  )
}
