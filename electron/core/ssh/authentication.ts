import { type Failure, GatehouseError } from '#shared/errors.ts'
import type { PromptPort } from '../ports.ts'
import type { AuthReply, AuthWire } from './auth-wire.ts'
import type { Hop } from './hop.ts'
import { addressOf } from './host-key-policy.ts'
import type { Ask, Keys } from './key-ring.ts'
import { describeKey, type SigningKey, signatureAlgorithmFor } from './signing-key.ts'
import { shown } from './untrusted-text.ts'

/** OpenSSH's NumberOfPasswordPrompts. */
const maximumPrompts = 3
const maximumFields = 10
/** Rounds of questions in one keyboard-interactive request; PAM stacks use one to three. */
const maximumRounds = 10

export interface Login {
  readonly hop: Hop
  readonly wire: AuthWire
  readonly keys: Keys
  readonly prompts: PromptPort
  readonly ask: Ask
  /** Passwords that worked, by `user@address:port`. In memory only. */
  readonly passwords: Map<string, string>
}

/**
 * Logs in: keys first, then keyboard-interactive, then password, the order of OpenSSH's client, among what the server allows. The first
 * key is offered without asking what is allowed. After partial success the server's new list holds, and one-time codes are asked afresh.
 * Rejects with `ssh.auth-failed`, `ssh.key-unreadable` or what a prompt ended with.
 */
export async function authenticate(login: Login): Promise<void> {
  const { hop, wire } = login
  const left = [...login.keys.keys]
  const tried: string[] = []
  const problems = [...login.keys.problems]
  let failure: Failure | undefined
  let allowed: readonly string[] | undefined
  let keyboardTries = 0
  let passwordTries = 0

  await wire.ready
  for (;;) {
    let reply: AuthReply | undefined
    const may = (method: string) => allowed === undefined || allowed.includes(method)
    const key = may('publickey') ? left.shift() : undefined
    if (key !== undefined) {
      try {
        reply = await tryKey(login, key, tried)
      } catch (error) {
        if (!(error instanceof GatehouseError) || error.failure.code !== 'ssh.key-unreadable') throw error
        failure = error.failure
      }
    } else if (allowed === undefined) {
      reply = await wire.none(hop.identity.user)
    } else if (may('keyboard-interactive') && keyboardTries < maximumPrompts) {
      keyboardTries++
      tried.push('keyboard-interactive')
      reply = await tryKeyboard(login, keyboardTries)
    } else if (may('password') && passwordTries < maximumPrompts) {
      passwordTries++
      tried.push('password')
      reply = await tryPassword(login, passwordTries)
    } else throw refused(hop, tried, allowed, problems, failure)
    if (reply === undefined) continue
    if (reply.kind === 'success') return
    if (reply.kind === 'new-password-wanted')
      throw new GatehouseError({
        code: 'ssh.auth-failed',
        detail: `${who(hop)}: the server wants a new password; set it with ssh first`,
        host: hop.name,
      })
    if (reply.kind !== 'failure') throw unexpected(hop, reply)
    allowed = reply.methods
    if (!reply.partial) continue
    // As OpenSSH: after a step that counted, every other key and every prompt may be used once more.
    left.splice(0, left.length, ...login.keys.keys.filter((other) => other !== key))
    keyboardTries = 0
    passwordTries = 0
  }
}

async function tryKey(login: Login, key: SigningKey, tried: string[]): Promise<AuthReply | undefined> {
  const { hop, wire } = login
  const { user } = hop.identity
  const algorithm = signatureAlgorithmFor(key.parsed, wire.signatureAlgorithms())
  if (algorithm === undefined) {
    tried.push(`${describeKey(key)}, not used: the server takes no RSA signature with SHA-2`)
    return undefined
  }
  tried.push(describeKey(key))
  if (!key.signsFreely) {
    const offered = await wire.offer(user, key, algorithm)
    if (offered.kind !== 'key-accepted') return offered
  }
  try {
    return await wire.sign(user, key, algorithm)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    // The agent refused or is gone; the next key may do.
    tried.push(`${describeKey(key)} did not sign: ${error instanceof Error ? shown(error.message, 200) : 'no reason given'}`)
    return undefined
  }
}

async function tryKeyboard({ hop, wire, prompts, ask }: Login, attempt: number): Promise<AuthReply> {
  let reply = await wire.keyboardInteractive(hop.identity.user)
  for (let round = 0; reply.kind === 'questions'; round++) {
    const { title, instructions, fields } = reply
    if (fields.length > maximumFields || round >= maximumRounds) throw unexpected(hop, reply)
    if (fields.length === 0) {
      reply = await wire.answer([])
      continue
    }
    const answers = await ask((signal) =>
      prompts.ask(
        {
          kind: 'keyboard-interactive',
          hop: hop.name,
          address: addressOf(hop),
          title: shown(title, 200),
          instructions: shown(instructions, 2_000),
          fields: fields.map(({ prompt, echo }) => ({ label: shown(prompt, 200), echo })),
          attempt,
        },
        signal,
      ),
    )
    if (answers === null) throw declined(hop, 'keyboard-interactive')
    reply = await wire.answer(fields.map((_, index) => answers[index] ?? ''))
  }
  return reply
}

async function tryPassword({ hop, wire, prompts, ask, passwords }: Login, attempt: number): Promise<AuthReply> {
  const { user } = hop.identity
  const known = passwords.get(who(hop))
  if (known !== undefined) {
    passwords.delete(who(hop))
    const reply = await wire.password(user, known)
    if (works(reply)) passwords.set(who(hop), known)
    return reply
  }
  const answer = await ask((signal) => prompts.ask({ kind: 'password', hop: hop.name, address: addressOf(hop), user, attempt }, signal))
  if (answer?.[0] === undefined) throw declined(hop, 'password')
  const reply = await wire.password(user, answer[0])
  if (works(reply)) passwords.set(who(hop), answer[0])
  return reply
}

const works = (reply: AuthReply): boolean => reply.kind === 'success' || (reply.kind === 'failure' && reply.partial)

const who = (hop: Hop): string => `${hop.identity.user}@${addressOf(hop)}`

const declined = (hop: Hop, what: string): GatehouseError =>
  new GatehouseError({ code: 'prompt.declined', detail: `${what} of ${who(hop)}`, host: hop.name })

const unexpected = (hop: Hop, reply: AuthReply): GatehouseError =>
  new GatehouseError({
    code: 'ssh.protocol',
    detail:
      reply.kind === 'questions'
        ? `${who(hop)}: the server asks too many questions (${reply.fields.length} at once)`
        : `${who(hop)}: the server answered out of turn (${reply.kind})`,
    host: hop.name,
  })

function refused(
  hop: Hop,
  tried: readonly string[],
  allowed: readonly string[],
  problems: readonly string[],
  failure: Failure | undefined,
): GatehouseError {
  const methods = allowed.slice(0, 10).map((method) => shown(method, 40))
  const parts = [
    `${who(hop)}: the server allows ${methods.join(', ') || 'nothing more'}`,
    tried.length > 0 ? `tried ${tried.join('; ')}` : 'there was nothing to try',
    ...problems,
  ]
  // With no other key to offer, an unusable key file is the cause and not a remark.
  const cause = failure ?? (problems.length > 0 && tried.length === 0 ? { code: 'ssh.key-unreadable' as const, detail: '' } : undefined)
  if (cause?.code === 'ssh.key-unreadable')
    return new GatehouseError({ code: cause.code, detail: [cause.detail, ...parts].filter(Boolean).join('; '), host: hop.name })
  return new GatehouseError({ code: 'ssh.auth-failed', detail: parts.join('; '), host: hop.name })
}
