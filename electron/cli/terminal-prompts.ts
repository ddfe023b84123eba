import { execFile } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import { promisify } from 'node:util'
import type { PromptPort } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { PromptRequest } from '#shared/model/prompt.ts'
import { visible } from '#shared/words.ts'

const run = promisify(execFile)

interface Question {
  readonly text: string
  readonly echo: boolean
}

/**
 * Asks on the terminal, one prompt at a time, or through SSH_ASKPASS under the rules of ssh(1):
 * `SSH_ASKPASS_REQUIRE=force` always, `never` not at all, else when there is no terminal.
 */
export function createTerminalPrompts(environment: NodeJS.ProcessEnv = process.env): PromptPort {
  let last: Promise<unknown> = Promise.resolve()

  async function ask(request: PromptRequest, signal: AbortSignal): Promise<readonly string[] | null> {
    const askpass = chooseAskpass(environment)
    const questions = questionsOf(request)
    const answers: string[] = []
    for (const question of questions) {
      const answer = askpass === undefined ? await onTerminal(question, signal) : await throughAskpass(askpass, question, signal)
      if (answer === null) return null
      answers.push(answer)
    }
    return request.kind === 'host-key-unknown' ? trusts(request, answers[0] ?? '') : answers
  }

  return {
    ask(request, signal) {
      const turn = last.then(() => ask(request, signal))
      last = turn.catch(() => undefined)
      return turn
    },
    reportChangedKey({ hop, address, pinned, presented, pinnedAt, removal }) {
      process.stderr.write(
        `\nWARNING: the host key of ${hop} (${address}) has changed. Nothing was sent.\n` +
          `  pinned     ${pinned.map((it) => `${it.keyType} ${it.sha256}`).join(', ')} (${pinnedAt})\n` +
          `  presented  ${presented.keyType} ${presented.sha256}\n` +
          `  Compare it on the console of ${hop}. When the change is meant: ${removal}\n`,
      )
    },
  }
}

/** As ssh does, `yes` or the fingerprint itself trusts the key; anything else declines. */
function trusts(request: Extract<PromptRequest, { kind: 'host-key-unknown' }>, answer: string): readonly string[] | null {
  return answer.trim() === 'yes' || answer.trim() === request.presented.sha256 ? ['trust'] : null
}

/** What a server says in it is made visible first: it must not move the cursor of a terminal. */
export function questionsOf(request: PromptRequest): readonly Question[] {
  switch (request.kind) {
    case 'host-key-unknown':
      return [
        {
          echo: true,
          text:
            `The authenticity of ${request.hop} (${request.address}) can't be established.\n` +
            `${request.presented.keyType} key fingerprint is ${request.presented.sha256}.\n` +
            `On the server itself, this prints it: ${request.command}\n` +
            'Trust this key (yes/no/[fingerprint])? ',
        },
      ]
    case 'passphrase':
      return [{ echo: false, text: `Passphrase for ${request.file} (${request.hop}): ` }]
    case 'password':
      return [{ echo: false, text: `${visible(request.user)}@${request.hop}'s password: ` }]
    case 'sudo':
      return [{ echo: false, text: `sudo of ${request.hop} asks for the password of ${visible(request.user)}: ` }]
    case 'keyboard-interactive': {
      const heading = [request.title, request.instructions].filter((text) => text !== '').join('\n')
      return request.fields.map(({ label, echo }, index) => ({
        echo,
        text: `${index === 0 && heading !== '' ? `${visible(heading)}\n` : ''}(${request.hop}) ${visible(label)}`,
      }))
    }
  }
}

function chooseAskpass(environment: NodeJS.ProcessEnv): string | undefined {
  const { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: require } = environment
  if (program === undefined || program === '' || require === 'never') return undefined
  if (require === 'force' || require === 'prefer') return program
  return hasTerminal() ? undefined : program
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'))
    return true
  } catch {
    return false
  }
}

async function throughAskpass(program: string, question: Question, signal: AbortSignal): Promise<string | null> {
  try {
    const { stdout } = await run(program, [question.text], { signal, maxBuffer: 65_536 })
    return stdout.replace(/\r?\n[\s\S]*$/, '')
  } catch {
    return null
  }
}

/** Throws `prompt.unavailable` without a terminal, `prompt.declined` when nothing was answered. */
export async function askOnTerminal(text: string, echo: boolean): Promise<string> {
  const answer = await onTerminal({ text, echo }, AbortSignal.timeout(600_000))
  if (answer === null) throw new GatehouseError({ code: 'prompt.declined', detail: text.trim() })
  return answer
}

async function onTerminal(question: Question, signal: AbortSignal): Promise<string | null> {
  let descriptor: number
  try {
    descriptor = openSync('/dev/tty', 'r+')
  } catch (error) {
    throw new GatehouseError({ code: 'prompt.unavailable', detail: question.text.trim().split('\n')[0] ?? '' }, { cause: error })
  }
  const input = new ReadStream(descriptor)
  let silent = false
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!silent) process.stderr.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input, output, terminal: true })
  try {
    const answer = lines.question(question.text, { signal })
    silent = !question.echo
    return await answer
  } catch {
    return null
  } finally {
    lines.close()
    input.destroy()
    if (!question.echo) process.stderr.write('\n')
  }
}
