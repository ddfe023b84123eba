import type { Fleet } from '#shared/model/fleet.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'

/** Why a plan cannot be pushed now; undefined when it can. `typed`: the name of the host, which the engine asks for, too. */
export function pushBlocked({ host, danger }: Pick<PushPlan, 'host' | 'danger'>, typed: string, drilling: boolean): string | undefined {
  if (drilling) return `The undo of ${host} is being drilled`
  return danger === 'lock-out' && typed !== host ? 'Type the name of the host first' : undefined
}

/** Why nothing can be done about a push of before: its host is reached by the open fleet alone. Undefined also while that is not known. */
export function hostMissing(host: string, fleet: Pick<Fleet, 'hosts' | 'jump'> | null | undefined): string | undefined {
  if (fleet === null) return `Open the fleet of ${host} first`
  const isThere = fleet === undefined || [...fleet.hosts, ...fleet.jump].some(({ name }) => name === host)
  return isThere ? undefined : `${host} is not in the open fleet`
}
