import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { readPlainFile } from '#core/plain-file.ts'
import { GatehouseError } from '#shared/errors.ts'
import { type PushPlan, pushPlansSchema } from '#shared/model/push-plan.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'

/** Far above the plans of a thousand hosts. */
const MAX_PLAN_BYTES = 134_217_728

/** The plans of a file that `gatehouse plan --output` wrote. Throws `push.plan-invalid` with the place. */
export async function readPlans(path: string): Promise<readonly PushPlan[]> {
  const invalid = (detail: string) => new GatehouseError({ code: 'push.plan-invalid', detail: `${path}: ${detail}` })
  try {
    const read = jsonOf((await readPlainFile(path, MAX_PLAN_BYTES)).toString('utf8'), () => invalid('it is not JSON'))
    const parsed = pushPlansSchema.safeParse(Array.isArray(read) ? read : [read])
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw invalid(`${issue?.path.join('.')}: ${issue?.message}`)
  } catch (error) {
    throw error instanceof GatehouseError ? error : invalid(whyUnreadable(error))
  }
}

/** Without the words of the parser, which tell how the file begins: it may be another one, with a secret. */
function jsonOf(text: string, failure: () => Error): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw failure()
  }
}

/** What `readPlans` reads: one plan, or several. */
export const planFileText = (plans: readonly PushPlan[]): string => `${JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2)}\n`

/** For the owner alone. */
export async function writePlanFile(path: string, plans: readonly PushPlan[]): Promise<void> {
  await writeFile(path, planFileText(plans), { mode: 0o600 })
  process.stderr.write(`${path} written\n`)
}

/** Whether somebody typed the name of every host. */
export async function hostsTyped(plans: readonly PushPlan[], what: 'push' | 'approve'): Promise<boolean> {
  const names = plans.map(({ host }) => host).join(' ')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(`Type the name of every host to ${what} (${names}): `)).trim() === names
  } finally {
    terminal.close()
  }
}
