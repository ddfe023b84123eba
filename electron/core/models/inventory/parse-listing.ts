import type { ModelFile } from '#shared/model/model-inventory.ts'
import { fileName } from './file-name.ts'
import { nanoseconds, nanosecondsOfDate } from './nanoseconds.ts'

/** How the listing of one root ended. */
export interface RootEnd {
  readonly status: number
  readonly account: 'root' | 'self' | 'missing'
}

export interface ListedRoot {
  readonly entries: ModelFile[]
  end: RootEnd | undefined
  /** Records that are not what find(1) or stat(1) print. */
  broken: number
}

/** No record is longer: a path has at most 4096 bytes, a link target as many. */
const MAX_RECORD_BYTES = 16_384

/** S_IFMT values of stat(2), by the leading hexadecimal digit(s) of the raw mode. */
const TYPES_BY_MODE: Readonly<Record<string, ModelFile['type']>> = {
  '1': 'fifo',
  '2': 'device',
  '4': 'directory',
  '6': 'device',
  '8': 'file',
  a: 'symlink',
  c: 'socket',
}

/** Letters of `find -printf %y`. */
const TYPES_BY_LETTER: Readonly<Record<string, ModelFile['type']>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  p: 'fifo',
  s: 'socket',
  b: 'device',
  c: 'device',
}

/**
 * Reads the records of `listingScript` as they arrive. Never throws, keeps no more than `maxEntries` entries; `full` says that there were more.
 * Bytes before the first NUL are the login's own words.
 */
export class ListingReader {
  readonly roots: ListedRoot[]
  /** The host's clock, seconds since the epoch; undefined until the listing is complete. */
  epochSeconds: number | undefined
  finished = false
  full = false
  #nonce: string
  #maxEntries: number
  #count = 0
  #started = false
  #tail: Buffer = Buffer.alloc(0)
  #current: ListedRoot | undefined
  #link: { readonly entry: Omit<ModelFile, 'path'>; readonly name: Buffer } | undefined

  constructor(nonce: string, roots: number, maxEntries: number) {
    this.#nonce = nonce
    this.#maxEntries = maxEntries
    this.roots = Array.from({ length: roots }, () => ({ entries: [], end: undefined, broken: 0 }))
  }

  push(chunk: Buffer): void {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    let from = 0
    for (;;) {
      const end = bytes.indexOf(0, from)
      if (end < 0) break
      if (this.#started) this.#record(bytes.subarray(from, end))
      this.#started = true
      from = end + 1
    }
    const rest = bytes.subarray(from)
    if (rest.length > MAX_RECORD_BYTES * 2) {
      if (this.#current) this.#current.broken++
      this.#tail = Buffer.alloc(0)
    } else this.#tail = Buffer.from(rest)
  }

  #record(bytes: Buffer): void {
    if (bytes.length > MAX_RECORD_BYTES * 2) {
      if (this.#current) this.#current.broken++
      return
    }
    if (this.#link) {
      const { entry, name } = this.#link
      this.#link = undefined
      // `%l` and then the path again, in one record.
      const isTarget = bytes.length >= name.length && bytes.subarray(bytes.length - name.length).equals(name)
      const target = isTarget ? fileName(bytes.subarray(0, bytes.length - name.length)).path : undefined
      this.#add({ ...fileName(name), ...entry, ...(target === undefined ? {} : { target }) })
      if (isTarget) return
    }
    const text = bytes.length < 200 ? bytes.toString('latin1') : ''
    if (text.startsWith(`${this.#nonce} `)) this.#mark(text.split(' '))
    else if (bytes.length > 0) this.#entry(bytes)
  }

  #mark([, kind, first = '', status = '', account = '']: string[]): void {
    if (kind === 'r') this.#current = this.roots[Number(first)]
    else if (kind === 'e') {
      const root = this.roots[Number(first)]
      if (root && (account === 'root' || account === 'self' || account === 'missing')) root.end = { status: Number(status), account }
      this.#current = undefined
    } else if (kind === 'z') {
      this.finished = true
      this.epochSeconds = Number(first) || undefined
    }
  }

  #add(entry: ModelFile): void {
    if (this.#count >= this.#maxEntries) {
      this.full = true
      return
    }
    this.#count++
    this.#current?.entries.push(entry)
  }

  #entry(bytes: Buffer): void {
    if (!this.#current) return
    const slash = bytes.indexOf(0x2f)
    const read = slash === 1 ? readFind(bytes) : readStat(bytes)
    if (read === undefined) {
      this.#current.broken++
      return
    }
    const { name, ...entry } = read
    // stat(1) tells no target.
    if (entry.type === 'symlink' && slash === 1) this.#link = { entry, name: Buffer.from(name) }
    else this.#add({ ...fileName(name), ...entry })
  }
}

type Read = Omit<ModelFile, 'path' | 'pathBytes' | 'target'> & { readonly name: Buffer }

/** Offset after the n-th slash; -1 when there are fewer. */
function after(bytes: Buffer, slashes: number): number {
  let at = 0
  for (let n = 0; n < slashes; n++) {
    at = bytes.indexOf(0x2f, at) + 1
    if (at === 0) return -1
  }
  return at
}

interface Fields {
  readonly type: ModelFile['type'] | undefined
  readonly mode: number
  readonly owner: string
  readonly group: string
  readonly size: string
  readonly device: string
  readonly inode: string
  readonly blocks: string
  readonly mtimeNs: string
  readonly ctimeNs: string
}

function checked(fields: Fields, name: Buffer): Read | undefined {
  const { type, mode, owner, group, device, inode, mtimeNs, ctimeNs } = fields
  const [size, blocks] = [Number(fields.size), Number(fields.blocks)]
  const whole = /^\d+$/.test(fields.size) && Number.isSafeInteger(size) && /^\d+$/.test(fields.blocks) && Number.isSafeInteger(blocks)
  if (type === undefined || !Number.isInteger(mode) || owner === '' || group === '' || !whole || name[0] !== 0x2f) return undefined
  if (!/^\d+$/.test(device) || !/^\d+$/.test(inode)) return undefined
  return { type, mode, owner, group, size, allocated: blocks * 512, device, inode, mtimeNs, ctimeNs, name }
}

/** `type/mode/owner/group/size/type of target/device/inode/blocks/mtime/ctime//path`. */
function readFind(bytes: Buffer): Read | undefined {
  const at = after(bytes, 11)
  if (at < 0) return undefined
  const [type = '', mode = '', owner = '', group = '', size = '', , device = '', inode = '', blocks = '', mtime = '', ctime = ''] = bytes
    .toString('utf8', 0, at - 1)
    .split('/')
  return checked(
    {
      type: /^[a-zA-Z?]$/.test(type) ? (TYPES_BY_LETTER[type] ?? 'unknown') : undefined,
      mode: /^[0-7]{1,4}$/.test(mode) ? Number.parseInt(mode, 8) : Number.NaN,
      owner,
      group,
      size,
      device,
      inode,
      blocks,
      mtimeNs: nanoseconds(mtime),
      ctimeNs: nanoseconds(ctime),
    },
    bytes.subarray(at),
  )
}

/** `raw mode/owner/group/size/device/inode/blocks/mtime/ctime/`, a line break, the path. */
function readStat(bytes: Buffer): Read | undefined {
  const at = after(bytes, 9)
  if (at < 0 || bytes[at] !== 0x0a) return undefined
  const [raw = '', owner = '', group = '', size = '', device = '', inode = '', blocks = '', mtime = '', ctime = ''] = bytes
    .subarray(0, at - 1)
    .toString('utf8')
    .split('/')
  if (!/^[0-9a-f]{4}$/.test(raw)) return undefined
  return checked(
    {
      type: TYPES_BY_MODE[raw.slice(0, 1)] ?? 'unknown',
      mode: Number.parseInt(raw.slice(1), 16) & 0o7777,
      owner,
      group,
      size,
      device,
      inode,
      blocks,
      mtimeNs: nanosecondsOfDate(mtime),
      ctimeNs: nanosecondsOfDate(ctime),
    },
    bytes.subarray(at + 1),
  )
}
