import { BY_PKEXEC } from '../facts/access/polkit-actions.ts'
import type { Raised } from '../facts/access/trust.ts'
import { isStarter } from './escapes.ts'

/**
 * A program that somebody raised who is no distribution: setuid or setgid outside of its folders, or by capabilities, of which distributions give few that lead
 * to root. Those whose names say that they start anything are ways by themselves (`isStarter`).
 */
export const isOfOwn = ({ path, by }: Raised): boolean =>
  !isStarter(path) && !BROUGHT.test(path) && (!isOfBits(by) || /^\/(?:usr\/local|opt|home|srv|var)\//.test(path))

const isOfBits = (by: string): boolean => /^set[ug]id /.test(by) || by === BY_PKEXEC
/** shadow-utils maps numbers by these; browsers close themselves in by that. */
const BROUGHT = /\/(?:new[ug]idmap|chrome[_-]sandbox)$/

/** Which account or group a program lends by its bits; root, and what capabilities give, are no loan. */
export function lends({ by, entry }: Raised): { readonly account?: string; readonly group?: string } {
  if (entry === undefined || !isOfBits(by)) return {}
  if (by.startsWith('setgid ')) return { group: entry.group }
  return entry.owner === 'root' ? {} : { account: entry.owner }
}

/** Does it do for its caller what that one says? Undefined: it is the distribution’s, and does not. */
export function obeys(raised: Raised): { readonly condition?: string } | undefined {
  if (isStarter(raised.path)) return {}
  return isOfOwn(raised) ? { condition: `only if ${raised.path.slice(0, 120)} does whatever it is told` } : undefined
}
