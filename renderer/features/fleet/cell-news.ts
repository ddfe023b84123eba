import type { ItemId } from '#shared/model/checklist.ts'
import { rankOf } from '#shared/status.ts'
import { progressWords } from '../../stores/connection-words.ts'
import type { HostView } from '../../stores/host-view.ts'
import { plainText } from '../../ui/plain-text.ts'

/** What the path bar says about a cell: the loudest finding behind it, or why there is none. */
export function cellNews(host: HostView, item: ItemId): string {
  const [loudest, ...others] = host.findings.filter((finding) => finding.item === item).sort((a, b) => rankOf(a.status) - rankOf(b.status))
  if (loudest !== undefined) {
    const alike = others.filter((finding) => finding.status === loudest.status).length
    return `${plainText(loudest.title, 120)}${alike > 0 ? `, and ${alike} more` : ''}${host.results === 'stale' ? ', last known' : ''}`
  }
  if (host.progress !== undefined) return progressWords(host.progress)
  if (host.results === 'none') return 'Not audited yet'
  return 'No control evaluates this check in this version of Gatehouse'
}
