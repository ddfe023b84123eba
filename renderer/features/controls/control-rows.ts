import { groupBy } from '#shared/group-by.ts'
import { type ChecklistItem, checklist } from '#shared/model/checklist.ts'
import type { ControlDetail } from '#shared/model/control-entry.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import { loudest, type Outcome, rankOf } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'

/** What one host says to one control: its loudest finding. */
export interface HostResult {
  readonly host: string
  readonly status: Outcome
  readonly finding: FindingBrief
  /** Findings of this control there. */
  readonly count: number
  readonly stale: boolean
}

export interface ControlRow {
  readonly control: ControlDetail
  /** Loudest first. */
  readonly results: readonly HostResult[]
  readonly failing: number
  readonly passing: number
  /** Hosts that neither pass nor fail: open in another way, or not applicable. */
  readonly other: number
}

export interface ItemGroup {
  readonly item: ChecklistItem
  readonly rows: readonly ControlRow[]
}

/** Every control with what the newest audits say. Results that are not current are listed, but not counted. */
export function controlRows(controls: readonly ControlDetail[], hosts: readonly HostView[]): ControlRow[] {
  const byControl = new Map<string, HostResult[]>()
  for (const host of hosts) {
    for (const [id, findings] of groupBy(host.findings, ({ control }) => control)) {
      const status = loudest(findings.map((finding) => finding.status))
      const finding = findings.find((it) => it.status === status) as FindingBrief
      const result = { host: host.name, status, finding, count: findings.length, stale: host.results !== 'current' }
      byControl.set(id, [...(byControl.get(id) ?? []), result])
    }
  }
  return controls.map((control) => {
    const results = (byControl.get(control.id) ?? []).sort(
      (a, b) => Number(a.stale) - Number(b.stale) || rankOf(a.status) - rankOf(b.status),
    )
    const current = results.filter(({ stale }) => !stale)
    const failing = current.filter(({ status }) => status === 'fail').length
    const passing = current.filter(({ status }) => status === 'pass').length
    return { control, results, failing, passing, other: current.length - failing - passing }
  })
}

/** Rows whose words all occur. */
export function filterRows(rows: readonly ControlRow[], text: string): readonly ControlRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(({ control }) => {
    const { id, item, title, rationale, severity, references } = control
    const named = references.map((reference) => `${reference.framework ?? ''} ${reference.id}`).join(' ')
    const haystack = `${id} ${item} ${title} ${rationale} ${severity} ${named}`.toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

/** By item of the checklist; items without a row are left out. */
export const byItem = (rows: readonly ControlRow[]): ItemGroup[] =>
  checklist.map((item) => ({ item, rows: rows.filter(({ control }) => control.item === item.id) })).filter((group) => group.rows.length > 0)
