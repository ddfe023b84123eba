import type { Fleet, Host } from '#shared/model/fleet.ts'

/** What a section may know when it is built. Nothing from the host: all of the script is fixed before the first byte is sent. */
export interface ProbeContext {
  readonly fleet: Fleet
  readonly host: Host
  /** Model directories to look at: those of the fleet file and the engines' usual ones. Absolute, checked. */
  readonly modelPaths: readonly string[]
}

/** Which sudo a host has. sudo-rs has been that of Ubuntu since 25.10. */
export type SudoProgram = 'sudo' | 'sudo-rs'

/** A command that needs root, as the exact words that a sudoers line allows. The first word is an absolute path; `alternatives` are its other homes. */
export interface PrivilegedCommand {
  readonly argv: readonly [string, ...string[]]
  readonly alternatives?: readonly string[]
  /** It is for hosts with this sudo only. */
  readonly program?: SudoProgram
}

interface SectionBase {
  /** Lower-case letters, digits and dashes; unique in the probe; evidence refers to it. */
  readonly id: string
  /** Up to two seconds later it is ended, with all that came from it. */
  readonly timeoutMs: number
  /** stdout beyond this is dropped and the section marked truncated. */
  readonly maxBytes: number
  /** How long it usually takes, half as long again as alone on a host with two processors; what takes long begins early. A hint, not a limit. */
  readonly expectedMs: number
  /**
   * Runs more than programs of the system: what those leave behind or flood with must not speak in another section, so it has a reader of its own, as have those that wait or
   * are read by others. The rest of a lane share one.
   */
  readonly alone?: boolean
  /** Most of that it waits for others (a driver, an answer), so it runs beside the lanes of those that compute. */
  readonly waits?: boolean
  /** Others wait for what it says, so it begins before those that nobody waits for. */
  readonly first?: boolean
  /** Asked only where the section of this id did not end with exit code 0 (one that said too much did); else it has nothing to say. */
  readonly unless?: string
  /** Has on its stdin what the section of this id prints, while that prints it. */
  readonly reads?: string
}

/** One command with fixed words. `sudo`: runs only through `sudo -n`. `prefer-sudo`: falls back to the audit account and says so. */
export interface CommandSection extends SectionBase {
  readonly kind: 'command'
  readonly argv: readonly [string, ...string[]]
  readonly alternatives?: readonly string[]
  readonly privilege: 'none' | 'sudo' | 'prefer-sudo'
}

/**
 * A fixed piece of POSIX sh, for what one command cannot do. Data reaches it only as positional parameters.
 * Inside, `gh_sudo N` runs the N-th command (from 1) of `privileged` through `sudo -n`, or fails with 126 when it may not.
 */
export interface ScriptSection extends SectionBase {
  readonly kind: 'script'
  readonly script: string
  readonly parameters: readonly string[]
  readonly privileged: readonly PrivilegedCommand[]
  /** For people, in evidence: what the script does, as one would type it. */
  readonly display: string
  /** Asked only where all of these paths exist; else it has nothing to say. Costs no process. */
  readonly where?: readonly string[]
}

export type SectionSpec = CommandSection | ScriptSection

const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_MAX_BYTES = 1_048_576
/** With sudo, which takes 6 ms by itself, and without. */
const DEFAULT_EXPECTED_MS = { sudo: 15, none: 8 }

type Defaults = 'timeoutMs' | 'maxBytes' | 'expectedMs' | 'kind'

/** A command by its words, with the limits of most. `timeoutMs` and `maxBytes` are what the host is held to. */
export const command = (
  spec: Omit<CommandSection, Defaults> & Partial<Pick<CommandSection, 'timeoutMs' | 'maxBytes' | 'expectedMs'>>,
): CommandSection => ({
  kind: 'command',
  timeoutMs: DEFAULT_TIMEOUT_MS,
  maxBytes: DEFAULT_MAX_BYTES,
  expectedMs: DEFAULT_EXPECTED_MS[spec.privilege === 'none' ? 'none' : 'sudo'],
  ...spec,
})

/** A script of sh, with the limits of most. What it runs by sudo is named in `privileged`, word by word, for the lines of sudoers. */
export const script = (
  spec: Omit<ScriptSection, Defaults | 'parameters' | 'privileged'> &
    Partial<Pick<ScriptSection, 'timeoutMs' | 'maxBytes' | 'expectedMs' | 'parameters' | 'privileged'>>,
): ScriptSection => ({
  kind: 'script',
  timeoutMs: DEFAULT_TIMEOUT_MS,
  maxBytes: DEFAULT_MAX_BYTES,
  expectedMs: DEFAULT_EXPECTED_MS[spec.privileged?.length ? 'sudo' : 'none'],
  parameters: [],
  privileged: [],
  ...spec,
})

/** What came back for one section. */
export interface SectionOutput {
  readonly id: string
  /** For people, e.g. `sudo ss -Htulnp`. */
  readonly command: string
  /**
   * `ok`: ran to its end (any exit code). `denied`: sudo refused. `missing`: the program is not there.
   * `timed-out`, `truncated`: cut short. `not-run`: the probe never got to it.
   */
  readonly state: 'ok' | 'denied' | 'missing' | 'timed-out' | 'truncated' | 'not-run'
  /** True when it ran as root. */
  readonly privileged: boolean
  readonly exitCode: number | null
  /** UTF-8, invalid bytes replaced. */
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  /** Of the raw stdout. */
  readonly bytes: number
  readonly sha256: string
  /** The exact sudoers line(s) that would allow it, when denied. */
  readonly sudoers?: string | undefined
}
