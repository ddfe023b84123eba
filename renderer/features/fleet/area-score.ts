import { type Area, checklist } from '#shared/model/checklist.ts'
import type { HostView } from '../../stores/host-view.ts'

/** "5/7" of one area on one host; a dash while nothing has landed. */
export function areaScore(host: HostView, area: Area): string {
  if (host.results === 'none') return '–'
  const outcomes = checklist.filter((item) => item.area === area).map((item) => host.items[item.id] ?? 'not-evaluated')
  const applicable = outcomes.filter((outcome) => outcome !== 'not-applicable')
  return `${applicable.filter((outcome) => outcome === 'pass').length}/${applicable.length}`
}
