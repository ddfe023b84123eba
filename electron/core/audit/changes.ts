import type { Change, HostBrief } from '#shared/model/audit.ts'
import { findingKey } from '#shared/model/finding.ts'
import { rankOf } from '#shared/status.ts'

/** Findings whose status differs between two audits of one host, loudest new status first. Appeared ones come from null, vanished ones go to null. */
export function changesBetween(before: HostBrief, after: HostBrief): Change[] {
  const old = new Map(before.findings.map((finding) => [findingKey(finding), finding]))
  const changes: Change[] = []
  for (const finding of after.findings) {
    const previous = old.get(findingKey(finding))
    old.delete(findingKey(finding))
    if (previous?.status !== finding.status)
      changes.push({ host: after.name, ...about(finding), from: previous?.status ?? null, to: finding.status })
  }
  for (const gone of old.values()) changes.push({ host: after.name, ...about(gone), from: gone.status, to: null })
  return changes.sort((a, b) => loudness(a) - loudness(b))
}

const about = ({ item, control, subject, title }: HostBrief['findings'][number]) => ({ item, control, subject, title })

const loudness = (change: Change): number => (change.to === null ? Number.MAX_SAFE_INTEGER : rankOf(change.to))
