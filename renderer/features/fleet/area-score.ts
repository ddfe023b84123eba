import { type Area, checklist } from '#shared/model/checklist.ts'
import { score } from '#shared/model/score.ts'
import type { HostView } from '../../stores/host-view.ts'

/** "5/7" of one area on one host; a dash while nothing has landed. */
export function areaScore(host: HostView, area: Area): string {
  if (host.results === 'none') return '–'
  const { passed, applicable } = score(
    checklist.filter((item) => item.area === area).map(({ id }) => ({ status: host.items[id] ?? 'not-evaluated' })),
  )
  return `${passed}/${applicable}`
}
