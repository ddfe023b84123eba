/** `3:12`; `0:00` once it is due. */
export function countdownText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** For readers: "3 minutes 12 seconds". */
export function countdownSpoken(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  const part = (value: number, word: string) => (value === 0 ? '' : `${value} ${word}${value === 1 ? '' : 's'}`)
  return [part(Math.floor(seconds / 60), 'minute'), part(seconds % 60, 'second')].filter(Boolean).join(' ') || 'now'
}

const MARKS_S = [180, 60, 30, 10]

/** What is said aloud when the time left went from `beforeMs` to `leftMs`: at 3:00, 1:00, 0:30 and 0:10. */
export function countdownAnnouncement(beforeMs: number, leftMs: number): string | undefined {
  const mark = MARKS_S.findLast((seconds) => beforeMs > seconds * 1000 && leftMs <= seconds * 1000)
  return mark === undefined || leftMs <= 0 ? undefined : `Undo in ${countdownSpoken(mark * 1000)}`
}
