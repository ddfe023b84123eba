import type { NoticeView } from '../ui/screen.tsx'
import { wordsOfError } from './failure-words.ts'

/** The notice of a screen whose query failed; none without an error. `key` tells it from the other notices of the screen. */
export function failureNotices(key: string, error: unknown): NoticeView[] {
  if (error === null) return []
  const { title, detail, hint } = wordsOfError(error)
  return [{ key, words: { word: 'Not loaded', tone: 'warn', icon: 'state' }, text: `${title}: ${detail} ${hint}`, actions: [] }]
}
