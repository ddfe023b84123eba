import type { Citation } from '../../../facts/citation.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { Verdict } from '../../control.ts'

export interface Setting {
  readonly name: string
  readonly holds: (value: string) => boolean
  readonly expected: string
}

/** A number; what is none does not hold. */
export const atLeast = (name: string, least: number): Setting => ({ name, holds: (value) => Number(value) >= least, expected: `${least}` })

/** Settings of /proc/sys against what is expected. Those that this kernel does not have are left out; `none` when it has none at all. */
export function judgeSettings(
  { sysctl }: Os,
  settings: readonly Setting[],
  words: { readonly pass: string; readonly open: (count: number) => string },
): Verdict {
  const known = settings.flatMap((setting) => {
    const shown = sysctl[setting.name]
    return shown ? [{ ...setting, ...shown }] : []
  })
  const base = { subject: '' }
  if (known.length === 0) {
    const reason = `None of ${settings
      .map(({ name }) => dotted(name))
      .slice(0, 6)
      .join(', ')} could be read.`
    return { ...base, status: 'not-evaluated', title: 'Kernel settings could not be read', reason, cite: [] }
  }
  const open = known.filter(({ holds, value }) => !holds(value))
  if (open.length === 0) {
    const cite: readonly Citation[] = known.map(({ line }) => ({ section: 'os', line }))
    return {
      ...base,
      status: 'pass',
      title: words.pass,
      reason: `${known
        .map(({ name, value }) => `${dotted(name)} = ${value}`)
        .slice(0, 12)
        .join(', ')}.`,
      cite,
    }
  }
  return {
    ...base,
    status: 'warning',
    title: words.open(open.length),
    reason: `${open
      .map(({ name, value, expected }) => `${dotted(name)} is ${value || 'empty'}, expected ${expected}`)
      .slice(0, 8)
      .join('; ')}.`,
    cite: open.map(({ name, value, line, expected }) => ({
      section: 'os',
      line,
      token: `${name} ${value}`,
      note: `Expected ${expected}.`,
    })),
  }
}

/** `kernel/kptr_restrict` → `kernel.kptr_restrict`; a dot in the name of an interface becomes a slash, as sysctl(8) has it. */
export const dotted = (name: string): string => name.replace(/[./]/g, (sign) => (sign === '/' ? '.' : '/'))
