import type { FileState } from '#shared/model/file-state.ts'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { type PlaceApproval, placeApprovals, type RegistrationState } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'

export type ModelGroup = 'action' | 'checks' | 'open' | 'approved'

const wrong: readonly FileState[] = ['differs', 'missing-file', 'extra-file']
const settled: readonly PlaceApproval[] = ['approved', 'approved-alone']

/** Work first: what differs, is dangerous or stands without approval; then what is in its checks, what nobody can vouch for yet, and what is approved. */
export function groupOf({ state, scan, places, approvals }: ModelArtifact): ModelGroup {
  const has = (...states: readonly PlaceApproval[]) => approvals.some(({ approval }) => states.includes(approval))
  if (wrong.includes(state) || scan === 'dangerous' || scan === 'suspicious' || places.some(({ problems }) => problems.length > 0))
    return 'action'
  if (has('unregistered', 'changed', 'revoked', 'rejected', 'superseded', 'not-for-host', 'four-eyes-missing')) return 'action'
  if (has('in-checks')) return 'checks'
  return approvals.length > 0 && approvals.every(({ approval }) => settled.includes(approval)) ? 'approved' : 'open'
}

export const groupTitles: Readonly<Record<ModelGroup, string>> = {
  action: 'Needs action',
  checks: 'In checks',
  open: 'Not verified',
  approved: 'Approved',
}

/** The approval that speaks for a model in the list: that of the place that is worst off. */
export function loudestApproval({ approvals }: ModelArtifact): PlaceApproval | undefined {
  return placeApprovals.findLast((state) => approvals.some(({ approval }) => approval === state))
}

/** The registration that decides about a model, or the newest that bears its name. */
export function registrationOf({ approvals, name }: ModelArtifact, registrations: readonly Registration[]): Registration | undefined {
  const loudest = placeApprovals.findLast((state) =>
    approvals.some(({ approval, registration }) => approval === state && registration !== ''),
  )
  const id = approvals.find(({ approval }) => approval === loudest)?.registration
  const open = registrations.findLast((it) => it.model === name && openStates.includes(stateOf(it)))
  return open ?? registrations.find((it) => it.id === id) ?? registrations.findLast((it) => it.model === name)
}

const openStates: readonly RegistrationState[] = ['requested', 'reviewed', 'tested']

/** Registrations on their way of which no model lies on a host. */
export const waitingFor = (rows: readonly ModelArtifact[], registrations: readonly Registration[]): Registration[] =>
  registrations.filter(
    (it) =>
      openStates.includes(stateOf(it)) &&
      !rows.some(({ name, approvals }) => name === it.model || approvals.some(({ registration }) => registration === it.id)),
  )

export interface RowGroup {
  readonly key: string
  readonly title: string
  readonly rows: readonly ModelArtifact[]
}

/** Rows whose words all occur in the name, its places or its source. */
export const filterModels = (rows: readonly ModelArtifact[], text: string): readonly ModelArtifact[] =>
  rows.filter(({ name, places, formats }) =>
    hasWords([name, ...formats, ...places.flatMap(({ host, path, source }) => [host, path, source])], text),
  )

/** The same for what lies on no host. */
export const filterWaiting = (waiting: readonly Registration[], text: string): readonly Registration[] =>
  waiting.filter((it) => hasWords([it.model, sourceOf(it)], text))

/** Where a model was asked for from. */
export const sourceOf = ({ steps: [asked] }: Registration): string => (asked?.step === 'requested' ? asked.source : '')

function hasWords(texts: readonly string[], text: string): boolean {
  const haystack = texts.join(' ').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}

const byName = (a: ModelArtifact, b: ModelArtifact): number => a.name.localeCompare(b.name)

/** By what is to be done, or by host; a model on two hosts stands under both. Empty groups are left out. */
export function groupModels(rows: readonly ModelArtifact[], by: 'state' | 'host'): RowGroup[] {
  if (by === 'state') {
    const groups = (['action', 'checks', 'open', 'approved'] as const).map((key) => ({
      key,
      title: groupTitles[key],
      rows: rows.filter((row) => groupOf(row) === key).sort(byName),
    }))
    return groups.filter((group) => group.rows.length > 0)
  }
  const hosts = [...new Set(rows.flatMap(({ places }) => places.map(({ host }) => host)))].sort()
  return hosts.map((host) => ({
    key: host,
    title: host,
    rows: rows.filter(({ places }) => places.some((it) => it.host === host)).sort(byName),
  }))
}

/** By what a model stays chosen: each place where it lies. Its `key` becomes another when its bytes are hashed. */
export const placesOf = ({ places }: ModelArtifact): string[] => places.map(({ host, id }) => `${host}\0${id}`)

/** The first of them, which stands for all. */
export const placeOf = (row: ModelArtifact): string => placesOf(row)[0] ?? row.key

/** Hosts of a model, each once. */
export const hostsOf = ({ places }: ModelArtifact): string[] => [...new Set(places.map(({ host }) => host))]

/** Bytes on the disks of all hosts. */
export const bytesOnHosts = (rows: readonly ModelArtifact[]): number =>
  rows.reduce((sum, { places }) => sum + places.reduce((all, { bytes }) => all + bytes, 0), 0)
