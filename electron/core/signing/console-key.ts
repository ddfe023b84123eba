import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, GatehouseError, messageOf } from '#shared/errors.ts'
import { contentOf } from '../own-file.ts'

/** The Ed25519 key (RFC 8032) with which this console signs what it states. */
export interface ConsoleKey {
  /** SubjectPublicKeyInfo (RFC 8410), as openssl reads it. */
  readonly publicKeyPem: string
  /** See `keyIdOf`. */
  readonly keyId: string
  /** 64 bytes: Ed25519 over `bytes` as they are. */
  sign(bytes: Uint8Array): Uint8Array
}

/** In the data folder: the private half, 0600, and the public one, to be kept elsewhere, too. */
const PRIVATE_FILE = 'console-key.pem'
export const PUBLIC_FILE = 'console-key.pub.pem'

/** The first 32 hexadecimal digits of the SHA-256 of the public key as DER: `openssl pkey -pubin -in FILE -outform DER | sha256sum`. */
export const keyIdOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 32)

/**
 * The key of the console whose data folder this is; made once. Throws `signing.key-unusable` (gone while its public half is there, readable by
 * others, another kind, not the one that was published) and `store.unwritable`.
 */
export function openConsoleKey(folder: string): ConsoleKey {
  const path = join(folder, PRIVATE_FILE)
  const published = join(folder, PUBLIC_FILE)
  try {
    const pem = contentOf(path) ?? (contentOf(published) === undefined ? created(path) : undefined)
    if (pem === undefined) throw unusable(`${path} is gone; ${published} names the key that signed here`)
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) throw unusable(`others than you may read ${path}`)
    const key = privateKeyOf(pem, path)
    const publicKey = createPublicKey(key)
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    if ((contentOf(published) ?? publish(published, publicKeyPem)) !== publicKeyPem)
      throw unusable(`${published} is not the public half of ${path}`)
    return { publicKeyPem, keyId: keyIdOf(publicKey), sign: (bytes) => sign(null, bytes, key) }
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError({ code: 'store.unwritable', detail: `${path}: ${messageOf(error)}` }, { cause: error })
  }
}

/** The public key in this text. Throws `signing.key-unusable` for anything but an Ed25519 one. */
export function publicKeyOf(pem: string, path: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (error) {
    throw unusable(`${path} is no public key: ${messageOf(error)}`)
  }
  throw unusable(`${path} is no Ed25519 key`)
}

function privateKeyOf(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (error) {
    throw unusable(`${path} is no private key: ${messageOf(error)}`)
  }
  throw unusable(`${path} is no Ed25519 key`)
}

/** Of two programs that start at once, one makes it and both use it. */
function created(path: string): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const mine = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return published(path, mine, 0o600)
}

const publish = (path: string, pem: string): string => published(path, pem, 0o644)

/** Whole or not there: written beside, then linked. Returns what is there afterwards, which somebody else may have put there first. */
function published(path: string, text: string, mode: number): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}.new`
  rmSync(beside, { force: true })
  const file = openSync(beside, 'wx', mode)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    chmodSync(beside, mode)
    linkSync(beside, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(beside, { force: true })
  }
  return readFileSync(path, 'utf8')
}

const unusable = (detail: string): GatehouseError => new GatehouseError({ code: 'signing.key-unusable', detail })
