import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { approvePlan } from './approved-plan.ts'
import { audit, hostOf } from './audit.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, type LabHost, lab, type Server } from './lab.ts'

export const verdictOf = ({ stdout, stderr }: ConsoleRun): string => /: (.*)$/m.exec(stdout)?.[1] ?? stderr

/** Every name below /etc, and of the logs of the proxy, with kind, owner, mode, where it leads and what is in it. */
export const STATE =
  'cd / && find etc var/log/nginx -printf "%p %y %U:%G %m %l\\n" 2>/dev/null | LC_ALL=C sort; find etc -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum'

/** The drop-in that Gatehouse prints, installed; gpu3 stands for the admin who has not done it. */
export async function maySee(host: Server): Promise<void> {
  const { stdout } = await gatehouse(['sudoers', '--fleet', lab.fleetFile, '--host', host, ...lab.sudoWords])
  await arrange(host, 'cat >/etc/sudoers.d/gatehouse-audit && chmod 440 /etc/sudoers.d/gatehouse-audit && visudo -c', stdout)
}

/** Pushes of one template: undone in the middle, then for good. Registers its hooks where it is called. */
export function templateDesk(template: string, fleet = lab.fleetFile) {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-template-'))
  afterAll(() => rmSync(data, { recursive: true }))

  async function plan(host: LabHost, values: Readonly<Record<string, string>> = {}): Promise<{ file: string; plan: PushPlan }> {
    const file = join(data, `${host}.json`)
    const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const run = await gatehouse([
      ...['plan', '--fleet', fleet, '--host', host, '--template', template, '--output', file, '--data', data, ...set],
    ])
    expect([run.status, run.stderr]).toEqual([0, expect.stringContaining('written')])
    return { file, plan: pushPlanSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) }
  }

  /** `during`: as a step is about to be taken, once. */
  async function push(file: string, during: (step: string) => unknown = () => undefined, undoAfterSeconds = 120): Promise<ConsoleRun> {
    let told = 0
    approvePlan(data, file)
    return gatehouse(
      ['push', '--fleet', fleet, '--plan', file, '--yes', '--data', data, '--undo-after', String(undoAfterSeconds)],
      (stderr) => {
        const lines = stderr.split('\n').slice(0, -1)
        for (; told < lines.length; told++) during(lines[told]?.split(' ')[0] ?? '')
      },
    )
  }

  return {
    data,
    fleet,
    plan,
    push,
    /** The plan is carried out and undone while it is looked at: every byte, owner and mode is back. */
    async undone(host: LabHost, file: string): Promise<void> {
      const before = await arrange(host, STATE)
      const steps: string[] = []
      const run = await push(
        file,
        (step) => steps.push(step) && step === 'verify' && asRoot(host, 'systemctl start gatehouse-undo.service'),
      )
      expect([verdictOf(run), steps, run.stdout]).toEqual(['rolled back and proven', expect.arrayContaining(['verify']), expect.anything()])
      expect((await arrange(host, STATE)).split('\n')).toEqual(before.split('\n'))
    },
    /** The plan is carried out, and what it says to turn has passed. */
    async done(file: string): Promise<void> {
      const run = await push(file)
      expect([verdictOf(run), run.stdout]).toEqual(['committed and proven', expect.not.stringContaining('because')])
    },
    /** A push that was committed is taken back; the verdict. */
    async takenBack({ id }: PushPlan): Promise<string> {
      const back = join(data, 'back.json')
      await gatehouse(['undo', id, '--fleet', fleet, '--output', back, '--data', data])
      return verdictOf(await push(back))
    },
    async findings(host: Server, controls: readonly string[]) {
      const { findings } = hostOf((await audit(data, ['--host', host])).report, host)
      return findings.filter(({ control }) => controls.includes(control))
    },
  }
}
