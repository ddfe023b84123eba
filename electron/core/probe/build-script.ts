import type { CommandSection, ScriptSection, SectionSpec } from './section.ts'
import { shellDisplay, shellQuote } from './shell-quote.ts'
import { frameProgram, privilegeRuntime, sectionRuntime, setupRuntime } from './shell-runtime.ts'

/** What is executed on the host. Fixed words without meaning to any login shell (sh, fish, csh, PowerShell alike); the script follows on stdin. */
export const PROBE_COMMAND = '/bin/sh'

/** Sections that run at once. Each takes about ten short-lived processes, which must not crowd a busy host. */
const LANES = 8

export interface Probe {
  /** `preamble` and `call`: what the shell reads. */
  readonly script: string
  /** The same for the same sections: defines functions and runs nothing, so it may reach the host before the probe is wanted. */
  readonly preamble: string
  /** The last two lines, which run it. */
  readonly call: string
  /** 32 hexadecimal digits; frames begin with it. */
  readonly nonce: string
  /** Frames name a section by its place here. */
  readonly sections: readonly SectionSpec[]
}

const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000))

const candidates = (argv: readonly [string, ...string[]], alternatives: readonly string[] = []): string => {
  const programs = [argv[0], ...alternatives]
  return [String(programs.length), ...programs.map(shellDisplay), ...argv.slice(1).map(shellDisplay)].join(' ')
}

const modes = { none: 'n', sudo: 's', 'prefer-sudo': 'p' } as const

const commandCall = (section: CommandSection): string =>
  `gh_command ${modes[section.privilege]} ${candidates(section.argv, section.alternatives)}`

/** `gh_sudo N` of script sections. Tells on descriptor 3 which commands sudo refused (`dN`) or ran (`rN`). */
function sudoFunction(section: ScriptSection): string {
  const cases = section.privileged.map(({ argv, alternatives }, index) => `${index + 1}) gh_p s ${candidates(argv, alternatives)} 3>&- ;;`)
  return `gh_sudo() {\ncase $1 in ${cases.join('\n')}\n*) return 126 ;;\nesac\ngh_rc=$?\nprintf '%s%s ' "$gh_mark" "$1" >&3\nreturn "$gh_rc"\n}\n`
}

function scriptCall(section: ScriptSection): string {
  const needsRoot = section.privileged.length > 0
  const text = needsRoot ? `"$gh_privilege"${shellQuote(sudoFunction(section) + lean(section.script))}` : shellQuote(lean(section.script))
  return ['gh_script', text, 'gatehouse', ...section.parameters.map(shellQuote)].join(' ')
}

/** Without indentation and lines that only comment: a tenth of what is sent. Strings of scripts begin no line with a blank or `#`. */
const lean = (text: string): string => text.replace(/^[ \t]+/gm, '').replace(/^#.*\n/gm, '')

const callOf = (section: SectionSpec): string => (section.kind === 'command' ? commandCall(section) : scriptCall(section))

const mayUseSudo = (section: SectionSpec): boolean =>
  section.kind === 'command' ? section.privilege !== 'none' : section.privileged.length > 0

/**
 * Each section goes to the lane with the least to do so far, the longest first, so that no lane ends long after the others. Those that use sudo
 * come last in their lane: a root process that hangs cannot be ended by the audit account and blocks what follows.
 */
function lanesOf(sections: readonly SectionSpec[]): number[][] {
  const lanes = Array.from({ length: Math.min(LANES, sections.length) }, () => ({ work: [] as number[], expectedMs: 0 }))
  const longestFirst = [...sections.entries()].sort(([, a], [, b]) => b.expectedMs - a.expectedMs)
  for (const withSudo of [false, true])
    for (const [index, section] of longestFirst) {
      if (mayUseSudo(section) !== withSudo) continue
      const lane = lanes.reduce((least, each) => (each.expectedMs < least.expectedMs ? each : least))
      lane.work.push(index)
      lane.expectedMs += section.expectedMs
    }
  return lanes.map(({ work }) => work)
}

/** For people, in evidence: `ss -Htulnp`. */
export function displayOf(section: SectionSpec): string {
  if (section.kind === 'script') return section.display
  const [program, ...words] = section.argv
  return [program.slice(program.lastIndexOf('/') + 1), ...words].map(shellDisplay).join(' ')
}

/**
 * One POSIX sh script for all sections. Everything stands inside one function that the last line calls, so a script cut short by the
 * transport runs nothing. `nonce` must be 32 hexadecimal digits that nobody could guess.
 */
export function buildProbe(sections: readonly SectionSpec[], nonce: string): Probe {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const ids = new Set(sections.map(({ id }) => id))
  if (ids.size !== sections.length) throw new RangeError('two sections of one probe have the same id')
  const order = lanesOf(sections)
  const lanes = order.map((lane) => {
    const calls = lane.map((index, at) => {
      const section = sections[index] as SectionSpec
      return `gh_s ${index} ${lane[at + 1] ?? '-'} ${section.maxBytes} ${seconds(section.timeoutMs)} ${callOf(section)}`
    })
    return `{\n${calls.join('\n')}\n} 6>&1 &\n`
  })
  const preamble = [
    'gh_main() {\n',
    setupRuntime,
    `gh_awk=${shellQuote(lean(frameProgram))}\n`,
    `gh_privilege=${shellQuote(lean(privilegeRuntime))}\n`,
    lean(privilegeRuntime),
    lean(sectionRuntime),
    'gh_top=$$\nexport gh_k gh_uid gh_sudo gh_top\n',
    '{\n',
    `printf "$gh_k %s b\\n" ${order.map(([first]) => first).join(' ')}\n`,
    ...lanes,
    'wait\n',
    `printf '%s z\\n' "$gh_k"\n`,
    '} </dev/null | cat\n',
    '}\n',
  ].join('')
  const call = `gh_k=${nonce}\ngh_main 2>/dev/null\n`
  return { script: preamble + call, preamble, call, nonce, sections }
}
