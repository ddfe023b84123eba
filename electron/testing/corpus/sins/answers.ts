import type { Answer } from '../../demo/answer.ts'
import type { Sin, Tampered } from '../corpus-host.ts'

/** Sections that answer otherwise than the host would. */
export const answers = (tampered: Tampered, ...sections: readonly string[]): Sin => ({
  answer: (section) => (sections.includes(section) ? tampered : undefined),
})

/** A section whose text is changed; the change must do something. */
export const rewritten = (section: string, change: (stdout: string) => string): Sin => ({
  answer: (id, answer): Answer | undefined => {
    if (id !== section || !answer) return undefined
    const stdout = change(answer.stdout)
    if (stdout === answer.stdout) throw new Error(`${section} says what it said`)
    return { ...answer, stdout }
  },
})

/** No process is on a GPU, as after a start that failed to find one. */
export const notOnGpu: Sin = rewritten('gpu-health', (stdout) => stdout.replaceAll(/=<process_info>.*?=<\/process_info>\n/gs, ''))

/** The first half of what a section says, as after a full disk or a cut line. */
export const cutInHalf = (section: string): Sin => rewritten(section, (stdout) => stdout.slice(0, Math.floor(stdout.length / 2)))
