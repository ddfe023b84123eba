import type { FileIdentity } from '../../store/model.repo.ts'
import { nanoseconds, nanosecondsOfDate } from '../inventory/nanoseconds.ts'
import { type Hasher, hashers } from './hash-script.ts'

export type HashEvent =
  | { readonly kind: 'started'; readonly hasher: Hasher | undefined; readonly epochSeconds: number; readonly heldBack: string }
  | { readonly kind: 'measured'; readonly hasher: Hasher; readonly milliseconds: number }
  | { readonly kind: 'opened'; readonly index: number; readonly identity: FileIdentity | undefined }
  | { readonly kind: 'read'; readonly index: number; readonly bytes: number }
  | { readonly kind: 'hashed'; readonly index: number; readonly digest: string; readonly identity: FileIdentity | undefined }
  | {
      readonly kind: 'skipped'
      readonly index: number
      readonly why: 'denied' | 'gone' | 'changed-type' | 'failed'
      readonly closedLength: number
    }
  | { readonly kind: 'finished' }

const MAX_LINE = 2_000

const isHasher = (word: string): word is Hasher => Object.hasOwn(hashers, word)
const whys = ['denied', 'gone', 'changed-type', 'failed'] as const

/** `device/inode/size/mtime/ctime`, of find(1) or stat(1). */
export function identityOf(text: string): FileIdentity | undefined {
  const [device = '', inode = '', size = '', mtime = '', ctime = ''] = text.split('/')
  if (![device, inode, size].every((word) => /^\d{1,20}$/.test(word)) || !Number.isSafeInteger(Number(size))) return undefined
  const time = (word: string) => nanoseconds(word) || nanosecondsOfDate(word)
  return { device, inode, size: Number(size), mtimeNs: time(mtime), ctimeNs: time(ctime) }
}

/** Reads the lines of `hashScript` as they arrive. Never throws; lines that do not begin with the nonce are the login's own. */
export class HashReader {
  readonly #nonce: string
  #tail = ''

  constructor(nonce: string) {
    this.#nonce = nonce
  }

  push(chunk: Buffer): HashEvent[] {
    const lines = (this.#tail + chunk.toString('latin1')).split('\n')
    this.#tail = (lines.pop() ?? '').slice(0, MAX_LINE)
    return lines.flatMap((line) => {
      // What a login prints without a line break stands before the first line.
      const at = line.indexOf(`${this.#nonce} `)
      const event = at < 0 ? undefined : eventOf(line.slice(at + this.#nonce.length + 1).split(' '))
      return event === undefined ? [] : [event]
    })
  }
}

function eventOf([kind, first = '', second = '', third = '', ...rest]: string[]): HashEvent | undefined {
  if (kind === 'z') return { kind: 'finished' }
  if (kind === 's') {
    const heldBack = [third, ...rest].join(' ').slice(0, 60)
    return { kind: 'started', hasher: isHasher(first) ? first : undefined, epochSeconds: Number(second) || 0, heldBack }
  }
  if (kind === 'm') return isHasher(first) ? { kind: 'measured', hasher: first, milliseconds: Number(second) * 10 || 0 } : undefined
  const index = /^\d{1,7}$/.test(first) ? Number(first) : -1
  if (index < 0) return undefined
  if (kind === 'b') return { kind: 'opened', index, identity: identityOf(second) }
  if (kind === 'p') return /^\d{1,16}$/.test(second) ? { kind: 'read', index, bytes: Number(second) } : undefined
  if (kind === 'd') {
    const digest = second.toLowerCase()
    return /^(?:[0-9a-f]{64}|[0-9a-f]{40})$/.test(digest)
      ? { kind: 'hashed', index, digest, identity: identityOf(third) }
      : { kind: 'skipped', index, why: 'failed', closedLength: 0 }
  }
  const why = whys.find((word) => word === second)
  return kind === 'x' && why ? { kind: 'skipped', index, why, closedLength: /^\d{1,4}$/.test(third) ? Number(third) : 0 } : undefined
}
