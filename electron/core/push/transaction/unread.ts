import { GatehouseError } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { contradiction } from '../host/answer.ts'
import { holderWords } from '../host/earlier-push.ts'
import type { ChangeWay } from '../host/settle.ts'
import { runStep } from '../host/step-lane.ts'
import { hostPushOfKept } from './revert.ts'

const isUnread = ({ before }: PushPlan['files'][number]): boolean => before.startsWith('unread:')

/** Paths of a plan whose old content the audit account may not read. */
export const unreadPaths = (plan: PushPlan): readonly string[] => plan.files.filter(isUnread).map(({ path }) => path)

/**
 * The plan with digests where it has `unread`: the change account takes them on the host, and the content stays there. Throws `push.conflict`
 * where a file has another owner or mode than was planned, `push.not-possible` where the host does not say, and why it was not reached.
 */
export async function withDigests(plan: PushPlan, { connect, user }: ChangeWay, signal: AbortSignal): Promise<PushPlan> {
  if (!plan.files.some(isUnread)) return plan
  const session = await connect(false, signal)
  try {
    const seen = await runStep(session, 'look', hostPushOfKept(plan), user, signal)
    const { ended, files: states, again } = seen
    // What somebody writes just now is no conflict.
    if (seen.open !== undefined && seen.armed) throw new GatehouseError({ code: 'push.busy', detail: holderWords(seen), host: plan.host })
    const files = plan.files.map((file, index) => {
      if (!isUnread(file)) return file
      const now = ended ? (states.get(index + 1) ?? '') : ''
      const refuse = (code: 'push.conflict' | 'push.not-possible', why = now || 'was not stated') =>
        new GatehouseError({ code, detail: `${file.path} ${why}`, host: plan.host })
      if (now === 'absent' || (/^[0-9a-f]{64}:/.test(now) && now.slice(64) !== file.before.slice('unread'.length)))
        throw refuse('push.conflict')
      if (!/^[0-9a-f]{64}:/.test(now)) throw refuse('push.not-possible')
      const lie = contradiction(now, again.get(index + 1))
      if (lie !== '') throw refuse('push.not-possible', `of which the host contradicts itself: ${lie}`)
      return { ...file, before: now }
    })
    return { ...plan, files }
  } finally {
    session.close()
  }
}
