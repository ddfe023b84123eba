import { type TcpOutcome, tcpOutcomes, type WireAnswer, type WireEndpoint } from './wire.ts'

/**
 * What a connection over the wire was answered, as lines that a person reads and `readTranscript` reads back. Stored like the answer of a
 * probe section, so that it can be cited and judged again later. Holds no time, so that the same answer is the same text.
 */
type Answer = Omit<WireAnswer, 'line'>
export type Said = Pick<WireEndpoint, 'address' | 'port' | 'from' | 'tcp' | 'reason'> & { readonly answers: readonly Answer[] }

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

export function printTranscript(said: Said): string {
  const reason = said.reason === undefined ? '' : ` (${plain(said.reason)})`
  const lines = [`tcp ${plain(said.address)} port ${said.port} from ${plain(said.from)}: ${words[said.tcp]}${reason}`]
  for (const { method, path, status, headers, body, failure } of said.answers) {
    lines.push(`${method} ${path}: ${status ?? `no answer (${plain(failure ?? 'closed')})`}`)
    for (const [name, value] of Object.entries(headers)) lines.push(`  ${name}: ${plain(value)}`)
    if (body !== undefined) lines.push(`  | ${plain(body)}`)
  }
  return lines.map((line) => `${line}\n`).join('')
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
  return { address, port: Number(port), from, tcp, reason, answers, section, line: 1 }
}

function withDetail(answer: WireAnswer, line: string): WireAnswer {
  const [, body] = BODY.exec(line) ?? []
  if (body !== undefined) return { ...answer, body }
  const [, name, value] = HEADER.exec(line) ?? []
  return name === undefined || value === undefined ? answer : { ...answer, headers: { ...answer.headers, [name]: value } }
}
