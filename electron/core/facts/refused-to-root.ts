import type { SectionOutput } from '../probe/section.ts'
import type { FactResult } from './fact.ts'

/**
 * Nothing of the usual permissions keeps root from a file: what was refused to it was refused by a security module, or by a file system that does
 * not trust it. Said instead of any other hint, which would send a person to modes, sudoers or the configuration.
 */
export function hintRefusedToRoot<T>(result: FactResult<T>, section: (id: string) => SectionOutput | undefined): FactResult<T> {
  if (result.known) return result
  const refused = result.sections.map(section).find((output) => output !== undefined && isRefusedToRoot(output))
  return refused === undefined ? result : { ...result, hint: HINT }
}

const HINT =
  'It ran as root and was refused all the same: by SELinux (ausearch -m AVC -ts today), by AppArmor (journalctl -k --grep apparmor=.DENIED), or by NFS or FUSE.'

/** sudo's own words are about what the account may run. */
const isRefusedToRoot = ({ privileged, state, stderr }: SectionOutput): boolean =>
  privileged &&
  state === 'ok' &&
  stderr.split('\n').some((row) => !row.startsWith('sudo: ') && /\b(?:Permission denied|Operation not permitted)\b/.test(row))
