import type { FileState } from '#shared/model/file-state.ts'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'

export type ModelGroup = 'action' | 'open' | 'verified'

/** Work first: what differs or is dangerous, then what nobody can vouch for yet, then what is verified. */
export function groupOf({ state, scan, places }: ModelArtifact): ModelGroup {
  const wrong: readonly FileState[] = ['differs', 'missing-file', 'extra-file']
  if (wrong.includes(state) || scan === 'dangerous' || scan === 'suspicious' || places.some(({ problems }) => problems.length > 0))
    return 'action'
  return state === 'verified' && scan === 'cleared' ? 'verified' : 'open'
}

export const groupTitles: Readonly<Record<ModelGroup, string>> = { action: 'Needs action', open: 'Not verified', verified: 'Verified' }

export interface RowGroup {
  readonly key: string
  readonly title: string
  readonly rows: readonly ModelArtifact[]
}

/** Rows whose words all occur in the name, its places or its source. */
export function filterModels(rows: readonly ModelArtifact[], text: string): readonly ModelArtifact[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(({ name, places, formats }) => {
    const haystack = [name, ...formats, ...places.flatMap(({ host, path, source }) => [host, path, source])].join(' ').toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

const byName = (a: ModelArtifact, b: ModelArtifact): number => a.name.localeCompare(b.name)

/** By what is to be done, or by host; a model on two hosts stands under both. Empty groups are left out. */
export function groupModels(rows: readonly ModelArtifact[], by: 'state' | 'host'): RowGroup[] {
  if (by === 'state') {
    const groups = (['action', 'open', 'verified'] as const).map((key) => ({
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

/** Hosts of a model, each once. */
export const hostsOf = ({ places }: ModelArtifact): string[] => [...new Set(places.map(({ host }) => host))]

/** Bytes on the disks of all hosts. */
export const bytesOnHosts = (rows: readonly ModelArtifact[]): number =>
  rows.reduce((sum, { places }) => sum + places.reduce((all, { bytes }) => all + bytes, 0), 0)
