import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FactId } from '#core/facts/facts.ts'
import { mapWithLimit } from '#core/jobs/map-with-limit.ts'
import { controls } from '#core/policy/registry.ts'
import { hostAuditSchema } from '#shared/model/audit.ts'
import type { DemoHost } from '../demo/demo-host.ts'
import { idle, vllm } from './bases.ts'
import type { CorpusHost } from './corpus-host.ts'
import { expectation, isOpen, type Judged, loudestByControl } from './expectation.ts'
import { corpus } from './hosts/corpus.ts'
import { auditCorpusHost } from './record.ts'
import { on } from './sins/host.ts'

/** Whole hosts, as the product judges them. README.md says what to do when a new control changes what is expected. */

const hosts = Object.values(corpus).flat()
/** Most of the time goes by waiting for ports that never answer. */
const AT_ONCE = 24
const judged = new Map<string, Judged>()

/** The day on which every host is looked at: what ages (certificates, advisories, lists) is as old on any other day. */
const TODAY = Date.parse('2026-11-25T12:00:00Z')
afterAll(() => void vi.useRealTimers())
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: TODAY })
  const bases = new Map<DemoHost, Judged['audit']>()
  const all = [...new Set(hosts.map((host) => host.base))]
  await mapWithLimit(all, AT_ONCE, async (base) => bases.set(base, (await auditCorpusHost({ base, sins: [] })).audit))
  await mapWithLimit(hosts, AT_ONCE, async (host) => {
    const { audit } = await auditCorpusHost(host)
    judged.set(host.name, { host, audit, base: host.sins.length === 0 ? undefined : bases.get(host.base) })
  })
}, 300_000)

const of = (kind: keyof typeof corpus): Judged[] => corpus[kind].flatMap(({ name }) => judged.get(name) ?? [])

test('at least 60 hosts, each with a name of its own', () => {
  expect(hosts.length).toBeGreaterThanOrEqual(60)
  expect(new Set(hosts.map(({ name }) => name)).size).toBe(hosts.length)
})

test.each(Object.keys(corpus) as (keyof typeof corpus)[])('%s: the planted sins are found, and no others', async (kind) => {
  await expect(of(kind).map(expectation).join('\n')).toMatchFileSnapshot(`./__fixtures__/${kind}.yaml`)
})

test('nothing is open on a sound host', () => {
  const sound = of('good').filter(({ host }) => host.base === vllm || host.base === idle)
  const open = sound.flatMap(({ host, audit }) =>
    audit.findings.filter(isOpen).map(({ control, title }) => `${host.name} ${control}: ${title}`),
  )
  expect(open).toEqual([])
})

test('whatever is open names the template that turns it, or says what a person does', () => {
  const silent = [...judged.values()].flatMap(({ audit }) =>
    audit.findings.filter((finding) => isOpen(finding) && finding.remediation === undefined && finding.hint === undefined),
  )
  expect([...new Set(silent.map(({ control, title }) => `${control}: ${title}`))]).toEqual([])
})

test('what passes or is open shows what decides it', () => {
  const bare = [...judged.values()].flatMap(({ audit }) =>
    audit.findings.filter((finding) => (isOpen(finding) || finding.status === 'pass') && finding.evidence.length === 0),
  )
  // The advisories lie on this computer, and no host prints how old they are.
  expect(
    [...new Set(bare.map(({ control, title }) => `${control}: ${title}`))].filter((one) => !/^advisory-data-fresh: /.test(one)),
  ).toEqual([])
})

test('what cannot be read passes nothing that the whole host does not pass', () => {
  const better = of('odd').flatMap(({ host, audit, base }) => {
    const before = base && loudestByControl(base)
    const passes = [...loudestByControl(audit).values()].filter(({ status }) => status === 'pass')
    return passes
      .filter(({ control }) => before !== undefined && before.get(control)?.status !== 'pass')
      .map(({ control }) => `${host.name} ${control}`)
  })
  expect(better).toEqual([])
})

describe.each(hosts.map(({ name }) => [name] as const))('%s', (name) => {
  const audit = () => judged.get(name)?.audit as Judged['audit']

  test('every control answers, in the words that the window has room for', () => {
    expect(hostAuditSchema.safeParse(audit()).error).toBeUndefined()
    expect(new Set(audit().findings.map(({ control }) => control))).toEqual(new Set(controls.map(({ id }) => id)))
    expect(
      audit()
        .findings.filter(({ title }) => title.length >= 48)
        .map(({ title }) => title),
    ).toEqual([])
    expect(
      audit()
        .findings.filter(({ title }) => title === 'The check itself failed')
        .map(({ reason }) => reason),
    ).toEqual([])
  })
})

/** Other process ids and counters, as after a restart. */
const restarted = on((host) => ({
  ...host,
  listeners: host.listeners.map((listener) => ({ ...listener, pid: listener.pid + 5000 })),
  processes: host.processes.map((process) =>
    process.pid === 1 ? process : { ...process, pid: process.pid + 5000, ppid: process.ppid <= 1 ? process.ppid : process.ppid + 5000 },
  ),
  units: host.units.map((unit) => ({
    ...unit,
    properties: { ...unit.properties, MainPID: String(Number(unit.properties.MainPID) + 5000) },
  })),
  containers: host.containers.map((container) => ({ ...container, pid: container.pid + 5000 })),
  firewall: { ...host.firewall, nft: host.firewall.nft.replaceAll(/packets \d+ bytes \d+/g, 'packets 77 bytes 9999') },
}))

test('a restart changes the digest of no finding, so no waiver ends by it', async () => {
  const digests = ({ findings }: Judged['audit']) =>
    new Map(findings.map(({ control, subject, digest }) => [`${control} ${subject}`, digest]))
  const changed: string[] = []
  await mapWithLimit([...corpus.exposed, ...corpus.proxied, ...corpus.accounts], AT_ONCE, async (host) => {
    const before = digests(judged.get(host.name)?.audit as Judged['audit'])
    const after = digests((await auditCorpusHost({ base: host.base, sins: [...host.sins, restarted] })).audit)
    for (const [key, digest] of after) if (before.get(key) !== digest) changed.push(`${host.name} ${key}`)
  })
  expect(changed).toEqual([])
}, 300_000)

/** Statements flip the others; `electron/testing/demo/decisions.test.ts` makes some. */
const machineControls = controls.filter(({ attestation }) => attestation === undefined)

/** Hosts on which it is open where it passes on their base, or the other way round. */
function flippedBy(id: string, among: readonly Judged[] = [...judged.values()]): string[] {
  const flips = among.filter(({ host, audit, base }) => {
    if (base === undefined || (corpus.odd as readonly CorpusHost[]).includes(host)) return false
    const both = [base, audit].flatMap((it) => loudestByControl(it).get(id) ?? [])
    return both.some(isOpen) && both.some(({ status }) => status === 'pass')
  })
  return flips.map(({ host }) => host.name)
}

test.each(machineControls.map(({ id }) => [id] as const))('%s flips on some host', (id) => {
  expect(flippedBy(id)).not.toEqual([])
})

const looksAt = (fact: FactId) =>
  machineControls.filter((control) => [...control.needs, ...(control.uses ?? [])].some((one) => one === fact)).map(({ id }) => id)

test.each(looksAt('caddy'))('%s flips behind Caddy as well', (id) => {
  expect(flippedBy(id, of('caddy'))).not.toEqual([])
})
