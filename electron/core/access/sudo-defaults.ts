import { oncePer } from '../facts/once-per.ts'
import type { Sudoers } from '../facts/privileged/privileged.ts'

/** What `Defaults` says of one question to sudo. */
export interface SudoSettings {
  /** Is a password asked for, where no tag says otherwise? */
  readonly asks: boolean
  /** A password that is not one’s own: root’s, or that of the target (`rootpw`, `targetpw`, `runaspw`). */
  readonly othersPassword: boolean
  /** Members are never asked (`exempt_group`). */
  readonly exempt: string | undefined
  /** Who is meant where a rule names nobody to run as. */
  readonly runAs: string
  readonly noExec: boolean
  /** Variables that load code into the program may be set: any (`setenv`), or those of the loader, which `env_keep` lets through. */
  readonly setsAny: boolean
  readonly setsLoader: boolean
  /** The caller’s own `PATH`, or a variable that programs do as they are told by: `!secure_path`, `env_keep`. */
  readonly heedsCaller: boolean
  /** Files in folders that the caller may write are edited as well (`!sudoedit_checkdir`). */
  readonly editsAnywhere: boolean
  /** `secure_path`, which members of `exempt_group` are spared. */
  readonly securesPath: boolean
  /** `runchroot`: the root directory in which all runs, `*` where the caller names one. */
  readonly chroot: string | undefined
}

type Scope = Sudoers['defaults'][number]

/**
 * Settings in the order of sudo: those for all, for hosts and for users as they stand in the files, then those for the target account, then those
 * for the command (sudoers(5), plugins/sudoers/defaults.c). `holds` says whether what a line speaks of is meant.
 */
export function sudoSettings({ defaults }: Pick<Sudoers, 'defaults'>, holds: (line: Scope) => boolean): SudoSettings {
  let [asks, noExec, exempt, runAs]: [boolean, boolean, string | undefined, string] = [true, false, undefined, 'root']
  let chroot: string | undefined
  let [setsAny, freesPath, securesPath, resets, editsAnywhere] = [false, false, false, true, false]
  const others = new Set<string>()
  const kept = new Set<string>()
  for (const { line, settings } of inOrder(defaults)) {
    if (line.scope !== undefined && !holds(line)) continue
    for (const { on, name, sign, value } of settings) {
      if (name === 'authenticate') asks = on
      else if (name === 'noexec') noExec = on
      else if (name === 'setenv') setsAny = on
      else if (name === 'env_reset') resets = on
      else if (name === 'sudoedit_checkdir') editsAnywhere = !on
      else if (name === 'secure_path') [securesPath, freesPath] = [on, !on]
      else if (name === 'env_keep') keep(kept, on ? sign : '', on ? value : '')
      else if (name === 'exempt_group') exempt = on ? value : undefined
      else if (name === 'runas_default' && value) runAs = value
      else if (name === 'runchroot') chroot = on ? value : undefined
      else if (/^(?:target|root|runas)pw$/.test(name)) on ? others.add(name) : others.delete(name)
    }
  }
  return {
    asks,
    noExec,
    exempt,
    runAs,
    othersPassword: others.size > 0,
    setsAny,
    setsLoader: [...kept].some(isLoader),
    securesPath,
    chroot,
    editsAnywhere,
    heedsCaller: freesPath || !resets || [...kept].some((name) => HEEDED.test(name)),
  }
}

/** Read once for the hundreds of questions that are asked of the same lines. */
const inOrder = oncePer((defaults: Sudoers['defaults']) => {
  const order = (line: Scope) => (line.scope === '>' ? 1 : line.scope === '!' ? 2 : 0)
  return defaults.toSorted((a, b) => order(a) - order(b)).map((line) => ({ line, settings: line.settings.map(sudoSetting) }))
})

/** One setting of `Defaults`, taken apart. */
export function sudoSetting(setting: string) {
  const [, off, name = '', sign = '', value] = /^(!?)\s*(\w+)\s*(?:([+-]?)=\s*"?([^"]*?)"?)?$/.exec(setting) ?? []
  return { on: off === '', name, sign, value }
}

function keep(kept: Set<string>, sign: string, value = ''): void {
  if (sign === '') kept.clear()
  for (const name of value.split(/\s+/).filter(Boolean)) sign === '-' ? kept.delete(name) : kept.add(name)
}

/** What ld.so(8) takes libraries from. sudo lets the variable through on its own command line, where the loader of sudo itself does not see it. */
const isLoader = (name: string): boolean => /^(?:L?\*|LD_?\*|LD_(?:PRELOAD|LIBRARY_PATH|AUDIT))$/.test(name)

/** Variables by which interpreters, shells, pagers and git run what they name. sudo deletes those of the loader, of shells and of Perl itself unless they are kept. */
const HEEDED =
  /^(?:\*|PATH|HOME|PYTHON\w*|PERL\w*|RUBY\w*|NODE_\w+|BASH_ENV|ENV|SHELLOPTS|PAGER|LESS\w*|MANPAGER|SYSTEMD_\w+|GIT_\w+|EDITOR|VISUAL|SUDO_EDITOR|JAVA_TOOL_OPTIONS)\*?$/
