import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { LoopbackPort } from '../loopback/loopback.ts'
import type { WireAnswer } from '../wire/wire.ts'

/**
 * What the server answered to this machine without credentials tells more than its configuration, which may name an empty file, a file of settings
 * or one of variables that nobody read.
 * 200 on a route that its key covers is a server without a key, 401 on any that it may cover is one with a key; nothing else tells.
 */
export function answeredKey(service: InferenceService, ports: readonly LoopbackPort[]): InferenceService['apiKey'] | undefined {
  const asked = ownAnswers(service, ports)
  const told = routesOf(service)
    .filter(({ method }) => method === 'GET')
    .flatMap(({ path, key }) =>
      asked.flatMap((answer) => {
        if (answer.path !== path || answer.method !== 'GET' || key === 'open') return []
        return answer.status === 401 ? (['set'] as const) : answer.status === 200 && key === 'covered' ? (['none'] as const) : []
      }),
    )
  const [first] = told
  return told.every((one) => one === first) ? first : undefined
}

/** Answers of sockets that are certainly its own, at 127.0.0.1 where they were asked: what is published or led may be another's. */
export function ownAnswers({ binds }: InferenceService, ports: readonly LoopbackPort[]): readonly WireAnswer[] {
  const own = binds.filter(
    ({ address, scope, section, basis, note }) =>
      section === 'listeners' && basis === 'observed' && note === undefined && (scope === 'wildcard' || address === '127.0.0.1'),
  )
  return ports.filter(({ port }) => own.some((bind) => bind.port === port)).flatMap(({ answers }) => answers)
}
