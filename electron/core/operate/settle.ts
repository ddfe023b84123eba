import type { OperateResult, OperateVerb, UnitState } from '#shared/model/operate.ts'

/** systemd takes a job at once; what did not begin after this was not taken. */
const TAKEN_MS = 8000
/** A process that dies at once is started again by `Restart=`: one look is not enough. */
const STEADY_MS = 2500

interface Seen {
  readonly verb: OperateVerb
  readonly unit: string
  /** What was told to do it. */
  readonly by: 'systemd' | 'docker' | 'podman'
  readonly ports: readonly number[]
  readonly before: UnitState
  readonly now: UnitState
  /** Since the command was sent. */
  readonly sinceMs: number
  /** Since this process was first seen; 0 when it is not the one of the look before. */
  readonly steadyMs: number
}

/** Published ports can be forwarded by the packet filter alone (`userland-proxy: false`), and an engine in the network of the host loads its model first. */
const PUBLISHED_MS = 120_000

type Settled = Pick<OperateResult, 'outcome' | 'detail'>

const tookNothing = (by: Seen['by']): string => (by === 'systemd' ? 'took no job' : 'did nothing')

const isUp = ({ activeState, mainPid }: UnitState): boolean => activeState === 'active' && mainPid > 0
const isDown = ({ activeState, mainPid }: UnitState): boolean => (activeState === 'inactive' || activeState === 'failed') && mainPid === 0
const portsOf = (ports: readonly number[]): string => (ports.length === 1 ? `port ${ports[0]}` : `ports ${ports.join(', ')}`)

/** Is it another run of the unit than before? */
export const isAnotherRun = (before: UnitState, now: UnitState): boolean =>
  now.invocation === '' || before.invocation === '' ? now.mainPid !== before.mainPid : now.invocation !== before.invocation

/** What a look says about a verb that was sent: how it ended, or what is waited for. Pure. */
export function settle(seen: Seen): Settled | { readonly waitsFor: string } {
  return seen.verb === 'stop' ? settleStop(seen) : settleStart(seen)
}

function settleStop({ unit, by, before, now, sinceMs }: Seen): Settled | { readonly waitsFor: string } {
  if (isUp(now) && isAnotherRun(before, now) && !now.job)
    return { outcome: 'failed', detail: `${unit} was stopped, and something started it again` }
  if (!isDown(now)) {
    if (!now.job && now.activeState === 'active' && sinceMs >= TAKEN_MS)
      return { outcome: 'failed', detail: `${by} ${tookNothing(by)}: ${unit} runs as before` }
    return { waitsFor: `${unit} is ${now.activeState}` }
  }
  const left = (now.listening ?? []).filter((port) => before.listening?.includes(port))
  if (left.length > 0)
    return sinceMs < TAKEN_MS
      ? { waitsFor: `${portsOf(left)} still answers` }
      : { outcome: 'failed', detail: `${unit} is stopped, but something still listens on ${portsOf(left)}` }
  const again = [
    ...(now.triggeredBy === '' ? [] : [`${now.triggeredBy} starts it again when it is used`]),
    ...(now.unitFileState === 'enabled' ? ['it starts again at the next boot'] : []),
    ...(now.unitFileState === 'restart=always' ? ['its restart policy can start it again at the next boot'] : []),
  ]
  const words = [`${unit} is stopped`, ...(now.listening === null ? ['whether its ports are closed could not be read'] : [])]
  return { outcome: now.listening === null ? 'unknown' : 'proven', detail: [...words, ...again].join('; ') }
}

function settleStart({ verb, unit, by, ports, before, now, sinceMs, steadyMs }: Seen): Settled | { readonly waitsFor: string } {
  const fresh = !isUp(before) || isAnotherRun(before, now)
  if (now.subState === 'auto-restart' && !now.job)
    return { outcome: 'failed', detail: `${unit} ends as soon as it is started (${now.result}); ${by} tries again` }
  if (isDown(now) && !now.job && (sinceMs >= TAKEN_MS || (now.activeState === 'failed' && fresh)))
    return { outcome: 'failed', detail: `${unit} is ${now.activeState}${now.activeState === 'failed' ? ` (${now.result})` : ''}` }
  if (!isUp(now)) return { waitsFor: `${unit} is ${now.activeState}` }
  if (!fresh)
    return !now.job && sinceMs >= TAKEN_MS
      ? { outcome: 'failed', detail: `${by} ${tookNothing(by)}: ${unit} is the same process as before` }
      : { waitsFor: `${unit} is not restarted yet` }
  if (steadyMs < STEADY_MS) return { waitsFor: `${unit} runs; does it stay up?` }
  const done = verb === 'start' ? 'was started' : 'was restarted'
  if (ports.length === 0) return { outcome: 'proven', detail: `${unit} ${done}: process ${now.mainPid}` }
  if (now.listening === null)
    return { outcome: 'unknown', detail: `${unit} ${done}: process ${now.mainPid}; whether it listens could not be read` }
  const missing = ports.filter((port) => !now.listening?.includes(port))
  if (missing.length > 0 && by !== 'systemd' && steadyMs >= PUBLISHED_MS)
    return { outcome: 'unknown', detail: `${unit} ${done}: process ${now.mainPid}; no socket of the host is seen on ${portsOf(missing)}` }
  if (missing.length > 0) return { waitsFor: `${portsOf(missing)} to listen` }
  return { outcome: 'proven', detail: `${unit} ${done}: process ${now.mainPid}, ${portsOf(ports)} listens` }
}
