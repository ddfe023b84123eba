import type { SudoProgram } from './section.ts'

const MAX_LINE_BYTES = 8192
const MAX_STDERR_BYTES = 8192
const NOISE_SAMPLE_BYTES = 400

/** How a section ended, as the host told it. */
export interface SectionEnd {
  /** The host stopped reading at the byte cap. */
  readonly truncated: boolean
  /** Characters of all stdout frames that were sent; null when nobody counted to the end. */
  readonly encodedLength: number | null
  /** Null when the command never ran, or its end was lost together with the rest of its output. */
  readonly exitCode: number | null
  /** `root`, `account`, sudo `denied`, program `missing`, or not told. */
  readonly ran: 'root' | 'account' | 'denied' | 'missing' | 'unknown'
  /** Which of argv[0] and the alternatives was there. */
  readonly candidate: number | null
  /** `gh_sudo` commands of a script, from 1. */
  readonly refused: readonly number[]
  readonly allowed: readonly number[]
  /** By the clock of the host; null when it has none that is cheap. */
  readonly durationMs: number | null
}

export interface SectionFrames {
  begun: boolean
  end: SectionEnd | undefined
  readonly stdout: Buffer[]
  readonly stderr: Buffer[]
  stdoutBytes: number
  stderrBytes: number
  /** Characters of the stdout frames that arrived. */
  encodedLength: number
  /** More arrived than the section may say, or not all that was sent. */
  incomplete: boolean
}

export interface Hello {
  readonly encoding: 'text' | 'base64' | 'od' | 'none'
  readonly uid: number | null
  readonly sudo: SudoProgram
}

export type FrameEvent =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'begun'; readonly index: number }
  | { readonly kind: 'ended'; readonly index: number }
  | { readonly kind: 'finished' }

const ran = { r: 'root', a: 'account', d: 'denied', m: 'missing' } as const

const secondsOf = (word: string | undefined): number | null =>
  word !== undefined && /^\d{1,12}\.\d{1,3}$/.test(word) ? Number(word) : null

/** Words: `w|t COUNT [dN|rN]… EXIT MARK CANDIDATE START END`, as `shell-runtime.ts` writes them. Undefined when they are not that. */
function parseEnd(words: readonly string[]): SectionEnd | undefined {
  const [flag, count = '', ...rest] = words
  if ((flag !== 'w' && flag !== 't') || !/^(\d{1,12}|-)$/.test(count)) return undefined
  const marks: string[] = []
  while (rest[0] !== undefined && /^[dram][1-9]\d{0,3}$/.test(rest[0])) marks.push(rest.shift() as string)
  const numbers = (letter: string) => [...new Set(marks.filter((mark) => mark.startsWith(letter)).map((mark) => Number(mark.slice(1))))]
  const [exit = '-', mark = '', candidate = '-', start, end] = rest
  const known = /^\d{1,3}$/.test(exit)
  if (flag === 'w' && ((!known && exit !== '-') || !(mark in ran))) return undefined
  const from = secondsOf(start)
  const to = secondsOf(end)
  return {
    truncated: flag === 't',
    encodedLength: count === '-' ? null : Number(count),
    exitCode: known ? Number(exit) : null,
    ran: mark in ran ? ran[mark as keyof typeof ran] : 'unknown',
    candidate: /^\d{1,3}$/.test(candidate) ? Number(candidate) : null,
    refused: numbers('d'),
    allowed: numbers('r'),
    durationMs: from !== null && to !== null && to >= from ? Math.round((to - from) * 1000) : null,
  }
}

const ASCII_WORDS = /^[\x20-\x7e]*$/

const unescaped: Readonly<Record<string, string>> = { '~t': '~', '~n': '\n' }

/** `data` holds one byte a character. */
function decode(data: string, encoding: Hello['encoding']): Buffer | undefined {
  if (encoding === 'text') {
    return /~(?![tn])/.test(data)
      ? undefined
      : Buffer.from(
          data.replace(/~[tn]/g, (pair) => unescaped[pair] as string),
          'latin1',
        )
  }
  if (encoding === 'base64') {
    return data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? Buffer.from(data, 'base64') : undefined
  }
  if (encoding === 'od') return data.length % 2 === 0 && /^[0-9a-f]+$/.test(data) ? Buffer.from(data, 'hex') : undefined
  return undefined
}

/**
 * Reads the frames of a probe as they arrive. One line each, at most 4 KiB: `NONCE h ENCODING UID SUDO-RS`, `NONCE INDEX b` (begun),
 * `NONCE INDEX o DATA`, `NONCE INDEX e DATA`, `NONCE INDEX s w|t COUNT WORD…` (ended; COUNT `-` when the framing itself broke), `NONCE z` (all done),
 * `NONCE r` (nothing runs any more, and the shell reads on).
 * Any other line is noise of the login (greetings, banners): counted, never believed. Nothing here throws, whatever the host sends.
 * `caps`: how many bytes of stdout are kept of each section, in the order of the sections.
 */
export class FrameReader {
  readonly sections: readonly SectionFrames[]
  hello: Hello | undefined
  finished = false
  /** Nothing of the probe runs any more, whether it said that all is told or not. */
  over = false
  noiseBytes = 0
  /** Lines that carry the nonce and still are not frames. */
  malformed = 0
  /** Sections of which frames were lost. */
  lost = 0
  readonly #prefix: string
  readonly #caps: readonly number[]
  #rest: Buffer[] = []
  #restBytes = 0
  #skipping = false
  #sample = ''

  constructor(nonce: string, caps: readonly number[]) {
    this.#prefix = `${nonce} `
    this.#caps = caps
    this.sections = caps.map(() => ({
      begun: false,
      end: undefined,
      stdout: [],
      stderr: [],
      stdoutBytes: 0,
      stderrBytes: 0,
      encodedLength: 0,
      incomplete: false,
    }))
  }

  /** The first noise, for the words of a failure. Printable ASCII only. */
  get noise(): string {
    return this.#sample.trim()
  }

  push(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(0x0a, start)
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end)
      if (this.#skipping || this.#restBytes + piece.length > MAX_LINE_BYTES) {
        this.#drop(piece)
      } else if (piece.length > 0) {
        // Copied: a chunk may be part of a large pool that must not be kept for a few bytes.
        this.#rest.push(end < 0 ? Buffer.from(piece) : piece)
        this.#restBytes += piece.length
      }
      if (end < 0) return events
      if (!this.#skipping) {
        const event = this.#line(Buffer.concat(this.#rest, this.#restBytes))
        if (event) events.push(event)
      }
      this.#rest = []
      this.#restBytes = 0
      this.#skipping = false
      start = end + 1
    }
  }

  #drop(piece: Buffer): void {
    for (const part of this.#rest) this.#noise(part)
    this.#rest = []
    this.#restBytes = 0
    this.#skipping = true
    this.#noise(piece)
  }

  #noise(bytes: Buffer): void {
    // What the probe itself sends then, so that the end of its answer gets here at once.
    if (this.finished) return
    this.noiseBytes += bytes.length
    const room = NOISE_SAMPLE_BYTES - this.#sample.length
    if (room > 0)
      this.#sample += `${bytes
        .subarray(0, room)
        .toString('latin1')
        .replace(/[^\x20-\x7e]/g, '')} `
  }

  #line(line: Buffer): FrameEvent | undefined {
    const text = line.toString('latin1')
    if (!text.startsWith(this.#prefix)) {
      this.#noise(line)
      return undefined
    }
    const event = this.#frame(text.slice(this.#prefix.length))
    if (event === 'bad') {
      this.malformed++
      return undefined
    }
    return event
  }

  #frame(text: string): FrameEvent | 'bad' | undefined {
    const data = /^(\d{1,4}) ([oe]) /.exec(text)
    if (data) return this.#data(Number(data[1]), data[2] as 'o' | 'e', text.slice(data[0].length))
    if (!ASCII_WORDS.test(text)) return 'bad'
    const words = text.split(' ')
    const [first = '', kind, ...rest] = words
    if (first === 'h') return this.#greeting(words)
    if (first === 'r' && words.length === 1) {
      this.over = true
      return undefined
    }
    if (!this.hello || this.finished) return 'bad'
    if (first === 'z') {
      if (words.length !== 1) return 'bad'
      this.finished = true
      return { kind: 'finished' }
    }
    const index = /^\d{1,4}$/.test(first) ? Number(first) : -1
    const section = this.sections[index]
    if (!section || section.end) return 'bad'
    if (kind === 'b') {
      if (section.begun) return 'bad'
      section.begun = true
      return { kind: 'begun', index }
    }
    if (!section.begun) return 'bad'
    if (kind === 's') {
      const end = parseEnd(rest)
      if (!end) return 'bad'
      section.end = end
      if (section.encodedLength !== end.encodedLength) {
        section.incomplete = true
        if (end.encodedLength !== null) this.lost++
      }
      return { kind: 'ended', index }
    }
    return 'bad'
  }

  #greeting(words: readonly string[]): FrameEvent | 'bad' {
    const [, encoding, uid, sudo = '-'] = words
    if (this.hello || (encoding !== 'text' && encoding !== 'base64' && encoding !== 'od' && encoding !== '')) return 'bad'
    this.hello = {
      encoding: encoding === '' ? 'none' : encoding,
      uid: uid !== undefined && /^\d{1,10}$/.test(uid) ? Number(uid) : null,
      sudo: sudo.startsWith('/') ? 'sudo-rs' : 'sudo',
    }
    return { kind: 'hello', hello: this.hello }
  }

  #data(index: number, kind: 'o' | 'e', data: string): 'bad' | undefined {
    const section = this.sections[index]
    const bytes = this.finished ? undefined : decode(data, kind === 'e' ? 'text' : (this.hello?.encoding ?? 'none'))
    if (!bytes || !section?.begun || section.end) return 'bad'
    const cap = this.#caps[index] ?? 0
    if (kind === 'e') {
      const kept = bytes.subarray(0, MAX_STDERR_BYTES - section.stderrBytes)
      if (kept.length > 0) section.stderr.push(kept)
      section.stderrBytes += kept.length
      return undefined
    }
    section.encodedLength += data.length
    const kept = bytes.subarray(0, cap - section.stdoutBytes)
    if (kept.length > 0) section.stdout.push(kept)
    section.stdoutBytes += kept.length
    if (kept.length < bytes.length) section.incomplete = true
    return undefined
  }
}
