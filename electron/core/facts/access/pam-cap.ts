import type { BlockRow } from '../blocks.ts'
import type { FileLine } from '../privileged/read-block.ts'

/** What pam_cap(8) hands to logins: capabilities that do nothing by themselves, but with a program whose file names the same. Lines point into section `access`. */
export interface LoginCapabilities {
  /** Of capability.conf, in their order: the first that names an account or one of its groups is its own. */
  readonly rules: readonly CapabilityRule[]
  /** A stack of PAM that was read asks pam_cap. */
  readonly asked: boolean
  /** The file that it reads, if that was not. */
  readonly unread?: string
}

export interface CapabilityRule {
  /** Names, `@group`, `*`. */
  readonly users: readonly string[]
  /** `cap_setuid`, those alone that lead to root. */
  readonly capabilities: readonly string[]
  readonly line: number
}

/** A program with capabilities that it holds for whoever has inherited the same (capabilities(7)). */
export interface InheritingProgram {
  readonly path: string
  readonly capabilities: readonly string[]
  readonly line: number
}

export const CAPABILITY_FILE = '/etc/security/capability.conf'
/** What grep(1) finds of it, and of the stacks that ask the module. */
export const capabilityPattern = '^[ \t]*([!%^]*cap_|all|none)|pam_cap[.]so'

/** Those by which a process becomes root, or another account. */
const LEADS = /^cap_(?:set[ug]id|setfcap|dac_\w+|chown|fowner|mknod|bpf|sys_(?:admin|ptrace|module|rawio))$/

/** Takes a name as capability.conf writes it, in lower case with `cap_` (capabilities(7)). */
export const leadsToRoot = (capability: string): boolean => LEADS.test(capability)

/** Where no line names an account, it keeps what it has, which is nothing, or what the module is told (`default=`). */
export function parseLoginCapabilities(lines: readonly FileLine[], closed: readonly string[]): LoginCapabilities {
  const modules = lines.filter(({ file, text }) => file.startsWith('/etc/pam.d/') && /^[^#]*\bpam_cap\.so/.test(text))
  const word = (name: string) => modules.flatMap(({ text, line }) => ({ value: new RegExp(`\\s${name}=(\\S+)`).exec(text)?.[1], line }))
  const unread =
    word('config').find(({ value }) => value !== undefined && value !== CAPABILITY_FILE)?.value ??
    closed.find((path) => path === CAPABILITY_FILE)
  return {
    rules: [
      ...lines.flatMap(({ file, text, line }) => {
        const [granted = '', ...users] = file === CAPABILITY_FILE ? text.replace(/#.*/, '').trim().split(/\s+/) : []
        return users.length > 0 ? [{ users, capabilities: inheritable(granted), line }] : []
      }),
      ...word('default').flatMap(({ value, line }) =>
        value === undefined ? [] : [{ users: ['*'], capabilities: inheritable(value), line }],
      ),
    ],
    asked: modules.length > 0,
    ...(unread !== undefined && { unread }),
  }
}

/** `!cap_chown,^cap_setuid`: `!` alone takes one away; `^`, `%` and none hand it on (cap_iab(3)). */
const inheritable = (text: string): readonly string[] =>
  text.split(',').flatMap((one) => {
    const [, signs = '', name = ''] = /^([!%^]*)(cap_\w+)$/.exec(one.toLowerCase()) ?? []
    return leadsToRoot(name) && (signs === '' || /[%^]/.test(signs)) ? [name] : []
  })

/** Rows of getcap(8): `/usr/bin/perl cap_setuid=ei`, each letter for a set; several clauses may stand behind one another. */
export const parseInheriting = (rows: readonly BlockRow[]): readonly InheritingProgram[] =>
  rows.flatMap(({ text, line }) => {
    const [path = '', ...clauses] = text.split(' ')
    const capabilities = clauses.flatMap((clause) => {
      const [, names = '', letters = ''] = /^([a-z_,]*)[=+]([eip]+)$/.exec(clause) ?? []
      return letters.includes('i') ? (names === '' ? ['all'] : names.split(',').filter(leadsToRoot)) : []
    })
    return path.startsWith('/') && capabilities.length > 0 ? [{ path, capabilities, line }] : []
  })
