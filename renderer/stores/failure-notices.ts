import type { NoticeView } from '../ui/screen.tsx'
import { wordsOfError } from './failure-words.ts'

/** The notice of a screen whose query (`word`: or something else) failed; none without an error. `key` tells it from the other notices of the screen. */
export function failureNotices(key: string, error: unknown, word = 'Not loaded'): NoticeView[] {
  if (error === null) return []
  return [{ key, words: { word, tone: 'warn', icon: 'state' }, text: wordsOfError(error).whole, actions: [] }]
}
