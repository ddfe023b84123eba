import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Verdict } from '../../control.ts'
import { type DirectWaySources, directWayTo, judgePast } from '../inference/direct-way.ts'
import { loopbackWayTo } from '../inference/loopback-way.ts'
import { serviceName } from '../inference/service-words.ts'
import { exposedBinds, hidesSockets, listed, opensNothing, socketsNotSeen, stays } from './proxy-paths.ts'

interface OwnPortJudge {
  /** Nobody but this host gets to the port; `binds` in words. */
  readonly local: (binds: string) => Pick<Verdict, 'title' | 'reason'>
  /** Others get there; `where` in words. */
  readonly judgeAt: (service: InferenceService, where: string) => Verdict
}

/** A server by its own port, past every proxy: by what it listens on, and by ways to its container past what that publishes. */
export function judgeOwnPort(service: InferenceService, sources: DirectWaySources, { local, judgeAt }: OwnPortJudge): Verdict {
  const exposed = exposedBinds(service)
  const isLocal = exposed.length === 0 && service.bindUnknown === undefined
  const way = isLocal ? (directWayTo(service, sources) ?? loopbackWayTo(service, sources)) : undefined
  if (way) return judgePast(way, { subject: service.id, name: serviceName(service) }, (where) => judgeAt(service, where))
  if (opensNothing(service)) return stays(service)
  if (hidesSockets(service)) return socketsNotSeen(service)
  if (exposed.length > 0) return judgeAt(service, listed(exposed.map(printBind)))
  const cite = service.binds.map(({ section, line }) => ({ section, line }))
  return { ...local(listed(service.binds.map(printBind))), subject: service.id, status: 'pass', cite }
}
