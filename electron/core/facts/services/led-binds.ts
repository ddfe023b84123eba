import { groupBy } from '#shared/group-by.ts'
import type { ServiceBind } from '#shared/model/inference-service.ts'
import type { LedPort, OwnPort } from '../firewall/led-to.ts'
import type { Binds } from './binds.ts'
import type { ServiceSources } from './sources.ts'

/** Doors that rules of translation make of other ports of the host, beside the sockets of a server. */
export const withLed = (found: Binds, sources: Pick<ServiceSources, 'ledTo' | 'ownPorts' | 'routesLoopback'>): Binds =>
  withOwnPortsLed(withLedToLoopback(found, sources), sources)

/**
 * A socket on loopback is open to others where a rule of translation leads a port of the host to it and the kernel routes such addresses: what is written
 * by hand to open a server that cannot be bound, and what kube-proxy turns on for all.
 */
function withLedToLoopback(found: Binds, { ledTo, routesLoopback }: Pick<ServiceSources, 'ledTo' | 'routesLoopback'>): Binds {
  const local = found.binds.filter(({ address, scope }) => scope === 'loopback' && !address.includes(':'))
  if (local.length === 0 || routesLoopback === false) return found
  if (!ledTo)
    return routesLoopback
      ? {
          ...found,
          unknown: found.unknown ?? 'the kernel lets rules lead others to loopback (route_localnet), and those rules could not be read',
        }
      : found
  const led = [...new Set(local.map(({ address }) => address))]
    .flatMap((address) => ledTo(address))
    .filter(({ address, to }) => local.some((bind) => bind.port === to && bind.address === address))
  if (led.length === 0) return found
  if (routesLoopback === undefined)
    return {
      ...found,
      unknown:
        found.unknown ?? `a rule leads port ${led[0]?.port} to loopback, and whether the kernel lets it (route_localnet) could not be read`,
    }
  const note = 'A rule of translation leads this port of the host to the socket on loopback, and route_localnet lets it.'
  return { ...found, binds: [...found.binds, ...led.map((port) => ({ ...ledBind(port), note }))] }
}

/** A socket that others reach has another door where a rule of translation leads a second port of the host to its own. */
function withOwnPortsLed(found: Binds, { ownPorts = [] }: Pick<ServiceSources, 'ownPorts'>): Binds {
  const open = found.binds.filter(({ scope }) => scope !== 'loopback')
  const meets = ({ family, to }: OwnPort) =>
    open.some(({ port, address }) => port === to && (address === '*' || address.includes(':') === (family === 6)))
  const doors = groupBy(ownPorts.filter(meets), ({ port }) => String(port))
  const added = [...doors.values()].flatMap((rules): ServiceBind[] => {
    const [rule] = rules
    if (rule === undefined || open.some(({ port }) => port === rule.port)) return []
    const address = rules.length > 1 ? '*' : rule.family === 6 ? '::' : '0.0.0.0'
    const note = `A rule of translation leads this port of the host to port ${rule.to}.`
    const { port, to, section, line } = rule
    return [{ address, port, scope: 'wildcard', section, line, basis: 'observed', token: String(to), note }]
  })
  return added.length === 0 ? found : { ...found, binds: [...found.binds, ...added] }
}

/** Ports of the host that rules lead to these ports at addresses of a network beside that of the host. */
export const ledBinds = (
  addresses: readonly string[] = [],
  ports: readonly number[],
  ledTo: ServiceSources['ledTo'],
): readonly ServiceBind[] =>
  addresses
    .flatMap((address) => ledTo?.(address) ?? [])
    .filter(({ to }) => ports.includes(to))
    .map((port) => ({ ...ledBind(port), note: undefined }))

/** A door of the host that leads to an address of a pod or a container, or to loopback. */
export const ledBind = ({ port, address, to, section, line }: LedPort): ServiceBind => ({
  ...{ address: '0.0.0.0', port, scope: 'wildcard', section, line, basis: 'observed', token: `${address}:${to}` },
  note: 'Rules of the cluster lead this port of the host to the pod.',
})
