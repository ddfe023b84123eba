import type { Client, ClientChannel } from 'ssh2'

/** What asks once and leaves, such as the command line, starts nothing in vain. */
const PAUSE_MS = 250
/** For a server that does not answer a goodbye. */
const LINGER_MS = 1000

/**
 * One command of a kept connection that runs already and waits for the rest of its input: a command costs two round trips until the server
 * takes input, and one or two more for a long one, none of which the next audit has to wait for. It ends with its connection.
 */
export class WaitingCommand {
  readonly #client: Client
  #key = ''
  #channel: ClientChannel | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** Starts `command` in a moment and sends `input`. A refusal is no failure: then nothing waits. */
  prepare(command: string, input: string): void {
    this.#stop()
    const key = JSON.stringify([command, input])
    this.#key = key
    this.#timer = setTimeout(() => {
      try {
        this.#client.exec(command, (error, channel) => {
          if (error !== undefined) return
          channel.on('error', () => undefined)
          if (this.#key !== key) return channel.close()
          this.#channel = channel
          channel.write(input)
        })
      } catch {
        // The connection has just ended.
      }
    }, PAUSE_MS)
    this.#timer.unref()
  }

  /** The channel of this very command and input, at most once. It may have ended while it waited; then it says nothing. */
  take(command: string, input: string): ClientChannel | undefined {
    const channel = this.#key === JSON.stringify([command, input]) ? this.#channel : undefined
    if (channel === undefined) this.#stop()
    this.#key = ''
    this.#channel = undefined
    clearTimeout(this.#timer)
    return channel
  }

  /** Gives its place to another channel, for servers that allow few (MaxSessions). True when it held one, which is closed by then. */
  async yield(): Promise<boolean> {
    const channel = this.#channel
    this.#stop()
    if (channel === undefined) return false
    await new Promise((resolve) => {
      channel.once('close', resolve)
      setTimeout(resolve, LINGER_MS).unref()
    })
    return true
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#key = ''
    this.#channel?.resume().close()
    this.#channel = undefined
  }
}
