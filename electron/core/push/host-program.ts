import { shellQuote } from '../probe/shell-quote.ts'
import {
  activateRuntime,
  armRuntime,
  clearRuntime,
  commitRuntime,
  commonRuntime,
  lookRuntime,
  readRuntime,
  stageRuntime,
  undoNowRuntime,
  undoRuntime,
  writeRuntime,
} from './host-runtime.ts'

const runtimes = {
  read: readRuntime,
  look: lookRuntime,
  stage: stageRuntime,
  arm: armRuntime,
  write: writeRuntime,
  activate: activateRuntime,
  commit: commitRuntime,
  undo: undoNowRuntime,
  clear: clearRuntime,
} as const
export type HostStep = keyof typeof runtimes
export const hostSteps = Object.keys(runtimes) as readonly HostStep[]

/** One file of a push, as the host is told. */
export interface HostFile {
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: string
  readonly before: string
  readonly after: string
  readonly content: string
}

export interface HostPush {
  /** Id of the plan. */
  readonly id: string
  /** Empty where nothing is restarted: a drill. */
  readonly unit: string
  /** Id of the push that this one takes back: the host kept the bytes. Empty else. */
  readonly reverts: string
  /** Who pushes, and from which console: stands in the lock on the host. One line. */
  readonly who: string
  /** After which the undo runs by itself. */
  readonly undoAfterSeconds: number
  readonly files: readonly HostFile[]
}

const PROGRAM_END = 'gh_step\n}\ngh_main </dev/null\n'

/** Calls `$1` with each file: number, path, uid, gid, mode, before, after. All of them, also when one fails. */
const filesFunction = (files: readonly HostFile[]): string => {
  const calls = files.map(({ path, uid, gid, mode, before, after }, index) =>
    ['"$1"', ...[String(index + 1), path, String(uid), String(gid), mode, before, after].map(shellQuote)].join(' '),
  )
  return `gh_files() {\ngh_all=0\n${calls.map((call) => `${call} || gh_all=1\n`).join('')}return "$gh_all"\n}\n`
}

const contentFunction = (files: readonly HostFile[]): string =>
  `gh_content() {\ncase $1 in\n${files.map(({ content }, index) => `${index + 1}) printf %s ${shellQuote(content)} ;;`).join('\n')}\nesac\n}\n`

/**
 * The program of one step, for `/bin/sh` on stdin. All of it stands in one function that the last line calls: cut short, it runs nothing.
 * `nonce` must be 32 hexadecimal digits that nobody could guess.
 */
export function hostProgram(step: HostStep, push: HostPush, nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const variables = [
    `gh_k=${nonce}`,
    `gh_id=${shellQuote(push.id)}`,
    `gh_who=${shellQuote(push.who)}`,
    `gh_unit=${shellQuote(push.unit)}`,
    `gh_reverts=${shellQuote(push.reverts)}`,
    `gh_seconds=${Math.round(push.undoAfterSeconds)}`,
  ]
  const common = `${variables.join('\n')}\n${commonRuntime}${filesFunction(push.files)}`
  const extra = step === 'stage' ? contentFunction(push.files) : step === 'arm' ? undoFunction(common) : ''
  return `gh_main() {\n${common}${extra}${runtimes[step]}${PROGRAM_END}`
}

const undoFunction = (common: string): string =>
  `gh_undo() {\nprintf %s ${shellQuote(`gh_main() {\n${common}${undoRuntime}${PROGRAM_END}`)}\n}\n`
