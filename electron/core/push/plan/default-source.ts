import type { HostAudit } from '#shared/model/audit.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { PushValue } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import type { FactResults } from '../../facts/registry.ts'

/** What defaults are taken from. */
export interface Seen {
  readonly fleet: Fleet
  readonly host: Host
  readonly audit: HostAudit
  readonly facts: Pick<
    FactResults,
    'nginx' | 'caddy' | 'sudoers' | 'accounts' | 'units' | 'listeners' | 'sources' | 'programs' | 'processes' | 'containers' | 'network'
  >
}

/** Of several fronts, units and exporters, the one that was named. */
export interface About extends Seen {
  readonly name: PushValue | undefined
  readonly unit: PushValue | undefined
  readonly exporter: PushValue | undefined
}

/** The one value there is, however often; undefined when there are several, so that nothing is guessed. */
export const only = <T>(values: readonly T[]): T | undefined => {
  const [first, ...more] = new Set(values)
  return more.length === 0 ? first : undefined
}
/** An empty list says nothing: the default of the template holds. */
export const listed = (values: readonly string[]): string[] | undefined => (values.length === 0 ? undefined : [...new Set(values)])

/** Ports that these services listen on, as the newest audit saw them; one that listens on two addresses is there twice. */
export const portsOf = ({ audit }: Seen, wanted: (service: HostAudit['services'][number]) => boolean): readonly number[] =>
  audit.services.filter(wanted).flatMap(({ binds }) => binds.map(({ port }) => port))

export type Source = (seen: About, template: PushTemplate) => PushValue | undefined
