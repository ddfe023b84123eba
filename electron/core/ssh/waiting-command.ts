import { createHash } from 'node:crypto'
import type { Client, ClientChannel } from 'ssh2'

/**
 * What asks once and leaves, such as the command line, starts nothing in vain; and the commit of a push, right after its look, goes first, with the time
 * that it takes on the host.
 */
const PAUSE_MS = 3000
/** For a command that does not end with its input. */
const LINGER_MS = 1000
/** For last words that follow the answer at once, a round trip behind it where a server holds small segments back (RFC 896). Another command takes longer than that. */
const REST_MS = 300
/** sshd counts a session for a moment longer than its channel is open. */
const SESSION_ENDS_MS = 100

/** Told what a command prints, piece by piece: whether that ends with `text` so far. */
export function endsWith(text: string): (chunk: Buffer) => boolean {
  const wanted = Buffer.from(text)
  let end = Buffer.alloc(0)
  return (chunk) => {
    end = Buffer.concat([end, chunk.subarray(-wanted.length)]).subarray(-wanted.length)
    return end.equals(wanted)
  }
}

/**
 * One command of a kept connection that runs already and waits for the rest of its input: a command costs two round trips until the server
 * takes input, and one or two more for a long one, none of which the next audit has to wait for. Most often that of the audit before, which was sent
 * its input once and for all. It ends with its connection.
 */
export class WaitingCommand {
  readonly #client: Client
  #key = ''
  #channel: ClientChannel | undefined
  /** What it was asked last is over. */
  #rests = false
  #onRest: (() => void) | undefined
  #release: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  /** While the server is asked for it: resolves with what `yield` has to say when it is not wanted any more. */
  #opening: Promise<boolean> | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** Keeps `channel`, in which `command` was given `input` and has all but done what followed. It can be taken once `rests` says so of what it prints. */
  keep(command: string, input: string, channel: ClientChannel, rested: boolean, rests: (chunk: Buffer) => boolean): void {
    void this.yield()
    this.#key = keyOf(command, input)
    this.#channel = channel
    this.#rests = rested
    const onData = (chunk: Buffer) => {
      this.#rests ||= rests(chunk)
      if (this.#rests) this.#onRest?.()
    }
    const onClose = () => this.#forget()
    channel.on('error', ignore).on('data', onData).on('close', onClose)
    // It may be kept many times.
    this.#release = () => channel.off('error', ignore).off('data', onData).off('close', onClose)
  }

  /** Starts `command` in a moment and sends `input`, unless that is kept. A refusal is no failure: then nothing waits. */
  prepare(command: string, input: string): void {
    const key = keyOf(command, input)
    if (this.#key === key) return
    void this.yield()
    this.#key = key
    this.#timer = setTimeout(() => {
      // Holds the command and its input, of which there is one for each connection that is kept.
      this.#timer = undefined
      this.#opening = new Promise((resolve) => {
        try {
          this.#client.exec(command, (error, channel) => {
            if (error !== undefined) return resolve(false)
            channel.on('error', ignore)
            if (this.#key !== key) return resolve(endOf(channel))
            this.#adopt(channel)
            channel.write(input)
            resolve(true)
          })
        } catch {
          // The connection has just ended.
          resolve(false)
        }
      })
    }, PAUSE_MS)
    this.#timer.unref()
  }

  /** Apart from `prepare`, since what a channel listens with would hold the input as long as it waits: a quarter of a megabyte for each host. */
  #adopt(channel: ClientChannel): void {
    this.#channel = channel
    this.#rests = true
    channel.once('exit', () => this.#channel === channel && this.#forget())
  }

  /** Whether this one waits or is about to; undefined where none does. */
  isFor(command: string, input: string): boolean | undefined {
    return this.#key === '' ? undefined : this.#key === keyOf(command, input)
  }

  /** The channel of this very command and input, at most once, soon after it rests. It may have ended while it waited; then it says nothing. */
  async takeRested(command: string, input: string): Promise<ClientChannel | undefined> {
    if (this.#channel !== undefined && !this.#rests && this.#key === keyOf(command, input))
      await Promise.race([new Promise<void>((resolve) => (this.#onRest = resolve)), pause(REST_MS)])
    return this.take(command, input)
  }

  /** The same at once. */
  take(command: string, input: string): ClientChannel | undefined {
    const channel = this.#rests && this.#key === keyOf(command, input) ? this.#channel : undefined
    if (channel !== undefined) this.#forget()
    return channel
  }

  /** Ends what waits, so that another channel has its place, for servers that allow few (MaxSessions). True when something did, which is over by then. */
  async yield(): Promise<boolean> {
    const channel = this.#channel
    const opening = this.#opening
    this.#forget()
    if (channel !== undefined) return endOf(channel)
    return opening === undefined ? false : Promise.race([opening, pause(LINGER_MS)])
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#release?.()
    this.#release = undefined
    this.#key = ''
    this.#channel = undefined
    this.#rests = false
    this.#onRest?.()
    this.#onRest = undefined
    this.#opening = undefined
  }
}

/** Out here, where it does not hold the input as long as the channel waits. */
const ignore = (): undefined => undefined

/** Short, because it is kept as long as the connection. */
const keyOf = (command: string, input: string): string =>
  createHash('sha256').update(`${command.length} ${command}`).update(input).digest('base64')

const pause = (milliseconds: number): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, milliseconds, true))

/** Sees the end of its input, because sshd counts a session until its process has ended; closed only when that does not help. */
async function endOf(channel: ClientChannel): Promise<boolean> {
  const closed = new Promise<boolean>((resolve) => channel.once('close', () => resolve(true)))
  channel.resume().end()
  await Promise.race([closed, pause(LINGER_MS)])
  channel.close()
  await pause(SESSION_ENDS_MS)
  return true
}
