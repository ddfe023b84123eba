import { useState } from 'react'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { diffRows, diffWords } from './diff-rows.ts'

type PlanFile = PushPlan['files'][number]

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The files that a push changes, and what changes in one of them. `keys`: J and K move between them. */
export function PlanFiles({ plan, keys }: { readonly plan: PushPlan; readonly keys: boolean }) {
  const [at, setAt] = useState(0)
  const file = plan.files[Math.min(at, plan.files.length - 1)]
  const step = (by: number) => () => setAt(Math.min(Math.max(at + by, 0), plan.files.length - 1))
  useKeys({ j: keys ? step(1) : undefined, k: keys ? step(-1) : undefined })
  return (
    <div className="push-files">
      <nav aria-label={`Changes on ${plan.host}`} data-pane>
        <div className="pane-head">
          <h2>{`Changes on ${plan.host}`}</h2>
        </div>
        <ul>
          {plan.files.map((one, index) => (
            <li key={one.path}>
              <button type="button" aria-current={one === file || undefined} onClick={() => setAt(index)}>
                <span>{plainText(nameOf(one.path), 120)}</span>
                <span className="num muted">{diffWords(one.before, one.diff)}</span>
                <span className="muted">{plainText(folderOf(one.path), 200)}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {file !== undefined && <Diff file={file} />}
    </div>
  )
}

function Diff({ file }: { readonly file: PlanFile }) {
  const [, uid = '', gid = '', mode = ''] = file.after.split(':')
  return (
    <Scroll as="section" className="diff" aria-label={`Difference of ${file.path}`} data-pane>
      <header className="pane-head">
        <code className="one-line">{plainText(file.path, 300)}</code>
        <span className="spring" />
        <span className="muted">
          {file.after === 'absent' ? 'Taken away' : file.after.startsWith('link:') ? 'A link' : `owner ${uid}:${gid}, mode ${mode}`}
        </span>
      </header>
      <table>
        <thead className="reader-only">
          <tr>
            <th scope="col">Old line</th>
            <th scope="col">New line</th>
            <th scope="col">Change</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {diffRows(file.diff).map(({ kind, old, fresh, text }) => (
            <tr key={`${old ?? ''} ${fresh ?? ''}`} className={kind}>
              <td>{old}</td>
              <td>{fresh}</td>
              <td>
                {kind === 'same' ? '' : <span aria-hidden="true">{kind === 'new' ? '+' : '−'}</span>}
                <span className="reader-only">{kind === 'same' ? 'same' : kind === 'new' ? 'comes' : 'goes'}</span>
              </td>
              <td className="selectable">{plainText(text, 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
