import { join } from 'node:path'
import type { ParsedKey } from 'ssh2'
import { type Failure, GatehouseError, messageOf } from '#shared/errors.ts'
import type { Log, Paths, PromptPort } from '../ports.ts'
import type { Hop } from './hop.ts'
import { addressOf } from './host-key-policy.ts'
import { expandHome, readKeyFile, unlock } from './key-file.ts'
import { SharedFlight } from './shared-flight.ts'
import { agentKey, agentKeys, type SigningKey, signWith } from './signing-key.ts'

/** Keys to try at one hop, best first, and what is wrong with those that cannot be tried. */
export interface Keys {
  readonly keys: readonly SigningKey[]
  readonly problems: readonly string[]
}

/** How a key asks its owner for something: the time this takes counts for no limit. */
export type Ask = <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>

/** Keys that may be offered to a hop; passphrases are asked once, and what was declined is remembered. */
export interface KeyRing {
  keysFor(hop: Hop, ask: Ask): Promise<Keys>
  /** What was declined before this moment (`performance.now`) is asked for again. */
  forget(before: number): void
}

/** sshd's MaxAuthTries is 6 by default; one try is left for a password or one-time code. */
const maximumKeys = 5
const maximumAttempts = 3
/** A passphrase that was declined stays declined for the hosts of the same audit, which follow each other closely. */
const refusalMs = 5_000

const defaultFiles = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * The admin's keys. Decrypted keys stay in memory while the program runs and are written nowhere.
 * Order as OpenSSH's with files named by the user: these first (through the agent when it holds them), then the agent's other keys.
 */
export function keyRing(paths: Paths, prompts: PromptPort, log: Log, agentSocket: string | undefined): KeyRing {
  // By the text of the file, so that a key that was replaced is not mistaken for the old one.
  const unlocked = new Map<string, ParsedKey>()
  const asking = new Map<string, SharedFlight<ParsedKey>>()
  const refused = new Map<string, { readonly failure: Failure; readonly at: number; readonly until: number }>()

  /** Asks once for each key, however many hosts wait for it. */
  function open(file: string, text: string, hop: Hop, ask: Ask): Promise<ParsedKey> {
    const key = unlocked.get(text)
    if (key !== undefined) return Promise.resolve(key)
    const refusal = refused.get(text)
    if (refusal !== undefined && refusal.until > performance.now()) {
      refused.set(text, { ...refusal, until: performance.now() + refusalMs })
      return Promise.reject(new GatehouseError(refusal.failure))
    }
    const under = asking.get(text)
    const flight = under === undefined || under.abandoned ? new SharedFlight((signal) => askPassphrase(file, text, hop, signal)) : under
    asking.set(text, flight)
    return ask((signal) => flight.join(signal))
  }

  async function askPassphrase(file: string, text: string, hop: Hop, signal: AbortSignal): Promise<ParsedKey> {
    try {
      for (let attempt = 1; attempt <= maximumAttempts; attempt++) {
        const answer = await prompts.ask({ kind: 'passphrase', hop: hop.name, address: addressOf(hop), file, attempt }, signal)
        signal.throwIfAborted()
        if (answer?.[0] === undefined)
          throw new GatehouseError({ code: 'prompt.declined', detail: `passphrase of ${file}`, host: hop.name })
        const key = unlock(text, answer[0])
        if (key === undefined) continue
        unlocked.set(text, key)
        return key
      }
      throw new GatehouseError({ code: 'ssh.key-unreadable', detail: `${file}: wrong passphrase ${maximumAttempts} times`, host: hop.name })
    } catch (error) {
      if (error instanceof GatehouseError && !signal.aborted)
        refused.set(text, { failure: error.failure, at: performance.now(), until: performance.now() + refusalMs })
      throw error
    } finally {
      asking.delete(text)
    }
  }

  async function fromAgent(problems: string[]): Promise<readonly SigningKey[]> {
    if (agentSocket === undefined || agentSocket === '') return []
    try {
      const { agent, keys } = await agentKeys(agentSocket)
      return keys.map((key) => agentKey(agent, key, key.comment === '' ? 'agent' : `agent: ${key.comment.slice(0, 80)}`))
    } catch (error) {
      problems.push(`agent: ${messageOf(error)}`)
      log('warn', 'The SSH agent does not answer')
      return []
    }
  }

  async function fromFile(file: string, agents: readonly SigningKey[], hop: Hop, ask: Ask): Promise<SigningKey | string | undefined> {
    const content = await readKeyFile(file)
    if (content.kind === 'missing') return undefined
    if (content.kind === 'unusable') return content.reason
    const known = content.kind === 'encrypted' ? content.known : content.key
    const held = agents.find(({ parsed }) => known !== undefined && parsed.getPublicSSH().equals(known.getPublicSSH()))
    if (held !== undefined && content.kind !== 'private') return { ...held, label: file }
    if (content.kind === 'public') return 'only the public half is there, and the agent does not hold this key'
    if (content.kind === 'private') return fileKey(file, content.key)
    const key = unlocked.get(content.text)
    if (key !== undefined) return fileKey(file, key)
    if (known === undefined) {
      // Old PEM hides the public half too, so the server cannot be asked first.
      try {
        return fileKey(file, await open(file, content.text, hop, ask))
      } catch (error) {
        if (error instanceof GatehouseError && error.failure.code === 'ssh.key-unreadable') return 'wrong passphrase'
        throw error
      }
    }
    return {
      label: file,
      parsed: known,
      signsFreely: false,
      sign: async (data, algorithm) => signWith(await open(file, content.text, hop, ask), data, algorithm),
    }
  }

  return {
    forget: (before) => {
      for (const [text, { at }] of refused) if (at < before) refused.delete(text)
    },
    keysFor: async (hop, ask) => {
      const problems: string[] = []
      const named = hop.identity.identityFiles.map((file) => expandHome(file, paths.home))
      const files = named.length > 0 ? named : defaultFiles.map((file) => join(paths.home, '.ssh', file))
      const agents = hop.identity.agent ? await fromAgent(problems) : []
      const keys: SigningKey[] = []
      for (const file of files) {
        const found = await fromFile(file, agents, hop, ask)
        if (typeof found === 'string') problems.push(`${file}: ${found}`)
        else if (found !== undefined) keys.push(found)
        else if (named.length > 0) problems.push(`${file}: not there`)
      }
      const blob = (key: SigningKey) => key.parsed.getPublicSSH().toString('base64')
      // Without files named by the user the agent's keys are the more deliberate choice than the default files.
      const ordered = named.length > 0 ? [...keys, ...agents] : [...agents, ...keys]
      const distinct = ordered.filter((key, index) => ordered.findIndex((other) => blob(other) === blob(key)) === index)
      return { keys: distinct.slice(0, maximumKeys), problems }
    },
  }
}

const fileKey = (file: string, key: ParsedKey): SigningKey => ({
  label: file,
  parsed: key,
  signsFreely: true,
  sign: async (data, algorithm) => signWith(key, data, algorithm),
})
