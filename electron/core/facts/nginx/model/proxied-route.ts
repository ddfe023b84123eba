import type { EngineRoute } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { NginxDirective } from '../nginx.ts'
import type { Answer } from './journey.ts'
import type { Listen } from './listen.ts'
import type { Server } from './servers.ts'

/** A request of an engine that nginx passes on to it, and what stands in its way. */
export interface ProxiedRoute {
  readonly service: InferenceService
  readonly route: EngineRoute
  readonly server: Server
  readonly listen: Listen
  readonly encrypted: boolean
  /** What the client asks for. */
  readonly clientPath: string
  readonly answer: Answer
  /** The directive that passes it on. */
  readonly directive: NginxDirective
}
