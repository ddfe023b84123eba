import type { BootUndo } from '#shared/model/push-plan.ts'
import { shellQuote } from '../../probe/shell-quote.ts'
import type { HostFile } from '../templates/host-file.ts'
import { activateRuntime } from './activate.ts'
import { armRuntime } from './arm.ts'
import { clearRuntime } from './clear.ts'
import { commitRuntime } from './commit.ts'
import { commonRuntime } from './common.ts'
import { extendRuntime } from './extend.ts'
import { sshdName } from './init.ts'
import { activateFunction, reactivateFunction, rivalsFunction, toolsFor, validateFunction } from './kinds.ts'
import { inspectRuntime, lookRuntime, readRuntime } from './read.ts'
import { stageRuntime } from './stage.ts'
import { undoNowRuntime, undoRuntime } from './undo.ts'
import { writeRuntime } from './write.ts'

const runtimes = {
  read: readRuntime,
  inspect: inspectRuntime,
  look: lookRuntime,
  stage: stageRuntime,
  arm: armRuntime,
  write: writeRuntime,
  activate: activateRuntime,
  commit: commitRuntime,
  extend: extendRuntime,
  undo: undoNowRuntime,
  clear: clearRuntime,
} as const
export type HostStep = keyof typeof runtimes
export const hostSteps = Object.keys(runtimes) as readonly HostStep[]

export interface HostPush {
  /** Id of the plan. */
  readonly id: string
  /** Empty where no service reads the files, and in a drill. */
  readonly unit: string
  /** Id of the push that this one takes back: the host kept the bytes. Empty else. */
  readonly reverts: string
  /** Who pushes, and from which console: stands in the lock on the host. One line. */
  readonly who: string
  /** After which the undo runs by itself; by how much it is put off, in the step `extend`. */
  readonly undoAfterSeconds: number
  /** What the plan says of the next start of the host. Absent: whatever is there. */
  readonly boot?: BootUndo
  /** Numbers of the files whose bytes the host may tell: the console made them. */
  readonly open?: readonly number[]
  readonly files: readonly HostFile[]
}

/** Calls `$1` with each file: number, path, uid, gid, mode, before, after, kind, and of an edit its rule and the names. All of them, also when one fails. */
const filesFunction = (files: readonly HostFile[]): string => {
  const calls = files.map(({ kind, path, uid, gid, mode, before, after, edit }, index) => {
    const words = [String(index + 1), path, String(uid), String(gid), mode, before, after, kind]
    return ['"$1"', ...[...words, ...(edit ? [edit.rule, edit.names.join(' ')] : [])].map(shellQuote)].join(' ')
  })
  return `gh_files() {\ngh_all=0\n${calls.map((call) => `${call} || gh_all=1\n`).join('')}return "$gh_all"\n}\n`
}

const RANDOM = " && od -An -v -tx1 -N32 /dev/urandom | tr -d ' \\n' && echo"

const contentFunction = (files: readonly HostFile[]): string => {
  const cases = files.map(({ content, random }, index) => `${index + 1}) printf %s ${shellQuote(content)}${random ? RANDOM : ''} ;;`)
  return `gh_content() {\ncase $1 in\n${cases.join('\n')}\nesac\n}\n`
}

/** One step of a message, and what its lines begin with: 32 hexadecimal digits that nobody could guess, and that no other step has. */
export interface AskedStep {
  readonly step: HostStep
  readonly nonce: string
}

/**
 * A message for `/bin/sh` on stdin: one step, or several, of which each is taken when the one before did all that it does. Every step runs in a
 * shell of its own, so that the one on stdin waits for the next message whatever came of it; it says `over` under the last nonce then. All of it
 * stands in one function that the last line calls: cut short, it runs nothing. The commit, of use only whole, is told in one piece: of small packets
 * on the way through a jump host each waits for the one before (RFC 896).
 */
export function hostProgram(asked: readonly AskedStep[], push: HostPush): string {
  if (asked.some(({ nonce }) => !/^[0-9a-f]{32}$/.test(nonce))) throw new RangeError('a nonce must be 32 hexadecimal digits')
  const names = asked.map((_, index) => `gh_${index + 1}`)
  const steps = asked.map((one, index) => `${names[index]}() (\n${stepText(one, push)}gh_step\n)\n`)
  const over = `'${asked.at(-1)?.nonce} over'`
  const call =
    asked[0]?.step === 'commit' ? `gh_told=$(gh_main </dev/null); printf '%s\\n' "$gh_told" ${over}` : `gh_main </dev/null; echo ${over}`
  return `gh_main() {\n${steps.join('')}${names.join(' && ')}\n}\n{ ${call}; }\n`
}

function stepText({ step, nonce }: AskedStep, push: HostPush): string {
  const variables = [
    `gh_k=${nonce}`,
    `gh_id=${shellQuote(push.id)}`,
    `gh_who=${shellQuote(push.who)}`,
    `gh_unit=${shellQuote(push.unit)}`,
    `gh_reverts=${shellQuote(push.reverts)}`,
    `gh_boot=${push.boot ?? 'any'}`,
    `gh_seconds=${Math.round(push.undoAfterSeconds)}`,
    `gh_open='${['', ...(push.open ?? []), ''].join(' ')}'`,
  ]
  const named = push.unit === 'sshd.service' ? sshdName : ''
  const common = `${variables.join('\n')}\n${commonRuntime}${named}${filesFunction(push.files)}`
  const tools = (): string => `gh_tools='${toolsFor(push.files).join(' ')}'\n`
  const asked = (): string => tools() + rivalsFunction(push.files)
  const extra: Partial<Record<HostStep, () => string>> = {
    read: asked,
    inspect: asked,
    stage: () => tools() + contentFunction(push.files) + validateFunction(push.files),
    arm: () => undoFunction(common + reactivateFunction(push.files)),
    activate: () => activateFunction(push.files),
  }
  return `${common}${extra[step]?.() ?? ''}${runtimes[step]}`
}

const undoFunction = (common: string): string =>
  `gh_undo() {\nprintf %s ${shellQuote(`gh_main() {\n${common}${undoRuntime}gh_step\n}\ngh_main </dev/null\n`)}\n}\n`
