import { createHash } from 'node:crypto'
import type { Client, ClientChannel } from 'ssh2'

/**
 * What asks once and leaves, such as the command line, starts nothing in vain; and the commit of a push, right after its look, goes first, with the time
 * that it takes on the host.
 */
const PAUSE_MS = 3000
/** For a command that does not end with its input. */
const LINGER_MS = 1000
/** sshd counts a session for a moment longer than its channel is open. */
const SESSION_ENDS_MS = 100

/**
 * One command of a kept connection that runs already and waits for the rest of its input: a command costs two round trips until the server
 * takes input, and one or two more for a long one, none of which the next audit has to wait for. It ends with its connection.
 */
export class WaitingCommand {
  readonly #client: Client
  #key = ''
  #channel: ClientChannel | undefined
  #timer: NodeJS.Timeout | undefined
  /** While the server is asked for it: resolves with what `yield` has to say when it is not wanted any more. */
  #opening: Promise<boolean> | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** Starts `command` in a moment and sends `input`. A refusal is no failure: then nothing waits. */
  prepare(command: string, input: string): void {
    void this.yield()
    const key = keyOf(command, input)
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
            this.#channel = channel
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

  /** The channel of this very command and input, at most once. It may have ended while it waited; then it says nothing. */
  take(command: string, input: string): ClientChannel | undefined {
    const channel = this.#key === keyOf(command, input) ? this.#channel : undefined
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
    this.#key = ''
    this.#channel = undefined
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
