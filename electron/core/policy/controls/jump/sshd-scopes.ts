import type { SshdMatch, SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import type { Citation } from '../../control.ts'
import { citeSetting } from '../ssh/sshd-rules.ts'

/** One setting as it holds for some logins. */
export interface ScopedSetting {
  readonly value: string
  readonly cite: Citation
}

/** The logins for which the same settings hold: all that no `Match` block speaks of, or those of one block. */
export interface Scope {
  /** `Match group ops`; undefined for all others. */
  readonly match: string | undefined
  /** Does the block itself set one of these? A block that does not says the same as the settings for all. */
  sets(...keywords: readonly string[]): boolean
  setting(keyword: string): ScopedSetting | undefined
}

/** A block's own settings before those for all. Keywords that may repeat are joined with blanks, as `sshd -T` prints them. */
export function scopesOf(sshd: Sshd, { matches }: SshdMatches): readonly Scope[] {
  const everywhere = (keyword: string): ScopedSetting | undefined => {
    const entries = sshd.settings[keyword]
    if (entries?.[0] === undefined) return undefined
    return { value: entries.map(({ value }) => value).join(' '), cite: citeSetting(entries[0]) }
  }
  const forAll: Scope = { match: undefined, sets: () => true, setting: everywhere }
  return [forAll, ...matches.map((match) => scopeOf(match, everywhere))]
}

const scopeOf = ({ criteria, settings }: SshdMatch, everywhere: Scope['setting']): Scope => ({
  match: `Match ${criteria.slice(0, 60)}`,
  sets: (...keywords) => settings.some(({ keyword }) => keywords.includes(keyword)),
  setting: (keyword) => {
    // The first value holds (sshd_config(5)).
    const own = settings.find((setting) => setting.keyword === keyword)
    return own ? { value: own.value, cite: { section: 'privileged', line: own.line } } : everywhere(keyword)
  },
})
