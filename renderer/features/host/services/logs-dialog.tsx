import { type UIEvent, useLayoutEffect, useRef, useState } from 'react'
import type { LogLine } from '#shared/model/service-log.ts'
import { pieceText } from '#shared/operate-words.ts'
import { wordsOfError } from '../../../stores/failure-words.ts'
import { useServiceLog } from '../../../stores/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { FilterField } from '../../../ui/filter-field.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { Scroll } from '../../../ui/scroll.tsx'
import { Status } from '../../../ui/status.tsx'
import { clockSeconds, day } from '../../../ui/time.ts'
import { levelOf, lineText, matchingLines } from './operate-view.ts'

/** Pixels, as the style says. */
const LINE_HEIGHT = 17

interface LogsDialogProps {
  readonly host: string
  readonly unit: string
  readonly onClose: () => void
}

/** The newest lines of a service, followed until it is paused. What people asked and were answered was taken out before it came here. */
export function LogsDialog({ host, unit, onClose }: LogsDialogProps) {
  const [following, setFollowing] = useState(true)
  const [query, setQuery] = useState('')
  const log = useServiceLog(host, unit, following)
  const lines = matchingLines(log.data?.lines ?? [], query)
  const words = log.error === null ? null : wordsOfError(log.error)
  return (
    <Dialog
      width="wide"
      title={`Logs of ${plainText(unit, 120)} on ${plainText(host, 120)}`}
      lead="Prompts, answers, queries and keys are taken out and marked; a line of a shape that is not known is taken out as a whole."
      onClose={onClose}
      foot={
        <>
          <FilterField label="Search the log" text={query} onText={setQuery} />
          {lines.length > 0 && <CopyButton text={lines.map(lineText).join('\n')} what="the lines shown" quiet={false} />}
          <Button onClick={() => setFollowing(!following)}>{following ? 'Pause' : 'Follow'}</Button>
          <span className="spring" />
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {log.isPending && (
        <p className="mt-4">
          <Status tone="run">Running</Status> Reading the log
        </p>
      )}
      {words !== null && (
        <p className="mt-4" role="alert">
          <Status tone="fail">Not read</Status> {`${words.title}: ${words.detail} ${words.hint}`}{' '}
          <Button small onClick={() => void log.refetch()}>
            Try again
          </Button>
        </p>
      )}
      {log.data !== undefined && (
        <>
          {log.data.lines.length === 0 && <p className="mt-4 soft">There is no line of this service.</p>}
          {log.data.lines.length > 0 && lines.length === 0 && <p className="mt-4 soft">No line has these words.</p>}
          {lines.length > 0 && <Lines lines={lines} following={following} />}
          <p className="help">
            {log.data.more ? `The newest ${log.data.lines.length} lines; older ones are on the host. ` : ''}
            {log.data.unreadable > 0 ? `${log.data.unreadable} lines could not be read. ` : ''}
            {!following ? 'Paused.' : words === null ? 'Read again every few seconds.' : ''}
          </p>
        </>
      )}
    </Dialog>
  )
}

/** Oldest first; while it is followed, the newest stays in view, unless older ones are being read. */
function Lines({ lines, following }: { readonly lines: readonly LogLine[]; readonly following: boolean }) {
  const list = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const newest = lines.at(-1)?.id
  useLayoutEffect(() => {
    if (following && newest !== undefined && isAtEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [following, newest])
  const look = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent<HTMLElement>) => {
    isAtEnd.current = scrollHeight - clientHeight - scrollTop < LINE_HEIGHT
  }
  return (
    <Scroll as="section" ref={list} className="log-lines" aria-label="Lines of the log" onScroll={look}>
      <ol>
        {lines.map((line) => (
          <li key={line.id}>
            <time dateTime={line.at ?? undefined} title={line.at === null ? undefined : day(line.at)}>
              {line.at === null ? 'No time' : clockSeconds(new Date(line.at))}
            </time>
            <span className="level">{levelOf(line)}</span>
            <span className="by one-line">{plainText(line.by, 40)}</span>
            <Said pieces={line.pieces} />
          </li>
        ))}
      </ol>
    </Scroll>
  )
}

function Said({ pieces }: Pick<LogLine, 'pieces'>) {
  const numbered = pieces.map((piece, index) => ({ piece, number: index }))
  return (
    <span className="said">
      {numbered.map(({ piece, number }) => ('text' in piece ? plainText(piece.text) : <mark key={number}>{pieceText(piece)}</mark>))}
    </span>
  )
}
