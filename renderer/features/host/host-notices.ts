import { connectionWords, failedHop } from '../../stores/connection-words.ts'
import { wordsOf, wordsOfError } from '../../stores/failure-words.ts'
import type { HostView } from '../../stores/host-view.ts'
import { openDialog } from '../../stores/ui.store.ts'
import type { ConnectionWords } from '../../ui/connection-status.tsx'
import type { NoticeView } from '../../ui/screen.tsx'

/** A screen that shows no results says why at least this loud. */
const loud = (words: ConnectionWords): ConnectionWords => (words.tone === 'fail' ? words : { ...words, tone: 'warn' })

/** What stands above a host: that its key changed, else why it was not looked at. Nothing while it is looked at. */
export function hostNotices(host: HostView, keyChanged: boolean, start: (hosts: readonly string[]) => void): NoticeView[] {
  if (host.progress !== undefined) return []
  const failure = host.audit?.failure
  if (keyChanged) {
    return [
      {
        key: 'key',
        words: { word: 'Host key changed', tone: 'fail', icon: 'state' },
        subject: host.name,
        text: 'presented a key that differs from the pinned one. Gatehouse closed the connection and sent no commands.',
        actions: [{ label: 'Compare keys…', run: () => openDialog({ kind: 'changed-key', hop: host.name }) }],
      },
    ]
  }
  if (failure === undefined) return []
  const { title, detail, hint } = wordsOf(failure)
  const hop = failedHop(host)
  return [
    {
      key: 'failure',
      words: loud(connectionWords(host)),
      text: `${hop === undefined ? '' : `${hop} could not be used, so ${host.name} was not asked. `}${title}: ${detail} ${hint}`,
      actions: [{ label: 'Retry now', run: () => start([host.name]) }],
    },
  ]
}

/** One notice for each call that was refused. */
export const errorNotices = (...all: readonly unknown[]): NoticeView[] =>
  all
    .filter((error) => error !== null)
    .map((error, index) => {
      const { title, detail, hint } = wordsOfError(error)
      return {
        key: `error ${index}`,
        words: { word: 'Not done', tone: 'warn', icon: 'state' },
        text: `${title}: ${detail} ${hint}`,
        actions: [],
      }
    })
