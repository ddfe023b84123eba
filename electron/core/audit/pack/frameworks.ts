import type { HostAudit } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { loudest, type Outcome } from '#shared/status.ts'
import { parseReference } from '../../policy/references.ts'

/** One rule of a framework, and how the controls that refer to it stand. */
export interface RuleView {
  readonly rule: string
  readonly status: Outcome
  readonly controls: readonly { readonly id: string; readonly title: string; readonly status: Outcome; readonly open: readonly string[] }[]
}

export interface FrameworkView {
  readonly name: string
  readonly rules: readonly RuleView[]
}

const isOpen = (status: Outcome): boolean => status !== 'pass' && status !== 'not-applicable'

/**
 * The results by rule of each framework that controls refer to. A rule is as loud as the loudest of its controls on any host. It shows what was
 * looked at for that rule, not that nothing else belongs to it.
 */
export function frameworkViews(
  controls: readonly ControlEntry[],
  hosts: Iterable<{ readonly name: string; readonly findings: readonly Pick<HostAudit['findings'][number], 'control' | 'status'>[] }>,
): FrameworkView[] {
  const statuses = new Map<string, Map<string, Outcome[]>>()
  for (const { name, findings } of hosts) {
    for (const { control, status } of findings) {
      const byHost = statuses.get(control) ?? new Map<string, Outcome[]>()
      byHost.set(name, [...(byHost.get(name) ?? []), status])
      statuses.set(control, byHost)
    }
  }
  const views = new Map<string, Map<string, RuleView['controls'][number][]>>()
  for (const control of controls) {
    const byHost = [...(statuses.get(control.id) ?? [])].map(([host, all]) => ({ host, status: loudest(all) }))
    const entry = {
      id: control.id,
      title: control.title,
      status: loudest(byHost.map(({ status }) => status)),
      open: byHost.filter(({ status }) => isOpen(status)).map(({ host }) => host),
    }
    for (const text of control.references) {
      const reference = parseReference(text)
      if (reference === undefined || reference.framework === null) continue
      const rules = views.get(reference.framework) ?? new Map<string, RuleView['controls'][number][]>()
      rules.set(reference.id, [...(rules.get(reference.id) ?? []), entry])
      views.set(reference.framework, rules)
    }
  }
  return [...views]
    .map(([name, rules]) => ({
      name,
      rules: [...rules]
        .map(([rule, all]) => ({ rule, status: loudest(all.map(({ status }) => status)), controls: all }))
        .sort((a, b) => a.rule.localeCompare(b.rule, 'en', { numeric: true })),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
}
