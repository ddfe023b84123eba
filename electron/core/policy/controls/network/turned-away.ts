import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { networksToSet, parseInterval, subtract } from '../../../facts/firewall/address-set.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import { holdsOutside, needsAddressIn } from '../../../facts/sshd/sshd-criteria.ts'
import { citeSetting } from '../ssh/sshd-scopes.ts'
import { knownValue } from './flows.ts'

/** What makes sshd turn away everybody who comes from elsewhere, whatever he can prove. */
export interface TurnedAway {
  /** `every AllowUsers entry of sshd names a source inside 10.0.0.10`. */
  readonly because: string
  readonly cite: readonly Citation[]
}

/** Undefined where sshd lets somebody in from outside of these networks, or where blocks that may say so were not read. */
export function strangersTurnedAway(
  sshd: FactResult<Sshd>,
  matchesRead: FactResult<SshdMatches>,
  jump: readonly string[],
): TurnedAway | undefined {
  const matches = knownValue(matchesRead)
  if (!matches || (sshd.known && sshd.doubt)) return undefined
  return (
    denied(matches, jump) ??
    refused(matches, jump) ??
    (sshd.known && matches.elsewhere.length === 0 ? allowed(sshd.value, matches, jump) : undefined)
  )
}

const wordsOf = (value: string): readonly string[] => value.split(/\s+/).filter(Boolean)

/** `Match Address *,!10.0.0.10` with `DenyUsers *`: lists of users in blocks add up, and no other block takes a name off. */
function denied({ matches }: SshdMatches, jump: readonly string[]): TurnedAway | undefined {
  for (const { criteria, settings } of matches) {
    const setting = settings.find(({ keyword, value }) => keyword === 'denyusers' && wordsOf(value).includes('*'))
    if (setting && holdsOutside(criteria, jump))
      return {
        because: `sshd denies every account from outside of ${jump.join(', ')} (Match ${criteria.slice(0, 80)})`,
        cite: [{ section: 'privileged', line: setting.line }],
      }
  }
  return undefined
}

/** `Match Address *,!10.0.0.10` with `RefuseConnection yes` (OpenSSH 9.9), unless a block before it, or one that was not read, takes somebody back. */
function refused({ matches, elsewhere }: SshdMatches, jump: readonly string[]): TurnedAway | undefined {
  if (elsewhere.length > 0) return undefined
  for (const { criteria, settings } of matches) {
    const setting = settings.find(({ keyword }) => keyword === 'refuseconnection')
    if (setting === undefined) continue
    if (setting.value.toLowerCase() !== 'yes') return undefined
    if (holdsOutside(criteria, jump))
      return {
        because: `sshd refuses every connection from outside of ${jump.join(', ')} (Match ${criteria.slice(0, 80)})`,
        cite: [{ section: 'privileged', line: setting.line }],
      }
  }
  return undefined
}

/**
 * `AllowUsers user@10.0.2.0/24` (sshd_config(5)): nobody else may log in. A list in a `Match` block stands in place of that for all (servconf.c,
 * `copy_set_server_options`), so it has to be as narrow.
 */
function allowed({ settings }: Sshd, { matches }: SshdMatches, jump: readonly string[]): TurnedAway | undefined {
  const entries = settings.allowusers ?? []
  const wider = matches.some(
    (match) =>
      !needsAddressIn(match.criteria, jump) &&
      match.settings.some(({ keyword, value }) => keyword === 'allowusers' && !wordsOf(value).every((word) => isFrom(word, jump))),
  )
  const words = entries.flatMap(({ value }) => wordsOf(value))
  if (words.length === 0 || wider || !words.every((word) => isFrom(word, jump))) return undefined
  return { because: `every AllowUsers entry of sshd names a source inside ${jump.join(', ')}`, cite: entries.slice(0, 3).map(citeSetting) }
}

/** `ada@10.0.0.10`: a source that is an address or a network inside of these. */
function isFrom(word: string, jump: readonly string[]): boolean {
  const source = word.includes('@') ? parseInterval(word.slice(word.lastIndexOf('@') + 1)) : undefined
  return source !== undefined && subtract([source], networksToSet(jump, source.family)).length === 0
}
