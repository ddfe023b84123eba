import type { NginxDirective } from '../nginx.ts'
import type { Answer } from './journey.ts'
import type { Listen } from './listen.ts'
import type { Server } from './servers.ts'
import type { Target } from './target.ts'

/** Where a server sends requests, whatever program that is: by what each location is asked for, not by the routes of an engine. */
export interface Lead {
  readonly directive: NginxDirective
  readonly server: Server
  readonly listen: Listen
  readonly encrypted: boolean
  /** What a client asks for. */
  readonly path: string
  /** Undefined where clients choose it, or something outside of the configuration does. */
  readonly peer: Target | undefined
  /** What stands in its way; undefined where no request that was tried got there, as where only nginx itself sends some. */
  readonly answer: Answer | undefined
}
