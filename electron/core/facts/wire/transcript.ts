import {
  type CiphersTried,
  type TcpOutcome,
  type TlsVersionTried,
  tcpOutcomes,
  tlsOutcomes,
  tlsVersions,
  type WireAnswer,
  type WireEndpoint,
  type WireTls,
  weakCiphers,
} from './wire.ts'

/**
 * What a connection over the wire was answered, as lines that a person reads and `readTranscript` reads back. Stored like the answer of a
 * probe section, so that it can be cited and judged again later. Holds no time, so that the same answer is the same text.
 */
type Answer = Omit<WireAnswer, 'line'>
export type SaidTls = Pick<WireTls, 'serverName' | 'versions' | 'chain'> & { readonly ciphers: readonly CiphersTried[] }
export type Said = Pick<WireEndpoint, 'address' | 'port' | 'from' | 'tcp' | 'reason'> & {
  readonly tls?: SaidTls | undefined
  readonly answers: readonly Answer[]
}

const MAX_TEXT = 300
const MAX_LINES = 2000

/** Text of a server on one line: whatever is not printable ASCII becomes a dot. */
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, '\u00b7').slice(0, MAX_TEXT)

const words: Readonly<Record<TcpOutcome, string>> = {
  connected: 'connected',
  refused: 'refused',
  'no-answer': 'no answer',
  'not-forwarded': 'not forwarded',
}

/**
 * What `readTranscript` reads back: what a server said stands on lines of ours, behind a word or an indent, and can never be taken for
 * one.
 */
export function printTranscript(said: Said): string {
  const reason = said.reason === undefined ? '' : ` (${plain(said.reason)})`
  const lines = [`tcp ${plain(said.address)} port ${said.port} from ${plain(said.from)}: ${words[said.tcp]}${reason}`]
  if (said.tls) lines.push(...tlsLines(said.tls))
  for (const { method, path, status, headers, body, failure } of said.answers) {
    lines.push(`${method} ${path}: ${status ?? `no answer (${plain(failure ?? 'closed')})`}`)
    for (const [name, value] of Object.entries(headers)) lines.push(`  ${name}: ${plain(value)}`)
    if (body !== undefined) lines.push(`  | ${plain(body)}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

function tlsLines({ serverName, versions, chain, ciphers }: SaidTls): readonly string[] {
  return [
    `tls name ${serverName === undefined ? '(none)' : plain(serverName)}`,
    ...versions.map(({ version, outcome, detail }) => `tls ${version}: ${outcome.replace('-', ' ')} (${plain(detail)})`),
    ...chain.flatMap((pem) => pem.split('\n')),
    ...ciphers.map(({ kind, outcome, detail }) => `${kind} ciphers: ${outcome} (${plain(detail)})`),
  ]
}

const TLS_NAME = /^tls name (\S+)$/
const TLS_VERSION = /^tls (1\.[0-3]): (served|refused|not asked|unclear) \((.*)\)$/
const TLS_CIPHERS = /^(broken|static) ciphers: (served|refused|unclear) \((.*)\)$/
const PEM_LINE = /^(?:[A-Za-z0-9+/=]{1,80}|-----(?:BEGIN|END) CERTIFICATE-----)$/

/** Undefined when no handshake was tried. */
function readTls(lines: readonly string[]): WireTls | undefined {
  const at = lines.findIndex((line) => TLS_NAME.test(line))
  if (at < 0) return undefined
  const name = TLS_NAME.exec(lines[at] ?? '')?.[1]
  const versions: TlsVersionTried[] = []
  const pem: string[] = []
  const ciphers: WireTls['ciphers'][number][] = []
  let chainLine = 0
  for (const [index, line] of lines.entries()) {
    if (index <= at) continue
    const [, weak, taken, suite = ''] = TLS_CIPHERS.exec(line) ?? []
    const kind = weakCiphers.find((one) => one === weak)
    if (kind && (taken === 'served' || taken === 'refused' || taken === 'unclear')) {
      ciphers.push({ kind, outcome: taken, detail: suite, line: index + 1 })
      continue
    }
    const [, number, word, detail = ''] = TLS_VERSION.exec(line) ?? []
    const version = tlsVersions.find((one) => one === number)
    const outcome = tlsOutcomes.find((one) => one.replace('-', ' ') === word)
    if (version && outcome) versions.push({ version, outcome, detail })
    else if (PEM_LINE.test(line)) {
      chainLine ||= index + 1
      pem.push(line)
    } else break
  }
  const chain = pem.join('\n').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return { serverName: name === '(none)' ? undefined : name, versions, line: at + 2, chain, chainLine: chainLine || at + 1, ciphers }
}

const FIRST = /^tcp (\S+) port (\d{1,5}) from ([^:]+): (connected|refused|no answer|not forwarded)(?: \((.*)\))?$/
const REQUEST = /^(GET|HEAD|OPTIONS) (\/\S*): (?:(\d{3})|no answer \((.*)\))$/
const HEADER = /^ {2}([a-z][a-z0-9-]*): (.*)$/
const BODY = /^ {2}\| (.*)$/

/** Undefined when the first line is not that of a transcript. Lines of an unknown form are skipped: a newer Gatehouse wrote them. */
export function readTranscript(section: string, text: string): WireEndpoint | undefined {
  const lines = text.split('\n', MAX_LINES)
  const [, address, port, from, word, reason] = FIRST.exec(lines[0] ?? '') ?? []
  const tcp = tcpOutcomes.find((one) => words[one] === word)
  if (address === undefined || from === undefined || tcp === undefined || Number(port) > 65_535) return undefined
  const answers: WireAnswer[] = []
  for (const [index, line] of lines.entries()) {
    const request = REQUEST.exec(line)
    const last = answers.at(-1)
    if (request) {
      const [, method = '', path = '', status, failure] = request
      answers.push({ method, path, headers: {}, line: index + 1, ...(status === undefined ? { failure } : { status: Number(status) }) })
    } else if (last) answers[answers.length - 1] = withDetail(last, line)
  }
  const tls = readTls(lines)
  return { address, port: Number(port), from, tcp, reason, ...(tls && { tls }), answers, section, line: 1 }
}

function withDetail(answer: WireAnswer, line: string): WireAnswer {
  const [, body] = BODY.exec(line) ?? []
  if (body !== undefined) return { ...answer, body }
  const [, name, value] = HEADER.exec(line) ?? []
  return name === undefined || value === undefined ? answer : { ...answer, headers: { ...answer.headers, [name]: value } }
}
