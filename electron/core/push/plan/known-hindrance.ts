import type { PushValues } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { askedUnits } from '../../facts/os/collect.ts'
import { namesOf, type ServiceState } from '../../facts/os/os.ts'
import type { FactResults } from '../../facts/registry.ts'
import { rivalUnitsFor, toolsFor } from '../host/kinds.ts'
import type { Seen } from './default-source.ts'
import { publishedPortsOf } from './network-defaults.ts'
import { otherSystem, rivalsThere, serviceDown, toolsMissing } from './plan.ts'
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
    down(manifest, facts, values) ||
    lackingTool(manifest, facts) ||
    rival(manifest, facts) ||
    unreadNginx(manifest, facts)
  )
}

/** What it would do with a file, and most values of the template, come from what it reads now: a broken site that has nothing to do with either is in the way, too. */
const unreadNginx = ({ files }: PushTemplate, { nginx }: Seen['facts']): string =>
  nginx.known || !files.some(({ kind }) => kind === 'nginx')
    ? ''
    : [`what nginx would do with it cannot be told: ${nginx.reason}`, ...(nginx.hint ? [nginx.hint] : [])].join('. ')

function down({ unit = '' }: PushTemplate, { os, units }: Known['facts'], values: PushValues): string {
  const named = unit.replace(/^\{\{(\w+)\}\}$/, (_, name: string) => String(values[name] ?? ''))
  const services = os.known ? os.value.services : undefined
  const asked = services?.find((service) => namesOf(service).includes(named))
  if (services !== undefined && asked === undefined && askedUnits.includes(named)) return serviceDown(named, '')
  const engine = units.known ? units.value.find(({ id }) => id === named) : undefined
  const state = asked?.loadState === 'not-found' ? '' : (asked?.activeState ?? engine?.activeState ?? 'active')
  return state === 'active' ? '' : serviceDown(named, state)
}

function lackingTool({ id, files }: PushTemplate, { os }: Known['facts']): string {
  const missing = os.known ? (os.value.lacks ?? []) : []
  const lacks = toolsFor(files).filter((tool) => missing.includes(tool))
  return lacks.length === 0 ? '' : toolsMissing(lacks, id)
}

/** Those of UnitFileState= with which `systemctl is-enabled` ends well (systemctl(1)). */
const comesWithHost = /^(?:enabled|enabled-runtime|static|alias|indirect|generated|transient)$/
const comes = ({ activeState, unitFileState }: ServiceState): boolean => activeState === 'active' || comesWithHost.test(unitFileState)

function rival({ id, files }: PushTemplate, { os }: Known['facts']): string {
  const there = os.known ? (os.value.services ?? []) : []
  const rivals = rivalUnitsFor(files).filter((unit) => there.some((service) => namesOf(service).includes(unit) && comes(service)))
  return rivals.length === 0 ? '' : rivalsThere(rivals, id)
}
