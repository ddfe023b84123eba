import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createHandle } from '#core/handlers/handlers.ts'
import { controls } from '#core/policy/registry.ts'
import { shippedTemplates } from '#core/push/templates/templates.ts'
import type { Services } from '#core/services.ts'
import { messageOf } from '#shared/errors.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { PushValues } from '#shared/model/push-parameter.ts'
import type { DemoHost } from '#testing/demo/demo-host.ts'
import { openDemoServices } from '#testing/demo/demo-services.testing.ts'
import { bastion01 } from '#testing/demo/hosts/bastion-01.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '#testing/demo/hosts/gpu-03.ts'
import { gpu04 } from '#testing/demo/hosts/gpu-04.ts'
import { lab01 } from '#testing/demo/hosts/lab-01.ts'
import * as moreHosts from '#testing/demo/template-hosts.testing.ts'
import { type Fix, fixFor } from '../renderer/stores/fix-for.ts'

/**
 * Fix on every open finding of the simulated hosts that a template turns: the right template opens, filled from what the audit knows, and what it asks for
 * besides is named; the plan is made, and the finding stands in it. Or there is no plan, for a reason that stands here.
 */

const managed = shippedTemplates().map(({ manifest }) => manifest)
const fixedBy = (control: string): readonly string[] => managed.flatMap(({ id, fixes }) => (fixes.includes(control) ? [id] : []))

test.each(controls.flatMap(({ id, remediation }) => (remediation ? [[id, remediation] as const] : [])))(
  'what %s names as its templates turns it',
  (control, { template, otherEngines = template, otherFirewalls = template, also = [] }) => {
    expect(fixedBy(control)).toEqual(expect.arrayContaining([template, otherEngines, otherFirewalls, ...also]))
  },
)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** What no audit knows: who logs in, and at which provider. */
const typed: PushValues = {
  logins: [`ada:$2b$12$${'a'.repeat(53)}`],
  issuer: 'https://login.dc1.example/realms/ai',
  client: 'ai',
  domains: ['dc1.example'],
}

const hosts: Readonly<Record<string, DemoHost>> = { bastion01, gpu01, gpu02, gpu03, gpu04, lab01, ...moreHosts }

const asks = 'asks for'
/** What opens, and what a person fills in besides. */
const opened: readonly string[] = [
  'audit-account-read-only → gatehouse-audit-account',
  'engine-requires-key-when-exposed → llama-server-unit',
  'engine-requires-key-when-exposed → localai-unit',
  'engine-requires-key-when-exposed → ollama-loopback',
  'engine-requires-key-when-exposed → vllm-credential',
  'firewall-default-deny-inbound → ufw-segment',
  'firewall-default-deny-outbound → ufw-segment',
  'gpu-persistence-on → gpu-persistence',
  'inference-bound-to-loopback → llama-server-unit',
  'inference-bound-to-loopback → localai-unit',
  'inference-bound-to-loopback → ollama-loopback',
  'inference-bound-to-loopback → vllm-credential',
  'inference-not-root → service-account',
  'inference-port-only-from-app → docker-published-ports',
  'inference-port-only-from-app → ufw-segment',
  'inference-secrets-not-on-command-line → llama-server-unit',
  'inference-secrets-not-on-command-line → localai-unit',
  'inference-secrets-not-on-command-line → vllm-credential',
  'inference-unit-devices-limited → systemd-sandbox',
  'inference-unit-exposure-low → systemd-sandbox',
  'inference-unit-kernel-protected → systemd-sandbox',
  'inference-unit-no-capabilities → systemd-sandbox',
  'inference-unit-sandboxed → systemd-sandbox',
  'jump-forwards-to-fleet-only → sshd-jump-forwarding',
  'jump-lends-nothing-else → sshd-jump-forwarding',
  'management-endpoints-restricted → caddy-ollama logins',
  'management-endpoints-restricted → nginx-ollama logins',
  'management-endpoints-restricted → nginx-openai logins',
  'metrics-only-from-monitoring → gpu-exporter-unit',
  'model-directories-audited → auditd-models-watch',
  'model-files-not-world-accessible → model-ownership',
  'oauth2-proxy-cookie-flags-set → oauth2-proxy-oidc issuer client domains',
  'oauth2-proxy-listens-behind-tls → oauth2-proxy-oidc issuer client domains',
  'oauth2-proxy-logs-logins → oauth2-proxy-oidc issuer client domains',
  'oauth2-proxy-provider-verified → oauth2-proxy-oidc issuer client domains',
  'oauth2-proxy-users-restricted → oauth2-proxy-oidc issuer client domains',
  'outbound-only-to-storage → nftables-segment',
  'proxy-access-log-kept → logrotate-ai-access',
  'proxy-access-log-on → caddy-ollama logins',
  'proxy-access-log-structured → nginx-ollama logins',
  'proxy-access-log-structured → nginx-openai logins',
  'proxy-password-files-protected → htpasswd-users logins',
  'proxy-requires-authentication → caddy-ollama logins',
  'proxy-requires-authentication → nginx-openai logins',
  'proxy-sends-hsts → caddy-ollama logins',
  'proxy-sends-hsts → nginx-ollama logins',
  'proxy-sends-hsts → nginx-openai logins',
  'ssh-only-from-jump → ufw-segment',
  'sshd-keys-only → sshd-behind-jump',
  'sshd-no-root-login → sshd-behind-jump',
  'unneeded-services-off → services-masked',
]
/** Open on none of these hosts: what opens for them is proven of findings alone (`renderer/stores/fix-for.test.ts`), and in the lab. */
const notOpen: readonly string[] = [
  'access-closed-accounts-shut',
  'inference-account-dedicated',
  'inference-unit-writes-own-paths',
  'ipv6-filtered-like-ipv4',
  'model-directory-not-writable-by-others',
  'model-files-owned-by-service',
  'oauth2-proxy-headers-from-proxy-only',
  'oauth2-proxy-tokens-kept',
  'proxy-serves-tls',
  'proxy-tls-versions',
  'sshd-accounts-limited',
  'sshd-attempts-limited',
  'sshd-forwarding-off',
  'sshd-logs-logins',
]
/** Findings that no template stands in for as they are. */
const nothing: readonly RegExp[] = [
  // Nothing stands in front of it that a template could take the place of.
  /^proxy-(?:serves-tls|access-log-on) (?:[a-z-]+\.service|localai)$/,
  // oauth2-proxy that answers others by itself.
  /^(?:proxy-serves-tls|management-endpoints-restricted) oauth2-proxy\.service 0\.0\.0\.0:4180$/,
  // A container, which is started otherwise.
  /^inference-(?:bound-to-loopback|not-root) localai$/,
  // A program whose unit no template writes.
  /^inference-not-root jupyter$/,
  // The home of root: the server gets an account first.
  /^model-files-not-world-accessible \/root\//,
  // What containers send goes on as it was.
  /^(?:firewall-default-deny-outbound|outbound-only-to-storage) behind docker0$/,
  // It tells nothing of GPUs.
  /^metrics-only-from-monitoring node-exporter$/,
]
/** A template opens, and the plan says why it is none. */
const refused: readonly (readonly [where: RegExp, why: RegExp])[] = [
  [/^gpu-persistence-on .* gpu-persistence$/, /^nvidia-persistenced\.service is inactive.*start it first$/],
  [/^model-directories-audited .* auditd-models-watch$/, /^auditd\.service is inactive/],
  [/^(?:firewall-|inference-port-only-from-app|ssh-only-from-jump).* ufw-segment$/, /^ufw\.service is inactive/],
  [/^inference-unit-.* systemd-sandbox$/, /^writes of systemd-sandbox is \/root[^ ]*(?:, [^ ]+)? and must be a path below/],
]

const found = new Set<string>()

describe('Fix', () => {
  test.concurrent.each(Object.entries(hosts))(
    'on %s',
    async (_, host) => {
      for (const { finding, fix, outcome } of await fixesOn(host)) {
        const about = `${finding.control} ${finding.subject}`
        if (fix === undefined) expect([about, nothing.some((where) => where.test(about))]).toEqual([about, true])
        else if (outcome.startsWith(asks)) found.add(`${finding.control} → ${fix.template}${outcome.slice(asks.length)}`)
        else
          expect([
            about,
            fix.template,
            outcome,
            refused.some(([where, why]) => where.test(`${about} ${fix.template}`) && why.test(outcome)),
          ]).toEqual([about, fix.template, outcome, true])
      }
    },
    120_000,
  )
})

test('each opens the template that is about it, and the plan promises to turn it', () => expect([...found].sort()).toEqual(opened))

test('no control that a template turns is forgotten', () => {
  const seen = new Set(opened.map((row) => row.split(' ')[0] ?? ''))
  expect([...seen, ...notOpen].sort()).toEqual([...new Set(managed.flatMap(({ fixes }) => fixes))].sort())
})

interface Tried {
  readonly finding: Finding
  readonly fix: Fix | undefined
  readonly outcome: string
}

async function fixesOn(host: DemoHost): Promise<readonly Tried[]> {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-fixes-'))
  folders.push(data)
  const services = await openDemoServices(host.jumpHost ? [host, gpu01] : [host], { clock: { now: () => Date.now() }, data })
  const ask = asker(services)
  await services.audits.start(services.fleet.require(), services.transport(), [host.name]).done
  const audit = (await ask('audit:host', { host: host.name })) as HostAudit
  const { templates } = await ask('push:templates', null)
  const tried: Tried[] = []
  for (const finding of audit.findings) {
    if (finding.status !== 'fail' && finding.status !== 'warning') continue
    if (fixedBy(finding.control).length === 0) continue
    const fix = fixFor(finding, audit, templates)
    tried.push({ finding, fix, outcome: fix ? await planned(ask, host.name, fix, finding) : '' })
  }
  await services.close()
  return tried
}

const asker =
  (services: Services) =>
  async <C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> => {
    const reply = await createHandle(services)(channel, input)
    if (!reply.ok) throw new Error(reply.failure.detail)
    return reply.value as Output<C>
  }

type Ask = ReturnType<typeof asker>

/** `asks for` what a person fills in before the plan is made, or why there is none. */
async function planned(ask: Ask, host: string, fix: Fix, { control, subject }: Finding): Promise<string> {
  const { values: filled } = await ask('push:parameters', { host, ...fix })
  const { parameters = {} } = managed.find(({ id }) => id === fix.template) ?? {}
  const asked = Object.keys(parameters).filter((name) => !(name in filled) && name in typed)
  const given = Object.fromEntries(asked.map((name) => [name, typed[name] ?? '']))
  try {
    const { turns } = await ask('push:plan', { host, template: fix.template, parameters: { ...filled, ...given } })
    // A finding about one route of a front is turned with the front.
    const isPromised = turns.some((turn) => turn.control === control && ['*', subject, subject.split(' ')[0]].includes(turn.subject))
    return isPromised ? [asks, ...asked].join(' ') : 'the plan does not promise it'
  } catch (error) {
    return messageOf(error)
  }
}
