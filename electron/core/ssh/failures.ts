import type { ErrorCode } from '#shared/error-catalogue.ts'
import { codeOf, GatehouseError, messageOf } from '#shared/errors.ts'
import type { Hop } from './hop.ts'
import { addressOf } from './host-key-policy.ts'
import { shown } from './untrusted-text.ts'

/** A failure at one hop, named so that the admin knows which machine and which port. */
export const hopFailure = (code: ErrorCode, hop: Hop, what: string): GatehouseError =>
  new GatehouseError({ code, detail: `${hop.name} (${addressOf(hop)}): ${what}`, host: hop.name })

/** What an aborted call ends with: the reason given, when it is one of ours. */
export const abortedBy = (signal: AbortSignal): GatehouseError =>
  signal.reason instanceof GatehouseError
    ? signal.reason
    : new GatehouseError({ code: 'job.cancelled', detail: 'the connection was given up' })

/** An error of the operating system while a TCP connection was being made. */
export function dialFailure(hop: Hop, error: unknown): GatehouseError {
  const code = codeOf(error) ?? ''
  if (code === 'ECONNREFUSED') return hopFailure('ssh.refused', hop, 'nothing listens on this port')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return hopFailure('ssh.unreachable', hop, `the name has no address (${code})`)
  return hopFailure('ssh.unreachable', hop, code === '' ? messageOf(error) : code)
}

/** SSH_MSG_CHANNEL_OPEN_FAILURE reasons (RFC 4254, 5.1). */
const prohibited = 1
const connectFailed = 2

/** Why the previous hop did not open a connection to this one. The description is the remote's own words. */
export function forwardFailure(hop: Hop, via: Hop, error: unknown): GatehouseError {
  const reason: unknown = error instanceof Error ? Reflect.get(error, 'reason') : undefined
  const words = shown(messageOf(error).replace('(SSH) Channel open failure: ', ''), 200)
  const from = `from ${via.name}`
  if (reason === prohibited) return hopFailure('ssh.forwarding-refused', hop, `${from}: ${words || 'administratively prohibited'}`)
  if (reason !== connectFailed) return hopFailure('ssh.forwarding-refused', hop, `${from}: ${words}`)
  return /refused/i.test(words)
    ? hopFailure('ssh.refused', hop, `${from}: ${words}`)
    : hopFailure('ssh.unreachable', hop, `${from}: ${words || 'connect failed'}`)
}

/** An error that ssh2 reported before the login was done. `offered` is what the server proposed, when it was seen. */
export function loginFailure(hop: Hop, stage: 'handshake' | 'authentication', error: Error, offered: readonly string[]): GatehouseError {
  const words = shown(error.message, 300)
  const disconnected = typeof Reflect.get(error, 'code') === 'number'
  if (disconnected && stage === 'authentication') return hopFailure('ssh.auth-failed', hop, `the server hung up: ${words}`)
  if (disconnected) return hopFailure('ssh.protocol', hop, `the server hung up: ${words}`)
  if (Reflect.get(error, 'level') === 'client-socket') return hopFailure('ssh.connection-lost', hop, codeOf(error) || words)
  if (words.includes('no matching') || words.includes('No matching')) return hopFailure('ssh.protocol', hop, [words, ...offered].join('; '))
  if (words.startsWith('Connection lost before handshake')) return hopFailure('ssh.connection-lost', hop, closedEarly)
  return hopFailure('ssh.protocol', hop, words)
}

/** sshd hangs up without a word when MaxStartups, PerSourcePenalties or a ban such as fail2ban's holds. */
export const closedEarly = 'the server hung up before it named itself (MaxStartups, a ban, or no SSH server)'
