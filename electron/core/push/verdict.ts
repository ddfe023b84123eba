import type { PushVerdict } from '#shared/model/push-plan.ts'
import type { HostAnswer } from './host-answer.ts'
import type { HostPush } from './host-program.ts'

/** What a look at the host proves. `under-way`: its undo is armed and has not run, so it is neither. Pure. */
export function verdictOf(answer: HostAnswer, push: Pick<HostPush, 'id' | 'files'>): PushVerdict | 'under-way' {
  if (!answer.ended) return 'unknown'
  const all = (wanted: 'before' | 'after'): boolean => push.files.every((file, index) => answer.files.get(index + 1) === file[wanted])
  const mine = answer.open?.id === push.id
  const marked = (mark: string): boolean => mine && answer.marks.has(mark)
  if (marked('committed') || answer.kept) return all('after') && !answer.armed && answer.unit === 'active' ? 'committed-proven' : 'unknown'
  if (answer.armed) return 'under-way'
  if (all('before')) return answer.unit === 'active' ? 'rolled-back-proven' : 'rolled-back-not-proven'
  // Nothing of this push was ever written: what is there is somebody else's doing.
  if (marked('undone') && !marked('writing') && answer.unit === 'active') return 'rolled-back-proven'
  return marked('undone') ? 'rolled-back-not-proven' : 'unknown'
}

const stateWords = (state: string | undefined): string => {
  if (state === undefined) return 'not read'
  const [sha256 = '', uid, gid, mode] = state.split(':')
  return uid === undefined ? state : `${sha256.slice(0, 12)}…, owner ${uid}:${gid}, mode ${mode}`
}

/** What was read back, for people and the ledger. */
export const readBackWords = (answer: HostAnswer | undefined, push: Pick<HostPush, 'files' | 'unit'>): string =>
  answer === undefined
    ? 'Nothing could be read back'
    : [
        ...push.files.map(({ path }, index) => `${path}: ${stateWords(answer.files.get(index + 1))}`),
        `${push.unit}: ${answer.unit || 'not read'}`,
        ...(answer.armed ? ['the undo is armed'] : []),
        ...(answer.marks.has('undone') && !answer.marks.has('writing') ? ['no file was written'] : []),
        ...(answer.marks.has('found') ? ['a file that somebody changed in between lies in /var/lib/gatehouse-found'] : []),
      ].join('; ')
