import { parseArgs } from 'node:util'
import { planText } from '#core/push/plan/plan-text.ts'
import { planMany } from '#core/push/plan-many.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { PushValue } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { valueFromText } from '#shared/model/push-value.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { runPlanApprove } from './plan-approve.command.ts'
import { planFileText, writePlanFile } from './plan-file.ts'
import { describeFailure } from './words.ts'

const options = {
  fleet: { type: 'string' },
  host: { type: 'string', multiple: true },
  template: { type: 'string' },
  set: { type: 'string', multiple: true },
  output: { type: 'string' },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/**
 * Says what a push would change, on one host or several. Changes nothing. Ends with 1 when there is no plan for some of several hosts, which are named, and with 2
 * when there is none at all.
 */
export async function runPlan(args: string[]): Promise<number> {
  if (args[0] === 'approve') return runPlanApprove(args.slice(1))
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const { fleet, host, template, output } = values
  if (fleet === undefined || host === undefined || host.length > 200 || template === undefined)
    throw new UsageError('plan: expected --fleet FILE --host NAME… --template ID')
  return withFleet(fleet, values.data, async (services) => {
    const { manifest } = services.templates.find(template)
    const parameters = Object.fromEntries((values.set ?? []).map((text) => parameterOf(manifest, text)))
    const signal = interrupted()
    const { plans, failures } = await planMany(host, (name) =>
      services.pushes.plan(services.fleet.require(), services.transport(), { host: name, template, parameters }, signal),
    )
    const [first, ...others] = failures
    if (first && (signal.aborted || plans.length + others.length === 0)) throw new GatehouseError(first.failure)
    for (const { host: name, failure } of failures)
      process.stderr.write(describeFailure(new GatehouseError({ ...failure, host: failure.host ?? name })))
    if (plans.length === 0) return ExitCode.couldNotRun
    if (values.json) process.stdout.write(planFileText(plans))
    else for (const plan of plans) process.stdout.write(planText(plan, manifest.about))
    if (output !== undefined) await writePlanFile(output, plans)
    return failures.length > 0 ? ExitCode.findings : ExitCode.clean
  })
}

function parameterOf({ id, parameters }: PushTemplate, text: string): [string, PushValue] {
  const [, name = '', value = ''] = /^([A-Za-z][A-Za-z0-9]*)=([^\n]*)$/.exec(text) ?? []
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
  if (parameter === undefined)
    throw new UsageError(`plan: --set is "${text}"; expected NAME=VALUE, and ${id} has ${Object.keys(parameters).join(', ')}`)
  return [name, valueFromText(parameter, value)]
}
