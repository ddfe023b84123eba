import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'
import { codeOf, messageOf } from '#shared/errors.ts'
import { octal } from '#shared/words.ts'
import { readPlainFile } from '../plain-file.ts'

/** What lies in one identity file. */
export type KeyFile =
  | { readonly kind: 'private'; readonly key: ParsedKey }
  /** `known` is the public half when it can be read without the passphrase. */
  | { readonly kind: 'encrypted'; readonly text: string; readonly known: ParsedKey | undefined }
  | { readonly kind: 'public'; readonly key: ParsedKey }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string }

const maximumBytes = 256 * 1024

/** `~/x` as ssh_config(5) expands it. */
export const expandHome = (path: string, home = homedir()): string =>
  path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path

/** Reads an identity file: OpenSSH's own format, PEM (RSA, EC) or PuTTY's. Never throws. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  try {
    const { size, mode, uid } = await stat(file)
    if (size > maximumBytes) return { kind: 'unusable', reason: 'too large for a key' }
    const text = (await readPlainFile(file, maximumBytes)).toString('utf8')
    const kind = classify(text, await publicHalfBeside(file))
    // As OpenSSH: a private key that others may read is not used (sshkey_perm_ok, authfile.c).
    const exposed = process.platform !== 'win32' && uid === process.getuid?.() && (mode & 0o077) !== 0
    return exposed && (kind.kind === 'private' || kind.kind === 'encrypted')
      ? { kind: 'unusable', reason: `readable by others (mode ${octal(mode & 0o777)}); chmod 600 it` }
      : kind
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error)
    if (code !== 'ENOENT') return { kind: 'unusable', reason: code }
    const known = await publicHalfBeside(file)
    return known === undefined ? { kind: 'missing' } : { kind: 'public', key: known }
  }
}

/** Decrypts; undefined when the passphrase is wrong. */
export function unlock(text: string, passphrase: string): ParsedKey | undefined {
  const key = parse(text, passphrase)
  return key instanceof Error || !key.isPrivateKey() ? undefined : key
}

function classify(text: string, beside: ParsedKey | undefined): KeyFile {
  const key = parse(text)
  if (!(key instanceof Error)) return key.isPrivateKey() ? { kind: 'private', key } : { kind: 'public', key }
  if (/no passphrase given/i.test(key.message)) return { kind: 'encrypted', text, known: publicHalfInside(text) ?? beside }
  if (/BEGIN (?:ENCRYPTED )?PRIVATE KEY/.test(text))
    return { kind: 'unusable', reason: 'PKCS#8 format; convert a copy with ssh-keygen -p -f FILE' }
  return { kind: 'unusable', reason: key.message }
}

function parse(data: string | Buffer, passphrase?: string): ParsedKey | Error {
  try {
    const key: ParsedKey | readonly ParsedKey[] | Error = ssh2.utils.parseKey(data, passphrase)
    // ssh2 hands over a list for OpenSSH's format, which may hold several keys but never does.
    return isList(key) ? (key[0] ?? new Error('no key inside')) : key
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const isList = (key: ParsedKey | readonly ParsedKey[] | Error): key is readonly ParsedKey[] => Array.isArray(key)

async function publicHalfBeside(file: string): Promise<ParsedKey | undefined> {
  const text = await readPlainFile(`${file}.pub`, maximumBytes).catch(() => undefined)
  const key = text === undefined ? undefined : parse(text.toString('utf8'))
  return key === undefined || key instanceof Error || key.isPrivateKey() ? undefined : key
}

/** OpenSSH's format keeps the public key in the clear (PROTOCOL.key: magic, cipher, kdf, kdf options, number of keys, public key). */
function publicHalfInside(text: string): ParsedKey | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]
  if (body === undefined) return undefined
  const data = Buffer.from(body, 'base64')
  const magic = 'openssh-key-v1\0'
  if (data.toString('latin1', 0, magic.length) !== magic) return undefined
  let at = magic.length
  const field = (): Buffer | undefined => {
    if (at + 4 > data.length) return undefined
    const end = at + 4 + data.readUInt32BE(at)
    const value = end <= data.length ? data.subarray(at + 4, end) : undefined
    at = end
    return value
  }
  for (let skipped = 0; skipped < 3; skipped++) if (field() === undefined) return undefined
  at += 4
  const blob = field()
  const key = blob === undefined ? undefined : parse(Buffer.from(blob))
  return key instanceof Error ? undefined : key
}
