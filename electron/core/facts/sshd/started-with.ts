import type { Process } from '../processes/processes.ts'
import type { Sshd, SshdSetting } from './sshd.ts'

/** What the listening sshd was started with, beside its configuration. */
export interface StartedWith {
  /** Keywords in lower case, as `sshd -T` prints them. */
  readonly options: readonly (SshdSetting & { readonly keyword: string })[]
  /** Another file than the one that `sshd -T` reads. */
  readonly otherFile?: string | undefined
  /** Other daemons, with settings of their own. */
  readonly others: readonly Pick<Process, 'argv' | 'line'>[]
}

/** Flags of sshd(8) that take a word. */
const withWord = /^-[CEbcfghkopu]$/

/**
 * Options of the sshd that listens. `sshd -T` knows nothing of them, and they win over the file: RHEL 8 hands its crypto policy over in
 * this way (`-oCiphers=…`, from /etc/crypto-policies/back-ends/opensshserver.config). Of several daemons the first counts that has none, or reads the usual
 * file at least. `listening`: processes that hold a socket of the host, whoever started them.
 */
export function startedWith(processes: readonly Process[], listening: ReadonlySet<number> = new Set()): StartedWith {
  const daemons = processes
    .filter(({ name, ppid, pid, argv }) => name === 'sshd' && (ppid === 1 || listening.has(pid)) && wordsOf(argv).length > 0)
    .map((process) => ({ process, ...optionsOf(process) }))
  const isPlain = ({ options, otherFile }: (typeof daemons)[number]): boolean =>
    otherFile === undefined && options.every(({ keyword }) => keyword === 'port')
  const one = daemons.find(isPlain) ?? daemons.find(({ otherFile }) => otherFile === undefined) ?? daemons[0]
  if (one === undefined) return { options: [], others: [] }
  return {
    // Several that differ in nothing but their ports: each has its own.
    options: daemons.length > 1 && isPlain(one) ? [] : one.options,
    otherFile: one.otherFile,
    others: daemons.filter((daemon) => daemon !== one && !isPlain(daemon)).map(({ process }) => process),
  }
}

function optionsOf(one: Process): Pick<StartedWith, 'options' | 'otherFile'> {
  const options: (SshdSetting & { keyword: string })[] = []
  let otherFile: string | undefined
  const words = wordsOf(one.argv)
  const add = (keyword: string, value: string) =>
    options.push({ keyword: modern(keyword.toLowerCase()), value, line: one.line, section: 'processes' })
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '[listener]') break
    const flag = word.slice(0, 2)
    const value = withWord.test(word) ? (words[++at] ?? '') : word.slice(2)
    if (flag === '-f' && value !== '/etc/ssh/sshd_config') otherFile = value
    if (flag === '-p') add('port', value)
    if (flag !== '-o') continue
    const [, keyword = '', given] = /^([A-Za-z]+)(?:\s*=\s*|\s+|$)(.*)$/.exec(value) ?? []
    // `-o "Keyword value"`: ps has lost the quotes.
    if (keyword !== '') add(keyword, given || (words[++at] ?? ''))
  }
  return { options, otherFile }
}

/** `/usr/sbin/sshd -D …`, since 8.2 as `sshd: /usr/sbin/sshd -D … [listener] 0 of 10-100 startups`. Sessions have no path. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const words = argv.flatMap((word) => word.split(' ')).filter((word) => word !== '')
  const bare = words[0] === 'sshd:' ? words.slice(1) : words
  return /^\/\S*\/sshd$/.test(bare[0] ?? '') ? bare : []
}

/** Names before OpenSSH 8.7 and 8.5. */
const modern = (keyword: string): string =>
  ({ challengeresponseauthentication: 'kbdinteractiveauthentication', pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms' })[keyword] ??
  keyword

/** Keywords that may repeat: all of their values hold. */
const repeated = /^(?:(?:allow|deny)(?:users|groups)|acceptenv|listenaddress|hostkey|permit(?:open|listen))$/

/** Settings in effect: of a keyword the first value counts, and options come first. `+` and `^` add to a list, `-` takes away. */
export function withOptions({ settings }: Sshd, { options }: Pick<StartedWith, 'options'>): Sshd {
  const all: Record<string, readonly SshdSetting[]> = { ...settings }
  for (const { keyword, ...option } of options.toReversed()) {
    const before = all[keyword] ?? []
    const sign = /^[+^-]/.exec(option.value)?.[0]
    const list = before[0]?.value
    if (sign === '-') continue
    if (sign !== undefined) all[keyword] = [{ ...option, value: [option.value.slice(1), ...(list ? [list] : [])].join(',') }]
    else all[keyword] = repeated.test(keyword) ? [option, ...before] : [option]
  }
  // Ports of the command line stand for all of the file's.
  const ports = options.filter(({ keyword }) => keyword === 'port')
  return { settings: ports.length > 0 ? { ...all, port: ports.map(({ keyword: _, ...port }) => port) } : all }
}
