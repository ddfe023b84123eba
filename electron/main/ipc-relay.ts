import { type Failure, failureOf } from '#shared/errors.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Contract, Reply } from '#shared/ipc/contract.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { originOf } from './app-origin.ts'

/** The one pipe between window and main; the channel is its first argument. */
export const callPipe = 'gatehouse:call'
export const eventPipe = 'gatehouse:event'

/** Where a message came from, as Electron tells: never as the page tells. */
export interface Sender {
  /** Id of the web contents. */
  readonly contents: number
  /** URL of the frame that sent it; null when that frame is gone. */
  readonly url: string | null
  readonly isTopFrame: boolean
}

/** The part of Electron's `IpcMainInvokeEvent` that is used. */
interface InvokeEvent {
  readonly sender: { readonly id: number }
  /** Null when the frame went elsewhere or was destroyed meanwhile. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/** What main goes by is copied before any handler runs: a frame may be gone by then, and has no address. */
export const senderOf = ({ sender, senderFrame: frame }: InvokeEvent): Sender => ({
  contents: sender.id,
  url: frame?.url ?? null,
  isTopFrame: frame !== null && frame.parent === null,
})

/** Answers a channel in main. May throw a `GatehouseError`. */
export type Handler<C extends Channel> = (input: Input<C>) => Promise<Output<C>> | Output<C>
export type Handlers<C extends Channel = Channel> = { readonly [K in C]: Handler<K> }

export interface RelayOptions {
  readonly contracts: Readonly<Record<string, Contract>>
  readonly handlers: Readonly<Record<string, (input: never) => unknown>>
  readonly engine: (channel: string, input: unknown) => Promise<Reply<unknown>>
  /** Why this is not for whoever sits at this console; undefined when it is. */
  readonly refusal: (channel: string, contract: Contract, input: unknown) => Promise<Failure | undefined>
  /** Asks the admin in a native dialog; a page can neither see nor press it. */
  readonly confirm: (channel: string, input: unknown) => Promise<boolean>
  readonly isOwnWindow: (contents: number) => boolean
  readonly allowedOrigins: readonly string[]
  readonly log: (message: string) => void
}

const invalid = (detail: string): Reply<never> => ({ ok: false, failure: { code: 'ipc.invalid', detail } })

/**
 * Takes one message of a page to whoever answers it. Only the top frame of an own window at an allowed origin is heard, input and
 * output are what the contract says, the role allows it, and whatever changes a host is confirmed natively first. Never throws.
 */
export function createRelay(options: RelayOptions): (sender: Sender, channel: unknown, input: unknown) => Promise<Reply<unknown>> {
  const { contracts, handlers, log } = options

  const answer = async (contract: Contract, channel: string, input: unknown): Promise<Reply<unknown>> => {
    const failure = await options.refusal(channel, contract, input)
    if (failure !== undefined) return { ok: false, failure }
    if ((contract.effect === 'changes-host' || contract.effect === 'changes-trust') && !(await options.confirm(channel, input))) {
      return { ok: false, failure: { code: 'prompt.declined', detail: 'The change was not confirmed.' } }
    }
    if (contract.by === 'engine') return options.engine(channel, input)
    const handler = handlers[channel] as ((value: unknown) => unknown) | undefined
    if (handler === undefined) return invalid(`Nothing answers ${channel}.`)
    return { ok: true, value: await handler(input) }
  }

  return async (sender, channel, input) => {
    const origin = sender.url === null ? null : originOf(sender.url)
    if (!sender.isTopFrame || !options.isOwnWindow(sender.contents) || origin === null || !options.allowedOrigins.includes(origin)) {
      log('A message from a page that is not the app was refused.')
      return invalid('The sender is not the Gatehouse window.')
    }
    const contract = typeof channel === 'string' && Object.hasOwn(contracts, channel) ? contracts[channel] : undefined
    if (typeof channel !== 'string' || contract === undefined) {
      log('A message on an unknown channel was refused.')
      return invalid('The channel is not known.')
    }
    const given = contract.input.safeParse(input)
    if (!given.success) {
      log(`${channel}: malformed input at ${places(given.error)}`)
      return invalid(`${channel}: malformed input at ${places(given.error)}`)
    }
    try {
      const reply = await answer(contract, channel, given.data)
      if (!reply.ok) return { ok: false, failure: reply.failure }
      const result = contract.output.safeParse(reply.value)
      if (result.success) return { ok: true, value: result.data }
      log(`${channel}: malformed output at ${places(result.error)}`)
      return invalid(`${channel}: malformed output at ${places(result.error)}`)
    } catch (thrown) {
      const failure = failureOf(thrown)
      log(`${channel}: ${failure.code}`)
      return { ok: false, failure }
    }
  }
}

/** Where it is wrong, without the values: they may be secrets. */
const places = (error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly code?: string | undefined }[]
}): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || '(root)'} (${issue.code ?? 'invalid'})`)
    .join(', ')
