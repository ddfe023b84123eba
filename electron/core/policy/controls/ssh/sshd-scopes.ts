import type { SshdMatch, SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd, SshdSetting } from '../../../facts/sshd/sshd.ts'
import type { Citation } from '../../control.ts'
import { areExclusive, holdsForAll, implies } from './sshd-criteria.ts'

/** One setting as it holds for some logins. */
export interface ScopedSetting {
  readonly value: string
  readonly cite: Citation
  /** The `Match` block that sets it; absent for what holds where no block says otherwise. */
  readonly block?: SshdMatch | undefined
}

/** Logins for which the same settings hold: all that no `Match` block speaks of, or those that match one block, or several at once. */
export interface Scope {
  /** `Match group ops`, `Match group ops and user ada`; undefined for all others. */
  readonly match: string | undefined
  setting(keyword: string): ScopedSetting | undefined
}

/** More blocks than this are combined by two only. */
const MAX_COMBINED = 6

/**
 * Every kind of login that may differ in these keywords. sshd takes of all blocks that match, in the order of its files, the first value of a keyword, and
 * these before the settings for all (servconf.c). Blocks that exclude each other are never combined; one that everybody matches is part of all.
 * Smaller combinations come first, and one that decides nothing new is left out.
 */
export function scopesOf(sshd: Sshd, { matches }: SshdMatches, keywords: readonly string[]): readonly Scope[] {
  const everywhere = (keyword: string): ScopedSetting | undefined => {
    const entries = sshd.settings[keyword]
    if (entries?.[0] === undefined) return undefined
    return { value: entries.map(({ value }) => value).join(' '), cite: citeSetting(entries[0]) }
  }
  const speaking = matches.filter(({ settings }) => settings.some(({ keyword }) => keywords.includes(keyword)))
  const always = speaking.filter(({ criteria }) => holdsForAll(criteria))
  const found = new Set<string>()
  return combinations(speaking.filter((match) => !always.includes(match))).flatMap((chosen) => {
    const blocks = speaking.filter((match) => always.includes(match) || chosen.includes(match))
    const scope: Scope = { match: nameOf(chosen), setting: (keyword) => ofBlocks(blocks, keyword) ?? everywhere(keyword) }
    const decided = keywords.map((keyword) => JSON.stringify(scope.setting(keyword)?.cite)).join()
    if (found.has(decided) && chosen.length > 0) return []
    found.add(decided)
    return [scope]
  })
}

/** The first value holds (sshd_config(5)). */
function ofBlocks(blocks: readonly SshdMatch[], keyword: string): ScopedSetting | undefined {
  for (const block of blocks) {
    const own = block.settings.find((setting) => setting.keyword === keyword)
    if (own) return { value: own.value, cite: { section: 'privileged', line: own.line }, block }
  }
  return undefined
}

function combinations(blocks: readonly SshdMatch[]): readonly (readonly SshdMatch[])[] {
  const most = blocks.length <= MAX_COMBINED ? blocks.length : 2
  const all: (readonly SshdMatch[])[] = [[]]
  let last: readonly (readonly SshdMatch[])[] = [[]]
  for (let size = 1; size <= most; size++) {
    last = last.flatMap((chosen) =>
      blocks
        .slice(chosen.length === 0 ? 0 : blocks.indexOf(chosen.at(-1) as SshdMatch) + 1)
        .filter((next) => !chosen.some((one) => areExclusive(one.criteria, next.criteria)))
        .map((next) => [...chosen, next]),
    )
    all.push(...last)
  }
  // Whoever matches a narrow block matches the wider one, too.
  return all.filter((chosen) =>
    chosen.every((one) => blocks.every((other) => chosen.includes(other) || !implies(one.criteria, other.criteria))),
  )
}

const nameOf = (chosen: readonly SshdMatch[]): string | undefined =>
  chosen.length === 0 ? undefined : `Match ${chosen.map(({ criteria }) => criteria.slice(0, 60)).join(' and ')}`

/** Where a setting stands. */
export const citeSetting = ({ section = 'sshd', line }: Pick<SshdSetting, 'section' | 'line'>): Citation => ({ section, line })
