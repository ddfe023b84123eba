import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createHandle } from '#core/handlers/handlers.ts'
import type { Services } from '#core/services.ts'
import { codeOf, counterAt } from '#core/step-up/totp.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { DemoHost } from './demo-host.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { bastion01 } from './hosts/bastion-01.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu02 } from './hosts/gpu-02.ts'
import { gpu03 } from './hosts/gpu-03.ts'
import { gpu04 } from './hosts/gpu-04.ts'
import {
  behindOpenCaddy,
  behindOpenProxy,
  exposedLlama,
  exposedLocalAi,
  exposedVllm,
  rootOllama,
  withAuditd,
  withIdleDriver,
  withLogins,
  withMightyAudit,
  withOpenExporter,
} from './template-hosts.testing.ts'

/** Every template on the simulated hosts: the sin is found, pushed away, taken back and found again. */
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

async function opened(host: DemoHost) {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-templates-'))
  folders.push(data)
  // A jump host is there for what lies behind it.
  const services = await openDemoServices(host.jumpHost ? [host, gpu01] : [host], { clock: { now: () => Date.now() }, data })
  async function ask<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
    const reply = await createHandle(services)(channel, input)
    if (!reply.ok) throw new Error(`${reply.failure.code} ${reply.failure.detail}`)
    return reply.value as Output<C>
  }
  const { secret } = await ask('step-up:enrol', null)
  const bits = [...secret.replaceAll(' ', '')].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const bytes = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  await ask('step-up:confirm', { code: codeOf(bytes, counterAt(Date.now())) })
  return { services, ask }
}

type Opened = Awaited<ReturnType<typeof opened>>

/** Looks, once no audit of its own runs any more. */
async function statuses({ services, ask }: Opened, { host, turns }: Pick<PushPlan, 'host' | 'turns'>): Promise<readonly string[]> {
  while (!(await looked(services, host))) await pause(50)
  const audit = await ask('audit:host', { host })
  return turns.flatMap(({ control, subject }) =>
    (audit?.findings ?? [])
      .filter((finding) => finding.control === control && (subject === '*' || finding.subject === subject))
      .map(({ status }) => `${control} ${status}`),
  )
}

/** False while another look runs. */
async function looked(services: Services, host: string): Promise<boolean> {
  try {
    await services.audits.start(services.fleet.require(), services.transport(), [host]).done
    return true
  } catch (error) {
    if (error instanceof GatehouseError && error.failure.code === 'audit.running') return false
    throw error
  }
}

async function pushed({ ask }: Opened, plan: PushPlan): Promise<unknown> {
  await ask('push:start', { plan: plan.id, typedHost: plan.host })
  for (;;) {
    const job = await ask('push:job', null)
    if (job?.state === 'finished') return job.result ?? job.failure
    await pause(50)
  }
}

const logins = [`ada:$2b$12$${'a'.repeat(53)}`]

const keyless = ['inference-bound-to-loopback', 'inference-secrets-not-on-command-line']

type Row = readonly [template: string, host: DemoHost, parameters: Record<string, string | string[]>, sins: readonly string[]]

/** But `accounts-closed`, which `demo-push.test.ts` carries out. */
const table: readonly Row[] = [
  ['ollama-loopback', gpu03, {}, ['inference-bound-to-loopback']],
  ['nginx-ollama', gpu02, { logins }, ['management-endpoints-restricted', 'proxy-sends-hsts']],
  ['nginx-openai', behindOpenProxy, { logins }, ['proxy-requires-authentication']],
  ['nginx-ai-access-log', gpu02, {}, ['proxy-access-log-structured']],
  ['htpasswd-users', gpu02, { logins }, ['proxy-password-files-protected']],
  ['services-masked', gpu02, {}, ['unneeded-services-off']],
  ['systemd-sandbox', gpu02, {}, ['inference-unit-sandboxed', 'inference-unit-exposure-low', 'inference-unit-kernel-protected']],
  ['gpu-persistence', withIdleDriver, {}, ['gpu-persistence-on']],
  ['gpu-exporter-unit', withOpenExporter, {}, ['metrics-only-from-monitoring']],
  ['caddy-ollama', behindOpenCaddy, { logins }, ['proxy-requires-authentication', 'management-endpoints-restricted', 'proxy-sends-hsts']],
  ['sshd-behind-jump', gpu03, {}, ['sshd-keys-only', 'sshd-no-root-login']],
  ['logrotate-ai-access', gpu02, {}, ['proxy-access-log-kept']],
  ['auditd-models-watch', withAuditd, {}, ['model-directories-audited']],
  ['ufw-segment', gpu03, {}, ['firewall-default-deny-inbound', 'inference-port-only-from-app', 'ssh-only-from-jump']],
  ['docker-published-ports', gpu04, {}, ['inference-port-only-from-app']],
  ['nftables-segment', gpu03, {}, ['firewall-default-deny-inbound', 'inference-port-only-from-app']],
  ['gatehouse-audit-account', withMightyAudit, {}, ['audit-account-read-only']],
  ['vllm-credential', exposedVllm, {}, keyless],
  ['llama-server-unit', exposedLlama, {}, keyless],
  ['localai-unit', exposedLocalAi, {}, keyless],
  [
    'oauth2-proxy-oidc',
    withLogins,
    { issuer: 'https://login.dc1.example/realms/ai', client: 'ai', domains: ['dc1.example'] },
    ['oauth2-proxy-cookie-flags-set', 'oauth2-proxy-provider-verified', 'oauth2-proxy-users-restricted', 'oauth2-proxy-logs-logins'],
  ],
  ['service-account', rootOllama, {}, ['inference-not-root']],
  ['system-account', rootOllama, {}, ['inference-not-root']],
  ['model-ownership', gpu02, {}, ['model-files-not-world-accessible']],
  ['oauth2-proxy-nginx', withLogins, {}, ['management-endpoints-restricted', 'proxy-sends-hsts']],
  ['sshd-jump-forwarding', bastion01, {}, ['jump-forwards-to-fleet-only', 'jump-lends-nothing-else']],
]

test.concurrent.each(table)(
  '%s: found, pushed away, taken back, found again',
  async (template, host, parameters, sins) => {
    const open = await opened(host)
    const plan = await open.ask('push:plan', { host: host.name, template, parameters })
    const before = await statuses(open, plan)
    for (const sin of sins) expect(before).toContainEqual(expect.stringMatching(new RegExp(`^${sin} (?:fail|warning)$`)))
    expect(await pushed(open, plan)).toMatchObject({ verdict: 'committed-proven', reason: '' })
    const after = await statuses(open, plan)
    for (const sin of sins) expect(new Set(after.filter((line) => line.startsWith(`${sin} `)))).toEqual(new Set([`${sin} pass`]))
    const back = await open.ask('push:take-back', { id: plan.id })
    expect(await pushed(open, back)).toMatchObject({ verdict: 'committed-proven' })
    expect(await statuses(open, plan)).toEqual(before)
    await open.services.close()
  },
  90_000,
)

test('every template that ships is in the table above', () => {
  const all = readdirSync(new URL('../../../assets/templates', import.meta.url)).filter((name) => !name.endsWith('.json'))
  expect([...table.map(([template]) => template), 'accounts-closed'].sort()).toEqual(all.sort())
})
