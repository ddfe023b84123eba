import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ItemId } from '#shared/model/checklist.ts'
import type { Outcome } from '#shared/status.ts'
import { type AuditRun, audit, hostOf } from './audit.ts'
import { arrange, kill, type Server, start } from './lab.ts'

/** Hosts of the lab whose nginx makes way for Caddy and oauth2-proxy. The Caddy is Debian's, copied from this machine; oauth2-proxy is a stand-in. */
interface Variant {
  readonly host: Server
  readonly script: string
  readonly items: Partial<Record<ItemId, { readonly status: Outcome; readonly because: string }>>
  /** Controls of the proxies that speak, by id: the worst they say. */
  readonly controls: Readonly<Record<string, Outcome>>
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const { variants } = JSON.parse(read('expected.json')) as { readonly variants: Readonly<Record<string, Variant>> }
const order: readonly Outcome[] = ['fail', 'warning', 'not-evaluated', 'needs-attestation', 'waived', 'pass', 'not-applicable']

describe.each(Object.entries(variants))('%s', (_, { host, script, items, controls }) => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  let run: AuditRun
  beforeAll(async () => {
    await arrange(host, `${read('variants/common.sh')}\n${read(`variants/${script}`)}`, readFileSync('/usr/bin/caddy').toString('base64'))
    run = await audit(data, ['--host', host])
  }, 120_000)
  afterAll(async () => {
    rmSync(data, { recursive: true })
    await kill(host)
    await start(host)
  })

  test('the items that hang on proxies', () => {
    const found = Object.fromEntries(hostOf(run.report, host).items.map(({ id, status }) => [id, status]))
    expect(Object.fromEntries(Object.keys(items).map((id) => [id, found[id]]))).toEqual(
      Object.fromEntries(Object.entries(items).map(([id, { status }]) => [id, status])),
    )
  })

  test('the controls of proxies and logins', () => {
    const worst = Object.keys(controls).map((id) => {
      const statuses = hostOf(run.report, host).findings.flatMap((finding) => (finding.control === id ? [finding.status] : []))
      return [id, order.find((status) => statuses.includes(status))]
    })
    expect(Object.fromEntries(worst)).toEqual(controls)
  })
})
