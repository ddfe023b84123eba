import { isDeepStrictEqual } from 'node:util'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Log } from '../ports.ts'
import { modelPathsFor } from '../probe/model-paths.ts'
import type { ProbeContext, SectionOutput, SectionSpec } from '../probe/section.ts'
import { accessFact } from './access/access.fact.ts'
import { accountsFact } from './accounts/accounts.fact.ts'
import { auditKeysFact } from './audit-keys/audit-keys.fact.ts'
import { caddyFact } from './caddy/caddy.fact.ts'
import { certificatesFact } from './certificates/certificates.fact.ts'
import { containersFact } from './containers/containers.fact.ts'
import { type FactResult, unknown } from './fact.ts'
import type { FactDefinition, FactSources } from './fact-definition.ts'
import type { FactId, Facts } from './facts.ts'
import { firewallFact } from './firewall/firewall.fact.ts'
import { factsForQuestions } from './first-asked.ts'
import { fleetKeysFact } from './fleet-keys/fleet-keys.fact.ts'
import { gpuHealthFact } from './gpu-health/gpu-health.fact.ts'
import { gpusFact } from './gpus/gpus.fact.ts'
import { listenersFact } from './listeners/listeners.fact.ts'
import { loopbackFact } from './loopback/loopback.fact.ts'
import { modelFilesFact } from './model-files/model-files.fact.ts'
import { networkFact } from './network/network.fact.ts'
import { nginxFact } from './nginx/nginx.fact.ts'
import { oauth2ProxyFact } from './oauth2-proxy/oauth2-proxy.fact.ts'
import { osFact } from './os/os.fact.ts'
import { packagesFact } from './packages/packages.fact.ts'
import { pamFact } from './pam/pam.fact.ts'
import { auditRulesFact, guardedFilesFact, sshdMatchesFact, sudoersFact } from './privileged/privileged.fact.ts'
import { processesFact } from './processes/processes.fact.ts'
import { programsFact } from './programs/programs.fact.ts'
import { pushedFilesFact } from './pushed-files/pushed-files.fact.ts'
import { readOnce } from './read-once.ts'
import { hintRefusedToRoot } from './refused-to-root.ts'
import { servicesFact } from './services/services.fact.ts'
import { sourcesFact } from './sources/sources.fact.ts'
import { sshdFact } from './sshd/sshd.fact.ts'
import { systemFact } from './system/system.fact.ts'
import { accountUnitsFact } from './units/account-units.fact.ts'
import { unitsFact } from './units/units.fact.ts'
import { updatesFact } from './updates/updates.fact.ts'
import { verifiedModelsFact } from './verified-models/verified-models.fact.ts'
import { wireFact } from './wire/wire.fact.ts'

/** In the order in which they are read: a fact may use those before it. */
const definitions: { readonly [K in FactId]: FactDefinition<K> } = {
  system: systemFact,
  network: networkFact,
  accounts: accountsFact,
  listeners: listenersFact,
  processes: processesFact,
  units: unitsFact,
  'account-units': accountUnitsFact,
  containers: containersFact,
  loopback: loopbackFact,
  firewall: firewallFact,
  os: osFact,
  services: servicesFact,
  programs: programsFact,
  nginx: nginxFact,
  wire: wireFact,
  caddy: caddyFact,
  'oauth2-proxy': oauth2ProxyFact,
  certificates: certificatesFact,
  'model-files': modelFilesFact,
  'verified-models': verifiedModelsFact,
  'pushed-files': pushedFilesFact,
  sshd: sshdFact,
  gpus: gpusFact,
  'gpu-health': gpuHealthFact,
  sudoers: sudoersFact,
  'audit-rules': auditRulesFact,
  'sshd-matches': sshdMatchesFact,
  pam: pamFact,
  'audit-keys': auditKeysFact,
  access: accessFact,
  'fleet-keys': fleetKeysFact,
  'guarded-files': guardedFilesFact,
  packages: packagesFact,
  updates: updatesFact,
  sources: sourcesFact,
}

const inOrder: readonly FactDefinition<FactId>[] = Object.values(definitions)

/** Every fact, known or not. */
export type FactResults = { readonly [K in FactId]: FactResult<Facts[K]> }

/** What the sections of one host are built from. */
export const probeContextOf = (fleet: Fleet, host: Host): ProbeContext => ({
  fleet,
  host,
  modelPaths: modelPathsFor(fleet, host),
})

const chosen = (ids: readonly FactId[] | undefined): readonly FactDefinition<FactId>[] =>
  ids === undefined ? inOrder : inOrder.filter(({ id }) => ids.includes(id))

const isFirst = (id: FactId): boolean => factsForQuestions.some((each) => each === id)

/** All that is asked on a host, or what the named facts ask. Two facts may share a section when it is the very same; the first one counts. */
export function sectionsOf(context: ProbeContext, ids?: readonly FactId[]): readonly SectionSpec[] {
  const sections = new Map<string, SectionSpec>()
  const first = new Set<string>()
  for (const definition of chosen(ids)) {
    for (const section of definition.sections(context)) {
      const before = sections.get(section.id)
      if (before && !isDeepStrictEqual(before, section)) throw new Error(`two different sections are named ${section.id}`)
      sections.set(section.id, before ?? section)
      if (isFirst(definition.id)) first.add(section.id)
    }
  }
  return [...sections.values()].map((section) => (first.has(section.id) ? { ...section, first: true } : section))
}

const notRun = (spec: SectionSpec): SectionOutput => ({
  id: spec.id,
  command: spec.kind === 'script' ? spec.display : spec.argv.join(' '),
  state: 'not-run',
  privileged: false,
  exitCode: null,
  stdout: '',
  stderr: '',
  durationMs: 0,
  bytes: 0,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
})

/** Recordings in, typed facts out. `ids` as in `factsOnDemand`. */
export function readFacts(
  outputs: ReadonlyMap<string, SectionOutput>,
  context: ProbeContext,
  log?: Log,
  ids?: readonly FactId[],
): FactResults {
  return { ...factsOnDemand(outputs, context, log, ids) }
}

/**
 * The same, each fact read when it is asked for first: a view of a hundred hosts needs a third of them. Sections that a stored audit does not have (asked by a
 * newer Gatehouse) count as not run. Facts that are not among `ids` are unknown; those that they rest on must be named as well.
 * A fact whose `read` throws is unknown, and the log says why: one wrong parser never takes an audit down.
 */
export function factsOnDemand(
  outputs: ReadonlyMap<string, SectionOutput>,
  context: ProbeContext,
  log?: Log,
  ids?: readonly FactId[],
): FactResults {
  let specs: ReadonlyMap<string, SectionSpec> | undefined
  const results = new Map<FactId, FactResult<unknown>>()
  const wanted = new Set(chosen(ids).map(({ id }) => id))
  const sourcesOf = (place: number): FactSources => ({
    context,
    section(id) {
      const output = outputs.get(id)
      if (output) return output
      specs ??= new Map(sectionsOf(context).map((each) => [each.id, each]))
      const spec = specs.get(id)
      if (!spec) throw new Error(`no section is named ${id}`)
      return notRun(spec)
    },
    answers: (name) => [...outputs.values()].filter(({ id }) => id === name || id.startsWith(`${name}-`)),
    fact: <K extends FactId>(id: K) =>
      (inOrder.findIndex((each) => each.id === id) < place ? resultOf(id) : unknown(`${id}: not read yet`, [])) as FactResult<Facts[K]>,
  })
  function resultOf(id: FactId): FactResult<unknown> {
    const before = results.get(id)
    if (before !== undefined) return before
    const place = inOrder.findIndex((each) => each.id === id)
    const definition = inOrder[place]
    const result =
      definition === undefined || !wanted.has(id)
        ? unknown(`${id}: not read`, [])
        : hintRefusedToRoot(readOne(definition, sourcesOf(place), log), (section) => outputs.get(section))
    results.set(id, result)
    return result
  }
  return Object.defineProperties(
    {},
    Object.fromEntries(inOrder.map(({ id }) => [id, { enumerable: true, get: () => resultOf(id) }])),
  ) as unknown as FactResults
}

function readOne(definition: FactDefinition<FactId>, sources: FactSources, log: Log | undefined): FactResult<unknown> {
  try {
    return readOnce(definition, sources)
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    log?.('error', 'a fact could not be read', { fact: definition.id, host: sources.context.host.name, detail })
    return unknown(
      `${definition.id}: Gatehouse could not read the answer of the host (${detail})`,
      definition.sections(sources.context).map(({ id }) => id),
    )
  }
}
