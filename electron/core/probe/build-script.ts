import type { CommandSection, ScriptSection, SectionSpec } from './section.ts'
import { shellDisplay, shellQuote } from './shell-quote.ts'
import { frameProgram, laneRuntime, privilegeRuntime, sectionRuntime, setupRuntime } from './shell-runtime.ts'
import { watchdogRuntime } from './watchdog-runtime.ts'

/** What is executed on the host. Fixed words without meaning to any login shell (sh, fish, csh, PowerShell alike); the script follows on stdin. */
export const PROBE_COMMAND = '/bin/sh'

/**
 * Sections that compute at once. More would not end sooner, since the longest takes about a fifth of all, and on a host with few processors would
 * only hold that one back; they must not crowd a busy host.
 */
const LANES = 5

/** All sections of a look as one piece of text for a shell, and how to read what comes back. */
export interface Probe {
  /** For a shell that has nothing yet: each lane begins when it has arrived, while the rest is on its way. */
  readonly script: string
  /** The same functions for the same sections: runs nothing, so it may reach the host before the probe is wanted. */
  readonly preamble: string
  /** The lines behind it, which run it. The shell that reads them can be called again. */
  readonly call: string
  /** What that shell says last, when nothing of the probe runs any more and it reads on. */
  readonly rests: string
  /** 32 hexadecimal digits; frames begin with it. */
  readonly nonce: string
  /** Frames name a section by its place here. */
  readonly sections: readonly SectionSpec[]
}

const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)

const candidates = (argv: readonly [string, ...string[]], alternatives: readonly string[] = []): string => {
  const programs = [argv[0], ...alternatives]
  return [String(programs.length), ...programs.map(shellDisplay), ...argv.slice(1).map(shellDisplay)].join(' ')
}

const modes = { none: 'n', sudo: 's', 'prefer-sudo': 'p' } as const

const commandCall = (section: CommandSection): string =>
  `gh_command ${modes[section.privilege]} ${candidates(section.argv, section.alternatives)}`

/** `gh_sudo N` of script sections. Tells on descriptor 3 which commands sudo refused (`dN`) or ran (`rN`). */
function sudoFunction(section: ScriptSection): string {
  const cases = section.privileged.map(({ argv, alternatives }, index) => `${index + 1}) gh_p s ${candidates(argv, alternatives)} ;;`)
  return `gh_sudo() {\ncase $1 in ${cases.join('\n')}\n*) return 126 ;;\nesac 3>&-\ngh_told "$1"\n}\n`
}

/** Parameters that several sections have, each with the variable that holds it: what is long is sent once. */
type Shared = ReadonlyMap<string, string>

function sharedOf(sections: readonly SectionSpec[]): Shared {
  const all = sections.flatMap((section) => (section.kind === 'script' ? section.parameters : [])).filter(({ length }) => length >= 30)
  const repeated = new Set(all.filter((one, at) => all.indexOf(one) < at))
  return new Map([...repeated].map((one, at) => [one, `gh_w${at}`]))
}

function scriptCall(section: ScriptSection, shared: Shared): string {
  const text = (section.privileged.length > 0 ? sudoFunction(section) : '') + lean(section.script)
  const words = section.parameters.map((one) => (shared.has(one) ? `"$${shared.get(one)}"` : shellQuote(one)))
  return ['gh_script', shellQuote(text), ...words].join(' ')
}

/** Without indentation and lines that only comment: a tenth of what is sent. Strings of scripts begin no line with a blank or `#`. */
const lean = (text: string): string => text.replace(/^[ \t]+/gm, '').replace(/^#.*\n/gm, '')

function callOf(section: SectionSpec, shared: Shared): string {
  const call = section.kind === 'command' ? commandCall(section) : scriptCall(section, shared)
  const paths = whereOf(section)?.map(shellQuote).join(' ')
  return paths === undefined ? call : `gh_there ${paths} '' ${call}`
}

const mayUseSudo = (section: SectionSpec): boolean =>
  section.kind === 'command' ? section.privilege !== 'none' : section.privileged.length > 0

/** A command that was not asked would look like one that sudo refused. */
const whereOf = (section: SectionSpec): readonly string[] | undefined => (section.kind === 'script' ? section.where : undefined)

/** A section, by its place in the probe, and the one that hangs on it. */
interface Work {
  readonly index: number
  readonly section: SectionSpec
  readonly follower?: { readonly index: number; readonly section: SectionSpec; readonly how: 'unless' | 'reads' } | undefined
}

/** What is asked for itself, each with what hangs on it: at most one, which is told after it. */
function workOf(sections: readonly SectionSpec[]): readonly Work[] {
  const followers = new Map<string, NonNullable<Work['follower']>>()
  for (const [index, section] of sections.entries()) {
    const leader = section.unless ?? section.reads
    if (leader === undefined) continue
    const known = sections.find(({ id }) => id === leader)
    if (!known || known === section || (known.unless ?? known.reads) !== undefined || followers.has(leader))
      throw new RangeError(`${section.id} cannot hang on ${leader}`)
    followers.set(leader, { index, section, how: section.unless === undefined ? 'reads' : 'unless' })
  }
  const choosy = sections.find((each) => whereOf(each) && ((each.unless ?? each.reads) !== undefined || followers.has(each.id)))
  if (choosy) throw new RangeError(`${choosy.id} is asked by a path, so nothing hangs on it, nor it on another`)
  return [...sections.entries()]
    .filter(([, { unless, reads }]) => (unless ?? reads) === undefined)
    .map(([index, section]) => ({ index, section, follower: followers.get(section.id) }))
}

const expectedMsOf = ({ section, follower }: Work): number =>
  section.expectedMs + (follower?.how === 'reads' ? follower.section.expectedMs : 0)

/** What others wait for, then what takes longest. */
const firstThenLongest = (a: Work, b: Work): number =>
  Number(b.section.first ?? false) - Number(a.section.first ?? false) || expectedMsOf(b) - expectedMsOf(a)

const sumMs = (works: readonly Work[]): number => works.reduce((total, work) => total + expectedMsOf(work), 0)

/**
 * Each goes to the lane with the least to do so far, so that no lane ends long after the others. Before `longest` nothing begins in its lane: in the end all wait for
 * that one.
 */
function spread(works: readonly Work[], count: number, longest: Work | undefined): readonly (readonly Work[])[] {
  const lanes: Work[][] = Array.from({ length: Math.min(count, works.length) }, () => [])
  for (const work of works.toSorted((a, b) => Number(b === longest) - Number(a === longest) || firstThenLongest(a, b)))
    lanes.reduce((least, each) => (sumMs(each) < sumMs(least) ? each : least)).push(work)
  return lanes
}

const longestMs = (lane: readonly Work[]): number => Math.max(...lane.map(expectedMsOf))

/**
 * What waits has a lane of its own. Those that use sudo share no lane with the others: a root process that hangs cannot be ended by the audit account and
 * blocks what follows. Both get as many as let the last lane end soonest. A lane begins when it has arrived, so the one with the section that takes longest is sent first, and
 * then those that wait, whose scripts are short.
 */
function lanesOf(sections: readonly SectionSpec[]): readonly (readonly Work[])[] {
  const all = workOf(sections)
  const waiting = all.filter(({ section }) => section.waits)
  const computing = all.filter(({ section }) => !section.waits)
  const asRoot = computing.filter(({ section }) => mayUseSudo(section))
  const plain = computing.filter(({ section }) => !mayUseSudo(section))
  const [longest] = computing.toSorted((a, b) => expectedMsOf(b) - expectedMsOf(a))
  const splits = Array.from({ length: LANES + 1 }, (_, forRoot) => forRoot)
    .filter((forRoot) => (forRoot > 0 || asRoot.length === 0) && (forRoot < LANES || plain.length === 0))
    .map((forRoot) => [...spread(asRoot, forRoot, longest), ...spread(plain, LANES - forRoot, longest)])
  const lastEnd = (lanes: readonly (readonly Work[])[]) => Math.max(...lanes.map(sumMs))
  const lanes = splits.reduce((best, each) => (lastEnd(each) < lastEnd(best) ? each : best))
  const longestFirst = lanes.toSorted((a, b) => longestMs(b) - longestMs(a))
  return [...longestFirst.slice(0, 1), ...waiting.map((work) => [work]), ...longestFirst.slice(1)].map((lane) =>
    lane.toSorted(firstThenTogether),
  )
}

/** It has its reader for itself. */
const isAlone = ({ section, follower }: Work): boolean => section.alone === true || section.waits === true || follower?.how === 'reads'

/** What others wait for, then what has one reader together, side by side. */
const firstThenTogether = (a: Work, b: Work): number =>
  Number(b.section.first ?? false) - Number(a.section.first ?? false) || Number(isAlone(a)) - Number(isAlone(b))

const runOf = (how: 'gh_s' | 'gh_t', { index, section }: Pick<Work, 'index' | 'section'>, next: string, call: string): string =>
  `${how} ${index} ${next} ${section.maxBytes} ${seconds(section.timeoutMs)} ${call}`

/** Runs a section that has its reader for itself, and what reads it, and tells that `next` begins. */
function aloneOf(work: Work, next: string, shared: Shared): string {
  const { section, follower } = work
  if (!follower) return runOf('gh_s', work, next, callOf(section, shared))
  const other = runOf('gh_s', follower, next, callOf(follower.section, shared))
  return `{\ngh_begin ${follower.index} >&6\n${runOf('gh_s', work, '-', `gh_tee ${callOf(section, shared)}`)} 9>&1 >&6\n} | ${other}`
}

/** The same for one that shares its reader, as does what is asked where it failed. */
function togetherOf(work: Work, next: string, shared: Shared): readonly string[] {
  const { section, follower } = work
  if (!follower) return [runOf('gh_t', work, next, callOf(section, shared))]
  return [
    runOf('gh_t', work, String(follower.index), callOf(section, shared)),
    runOf('gh_t', follower, next, `gh_unless ${callOf(follower.section, shared)}`),
  ]
}

/** The sections of a lane, in their order. Those that are not alone have one reader where they stand side by side: a program and a fork less for each. */
function runsOf(lane: readonly Work[], shared: Shared): string {
  const nextOf = (place: number) => String(lane[place + 1]?.index ?? '-')
  const runs: string[] = []
  let together: string[] = []
  for (const [place, work] of lane.entries()) {
    const next = lane[place + 1]
    if (isAlone(work)) {
      runs.push(aloneOf(work, nextOf(place), shared))
      continue
    }
    together.push(...togetherOf(work, nextOf(place), shared))
    if (next && !isAlone(next)) continue
    runs.push(`{\n${together.join('\n')}\n} 3>&1 6>&- | gh_frames ${together.length} || gh_begin ${nextOf(place)}`)
    together = []
  }
  return runs.join('\n')
}

/** For people, in evidence: `ss -Htulnp`. */
export function displayOf(section: SectionSpec): string {
  if (section.kind === 'script') return section.display
  const [program, ...words] = section.argv
  return [program.slice(program.lastIndexOf('/') + 1), ...words].map(shellDisplay).join(' ')
}

/**
 * POSIX sh for all sections: functions, and calls of them in braces, so what the transport cut short is a syntax error or a function that nobody calls.
 * `nonce` must be 32 hexadecimal digits that nobody could guess.
 */
export function buildProbe(sections: readonly SectionSpec[], nonce: string): Probe {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const ids = new Set(sections.map(({ id }) => id))
  if (ids.size !== sections.length) throw new RangeError('two sections of one probe have the same id')
  const shared = sharedOf(sections)
  const lanes = lanesOf(sections).map((lane, at) => ({
    define: `gh_lane${at}() {\n${runsOf(lane, shared)}\n}\n`,
    begin: `{ gh_lane ${at} ${lane[0]?.index ?? '-'}; }\n`,
  }))
  const runtime = [
    lean(privilegeRuntime),
    `gh_awk=${shellQuote(lean(frameProgram))}\n`,
    lean(sectionRuntime),
    lean(watchdogRuntime),
    `gh_open() {\n${setupRuntime}} 2>/dev/null </dev/null\n`,
    lean(laneRuntime),
    ...[...shared].map(([words, name]) => `${name}=${shellQuote(words)}\n`),
  ].join('')
  const open = `{ gh_k=${nonce}; gh_open; }\n`
  const close = '{ gh_close; }\n'
  return {
    // Built where it is wanted: most shells have the functions, and a hundred audits would hold it.
    get script() {
      return [runtime, open, ...lanes.flatMap(({ define, begin }) => [define, begin]), close].join('')
    },
    preamble: [runtime, ...lanes.map(({ define }) => define)].join(''),
    call: [open, ...lanes.map(({ begin }) => begin), close].join(''),
    rests: `${nonce} r\n`,
    nonce,
    sections,
  }
}
