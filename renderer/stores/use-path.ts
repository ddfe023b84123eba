import type { Path } from '../ui/screen.tsx'
import { count } from '../ui/words.ts'
import { connectionWords } from './connection-words.ts'
import { couldNotLook, type HostView } from './host-view.ts'
import { useFleetState, useJumpStates } from './queries.ts'
import { useAuditing, useHosts } from './use-hosts.tsx'

const words = (word: string, tone: Path['words']['tone']): Path['words'] => ({ word, tone, icon: 'state' })

/** How the fleet as a whole is connected. */
export function fleetPath(hosts: readonly HostView[], jumps: readonly string[], auditing: boolean, jumpFailed: boolean): Path {
  const away = hosts.filter((host) => host.state !== 'idle' && couldNotLook(host.state)).length
  const reached = hosts.filter((host) => host.state === 'connected' || host.state === 'limited').length
  const tail =
    away > 0 || (auditing && reached < hosts.length) ? `${reached} of ${count(hosts.length, 'host')}` : count(hosts.length, 'host')
  const hops = hosts.length === 0 ? [] : [...jumps, tail]
  if (auditing) return { hops, words: words('Auditing', 'run') }
  if (jumpFailed) return { hops, words: words('Jump host not connected', 'warn') }
  if (away > 0) return { hops, words: words(`${away} not connected`, 'warn') }
  return { hops, words: reached > 0 ? words('Connected', 'pass') : words('Not connected', 'na') }
}

const useJumps = () => {
  const fleet = useFleetState().data?.fleet
  const states = useJumpStates().data ?? []
  return { names: (fleet?.jump ?? []).map((jump) => jump.name), failed: states.some((jump) => jump.state === 'failed') }
}

export function useFleetPath(): Path {
  const jumps = useJumps()
  return fleetPath(useHosts(), jumps.names, useAuditing(), jumps.failed)
}

export function useHostPath(host: HostView): Path {
  const jumps = useJumps()
  const state = connectionWords(host)
  return { hops: [...jumps.names, host.name], words: state.tone === 'pass' ? words('Connected', 'pass') : state }
}
