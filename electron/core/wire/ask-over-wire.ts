import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { failureOf } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { printTranscript, type Said } from '../facts/wire/transcript.ts'
import { type TcpOutcome, tlsVersions, weakCiphers } from '../facts/wire/wire.ts'
import type { HostSession } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import { Semaphore } from '../ssh/semaphore.ts'
import { tryCiphers } from './ask-ciphers.ts'
import { askHttp } from './ask-http.ts'
import { greet, shownChain, tryVersion } from './ask-tls.ts'
import type { HarmlessRequest } from './harmless-requests.ts'
import type { Question } from './questions.ts'

/** Channels of one host that are open at once. */
const CHANNELS_AT_ONCE = 12
/** For one host, from the first connection on. */
const TOTAL_MS = 10_000
/** The version whose handshake has a round trip more than the others. */
const LONGEST = '1.2'
/** A timer that comes so late says that this computer was busy: what it did not hear meanwhile is no silence. */
const LATE_MS = 50
/** How long a port that took the connection may think, once all else is done. */
const ANSWER_MS = 3000

export interface WireOptions {
  readonly fleet: Fleet
  readonly host: Host
  readonly signal: AbortSignal
}

/** Questions that are being asked. */
export interface WireRun {
  /**
   * The answers as sections, in the order of the questions. Ports that have answered nothing at all by then are waited for `patienceMs`
   * more: a firewall that drops packets never answers. Never rejects.
   */
  finish(patienceMs: (port: number) => number): Promise<readonly SectionOutput[]>
}

interface Context {
  readonly session: HostSession
  readonly host: Host
  readonly from: string
  readonly channels: Semaphore
  readonly signal: AbortSignal
}

/** Asks every question at once, over channels that the jump host forwards to the host's own address. No command runs anywhere. */
export function askOverWire(session: HostSession, questions: readonly Question[], { fleet, host, signal }: WireOptions): WireRun {
  const from = whoAsks(fleet, host)
  const total = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
  const context = { session, host, from, channels: new Semaphore(CHANNELS_AT_ONCE), signal: total }
  const runs = questions.map((question) => {
    const patience = new AbortController()
    const startedMs = performance.now()
    const progress = { connected: false }
    const asked = ask(question, { ...context, signal: AbortSignal.any([total, patience.signal]) }, progress)
    return { question, patience, progress, output: asked.then((said) => outputOf(question, said, startedMs)) }
  })
  return {
    async finish(patienceMs) {
      const timers: NodeJS.Timeout[] = []
      const giveUpAfter = (milliseconds: number, giveUp: () => void): void => {
        const due = performance.now() + milliseconds
        const act = () => (performance.now() - due > LATE_MS ? giveUpAfter(milliseconds, giveUp) : giveUp())
        timers.push(setTimeout(act, milliseconds))
      }
      for (const { question, patience, progress } of runs) {
        // Who has taken the connection meanwhile gets the time of those who think.
        const thinking = () => giveUpAfter(ANSWER_MS, () => patience.abort())
        if (progress.connected) thinking()
        else giveUpAfter(patienceMs(question.port), () => (progress.connected ? thinking() : patience.abort()))
      }
      const outputs = await Promise.all(runs.map(({ output }) => output))
      for (const timer of timers) clearTimeout(timer)
      return [planOutput(questions, from, host), ...outputs]
    },
  }
}

/**
 * The first connection shows whether anything answers at all; only then are the others made, side by side. Beside the first begins the one that takes longest:
 * a handshake of TLS 1.2 has a round trip more than any other (RFC 5246, 7.3).
 */
async function ask(question: Question, context: Context, progress: { connected: boolean }): Promise<Said> {
  const { port, requests, tls } = question
  const base = { address: context.host.address, port, from: context.from }
  const [first, ...others] = requests
  if (first === undefined) return { ...base, tcp: 'no-answer', answers: [] }
  const longest = tls ? open(port, context) : undefined
  const opened = await open(port, context)
  if ('tcp' in opened) {
    void longest?.then(closeUnused)
    return { ...base, ...opened, answers: [] }
  }
  progress.connected = true
  const inside = tls ? await askInsideTls(question, opened.stream, context, longest) : undefined
  if (inside && !(question.either && inside.tls?.chain.length === 0)) return { ...base, tcp: 'connected', ...inside }
  const plain = inside ? askAnew(first, { ...question, tls: false }, context) : askHttp(opened.stream, first, question.name, context.signal)
  if (question.either && wantsTls(await plain)) {
    const anew = inside ? undefined : await open(port, context)
    const other = anew && !('tcp' in anew) ? await askInsideTls({ ...question, tls: true }, anew.stream, context) : undefined
    return { ...base, tcp: 'connected', ...(other && other.tls?.chain.length !== 0 ? other : { answers: [await plain] }) }
  }
  const answers = await Promise.all([plain, ...others.map((request) => askAnew(request, { ...question, tls: false }, context))])
  return { ...base, tcp: 'connected', answers }
}

/** Servers of TLS close a connection that begins with a request, or say 400 to it in plain text (nginx, Apache, Go). */
const wantsTls = ({ status }: Answered): boolean => status === undefined || status === 400

async function askAnew(request: HarmlessRequest, { port, name, tls }: Question, context: Context): Promise<Answered> {
  const failed = (failure: string): Answered => ({ method: request.method, path: request.path, headers: {}, failure })
  const opened = await open(port, context)
  if ('tcp' in opened) return failed(opened.reason ?? opened.tcp)
  if (!tls) return askHttp(opened.stream, request, name, context.signal)
  const greeting = await greet(opened.stream, serverNameOf(name), context.signal)
  return 'failed' in greeting ? failed('no handshake') : askHttp(greeting.socket, request, name, context.signal)
}

/** The certificate and the first request on the connection that is open; versions, weak ciphers and further requests on others. `longest`: for TLS 1.2, on its way already. */
async function askInsideTls(
  question: Question,
  stream: Duplex,
  context: Context,
  longest?: Promise<Opened>,
): Promise<Pick<Said, 'tls' | 'answers'>> {
  const serverName = serverNameOf(question.name)
  const [first, ...others] = question.requests
  // Beside the first handshake: where that fails, these do, and are not told.
  const answersAnew = others.map((request) => askAnew(request, question, context))
  const another = async (begun?: Promise<Opened>): Promise<Duplex | undefined> => {
    const opened = await (begun ?? open(question.port, context))
    return 'tcp' in opened ? undefined : opened.stream
  }
  const versions = Promise.all(
    tlsVersions.map((version) => tryVersion(version, serverName, () => another(version === LONGEST ? longest : undefined), context.signal)),
  )
  const ciphers = Promise.all(weakCiphers.map((kind) => tryCiphers(kind, serverName, () => another(), context.signal)))
  const greeting = await greet(stream, serverName, context.signal)
  if ('failed' in greeting) return { tls: { serverName, versions: await versions, ciphers: await ciphers, chain: [] }, answers: [] }
  const chain = shownChain(greeting.socket)
  const answers = await Promise.all([...(first ? [askHttp(greeting.socket, first, question.name, context.signal)] : []), ...answersAnew])
  return { tls: { serverName, versions: await versions, ciphers: await ciphers, chain }, answers }
}

/** An address is no name for SNI (RFC 6066, 3). */
const serverNameOf = (name: string): string | undefined => (isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : undefined)

type Answered = Said['answers'][number]
const closeUnused = (opened: Opened): void => void ('stream' in opened && opened.stream.destroy())
type Opened = { readonly stream: Duplex } | { readonly tcp: TcpOutcome; readonly reason?: string }

/** A channel, or how the attempt ended. Its place is given back when the stream closes. */
async function open(port: number, { session, channels, signal }: Context): Promise<Opened> {
  try {
    const release = await channels.acquire(signal)
    try {
      const stream = await session.openTcp(port, signal)
      stream.once('close', release)
      return { stream }
    } catch (thrown) {
      release()
      throw thrown
    }
  } catch (thrown) {
    const { code, detail } = failureOf(thrown)
    if (signal.aborted) return { tcp: 'no-answer' }
    if (code === 'ssh.refused') return { tcp: 'refused' }
    if (code === 'ssh.forwarding-refused') return { tcp: 'not-forwarded', reason: detail }
    return { tcp: 'no-answer', reason: detail }
  }
}

const urlHost = (address: string): string => (address.includes(':') ? `[${address}]` : address)

function outputOf(question: Question, said: Said, startedMs: number): SectionOutput {
  const [first, ...others] = question.requests
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  const scheme = (question.either ? said.tls : question.tls) ? 'https' : 'http'
  const command = `GET ${scheme}://${urlHost(said.address)}:${said.port}${first?.path ?? '/'}${more} from ${said.from}`
  return section(question.id, command, printTranscript(said), Math.round(performance.now() - startedMs))
}

/** Says what was asked, so that a port without an answer is one that was not worth asking, or one that could not be. */
function planOutput(questions: readonly Question[], from: string, host: Host): SectionOutput {
  const lines = questions.map(
    ({ port, owner, name, requests, tls }) =>
      `${tls ? 'tls' : 'http'} ${port} ${owner} ${name} ${requests.map(({ path }) => path).join(' ')}`,
  )
  const text = lines.length === 0 ? 'nothing that others could reach\n' : lines.map((line) => `${line}\n`).join('')
  return section('wire', planCommand(host, from), text, 0)
}

/** The last jump host; for a jump host itself the one before it. */
function whoAsks({ jump }: Fleet, { name }: Host): string {
  const at = jump.findIndex((hop) => hop.name === name)
  return jump.at(at < 0 ? -1 : at - 1 < 0 ? jump.length : at - 1)?.name ?? 'this workstation'
}

const planCommand = (host: Host, from: string): string => `Ports of ${host.address} asked over the network from ${from}`

/** Stands for answers where nothing could be asked. */
export const notAsked = (fleet: Fleet, host: Host, reason: string): SectionOutput => ({
  ...section('wire', planCommand(host, whoAsks(fleet, host)), '', 0),
  state: 'not-run',
  exitCode: null,
  stderr: reason,
})

function section(id: string, command: string, stdout: string, durationMs: number): SectionOutput {
  const bytes = Buffer.byteLength(stdout)
  const sha256 = createHash('sha256').update(stdout).digest('hex')
  return { id, command, state: 'ok', privileged: false, exitCode: 0, stdout, stderr: '', durationMs, bytes, sha256 }
}
