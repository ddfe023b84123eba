import { goHost } from '../../stores/ui.store.ts'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import { type AccessNote, toldOf } from './access-notes.ts'

interface NoteListProps {
  readonly title: string
  readonly notes: readonly AccessNote[]
  /** Said where there are none. */
  readonly none: string
  /** What to do about those that are open. */
  readonly todo: string
}

/** As many as a pane shows at once; the fleet page lists all. */
const MAX_SHOWN = 12

/** What controls say of accounts, each leading to its evidence. */
export function NoteList({ title, notes, none, todo }: NoteListProps) {
  const { alone, together } = toldOf(notes)
  const shown = alone.slice(0, MAX_SHOWN)
  return (
    <section className="access-keys" aria-label={title}>
      <h3>{title}</h3>
      {notes.length === 0 && <p className="muted">{none}</p>}
      <ul>
        {shown.map(({ host, more, status, title: said, subject, target }) => (
          <li key={`${host} ${target.key}`}>
            <OutcomeStatus outcome={status} />
            <button type="button" className="link" onClick={() => goHost(host, target)}>
              {plainText(
                `${subject === '' || said.includes(subject) ? said : `${subject}: ${said}`} (${host}${more > 0 ? ` and ${more} more` : ''})`,
                160,
              )}
            </button>
          </li>
        ))}
        {together.map(({ said, hosts }) => (
          <li key={said}>
            <OutcomeStatus outcome="pass" />
            <span>{plainText(`${said} (${count(hosts, 'host')})`, 160)}</span>
          </li>
        ))}
      </ul>
      {alone.length > shown.length && <p className="muted">{`${alone.length - shown.length} more on the fleet page, item OPS-3.`}</p>}
      {alone.some(({ status }) => status === 'fail' || status === 'warning') && <p className="access-todo">{todo}</p>}
    </section>
  )
}
