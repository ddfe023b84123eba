import type { Path } from '../ui/screen.tsx'
import { count } from '../ui/words.ts'
import { connectionWords } from './connection-words.ts'
import { couldNotLook, type HostView } from './host-view.ts'
import { useFleetState, useJumpStates } from './queries.ts'
import { useAuditing, useHosts } from './use-hosts.tsx'

const words = (word: string, tone: Path['words']['tone']): Path['words'] => ({ word, tone, icon: 'state' })

/** What the jump hosts do now; `open`: all of them are connected. What an audit says of a host was true while that audit looked at it. */
export interface Jumps {
  readonly names: readonly string[]
  readonly failed: boolean
  readonly open: boolean
}

const reachedWords = ({ names, open }: Jumps): Path['words'] => {
  if (names.length === 0) return words('Reached', 'pass')
  return open ? words('Connected', 'pass') : words('Not connected', 'na')
}

/** How the fleet as a whole is connected. */
export function fleetPath(hosts: readonly HostView[], jumps: Jumps, auditing: boolean): Path {
  const away = hosts.filter((host) => host.state !== 'idle' && couldNotLook(host.state)).length
  const reached = hosts.filter((host) => host.state === 'connected' || host.state === 'limited').length
  const tail =
    away > 0 || (auditing && reached < hosts.length) ? `${reached} of ${count(hosts.length, 'host')}` : count(hosts.length, 'host')
  const hops = hosts.length === 0 ? [] : [...jumps.names, tail]
  if (auditing) return { hops, words: words('Auditing', 'run') }
  if (jumps.failed) return { hops, words: words('Jump host not connected', 'warn') }
  if (away > 0) return { hops, words: words(`${away} not audited`, 'warn') }
  if (reached > 0) return { hops, words: reachedWords(jumps) }
  // It says no less than the sidebar does of the same jump host.
  return { hops, words: jumps.open && hosts.length > 0 ? words('Jump host connected', 'pass') : words('Not connected', 'na') }
}

/** How one host is connected. */
export function hostPath(host: HostView, jumps: Jumps): Path {
  const state = connectionWords(host)
  return { hops: [...jumps.names, host.name], words: state.tone === 'pass' ? reachedWords(jumps) : state }
}

const useJumps = (): Jumps => {
  const fleet = useFleetState().data?.fleet
  const states = useJumpStates().data ?? []
  return {
    names: (fleet?.jump ?? []).map((jump) => jump.name),
    failed: states.some((jump) => jump.state === 'failed'),
    open: states.length > 0 && states.every((jump) => jump.state === 'connected'),
  }
}

/** The way to all hosts: this computer, the jump hosts, and how far each was reached. */
export function useFleetPath(): Path {
  return fleetPath(useHosts(), useJumps(), useAuditing())
}

/** The way to one host. */
export function useHostPath(host: HostView): Path {
  return hostPath(host, useJumps())
}
