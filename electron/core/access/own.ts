import type { Capability } from '#shared/model/capability.ts'
import type { Citation } from '../facts/citation.ts'

/** Something that an account can do by itself. */
export interface Own {
  readonly capability: Capability
  readonly by: string
  readonly condition?: string | undefined
  /** It needs a connection from the host to this port. */
  readonly port?: number
  /** And programs of its own that run there, beside what sshd forwards. */
  readonly session?: true
  readonly cite: Citation
}
