import type { PushValues } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import type { FactResults } from '../facts/registry.ts'
import { publishedPortsOf, type Seen } from './defaults.ts'
import { otherSystem, serviceDown } from './plan.ts'
import { openPublished } from './published-first.ts'

interface Known extends Pick<Seen, 'audit'> {
  readonly facts: Seen['facts'] & Pick<FactResults, 'os'>
  readonly values: PushValues
}

/** Why a plan would be refused, as far as the newest audit tells; empty where it tells nothing. The plan looks at the host itself. Pure. */
export function knownHindrance(manifest: PushTemplate, { audit, facts, values }: Known): string {
  return (
    otherSystem(manifest, audit) ||
    openPublished({ manifest, audit, published: publishedPortsOf({ audit, facts }) ?? [] }) ||
    down(manifest, facts, values)
  )
}

function down({ unit = '' }: PushTemplate, { os, units }: Known['facts'], values: PushValues): string {
  const named = unit.replace(/^\{\{(\w+)\}\}$/, (_, name: string) => String(values[name] ?? ''))
  const asked = os.known ? os.value.services?.find(({ id }) => id === named) : undefined
  const engine = units.known ? units.value.find(({ id }) => id === named) : undefined
  const state = asked?.loadState === 'not-found' ? '' : (asked?.activeState ?? engine?.activeState ?? 'active')
  return state === 'active' ? '' : serviceDown(named, state)
}
