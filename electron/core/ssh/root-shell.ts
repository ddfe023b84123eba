import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { ExecOptions, ExecResult, HostSession } from '../ports.ts'
import { shown } from './untrusted-text.ts'

/** The words by which everything that changes a host begins a shell of root there. */
export const ROOT_SHELL = 'sudo -n /bin/sh'
const CHECK_TIMEOUT_MS = 600_000
const MAX_COMPLAINT = 8192

type Exec = HostSession['exec']

/** Of one account on one host: in memory only, forgotten as soon as sudo does not take it. */
export interface SudoPassword {
  known: string | undefined
  /** Null where the admin declines. Rejects with `prompt.unavailable` where nobody is there. */
  ask(attempt: number, signal: AbortSignal): Promise<string | null>
}

/**
 * `ROOT_SHELL` on a host whose sudo wants a password: asks for it once, and begins the shell anew with all that it was fed until then. sudo(8): where it would
 * have to ask, `-n` runs nothing, so nothing is taken twice. The password goes to sudo alone, once it has asked (`-S`, by a prompt that nobody could guess),
 * and is tried by `sudo -v` first: what comes behind a wrong one would be read as the next guess.
 */
export function withSudoPassword(exec: Exec, password: SudoPassword): Exec {
  return async (command, options) => {
    if (command !== ROOT_SHELL) return exec(command, options)
    if (password.known !== undefined) return shell(exec, password, password.known, options)
    const kept = options.feed && keeping(options.feed)
    let said = false
    let complaint = ''
    const result = await exec(command, {
      ...options,
      ...(kept && { feed: kept.feed }),
      onStdout: (chunk) => {
        said = true
        kept?.forget()
        return options.onStdout(chunk)
      },
      onStderr: (chunk) => {
        if (said) options.onStderr?.(chunk)
        else complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1') : ''
      },
    })
    // In whatever language it says why not, sudo says who it is.
    const known = !said && result.exitCode === 1 && /^sudo\b/m.test(complaint) ? await taken(exec, password, options.signal) : undefined
    if (known === undefined) {
      options.onStderr?.(Buffer.from(complaint, 'latin1'))
      return result
    }
    password.known = known
    return shell(exec, password, known, { ...options, ...(kept && { feed: kept.again() }) })
  }
}

/**
 * The password that sudo takes; undefined where it asks for none, and so wants something else. Rejects with `push.not-possible` where it takes none that was
 * given, and with what the prompt ended with.
 */
async function taken(exec: Exec, password: SudoPassword, signal: AbortSignal): Promise<string | undefined> {
  const prompt = promptWords()
  const answers = new Answers()
  const stop = new AbortController()
  let given: string | undefined
  let failure: unknown
  let complaint = ''
  let asked = 0
  const answer = async () => {
    given = (await password.ask(asked, signal)) ?? undefined
    if (given === undefined) throw new GatehouseError({ code: 'prompt.declined', detail: 'the password of sudo' })
    answers.give(given)
  }
  const { exitCode } = await exec(`sudo -k -S -p ${prompt} -v`, {
    feed: answers,
    timeoutMs: CHECK_TIMEOUT_MS,
    signal: AbortSignal.any([signal, stop.signal]),
    onStdout: () => undefined,
    onStderr: (chunk) => {
      complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1') : ''
      if (complaint.split(prompt).length - 1 <= asked) return
      asked++
      answer().catch((error) => {
        failure = error
        stop.abort()
      })
    },
  }).catch((error) => {
    throw failure ?? error
  })
  if (asked === 0) return undefined
  if (exitCode === 0) return given
  throw refused(complaint.replaceAll(prompt, ''))
}

/** A shell of root by a password that sudo took before. */
async function shell(exec: Exec, password: SudoPassword, known: string, options: ExecOptions): Promise<ExecResult> {
  const prompt = promptWords()
  const stop = new AbortController()
  let complaint = ''
  let onAsked = () => {}
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const { stdin = '', ahead = '', feed, ...rest } = options
  async function* input(): AsyncGenerator<Uint8Array> {
    await asked
    yield Buffer.from(`${known}\n${ahead}${stdin}`)
    if (feed) yield* feed
  }
  try {
    return await exec(`sudo -k -S -p ${prompt} /bin/sh`, {
      ...rest,
      feed: input(),
      signal: AbortSignal.any([options.signal, stop.signal]),
      onStderr: (chunk) => {
        complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1') : ''
        const prompts = complaint.split(prompt).length - 1
        if (prompts > 0) onAsked()
        if (prompts > 1) stop.abort()
        options.onStderr?.(Buffer.from(chunk.toString('latin1').replace(prompt, ''), 'latin1'))
      },
    })
  } catch (error) {
    if (!stop.signal.aborted || options.signal.aborted) throw error
    password.known = undefined
    throw refused('it was another one before')
  } finally {
    onAsked()
  }
}

const refused = (why: string): GatehouseError =>
  new GatehouseError({ code: 'push.not-possible', detail: `a password is required, and sudo did not take it: ${shown(why.trim(), 300)}` })

const promptWords = (): string => `gatehouse-${randomBytes(12).toString('hex')}`

/** Lines of input, each when it is given. */
class Answers implements AsyncIterable<Uint8Array> {
  #give: (text: string) => void = () => undefined
  give(text: string): void {
    this.#give(`${text}\n`)
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;)
      yield Buffer.from(
        await new Promise<string>((resolve) => {
          this.#give = resolve
        }),
      )
  }
}

/** A feed that can be begun anew until it is forgotten. */
function keeping(feed: AsyncIterable<Uint8Array>) {
  const source = feed[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let keeps = true
  // One that the first reader waited for when it was left goes to the second.
  let coming: Promise<IteratorResult<Uint8Array>> | undefined
  async function* chunks(first: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* first
    for (;;) {
      coming ??= source.next()
      const result = await coming
      coming = undefined
      if (result.done) return
      if (keeps) read.push(result.value)
      yield result.value
    }
  }
  const forget = () => {
    keeps = false
    read.length = 0
  }
  return {
    feed: chunks([]),
    forget,
    again: () => {
      const first = [...read]
      forget()
      return chunks(first)
    },
  }
}
