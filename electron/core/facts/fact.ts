import type { SectionOutput } from '../probe/section.ts'
import type { Citation } from './citation.ts'

/** A fact is known, or it is unknown for a reason that a person can act on. There is no third state and no default. */
export type FactResult<T> =
  | {
      readonly known: true
      readonly value: T
      /** Why what runs may differ from it, to the better or the worse: then nothing passes by it. */
      readonly doubt?: Doubt | undefined
    }
  | {
      readonly known: false
      readonly reason: string /** Sections that explain it. */
      readonly sections: readonly string[]
      readonly hint?: string | undefined
    }

/** Why something is not known for sure, with the lines that show it. */
export interface Doubt {
  readonly reason: string
  readonly cite: readonly Citation[]
}

/** A fact that was read. Whatever is not sure of it goes into `doubt`, and then no control passes by it. */
export const known = <T>(value: T, doubt?: Doubt): FactResult<T> => ({ known: true, value, ...(doubt && { doubt }) })

/** A fact that was not read: `reason` and `hint` are shown to people as they stand, `sections` are cited. */
export const unknown = (reason: string, sections: readonly string[], hint?: string): FactResult<never> => ({
  known: false,
  reason,
  sections,
  hint,
})

/** `unknown` for a section that did not give a usable answer, with its reason and sudoers hint; undefined when it did. */
export function unusable(output: SectionOutput, what: string): FactResult<never> | undefined {
  switch (output.state) {
    case 'ok':
      return undefined
    case 'denied':
      return unknown(`${what}: sudo refused "${output.command}"`, [output.id], output.sudoers && `Add to sudoers: ${output.sudoers}`)
    case 'missing':
      return unknown(`${what}: "${output.command}" is not installed`, [output.id])
    case 'timed-out': {
      const name = unresolvedName(output)
      const slow = name === undefined ? '' : `: sudo waits for DNS at each call, since this host cannot resolve its own name ${name}`
      const reason = `${what}: "${output.command}" did not finish within ${Math.round(output.durationMs / 1000)} s${slow}`
      return unknown(reason, [output.id], name && `Add ${name} to /etc/hosts of the host, for example as 127.0.1.1.`)
    }
    case 'truncated':
      return unknown(`${what}: "${output.command}" printed more than ${output.bytes} bytes, so the rest is unread`, [output.id])
    case 'not-run':
      return unknown(`${what}: "${output.command}" did not run`, [output.id])
  }
}

/** What sudo says after it has waited: on stderr, or among the rows of a script that keeps both. */
const unresolvedName = ({ stdout, stderr }: SectionOutput): string | undefined =>
  /^=?sudo: unable to resolve host ([A-Za-z0-9][A-Za-z0-9.-]{0,252})/m.exec(`${stderr}\n${stdout}`)?.[1]?.replace(/[.-]+$/, '')
