import type { Listener } from '#shared/model/listener.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Container, PodContainer } from '../containers/containers.ts'
import type { LedPort, OwnPort } from '../firewall/led-to.ts'
import type { LlamaSettings } from '../processes/llama-settings.ts'
import type { Process } from '../processes/processes.ts'
import type { Unit } from '../units/units.ts'
import type { HostAddresses } from './own-address.ts'

/** What services are put together from. `undefined` where it could not be read. */
export interface ServiceSources {
  readonly processes: readonly Process[]
  readonly listeners: readonly Listener[] | undefined
  readonly units: readonly Unit[] | undefined
  readonly containers: readonly Container[] | undefined
  readonly podContainers?: readonly PodContainer[] | undefined
  readonly accounts: Accounts | undefined
  /** What a file of this host sets for every llama-server on it. */
  readonly llamaSettings?: LlamaSettings | undefined
  readonly hostAddresses?: HostAddresses | undefined
  /** Does the kernel let traffic from outside be led to loopback (`route_localnet`, ip-sysctl of the kernel)? Undefined where it could not be read. */
  readonly routesLoopback?: boolean | undefined
  /** Ports of the host that rules of translation lead to an address of a pod, or to loopback. Undefined where those rules could not be read. */
  readonly ledTo?: ((address: string) => readonly LedPort[]) | undefined
  /** Ports of the host that rules of translation lead to another port of it. */
  readonly ownPorts?: readonly OwnPort[] | undefined
}
