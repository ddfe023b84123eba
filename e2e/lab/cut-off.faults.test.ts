import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { render } from '#core/push/render.ts'
import { shippedTemplate } from '#core/push/templates.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { arrange, asRoot, kill, type Server, ssh, start } from './lab.ts'
import { STATE, templateDesk, verdictOf } from './template-desk.ts'

/**
 * Pushes that cut Gatehouse off: the plan that Gatehouse refuses to make, written by hand and approved. The host comes back by itself, by the timer of the
 * undo and by its next start, and every byte, owner and mode of /etc is as it was.
 */

afterAll(async () => {
  await kill('gpu2')
  await start('gpu2')
}, 120_000)

/** The same plan with other values. Where it leaves Gatehouse out, planning would have refused it. */
function withValues(file: string, plan: PushPlan, values: PushPlan['parameters']): void {
  const parameters = { ...plan.parameters, ...values }
  const { files } = render(shippedTemplate(plan.template.id).manifest, parameters)
  const other = { ...plan, parameters, files: plan.files.map((one, index) => ({ ...one, after: files[index]?.state })) }
  writeFileSync(file, JSON.stringify(pushPlanSchema.parse(other)))
}

const rules = (host: Server) => arrange(host, 'nft -s list ruleset | sed "/^#/d"')
const out = async (host: Server) => (await ssh(['-o', 'ConnectTimeout=5', host, 'true'])).status !== 0

test.each<[string, PushPlan['parameters']]>([
  ['ufw-segment', { jump: ['10.9.9.9/32'] }],
  ['sshd-behind-jump', { accounts: ['nobody-of-us'] }],
])(
  '%s: by the timer, and by the next start of the host',
  async (template, values) => {
    const desk = templateDesk(template)
    const before = [await arrange('gpu2', STATE), await rules('gpu2')]

    /** `meanwhile` says whether Gatehouse was out while the change was looked at. */
    const comesBack = async (undoAfterSeconds: number, meanwhile: () => Promise<boolean>) => {
      const { file, plan } = await desk.plan('gpu2')
      withValues(file, plan, values)
      const said: Promise<boolean>[] = []
      const run = await desk.push(file, (step) => step === 'verify' && said.push(meanwhile()), undoAfterSeconds)
      expect([await Promise.all(said), run.status, verdictOf(run)]).toEqual([[true], 1, 'rolled back and proven'])
      expect(await out('gpu2')).toBe(false)
      expect([await arrange('gpu2', STATE), await rules('gpu2')]).toEqual(before)
    }
    await comesBack(60, () => out('gpu2'))
    await comesBack(900, async () => {
      const was = await out('gpu2')
      await asRoot('gpu2', 'systemctl --no-block reboot')
      return was
    })
  },
  900_000,
)
