import { randomUUID } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { HostPush } from '../host/program.ts'
import { pushRecords } from '../journal/history.ts'
import type { PlanArchive } from '../journal/plan-archive.ts'
import type { HostFile } from '../templates/host-file.ts'

type Plans = Pick<PlanArchive, 'find'>
type Records = Pick<Ledger, 'read'>

/** The plan of a push that was committed and proven, as this console kept it. Throws `push.not-possible`. */
export function committedPlan(id: string, ledger: Records, plans: Plans): PushPlan {
  const refused = (detail: string) => new GatehouseError({ code: 'push.not-possible', detail })
  const { records, broken } = ledger.read()
  if (broken) throw new GatehouseError({ code: 'ledger.broken', detail: `record ${broken.line} ${broken.reason}` })
  const record = pushRecords(records, plans.find).find((it) => it.id === id)
  if (record === undefined) throw refused(`this console made no push ${id}; gatehouse history names those that it made`)
  if (record.state !== 'committed-proven') throw refused(`push ${id} is ${record.state}; only what was committed is taken back`)
  if (record.plan === null) throw refused(`the plan of ${id} is gone from this console`)
  return record.plan
}

/** The plan that takes `of` back: every file gets what the host kept from before it. Pure but for the id. */
export const revertPlan = (of: PushPlan, gatehouse: string, nowMs: number): PushPlan =>
  // Parsed, so that its members stand in the order of a plan that was read from a file: the two are compared as text.
  pushPlanSchema.parse({
    ...of,
    id: randomUUID(),
    reverts: of.id,
    createdAt: new Date(nowMs).toISOString(),
    gatehouse,
    files: of.files.map((file) => ({ ...file, before: file.after, after: file.before, diff: file.diff.map(turned) })),
  })

const signs: Readonly<Record<string, string>> = { '+': '-', '-': '+' }
const turned = (line: string): string => `${signs[line.slice(0, 1)] ?? line.slice(0, 1)}${line.slice(1)}`

/**
 * What the host is told of such a plan. It is made anew from the push that is taken back: whoever wrote the plan, it does that or is refused with
 * `push.plan-invalid`. Throws what `committedPlan` throws.
 */
export function pushOfRevert(
  plan: PushPlan,
  fleet: Fleet,
  ledger: Records,
  plans: Plans,
): { readonly host: Host; readonly push: HostPush } {
  const invalid = (detail: string) => new GatehouseError({ code: 'push.plan-invalid', detail })
  const original = committedPlan(plan.reverts ?? '', ledger, plans)
  const { id, createdAt, gatehouse } = plan
  if (JSON.stringify({ ...revertPlan(original, gatehouse, 0), id, createdAt }) !== JSON.stringify(pushPlanSchema.parse(plan)))
    throw invalid(`it is not what takes ${original.id} back`)
  const host = auditedHosts(fleet).find(({ name }) => name === plan.host)
  if (plan.fleet !== fleet.name || host?.address !== plan.address) throw invalid(`the fleet has no host ${plan.host} at ${plan.address}`)
  return { host, push: { ...hostPushOfKept(plan), reverts: original.id } }
}

/** A push as its plan tells, without the bytes: enough to look, to undo, and to take back. */
export const hostPushOfKept = (plan: PushPlan): HostPush => ({
  ...{ id: plan.id, unit: plan.unit, who: '', reverts: '', undoAfterSeconds: 120, boot: plan.bootUndo ?? 'systemd' },
  files: plan.files.map(({ kind, path, before, after }): HostFile => {
    const [, uid = '0', gid = '0', mode = '644'] = after.startsWith('link:') ? [] : after.split(':')
    return { kind, path, uid: Number(uid), gid: Number(gid), mode, before, after, content: '', random: false }
  }),
})
