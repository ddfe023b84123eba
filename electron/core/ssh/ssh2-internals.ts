import { createSecretKey, type KeyObject } from 'node:crypto'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client, ClientChannel, ParsedKey } from 'ssh2'

/**
 * The only file that reaches into ssh2's private members. ssh2 is pinned to one exact version, and `ssh2-internals.test.ts` fails when an
 * upgrade moves one of them. Reasons, each not possible through its public interface:
 * - ssh2 asks "would you accept this key?" before it signs, waits for SERVICE_ACCEPT before it asks, forgets partial success after an
 *   agent key, and can only sign without waiting: see `auth-wire.ts`.
 * - ssh2 measures no round trip.
 * - ssh2 gives a command's channel away only when the server has agreed to the command: see `commandsAtOnce`.
 * - ssh2 has the server prove each of its other host keys after a login, for a list that nobody here keeps: see `ignoreHostKeys`.
 * - ssh2 inflates a packet to whatever it becomes, up to 4 GiB, and throws when a compressed packet is sent too late.
 * - ssh2 sends no SSH_MSG_IGNORE: see `acknowledgeAtOnce`.
 * - ssh2 hands Node the key anew for each packet, writes a packet in three pieces, and fills packets to the brim: see `lightenCiphers`, `leaveRoom`.
 */
export interface Protocol {
  authPK(user: string, key: ParsedKey, algorithm: string, sign?: (data: Buffer, done: (signature: Buffer) => void) => void): void
  authPassword(user: string, password: string): void
  authKeyboard(user: string): void
  authNone(user: string): void
  authInfoRes(answers: readonly string[]): void
  ping(): void
  readonly _packetRW: PacketCodecs
  /** There while keys are exchanged. */
  readonly _kexinit: Buffer | undefined
  readonly _cipher: Cipher
  readonly _decipher: Keyed | undefined
  readonly _handlers: Record<string, ((...received: never[]) => void) | undefined>
  _debug: ((text: string) => void) | undefined
}

const methods = ['authPK', 'authPassword', 'authKeyboard', 'authNone', 'authInfoRes', 'ping'] as const

function isProtocol(value: unknown): value is Protocol {
  if (typeof value !== 'object' || value === null) return false
  const handlers: unknown = Reflect.get(value, '_handlers')
  const parts = ['_packetRW', '_cipher'].map((name): unknown => Reflect.get(value, name))
  return (
    methods.every((method) => typeof Reflect.get(value, method) === 'function') &&
    [handlers, ...parts].every((part) => typeof part === 'object' && part !== null)
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
  write: {
    readonly _zlib?: { readonly _handle: object | null }
    readonly allocStart: number
    alloc(bytes: number): Buffer
    finalize(payload: Buffer, force?: boolean): Buffer
  }
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

type Key = Buffer | KeyObject

/** Whichever of these a codec has: of AES-GCM outwards, AES-GCM inwards, and the MAC that goes with AES-CTR. */
interface Keyed {
  _encKey?: Key
  _decipherKey?: Key
  _macKey?: Key
}

interface Cipher extends Keyed {
  _onWrite(bytes: Buffer): void
  encrypt(packet: Buffer): void
}

/**
 * Makes packets cheap; call when the key exchange is done. Node takes a raw key apart for each packet, which costs more than to encrypt 32 KiB; a key
 * object is taken apart once. And ssh2 writes each packet in three pieces: over a jump host, each would be a packet of its own, over TCP a system call.
 * Holds for the codecs of later key exchanges too.
 */
export function lightenCiphers(client: Client, stream: Duplex): void {
  const protocol = protocolOf(client)
  const inOne = stream instanceof Socket ? corking(stream) : joining
  Object.defineProperties(protocol, {
    _cipher: guarded(protocol._cipher, (codec) => {
      keepKeys(codec)
      inOne(codec)
    }),
    _decipher: guarded(protocol._decipher, keepKeys),
  })
}

/** What is written before Node waits again leaves in one system call, or when the socket is ended. */
function corking(socket: Socket): (codec: Cipher) => void {
  let corked = false
  const uncork = () => {
    corked = false
    socket.uncork()
  }
  return (codec) => {
    const encrypt = codec.encrypt.bind(codec)
    codec.encrypt = (packet) => {
      if (!corked) {
        corked = true
        socket.cork()
        process.nextTick(uncork)
      }
      encrypt(packet)
    }
  }
}

function joining(codec: Cipher): void {
  const send = codec._onWrite
  const encrypt = codec.encrypt.bind(codec)
  codec.encrypt = (packet) => {
    const pieces: Buffer[] = []
    codec._onWrite = (piece) => void pieces.push(piece)
    encrypt(packet)
    if (pieces.length > 0) send(Buffer.concat(pieces))
  }
}

function keepKeys(codec: Keyed | undefined): void {
  if (codec === undefined) return
  for (const name of ['_encKey', '_decipherKey', '_macKey'] as const) {
    const key = codec[name]
    if (Buffer.isBuffer(key)) codec[name] = createSecretKey(key)
  }
}

/** What a packet has beside the data of a channel: header, padding, the longest MAC (RFC 4253, 6; RFC 4254, 5.2), rounded up. */
const packetOverheadBytes = 128

/**
 * Leaves so much room in the packets of a channel that each of them, encrypted, is the data of one packet of the connection that carries it. Full
 * ones would take a full one and a tiny one there.
 */
export function leaveRoom(channel: ClientChannel): void {
  const outgoing: unknown = Reflect.get(channel, 'outgoing')
  if (typeof outgoing !== 'object' || outgoing === null) return
  const largest: unknown = Reflect.get(outgoing, 'packetSize')
  if (typeof largest === 'number') Reflect.set(outgoing, 'packetSize', Math.max(1024, largest - packetOverheadBytes))
}

/** What `commandsAtOnce` emits on a channel whose command the server did not take. The channel closes then. */
export const COMMAND_REFUSED = 'command-refused'
/** And on one whose command runs. */
const COMMAND_RUNS = 'command-runs'

/** Calls `act` when the server has said that the command of `channel` runs: at once where it said so before it gave the channel away. */
export function whenCommandRuns(channel: ClientChannel, act: () => void): void {
  if (isAsking(channel) && channel._callbacks.length > 0) channel.once(COMMAND_RUNS, act)
  else act()
}

/**
 * Gives the channel of a command away as soon as it is open and the command is on its way: RFC 4254 has the input behind it read in order, and OpenSSH
 * does. It saves a round trip per command. To other servers ssh2 goes on waiting for the word that the command runs, as some are strict state machines.
 */
export function commandsAtOnce(client: Client): void {
  if (!serverSoftware(client).startsWith('OpenSSH')) return
  const handlers = protocolOf(client)._handlers
  const channels: unknown = Reflect.get(client, '_chanMgr')
  const opened = handlers.CHANNEL_OPEN_CONFIRMATION
  if (!isChannels(channels)) return
  handlers.CHANNEL_OPEN_CONFIRMATION = (...received: never[]) => {
    const recipient: unknown = Reflect.get(received[1] ?? {}, 'recipient')
    const wanted = channels.get(recipient)
    opened?.(...received)
    if (typeof wanted !== 'function' || Reflect.get(wanted, 'type') !== 'session') return
    const channel = channels.get(recipient)
    if (!isAsking(channel)) return
    const [agreed] = channel._callbacks
    channel._callbacks[0] = (failed) => {
      if (!failed) return void channel.emit(COMMAND_RUNS)
      channel.emit(COMMAND_REFUSED)
      channel.close()
    }
    agreed?.(false)
  }
}

/**
 * Leaves the list of its host keys, which OpenSSH sends after a login (`hostkeys-00@openssh.com`, PROTOCOL 2.5), without an answer, as it wants none. ssh2 asks
 * for a signature by each of them: two packets that the first command would wait behind. Call before the login.
 */
export function ignoreHostKeys(client: Client): void {
  const handlers = protocolOf(client)._handlers
  const requested = handlers.GLOBAL_REQUEST
  handlers.GLOBAL_REQUEST = (...received: never[]) => {
    const [, name, wantsReply]: readonly unknown[] = received
    if (name !== 'hostkeys-00@openssh.com' || wantsReply === true) requested?.(...received)
  }
}

type Asking = ClientChannel & { readonly _callbacks: ((failed: unknown) => void)[] }

const isAsking = (value: unknown): value is Asking =>
  typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, '_callbacks'))

const isChannels = (value: unknown): value is { get(id: unknown): unknown } =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'get') === 'function'

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

/** SSH_MSG_IGNORE (RFC 4253, 11.2). */
const IGNORE = 2
const acknowledgeWithinMs = 2

/**
 * Has what a jump host forwards acknowledged at once, by a packet of SSH that means nothing. OpenSSH leaves Nagle's algorithm on, since no command runs
 * over this connection: a small packet behind another waits for TCP's acknowledgement, which Linux holds back for 40 ms unless it has something to send.
 * Other servers are left alone: some, which PuTTY's manual tells of, choke on such packets.
 */
export function acknowledgeAtOnce(client: Client): void {
  if (!serverSoftware(client).startsWith('OpenSSH')) return
  const protocol = protocolOf(client)
  const received = protocol._handlers.CHANNEL_DATA
  let due: NodeJS.Timeout | undefined
  const acknowledge = () => {
    due = undefined
    // During a key exchange there are packets of its own, and nothing else may be sent.
    if (protocol._kexinit !== undefined) return
    const { write } = protocol._packetRW
    const packet = write.alloc(5)
    packet[write.allocStart] = IGNORE
    packet.writeUInt32BE(0, write.allocStart + 1)
    protocol._cipher.encrypt(write.finalize(packet))
  }
  protocol._handlers.CHANNEL_DATA = (...data: never[]) => {
    due ??= setTimeout(acknowledge, acknowledgeWithinMs)
    received?.(...data)
  }
  client.once('close', () => clearTimeout(due))
}
