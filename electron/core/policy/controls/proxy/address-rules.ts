import { type AddressBlock, addressBlock, within } from '../../../facts/network/address-block.ts'
import type { NginxDirective } from '../../../facts/nginx/nginx.ts'

/** Whom a list of `allow` and `deny` lets in. */
export type LetIn =
  | { readonly kind: 'everybody' }
  /** Blocks named by `allow` before everybody else is denied. Empty: nobody. */
  | { readonly kind: 'listed'; readonly blocks: readonly AddressBlock[]; readonly local: boolean }
  | { readonly kind: 'unknown' }

/**
 * First match wins, and who matches nothing is let in (ngx_http_access_handler). Rules for one family say nothing of clients of the other, and at a socket that the
 * other alone can come by they are for nobody.
 */
export function letIn(rules: readonly NginxDirective[], families: readonly (4 | 6)[] = [4, 6]): LetIn {
  const blocks: AddressBlock[] = []
  let local = false
  const denied = new Set<4 | 6>()
  for (const { name, parameters } of rules) {
    const [text = ''] = parameters
    if (text === 'unix:') {
      local ||= name === 'allow'
      continue
    }
    const block = addressBlock(text)
    if (text !== 'all' && !block) return { kind: 'unknown' }
    if (block && !families.includes(block.version)) continue
    const some = block && block.prefixLength > 0 ? block : undefined
    if (name !== 'allow') for (const one of some ? [] : block ? [block.version] : families) denied.add(one)
    else if (!some) return { kind: 'everybody' }
    else if (!denied.has(some.version)) blocks.push(some)
    if (families.every((one) => denied.has(one))) return { kind: 'listed', blocks, local }
  }
  return { kind: 'everybody' }
}

/** The host itself. */
const LOOPBACK = ['127.0.0.0/8', '::1'].flatMap((network) => addressBlock(network) ?? [])
/** A network this wide holds more than load balancers. */
const WIDE = { 4: 16, 6: 48 } as const

/** Of networks that are trusted to state who a client is, those in which clients live: the application servers, or simply many machines. */
export function clientNetworks(trusted: readonly AddressBlock[], app: readonly string[]): readonly AddressBlock[] {
  const clients = app.flatMap((network) => addressBlock(network) ?? [])
  return trusted.filter(
    (block) =>
      !LOOPBACK.some((outer) => within(block, outer)) &&
      (block.prefixLength <= WIDE[block.version] || clients.some((one) => within(one, block) || within(block, one))),
  )
}

/** Who lives there and so may state another address than his own, in words. */
export const forgersAmong = (trusted: readonly AddressBlock[], app: readonly string[]): readonly string[] => [
  ...new Set(
    clientNetworks(trusted, app).map(({ text, prefixLength }) => (prefixLength === 0 ? 'Whoever connects' : `Whoever is in ${text}`)),
  ),
]

/** Blocks that reach beyond the networks given. Loopback is the host itself, and always fine. */
export function beyond(blocks: readonly AddressBlock[], networks: readonly string[]): readonly AddressBlock[] {
  const allowed = [...LOOPBACK, ...networks.flatMap((network) => addressBlock(network) ?? [])]
  return blocks.filter((block) => !allowed.some((outer) => within(block, outer)))
}
