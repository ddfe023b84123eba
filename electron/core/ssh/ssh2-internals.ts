import type { Client, ParsedKey } from 'ssh2'

/**
 * The only file that reaches into ssh2's private members. ssh2 is pinned to one exact version, and `ssh2-internals.test.ts` fails when an
 * upgrade moves one of them. Reasons, each not possible through its public interface:
 * - ssh2 asks "would you accept this key?" before it signs, waits for SERVICE_ACCEPT before it asks, forgets partial success after an
 *   agent key, and can only sign without waiting: see `auth-wire.ts`.
 * - ssh2 measures no round trip.
 * - ssh2 inflates a packet to whatever it becomes, up to 4 GiB, and throws when a compressed packet is sent too late.
 */
export interface Protocol {
  authPK(user: string, key: ParsedKey, algorithm: string, sign?: (data: Buffer, done: (signature: Buffer) => void) => void): void
  authPassword(user: string, password: string): void
  authKeyboard(user: string): void
  authNone(user: string): void
  authInfoRes(answers: readonly string[]): void
  ping(): void
  readonly _packetRW: PacketCodecs
  readonly _handlers: Record<string, ((...received: never[]) => void) | undefined>
  _debug: ((text: string) => void) | undefined
}

const methods = ['authPK', 'authPassword', 'authKeyboard', 'authNone', 'authInfoRes', 'ping'] as const

function isProtocol(value: unknown): value is Protocol {
  if (typeof value !== 'object' || value === null) return false
  const handlers: unknown = Reflect.get(value, '_handlers')
  const codecs: unknown = Reflect.get(value, '_packetRW')
  return (
    methods.every((method) => typeof Reflect.get(value, method) === 'function') &&
    [handlers, codecs].every((part) => typeof part === 'object' && part !== null)
  )
}

/** The message layer of a client on which `connect` was called. */
export function protocolOf(client: Client): Protocol {
  const protocol: unknown = Reflect.get(client, '_protocol')
  if (!isProtocol(protocol)) throw new Error('this version of ssh2 is not the one Gatehouse was written for')
  return protocol
}

/** Name and version that the server sent, such as `OpenSSH_9.2p1`. */
export function serverSoftware(client: Client): string {
  const software: unknown = Reflect.get(client, '_remoteVer')
  return typeof software === 'string' ? software : ''
}

/** Largest packet that OpenSSH takes (`PACKET_MAX_SIZE`, packet.c). */
const maximumPacketBytes = 262_144

interface PacketCodecs {
  read: { readonly _zlib?: { _maxOutputLength: number } }
  write: { readonly _zlib?: { readonly _handle: object | null }; finalize(payload: Buffer, force?: boolean): Buffer }
}

/**
 * Makes ssh2's compression safe; call after the login, where `zlib@openssh.com` begins. A packet that inflates to more than SSH allows ends the
 * connection, so that a hostile server cannot fill the memory; and a packet that is sent after the connection ended (a channel that is closed) is
 * dropped, as it is without compression, instead of throwing. Holds for the codecs of later key exchanges too.
 */
export function guardCompression(client: Client): void {
  const codecs = protocolOf(client)._packetRW
  Object.defineProperties(codecs, {
    read: guarded(codecs.read, ({ _zlib }) => {
      if (_zlib) _zlib._maxOutputLength = maximumPacketBytes
    }),
    write: guarded(codecs.write, (codec) => {
      const finalize = codec.finalize.bind(codec)
      codec.finalize = (payload, force) => (codec._zlib?._handle === null ? payload : finalize(payload, force))
    }),
  })
}

function guarded<Codec>(first: Codec, guard: (codec: Codec) => void): PropertyDescriptor {
  let codec = first
  guard(codec)
  return {
    get: () => codec,
    set: (next: Codec) => {
      codec = next
      guard(codec)
    },
  }
}

/** Time to the server and back, by the global request that OpenSSH uses as keepalive. Never settles when the connection ends first. */
export function measureRoundTrip(client: Client): Promise<number> {
  const callbacks: unknown = Reflect.get(client, '_callbacks')
  const startedAt = performance.now()
  return new Promise((resolve) => {
    if (!Array.isArray(callbacks)) return
    callbacks.push(() => resolve(performance.now() - startedAt))
    protocolOf(client).ping()
  })
}
