import type { ErrorCode } from '#shared/error-catalogue.ts'
import { GatehouseError } from '#shared/errors.ts'
import { visible } from '#shared/words.ts'
import { sha256Of } from '../../ledger/record.ts'

/** What a step said. Lines without the nonce are the login's noise and are left out. */
export interface HostAnswer {
  /** The last line was there: the step did all that it does. */
  readonly ended: boolean
  /** Why it stopped: a word of the program, and words for people. */
  readonly failed?: { readonly code: string; readonly detail: string }
  /** State of each file, by its number from 1. */
  readonly files: ReadonlyMap<number, string>
  /** Content of each file that is small enough, where it was asked for. */
  readonly contents: ReadonlyMap<number, string>
  /** What other programs of the host make of a file whose digest it states. */
  readonly again: ReadonlyMap<number, ReadAgain>
  /** State of each file that is edited there, as it would be; the first field of each line that would change, at most a hundred. */
  readonly edited: ReadonlyMap<number, { readonly state: string; readonly lines: readonly string[] }>
  /** ActiveState of the unit; empty when not said. */
  readonly unit: string
  /** What starts services there, and so runs the undo at its next start; empty where it was not said. */
  readonly init: string
  /** The push that is open on the host, the second since the epoch (its clock) at which it began, and whose it is. */
  readonly open?: { readonly id: string; readonly since: number; readonly who: string }
  /** The second since the epoch by the clock of the host, where a push is open. */
  readonly now?: number
  readonly marks: ReadonlySet<string>
  /** Programs that the push needs and that the host does not have. */
  readonly lacks: readonly string[]
  /** Units by which it would not hold after the next start of the host. */
  readonly rivals: readonly string[]
  /** The push lies among those that were committed and cleared away. */
  readonly kept: boolean
  readonly armed: boolean
  /** In how many seconds the undo runs, where it was put off. */
  readonly undoInSeconds?: number
}

/** A part that no other program could say is undefined. */
export interface ReadAgain {
  readonly sha256: string | undefined
  /** `uid:gid:mode`. */
  readonly own: string | undefined
  /** Whose digest it is, for people. */
  readonly by: string
}

const MAX_CHARACTERS = 1_048_576
const MAX_CHANGES = 100

/** Reads the lines of one step. The host is not trusted: bounded, never throws, takes nothing that it does not know. */
export function readHostAnswer(text: string, nonce: string): HostAnswer {
  const files = new Map<number, string>()
  const encoded = new Map<number, string>()
  const edited = new Map<number, { readonly state: string; readonly lines: string[] }>()
  const again = new Map<number, ReadAgain>()
  const marks = new Set<string>()
  const lacks = new Set<string>()
  const rivals = new Set<string>()
  let answer: Pick<HostAnswer, 'ended' | 'unit' | 'init' | 'armed' | 'kept' | 'failed' | 'open' | 'now' | 'undoInSeconds'> = {
    ended: false,
    unit: '',
    init: '',
    armed: false,
    kept: false,
  }
  let heard = false
  for (const told of text.slice(0, MAX_CHARACTERS).split('\n').slice(0, -1)) {
    // What a login prints may not end its line: the first answer then stands behind it.
    const at = told.indexOf(`${nonce} `)
    if (at < 0 || (at > 0 && heard)) continue
    heard = true
    const line = told.slice(at)
    const [, word = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(line.slice(nonce.length + 1).replaceAll('\r', '')) ?? []
    const [first = '', second = ''] = rest.split(' ')
    const number = Number(first)
    if (word === 'end') answer = { ...answer, ended: true }
    else if (word === 'armed' || word === 'armed-at-boot') answer = { ...answer, armed: true }
    else if (word === 'kept') answer = { ...answer, kept: true }
    else if (word === 'unit') answer = { ...answer, unit: first }
    else if (word === 'undo-in' && /^[1-9]\d{0,2}$/.test(first)) answer = { ...answer, undoInSeconds: number }
    else if (word === 'now' && Number.isSafeInteger(number)) answer = { ...answer, now: number }
    else if (word === 'init') answer = { ...answer, init: first }
    else if (word === 'mark') marks.add(first)
    else if (word === 'lacks' && /^[a-z-]{1,40}$/.test(first)) lacks.add(first)
    else if (word === 'rival' && /^[\w.@-]{1,80}$/.test(first)) rivals.add(first)
    else if (word === 'open')
      answer = { ...answer, open: { id: first, since: Number(second) || 0, who: rest.split(' ').slice(2).join(' ').slice(0, 200) } }
    else if (word === 'failed') answer = { ...answer, failed: { code: first, detail: rest.slice(first.length + 1).slice(0, 500) } }
    else if (word === 'file' && Number.isSafeInteger(number)) files.set(number, second)
    else if (word === 'again' && Number.isSafeInteger(number)) again.set(number, readAgain(rest.split(' ')))
    else if (word === 'edited' && Number.isSafeInteger(number)) edited.set(number, { state: second, lines: [] })
    else if (word === 'changes' && Number.isSafeInteger(number)) {
      const lines = edited.get(number)?.lines
      if (lines && lines.length < MAX_CHANGES) lines.push(rest.slice(first.length + 1).slice(0, 100))
    } else if (word === 'content' && Number.isSafeInteger(number)) encoded.set(number, (encoded.get(number) ?? '') + second)
  }
  const contents = new Map<number, string>()
  for (const [number, base64] of encoded) {
    const bytes = Buffer.from(base64, 'base64')
    contents.set(number, bytes.toString('utf8'))
    again.set(number, { sha256: sha256Of(bytes), own: undefined, by: BYTES })
  }
  return { ...answer, files, contents, again, edited, marks, lacks: [...lacks], rivals: [...rivals] }
}

const BYTES = 'its bytes'

function readAgain([, own = '', by = '', said = '']: readonly string[]): ReadAgain {
  const found = { own: /^\d+:\d+:[0-7]{1,5}$/.test(own) ? own : undefined }
  if (by === 'bytes') return { ...found, sha256: sha256Of(Buffer.from(said, 'base64')), by: BYTES }
  return { ...found, sha256: /^[0-9a-f]{64}$/.test(said) ? said : undefined, by: by.slice(0, 20) }
}

/** In what another program of the host contradicts the state of a file; empty where nothing does. */
export function contradiction(state: string | undefined, again: ReadAgain | undefined): string {
  const [, sha256 = '', own = ''] = /^([0-9a-f]{64}|kept):(.*)$/.exec(state ?? '') ?? []
  if (again === undefined || own === '') return ''
  if (again.own !== undefined && again.own !== own) return `stat says owner and mode ${own}, find says ${again.own}`
  if (sha256 === 'kept' || again.sha256 === undefined || again.sha256 === sha256) return ''
  return `sha256sum says ${sha256.slice(0, 12)}…, and ${again.by} ${again.sha256.slice(0, 12)}…`
}

/** A program ends a step with a word when it refuses; these mean something to whoever pushes. */
const codes: Readonly<Record<string, ErrorCode>> = { conflict: 'push.conflict', busy: 'push.busy' }

/** Throws `push.conflict`, `push.busy` or `push.interrupted` when the step did not do all that it does. */
export function mustHaveEnded({ ended, failed }: HostAnswer, host: string): void {
  if (ended) return
  const { code, detail } = failed ?? { code: 'no answer', detail: 'the step did not end' }
  // Beside the path of a file that is another one now, the host states what it is; that is for us.
  const changed = code === 'conflict' ? /^(\/.*) \S+$/.exec(detail)?.[1] : undefined
  const said = changed === undefined ? `${code} ${detail}`.trim() : `${changed} has changed.`
  throw new GatehouseError({ code: codes[code] ?? 'push.interrupted', detail: visible(said), host })
}
