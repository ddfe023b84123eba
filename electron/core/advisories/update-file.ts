import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import updateKeys from '#assets/advisories/update-keys.json' with { type: 'json' }
import { GatehouseError, messageOf } from '#shared/errors.ts'
import { type AdvisorySet, advisorySetSchema } from '#shared/model/advisory.ts'

/**
 * A signed update is one file: a line `gatehouse-advisories 1 KEY SIGNATURE`, then the bytes that are signed, a JSON object of
 * `advisorySetSchema`. SIGNATURE is Ed25519 (RFC 8032) in base64 over exactly those bytes.
 */
export interface SignedUpdate {
  readonly set: AdvisorySet
  /** Id of the key that signed it. */
  readonly key: string
}

/** Public keys by id. */
export type UpdateKeys = ReadonlyMap<string, KeyObject>

const HEAD = /^gatehouse-advisories 1 ([\w.-]{1,40}) ([A-Za-z0-9+/]{86}==)$/
const LF = 0x0a

/** The keys that ship with this release (`assets/advisories/update-keys.json`: raw Ed25519 public keys, base64url). */
export const shippedKeys = (): UpdateKeys =>
  new Map(
    updateKeys.keys.map(({ id, publicKey }) => [id, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } })]),
  )

/** By its first bytes, to tell it from a dump of OSV: nothing is checked. */
export const looksSigned = (bytes: Buffer): boolean => bytes.subarray(0, 20).toString('latin1') === 'gatehouse-advisories'

/** Reads an update that one of the keys signed. Throws `advisories.untrusted` or `advisories.unreadable`. */
export function readSignedUpdate(bytes: Buffer, keys: UpdateKeys): SignedUpdate {
  const end = bytes.indexOf(LF)
  const [, id = '', signature = ''] = HEAD.exec(bytes.subarray(0, Math.max(end, 0)).toString('latin1')) ?? []
  if (id === '') throw refusal('advisories.unreadable', 'the first line is not that of a signed update')
  const key = keys.get(id)
  if (key === undefined) throw refusal('advisories.untrusted', `it is signed with the key "${id}", which this Gatehouse does not know`)
  const signed = bytes.subarray(end + 1)
  if (!verify(null, signed, key, Buffer.from(signature, 'base64'))) {
    throw refusal('advisories.untrusted', 'its signature does not match its content: the file was altered or is not complete')
  }
  return { set: readSet(signed), key: id }
}

function readSet(bytes: Buffer): AdvisorySet {
  let json: unknown
  try {
    // Strictly: what is kept as text must be the same bytes again when it is verified the next time.
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    throw refusal('advisories.unreadable', `its content is not JSON: ${messageOf(error)}`)
  }
  const parsed = advisorySetSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refusal(
    'advisories.unreadable',
    `its content is not of the expected shape: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  )
}

/** The bytes of a signed update, for the release tooling. */
export function signUpdate(set: AdvisorySet, keyId: string, privateKey: KeyObject): Buffer {
  const signed = Buffer.from(JSON.stringify(set))
  return Buffer.concat([Buffer.from(`gatehouse-advisories 1 ${keyId} ${sign(null, signed, privateKey).toString('base64')}\n`), signed])
}

/** Why a file is not taken: not signed by whom it must be, not what it should be, or older than what is there. */
export const refusal = (code: 'advisories.untrusted' | 'advisories.unreadable' | 'advisories.older', detail: string): GatehouseError =>
  new GatehouseError({ code, detail })
