import type { PushConflict } from '#shared/model/push-conflict.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { conflictRows, stateText } from './conflict-rows.ts'

/** Files that are not as they were planned: each line with whether the plan saw it, whether it is there now, and whether the template wants it. */
export const ConflictFiles = ({ host, conflicts }: { readonly host: string; readonly conflicts: readonly PushConflict[] }) => (
  <Scroll as="section" className="conflict" aria-label={`Changed on ${host} since the plan`} data-pane>
    <h2 className="reader-only">{`Changed on ${host} since the plan`}</h2>
    {conflicts.map((conflict) => (
      <article key={conflict.path} aria-label={`Changed since the plan: ${conflict.path}`}>
        <header className="pane-head">
          <code className="one-line">{plainText(conflict.path, 300)}</code>
        </header>
        <dl className="conflict-states">
          {(['planned', 'now', 'wanted'] as const).map((side) => (
            <div key={side}>
              <dt>{sideWords[side]}</dt>
              <dd>{plainText(stateText(conflict[side]), 200)}</dd>
            </div>
          ))}
        </dl>
        {conflict.remark !== '' && <p className="conflict-remark muted">{conflict.remark}</p>}
        {conflict.lines.length > 0 && <Lines conflict={conflict} />}
      </article>
    ))}
  </Scroll>
)

const sideWords = { planned: 'Planned', now: 'Now', wanted: 'Template' } as const

const Lines = ({ conflict }: { readonly conflict: PushConflict }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Planned</th>
        <th scope="col">Now</th>
        <th scope="col">Template</th>
        <th scope="col">Line</th>
      </tr>
    </thead>
    <tbody>
      {conflictRows(conflict.lines).map(({ key, planned, now, wanted, kind, text }) => (
        <tr key={key} className={kind}>
          <Mark there={planned} />
          <Mark there={now} />
          <Mark there={wanted} />
          <td className="conflict-line selectable">{plainText(text, 1000)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

const Mark = ({ there }: { readonly there: boolean }) => (
  <td>
    <span aria-hidden="true">{there ? '●' : ''}</span>
    <span className="reader-only">{there ? 'yes' : 'no'}</span>
  </td>
)
