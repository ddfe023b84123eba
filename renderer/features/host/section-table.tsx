import type { SectionRecord } from '#shared/model/audit.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { duration } from '../../ui/time.ts'

const states: Readonly<Record<SectionRecord['state'], { readonly word: string; readonly tone: Tone; readonly rank: number }>> = {
  denied: { word: 'Refused by sudo', tone: 'warn', rank: 0 },
  'timed-out': { word: 'Timed out', tone: 'warn', rank: 1 },
  truncated: { word: 'Cut short', tone: 'warn', rank: 2 },
  failed: { word: 'Failed', tone: 'unknown', rank: 3 },
  missing: { word: 'Not installed', tone: 'na', rank: 5 },
  'not-run': { word: 'Not run', tone: 'na', rank: 6 },
  ok: { word: 'Read', tone: 'pass', rank: 7 },
}

const rankOf = (section: SectionRecord): number => (section.sudoers === undefined ? states[section.state].rank : 0)

/** What was asked of the host, and how each question ended; what is missing first. */
export const SectionTable = ({ sections }: { readonly sections: readonly SectionRecord[] }) => (
  <table className="table compact">
    <thead>
      <tr>
        <th scope="col">Section</th>
        <th scope="col">Command</th>
        <th scope="col">State</th>
        <th scope="col" className="right">
          Time
        </th>
        <th scope="col">
          <span className="reader-only">Sudoers line</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {[...sections]
        .sort((a, b) => rankOf(a) - rankOf(b))
        .map((section) => (
          <tr key={section.id}>
            <th scope="row">{section.id}</th>
            <td className="one-line max-w-[260px]" title={plainText(section.message === '' ? section.command : section.message, 300)}>
              <code>{plainText(section.command, 300)}</code>
            </td>
            <td>
              <Status
                tone={section.sudoers === undefined ? states[section.state].tone : 'warn'}
                className={section.state === 'ok' && section.sudoers === undefined ? 'quiet' : ''}
              >
                {section.sudoers === undefined ? states[section.state].word : states.denied.word}
              </Status>
            </td>
            <td className="right num soft">{duration(section.durationMs)}</td>
            <td className="right">
              {section.sudoers !== undefined && <CopyButton text={section.sudoers} what={`the sudoers line for ${section.id}`} />}
            </td>
          </tr>
        ))}
    </tbody>
  </table>
)
