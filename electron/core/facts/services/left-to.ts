import { basename } from 'node:path/posix'
import { recogniseStart } from './launch.ts'
import { shells } from './launchers.ts'

/** They set variables out of files of their own: environments, profiles, projects. */
const activates = /^(?:uvx?|pipx|poetry|pipenv|pdm|hatch|pixi|conda|mamba|micromamba|dotenv|doppler|su|runuser|sudo|doas)$/
/** A shell that reads other files, or runs what a command prints (POSIX 2.14 dot, 2.6.3). */
const readsOther = /(?:^|[\s;&|({])(?:source|\.)\s|\$\(|`|(?:^|[\s;&|])eval\s/

/**
 * The program that a unit leaves the start of its server to, where that has settings of its own: a script, a supervisor, a shell that reads other
 * files. Undefined where the unit's words are all there is.
 */
export function leftTo(execStart: readonly string[]): string | undefined {
  const [program = ''] = execStart
  const launch = recogniseStart(execStart)
  if (!launch) return program
  if (!launch.wrapped) return undefined
  const activator = execStart.find((word) => activates.test(basename(word)))
  if (activator !== undefined) return activator
  const shell = execStart.findIndex((word) => shells.test(basename(word)))
  if (shell === -1) return undefined
  const text = execStart.slice(shell + 1)
  // `sh script` reads the script, `sh -c text` says it all unless the text reads more.
  return !text.some((word) => /^-[A-Za-z]*c$/.test(word)) || readsOther.test(text.join(' ')) ? execStart[shell] : undefined
}
