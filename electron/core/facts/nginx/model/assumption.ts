import type { NginxDirective } from '../nginx.ts'
import type { AddressRule } from './told-apart.ts'
import type { Unknown } from './variables.ts'

/** Something that must hold for a request to take this way, and that a stranger cannot be shown to fulfil. */
export interface Assumption {
  /** `secret`: the client must send what only insiders know. `certificate`: a verified client certificate. `address`: its address decides. */
  readonly kind: 'secret' | 'certificate' | Unknown
  readonly directive: NginxDirective
  /** Of an address: the networks that lead this way. Others may stand inside of them that do not. */
  readonly networks?: readonly AddressRule[] | undefined
  /** Of an `if` of which nothing is known: is it taken on this way? */
  readonly taken?: boolean | undefined
}
