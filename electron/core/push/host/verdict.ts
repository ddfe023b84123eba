import type { PushVerdict } from '#shared/model/push-plan.ts'
import { contradiction, type HostAnswer, type ReadAgain } from './answer.ts'
import type { HostPush } from './program.ts'

/** The first file about which two programs of the host say different things, in words; empty where there is none. */
export function contradicted({ files, again }: HostAnswer, push: Pick<HostPush, 'files'>): string {
  for (const [index, { path }] of push.files.entries()) {
    const words = contradiction(files.get(index + 1), again.get(index + 1))
    if (words !== '') return `the host contradicts itself about ${path}: ${words}`
  }
  return ''
}

/** What a look at the host proves. `under-way`: its undo is armed and has not run, so it is neither. Pure. */
export function verdictOf(answer: HostAnswer, push: Pick<HostPush, 'id' | 'files'>): PushVerdict | 'under-way' {
  if (!answer.ended) return 'unknown'
  const all = (wanted: 'before' | 'after'): boolean =>
    push.files.every((file, index) => answer.files.get(index + 1) === file[wanted]) && contradicted(answer, push) === ''
  const mine = answer.open?.id === push.id
  const marked = (mark: string): boolean => mine && answer.marks.has(mark)
  if (marked('committed') || answer.kept) return all('after') && !answer.armed && answer.unit === 'active' ? 'committed-proven' : 'unknown'
  if (answer.armed) return 'under-way'
  if (all('before')) return answer.unit === 'active' ? 'rolled-back-proven' : 'rolled-back-not-proven'
  // Nothing of this push was ever written: what is there is somebody else's doing.
  if (marked('undone') && !marked('writing') && answer.unit === 'active') return 'rolled-back-proven'
  return marked('undone') ? 'rolled-back-not-proven' : 'unknown'
}

const stateWords = (state: string | undefined, again: ReadAgain | undefined): string => {
  if (state === undefined) return 'not read'
  const [sha256 = '', uid, gid, mode] = state.split(':')
  if (uid === undefined) return state
  // Of a link the digest is that of its target, and of a file that is kept nobody looks at the content.
  if (mode === undefined) return `${sha256} ${uid.slice(0, 12)}…`
  if (sha256 === 'kept') return `owner ${uid}:${gid}, mode ${mode}`
  const alone = sha256.length === 64 && again?.sha256 === undefined ? ' (by sha256sum of the host alone)' : ''
  return `${sha256.slice(0, 12)}…${alone}, owner ${uid}:${gid}, mode ${mode}`
}

/** What was read back, for people and the ledger. */
export const readBackWords = (answer: HostAnswer | undefined, push: Pick<HostPush, 'files' | 'unit'>): string =>
  answer === undefined
    ? 'Nothing could be read back'
    : [
        ...push.files.map(({ path }, index) => `${path}: ${stateWords(answer.files.get(index + 1), answer.again.get(index + 1))}`),
        ...(push.unit === '' ? [] : [`${push.unit}: ${answer.unit || 'not read'}`]),
        ...[contradicted(answer, push)].filter((words) => words !== ''),
        ...(answer.armed ? ['the undo is armed'] : []),
        ...(answer.marks.has('undone') && !answer.marks.has('writing') ? ['no file was written'] : []),
        ...(answer.marks.has('found')
          ? ['a file that somebody changed in between lies in /var/lib/gatehouse-found (beside it, where there was no room)']
          : []),
      ].join('; ')
