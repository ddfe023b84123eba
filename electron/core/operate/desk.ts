import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { OperableUnit, OperateVerb, UnitState } from '#shared/model/operate.ts'
import type { ServiceLog } from '#shared/model/service-log.ts'
import type { Transport } from '../ports.ts'
import { type AtContainer, lookAtContainer, readContainerLogs, sendToContainer } from './ask-container.ts'
import { lookAtUnit, sendVerb } from './ask-host.ts'
import { operateAccountOf } from './operate-identity.ts'
import { readLogs } from './read-logs.ts'

/** What can be done with one unit or container of a host, over connections of its own each. */
export interface Desk {
  /** What is told to do it. */
  readonly by: 'systemd' | 'docker' | 'podman'
  /** In the ledger: the container by its id as well, since another one may have its name tomorrow. */
  readonly subject: string
  /** `verb`: what it is looked at for. Rejects with `operate.not-possible`, `operate.not-allowed` or the failure of the connection. */
  look(signal: AbortSignal, verb?: OperateVerb): Promise<{ readonly state: UnitState; readonly refused?: string | undefined }>
  /** Rejects like `look`; with the failure of the connection nobody knows whether it was done. */
  send(verb: OperateVerb, signal: AbortSignal): Promise<void>
  logs(signal: AbortSignal): Promise<ServiceLog>
}

/** A unit is looked at without any right; whatever else takes the account that operates, and throws `operate.not-possible` where there is none. */
export function deskOf(fleet: Fleet, transport: Transport, host: Host, unit: OperableUnit): Desk {
  const account = () => operateAccountOf(fleet, host)
  const { container } = unit
  if (container === undefined)
    return {
      by: 'systemd',
      subject: unit.unit,
      look: async (signal) => ({ state: await lookAtUnit(transport, host, unit, signal) }),
      send: (verb, signal) => sendVerb(transport, host, account(), verb, unit.unit, signal),
      logs: (signal) => readLogs(transport, host, account(), unit.unit, signal),
    }
  const at = (): AtContainer => ({ transport, host, account: account(), unit, container })
  return {
    by: container.runtime,
    subject: `${unit.unit} (${container.id.slice(0, 12)})`,
    look: async (signal, verb) => lookAtContainer(at(), verb, signal),
    send: (verb, signal) => sendToContainer(at(), verb, signal),
    logs: (signal) => readContainerLogs(at(), signal),
  }
}
