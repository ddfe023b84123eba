import type { ModelOverview } from '#shared/model/model-artifact.ts'
import type { ModelJob } from '#shared/model/model-job.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import { wordsOf } from '../../stores/failure-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import type { NoticeView } from '../../ui/screen.tsx'
import { count } from '../../ui/words.ts'

/** One file that no server can load. */
export const quarantineNotice = ({ id, host, path, reason }: Quarantined, onRelease: () => void): NoticeView => ({
  key: id,
  words: { word: 'In quarantine', tone: 'warn', icon: 'state' },
  text: `${host}:${plainText(path, 120)}, ${plainText(reason, 200)}`,
  actions: [{ label: 'Put back…', run: onRelease }],
})

const MAX_NOTICES = 3

/** Hosts on which the last deployment did not come to its end, until something else is run. */
export function deployNotices(job: ModelJob | null | undefined): NoticeView[] {
  if (job?.kind !== 'deploy' || job.state !== 'finished') return []
  const failed = job.hosts.flatMap(({ host, failure }) => (failure === undefined ? [] : [{ host, ...wordsOf(failure) }]))
  const left = failed.length - MAX_NOTICES
  return failed.slice(0, MAX_NOTICES).map(({ host, title, detail, hint }, index) => ({
    key: `deploy ${host}`,
    words: { word: 'Not deployed', tone: 'fail', icon: 'state' },
    subject: host,
    text: `${title}: ${detail} ${hint}${index === MAX_NOTICES - 1 && left > 0 ? ` ${count(left, 'host')} more did not get it either.` : ''}`,
    actions: [],
  }))
}

/** What could not be listed, so that nobody takes a short list for a whole one. */
export function hostNotices(overview: ModelOverview | null | undefined, running: boolean): NoticeView[] {
  if (overview?.hosts.length === 0 && !running)
    return [
      {
        key: 'unlisted',
        words: { word: 'Not looked', tone: 'unknown', icon: 'state' },
        text: 'No model directory was looked at yet. Listing names every model file, and reads what each file is.',
        actions: [],
      },
    ]
  const unseen = (overview?.hosts ?? []).flatMap(({ host, roots, failure }) => {
    if (failure) return [`${host}: ${wordsOf(failure).title}`]
    return roots
      .filter(({ state }) => state === 'partial' || state === 'unseen')
      .map(({ path, reason }) => `${host}:${plainText(path, 80)} (${reason.charAt(0).toLowerCase()}${reason.slice(1)})`)
  })
  if (unseen.length === 0) return []
  const more = unseen.length > 2 ? ` and ${unseen.length - 2} more` : ''
  return [
    {
      key: 'unseen',
      words: { word: 'Not all seen', tone: 'unknown', icon: 'state' },
      text: `${unseen.slice(0, 2).join('; ')}${more}. Models there are missing from this list.`,
      actions: [],
    },
  ]
}
