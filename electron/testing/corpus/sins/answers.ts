import type { Answer } from '../../demo/answer.ts'
import type { Sin, Tampered } from '../corpus-host.ts'

/** Sections that answer otherwise than the host would. */
export const answers = (tampered: Tampered, ...sections: readonly string[]): Sin => ({
  answer: (section) => (sections.includes(section) ? tampered : undefined),
})

/** A section whose text is changed. */
export const rewritten = (section: string, change: (stdout: string) => string): Sin => ({
  answer: (id, answer): Answer | undefined => (id === section && answer ? { ...answer, stdout: change(answer.stdout) } : undefined),
})

/** The first half of what a section says, as after a full disk or a cut line. */
export const cutInHalf = (section: string): Sin => rewritten(section, (stdout) => stdout.slice(0, Math.floor(stdout.length / 2)))
