import { createHash } from 'node:crypto'

/** Space of the names in Gatehouse's OSCAL documents. */
const NAMESPACE = Buffer.from('5f6d0f7e9c1b4d0f8a3d6b1e2c4f7a90', 'hex')

/** The UUID of a name (RFC 9562, version 5): the same finding has the same one in every document and every pack. */
export function uuidOf(...name: readonly string[]): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name.join('\n')).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex').slice(0, 32)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
