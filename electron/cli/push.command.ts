import { parseArgs } from 'node:util'
import { conflictText } from '#core/push/plan/conflicts.ts'
import { aboutPlan, planText } from '#core/push/plan/plan-text.ts'
import { outcomeWords, pushInWaves, type WaveOutcome } from '#core/push/push-waves.ts'
import type { PushResult } from '#core/push/transaction/transaction.ts'
import { failureOf } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { hostsTyped, readPlans } from './plan-file.ts'
import { hostOutcome, outcomeOf, resultText, writeJson } from './push-result.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = {
  fleet: { type: 'string' },
  plan: { type: 'string' },
  yes: { type: 'boolean', default: false },
  canary: { type: 'string', default: '1' },
  wave: { type: 'string', default: '5' },
  'undo-after': { type: 'string' },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/**
 * Carries saved plans out: the first host alone, then in waves. Asks for the names and a code on a terminal; where nobody can be asked,
 * `--yes` carries out what was approved before.
 */
export async function runPush(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (values.fleet === undefined || values.plan === undefined) throw new UsageError('push: expected --fleet FILE --plan FILE')
  if (!values.yes && !process.stdin.isTTY)
    throw new UsageError('push: nobody can be asked here; an approved plan is carried out with --yes')
  const undoAfterSeconds = secondsOf(values['undo-after'])
  const [canary, waveSize] = [countOf('canary', values.canary), countOf('wave', values.wave)]
  const plans = await readPlans(values.plan)
  return withFleet(values.fleet, values.data, async (services) => {
    const [fleet, signal] = [services.fleet.require(), interrupted()]
    for (const { record } of services.recovery.open(fleet))
      say(`Open: push ${record.subject} on ${record.host} has no end yet; gatehouse undo finds out.`)
    for (const { host } of plans)
      if (services.recovery.drilled(host) === undefined)
        say(`No drill has shown yet that the undo of ${host} fires by itself: gatehouse drill.`)
    for (const plan of plans) process.stderr.write(planText(plan, aboutPlan(plan, services.templates)))
    if (!values.yes && !(await hostsTyped(plans, 'push'))) {
      say('Nothing was changed.')
      return ExitCode.couldNotRun
    }
    if (values.yes) for (const plan of plans) services.planApprovals.require(plan)
    else await stepUpOnTerminal(services.stepUp)
    const push = (plan: PushPlan) =>
      services.pushes.push(fleet, services.transport(), plan, {
        undoAfterSeconds,
        signal,
        onStep: (step, detail) => {
          say(`${step.padEnd(9)} ${plans.length > 1 ? `${plan.host}: ` : ''}${detail}`)
          if (step === 'arm') say(`          two more minutes, from another terminal: gatehouse extend ${plan.id} --fleet ${values.fleet}`)
        },
      })
    const showConflicts = async (plan: PushPlan) => {
      process.stderr.write(conflictText(await services.pushes.conflicts(fleet, services.transport(), plan, signal)))
    }
    const undoing = (plan: PushPlan | undefined) => `gatehouse undo ${plan?.id} --fleet ${values.fleet} --output FILE`
    const [only] = plans
    if (plans.length === 1 && only !== undefined) {
      const result = await push(only).catch(async (error) => {
        const { code, detail } = failureOf(error)
        if (code === 'push.conflict') await showConflicts(only)
        if (values.json) writeJson([hostOutcome(only.id, { host: only.host, outcome: 'refused', reason: `${code}: ${detail}` })])
        throw error
      })
      if (values.json) writeJson([hostOutcome(only.id, outcomeOf(only.host, result))])
      else process.stdout.write(resultText(only.host, result))
      if (result.verdict === 'committed-proven') say(`Taken back by: ${undoing(only)}`)
      return exitCodes[result.verdict]
    }
    const ready = (plan: PushPlan) => services.pushes.ready(fleet, services.transport(), plan, signal)
    const onWave = (number: number, hosts: readonly string[]) => say(`wave ${number}    ${hosts.join(', ')}`)
    const outcomes = await pushInWaves({ plans, canary, waveSize, ready, push, onWave, signal })
    const planOf = ({ host }: WaveOutcome) => plans.find((plan) => plan.host === host)
    if (values.json) writeJson(outcomes.map((one) => hostOutcome(planOf(one)?.id ?? '', one)))
    else
      for (const { host, outcome, reason, result } of outcomes)
        process.stdout.write(result ? resultText(host, result) : `${visible(`${host}: ${outcomeWords[outcome]}, ${reason}`)}\n`)
    for (const one of outcomes) if (one.outcome === 'committed-proven') say(`Taken back on ${one.host} by: ${undoing(planOf(one))}`)
    for (const one of outcomes) {
      const [plan, { outcome }] = [planOf(one), one]
      if (plan && (outcome === 'refused' || outcome === 'not-started')) await showConflicts(plan)
    }
    if (outcomes.some(({ outcome }) => outcome === 'unknown')) return ExitCode.couldNotRun
    return outcomes.every(({ outcome }) => outcome === 'committed-proven') ? ExitCode.clean : ExitCode.findings
  })
}

const say = (line: string): void => void process.stderr.write(`${visible(line)}\n`)

function countOf(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError(`push: --${name} is "${text}"; expected 1 to 999`)
  return Number(text)
}

const exitCodes: Readonly<Record<PushResult['verdict'], number>> = {
  'committed-proven': ExitCode.clean,
  'rolled-back-proven': ExitCode.findings,
  'rolled-back-not-proven': ExitCode.findings,
  unknown: ExitCode.couldNotRun,
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!/^\d{2,3}$/.test(text) || seconds < 30 || seconds > 900) throw new UsageError(`push: --undo-after is "${text}"; expected 30 to 900`)
  return seconds
}
