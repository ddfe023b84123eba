import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import { onTestFinished } from 'vitest'
import { type Fleet, fleetSchema, type Host, type Identity } from '#shared/model/fleet.ts'
import type { ChangedKey, PromptRequest } from '#shared/model/prompt.ts'
import type { ExecResult, HostSession, PromptPort, Transport } from '../ports.ts'
import { createSsh2Transport } from './ssh2-transport.ts'

/** Real SSH servers on loopback for the tests of this folder, and an admin whose answers a test scripts. All of it ends with the test that started it. */

export interface KeyPair {
  readonly public: string
  readonly private: string
}

/** ssh2 now and then (8 of 3000) writes an ed25519 key that it cannot read again; such a one is thrown away. */
export function keyPair(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519', passphrase?: string): KeyPair {
  const { generateKeyPairSync, parseKey } = ssh2.utils
  for (;;) {
    const pair =
      passphrase !== undefined
        ? generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 4 })
        : type === 'rsa'
          ? generateKeyPairSync('rsa', { bits: 2048 })
          : type === 'ecdsa'
            ? generateKeyPairSync('ecdsa', { bits: 256 })
            : generateKeyPairSync('ed25519')
    if (!(parseKey(pair.private, passphrase) instanceof Error)) return pair
  }
}

const hostKey = keyPair()
export const adminKey = keyPair()

export interface LoopbackOptions {
  readonly hostKeys?: readonly KeyPair[]
  readonly ident?: string
  readonly algorithms?: ConstructorParameters<typeof ssh2.Server>[0]['algorithms']
  /** Default: the admin's key, checked. */
  readonly authenticate?: (context: AuthContext) => void
  readonly onExec?: (command: string, channel: ServerChannel, connection: Connection) => void
  /** False refuses to forward. */
  readonly forward?: boolean
  /** Sessions that one connection may have at a time, as MaxSessions of sshd. */
  readonly maximumSessions?: number
  /** Never answers when such a channel is opened. */
  readonly deafTo?: 'tcpip' | 'session'
  readonly onConnection?: (connection: Connection, socketIndex: number) => void
}

export interface Loopback {
  readonly port: number
  /** TCP connections open now. */
  readonly open: () => number
  readonly accepted: () => number
  /** Most connections that were at the same time open and not logged in. */
  readonly peakUnauthenticated: () => number
  readonly attempts: string[]
  /** Cuts every connection. */
  cut(): void
  close(): Promise<void>
}

/** Accepts only this key, and checks the signature. */
export const acceptKey =
  (key: KeyPair) =>
  (context: AuthContext): void => {
    if (!provesKey(context, key)) context.reject(['publickey'])
    else context.accept()
  }

export function provesKey(context: AuthContext, key: KeyPair): boolean {
  if (context.method !== 'publickey') return false
  const allowed = ssh2.utils.parseKey(key.public)
  if (allowed instanceof Error || !allowed.getPublicSSH().equals(context.key.data)) return false
  if (context.signature === undefined || context.blob === undefined) return true
  return allowed.verify(context.blob, context.signature, Reflect.get(context, 'hashAlgo')) === true
}

export async function startLoopback(options: LoopbackOptions = {}): Promise<Loopback> {
  const sockets = new Set<Socket>()
  const attempts: string[] = []
  let accepted = 0
  let unauthenticated = 0
  let peak = 0
  const server = new ssh2.Server(
    {
      hostKeys: (options.hostKeys ?? [hostKey]).map((key) => key.private),
      ident: options.ident ?? 'OpenSSH_9.2p1',
      ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }),
    },
    (connection) => {
      options.onConnection?.(connection, accepted)
      connection.on('error', () => undefined)
      connection.on('authentication', (context) => {
        const signed = context.method === 'publickey' ? (context.signature === undefined ? ' asked' : ' signed') : ''
        attempts.push(`${context.method}${signed}`)
        ;(options.authenticate ?? acceptKey(adminKey))(context)
      })
      connection.on('ready', () => {
        unauthenticated--
        connection.once('close', () => unauthenticated++)
      })
      // Without a listener ssh2 answers "administratively prohibited", as sshd does under AllowTcpForwarding no.
      if (options.deafTo === 'tcpip') connection.on('tcpip', () => undefined)
      else if (options.forward !== false)
        connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
          const upstream = connect(destPort, destIP)
          upstream.once('connect', () => {
            const channel = accept()
            channel.on('error', () => upstream.destroy())
            channel.pipe(upstream).pipe(channel)
            channel.on('close', () => upstream.destroy())
          })
          upstream.on('error', () => reject())
        })
      let sessions = 0
      connection.on('session', (accept, refuse) => {
        if (options.deafTo === 'session') return
        if (sessions >= (options.maximumSessions ?? 10)) return refuse()
        sessions++
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec()
          channel.on('close', () => sessions--)
          if (options.onExec !== undefined) {
            channel.resume()
            options.onExec(command, channel, connection)
          } else {
            channel.write(`ran ${command}: `)
            channel.on('data', (chunk: Buffer) => channel.write(chunk))
            channel.on('end', () => {
              channel.exit(3)
              channel.end()
            })
          }
        })
      })
    },
  )
  const net = Reflect.get(server, '_srv') as NetServer
  net.on('connection', (socket: Socket) => {
    accepted++
    unauthenticated++
    peak = Math.max(peak, unauthenticated)
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      unauthenticated--
      sockets.delete(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = (): Promise<void> => {
    cut()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    accepted: () => accepted,
    peakUnauthenticated: () => peak,
    attempts,
    cut,
    close,
  }
}

/** Something that listens and is not an SSH server. */
export async function startRaw(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; open: () => number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    onSocket(socket)
    // A socket that nobody reads never learns that the other side is gone.
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size, close }
}

export interface Admin extends PromptPort {
  readonly asked: PromptRequest[]
  readonly changed: ChangedKey[]
}

/** Answers prompts by kind; host keys are trusted unless said otherwise. A kind without an answer is declined. */
export function admin(
  answers: Partial<
    Record<
      PromptRequest['kind'],
      (request: PromptRequest, signal: AbortSignal) => Promise<readonly string[] | null> | readonly string[] | null
    >
  > = {},
): Admin {
  const asked: PromptRequest[] = []
  const changed: ChangedKey[] = []
  return {
    asked,
    changed,
    ask: async (request, signal) => {
      asked.push(request)
      const answer = answers[request.kind]
      if (answer !== undefined) return answer(request, signal)
      return request.kind === 'host-key-unknown' ? ['trust'] : null
    },
    reportChangedKey: (key) => void changed.push(key),
  }
}

export interface Bench {
  readonly home: string
  readonly data: string
  readonly transport: Transport
  readonly fleet: Fleet
  readonly host: (name: string) => Host
}

export interface BenchOptions {
  readonly jumps?: readonly number[]
  readonly hosts: Readonly<Record<string, number>>
  readonly prompts?: PromptPort
  readonly identity?: Partial<Identity>
  readonly keyFile?: string
  readonly home?: string
  readonly concurrentHandshakes?: number
  /** Short for servers that hang; else long, since a busy machine is no failure. */
  readonly stageSeconds?: number
  readonly agentSocket?: string
}

/** A fleet on loopback whose admin logs in with `adminKey` from a key file. */
export function bench(options: BenchOptions): Bench {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'gatehouse-ssh-'))
  const data = join(home, 'data')
  mkdirSync(join(home, '.ssh'), { recursive: true })
  writeFileSync(join(home, '.ssh', 'admin'), options.keyFile ?? adminKey.private, { mode: 0o600 })
  chmodSync(join(home, '.ssh', 'admin'), 0o600)
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'loopback',
    jump: (options.jumps ?? []).map((port, index) => ({ name: `jump${index + 1}`, address: '127.0.0.1', port })),
    identities: { audit: { user: 'auditor', identityFiles: ['~/.ssh/admin'], agent: false, ...options.identity } },
    hosts: Object.entries(options.hosts).map(([name, port]) => ({ name, address: '127.0.0.1', port })),
    policy: { connectTimeoutSeconds: options.stageSeconds ?? 15, concurrentHandshakes: options.concurrentHandshakes ?? 8 },
  })
  const transport = createSsh2Transport({
    fleet,
    clock: { now: () => Date.now() },
    log: () => undefined,
    paths: { data, home },
    prompts: options.prompts ?? admin(),
    agentSocket: options.agentSocket ?? '',
  })
  onTestFinished(() => transport.close())
  const host = (name: string): Host => {
    const found = fleet.hosts.find((each) => each.name === name)
    if (found === undefined) throw new Error(`no host ${name}`)
    return found
  }
  return { home, data, transport, fleet, host }
}

export const never = (): AbortSignal => new AbortController().signal

export async function run(session: HostSession, command: string, stdin = '', timeoutMs = 5_000): Promise<ExecResult & { stdout: string }> {
  const chunks: Buffer[] = []
  const result = await session.exec(command, { stdin, timeoutMs, signal: never(), onStdout: (chunk) => chunks.push(chunk) > 0 })
  return { ...result, stdout: Buffer.concat(chunks).toString('utf8') }
}

export const noise = (bytes: number): Buffer => randomBytes(bytes)

/** Waits until something holds, without assuming how long it takes. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
