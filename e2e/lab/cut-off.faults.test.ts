import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { render } from '#core/push/templates/render.ts'
import { shippedTemplate } from '#core/push/templates/templates.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { arrange, asRoot, kill, type Server, ssh, start } from './lab.ts'
import { maySee, STATE, templateDesk, verdictOf } from './template-desk.ts'

/**
 * Pushes that cut Gatehouse off: the plan that Gatehouse refuses to make, written by hand and approved. The host comes back by itself, by the timer of the
 * undo and by its next start, and every byte, owner and mode of /etc is as it was.
 */

afterAll(async () => {
  for (const host of ['gpu2', 'gpu3'] as const) {
    await kill(host)
    await start(host)
  }
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
const becomesOut = async (host: Server) => {
  for (let tries = 0; tries < 10; tries++) if (await out(host)) return true
  return false
}

test.each<[string, Server, string, PushPlan['parameters']]>([
  ['ufw-segment', 'gpu2', 'verify', { jump: ['10.9.9.9/32'] }],
  ['sshd-behind-jump', 'gpu2', 'verify', { accounts: ['nobody-of-us'] }],
  // The kernel follows connections from the first firewall on; it takes open ones for new, so they are cut as well.
  ['nftables-segment', 'gpu3', 'activate', { jump: ['10.9.9.9/32'] }],
])(
  '%s, %s, from %s on: by the timer, and by the next start of the host',
  async (template, host, from, values) => {
    const desk = templateDesk(template)
    if (host === 'gpu3') await maySee(host)
    const before = [await arrange(host, STATE), await rules(host)]

    /** `meanwhile` says whether Gatehouse was out while the change was looked at. */
    const comesBack = async (undoAfterSeconds: number, meanwhile: () => Promise<boolean>) => {
      const { file, plan } = await desk.plan(host)
      withValues(file, plan, values)
      const said: Promise<boolean>[] = []
      const run = await desk.push(file, (step) => step === from && said.push(meanwhile()), undoAfterSeconds)
      expect([await Promise.all(said), run.status, verdictOf(run)]).toEqual([[true], 1, 'rolled back and proven'])
      expect(await out(host)).toBe(false)
      expect([await arrange(host, STATE), await rules(host)]).toEqual(before)
    }
    await comesBack(60, () => becomesOut(host))
    await comesBack(900, async () => {
      const was = await becomesOut(host)
      await asRoot(host, 'systemctl --no-block reboot')
      return was
    })
  },
  900_000,
)
