import type { Citation } from '../../../facts/citation.ts'
import type { SshdMatch, SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd, SshdSetting } from '../../../facts/sshd/sshd.ts'
import { areExclusive, holdsForAll, holdsForNobody, implies } from '../../../facts/sshd/sshd-criteria.ts'

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
  /** Of a keyword whose lines add up, as AllowUsers: those of every block that holds, which stand in place of those for all. */
  list(keyword: string): readonly ScopedSetting[]
  /** The blocks that it differs by. */
  readonly blocks: readonly SshdMatch[]
}

/** Since OpenSSH 9.9 a block may turn away whoever it speaks of, whatever else is set for him. */
const REFUSE = 'refuseconnection'

/** Blocks are combined by two at least, and by more until there are this many combinations. */
const MAX_COMBINATIONS = 4000

/**
 * Every kind of login that may differ in these keywords. sshd takes of all blocks that match, in the order of its files, the first value of a keyword, and
 * these before the settings for all (servconf.c). Blocks that exclude each other are never combined; one that everybody matches is part of all.
 * Smaller combinations come first, and one that decides nothing new, or that nobody comes in by (`RefuseConnection`), is left out.
 */
export function scopesOf(sshd: Sshd, { matches }: SshdMatches, keywords: readonly string[]): readonly Scope[] {
  const everywhere = (keyword: string): ScopedSetting | undefined => {
    const entries = sshd.settings[keyword]
    if (entries?.[0] === undefined) return undefined
    return { value: entries.map(({ value }) => value).join(' '), cite: citeSetting(entries[0]) }
  }
  const speaking = matches.filter(
    ({ criteria, settings }) =>
      !holdsForNobody(criteria) && settings.some(({ keyword }) => keyword === REFUSE || keywords.includes(keyword)),
  )
  const always = speaking.filter(({ criteria }) => holdsForAll(criteria))
  const found = new Set<string>()
  return combinations(
    speaking.filter((match) => !always.includes(match)),
    keywords.length + 1,
  ).flatMap((chosen) => {
    const blocks = speaking.filter((match) => always.includes(match) || chosen.includes(match))
    const listed = (keyword: string): readonly ScopedSetting[] =>
      blocks.flatMap((block) => block.settings.filter((one) => one.keyword === keyword).map((one) => scopedBy(block, one)))
    const forAll = (keyword: string): readonly ScopedSetting[] =>
      (sshd.settings[keyword] ?? []).map((one) => ({ value: one.value, cite: citeSetting(one) }))
    const scope: Scope = {
      match: nameOf(chosen),
      blocks: chosen,
      setting: (keyword) => ofBlocks(blocks, keyword) ?? everywhere(keyword),
      list: (keyword) => (listed(keyword).length > 0 ? listed(keyword) : forAll(keyword)),
    }
    if (chosen.length > 0 && scope.setting(REFUSE)?.value.toLowerCase() === 'yes') return []
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
    if (own) return scopedBy(block, own)
  }
  return undefined
}

const scopedBy = (block: SshdMatch, { value, line }: SshdMatch['settings'][number]): ScopedSetting => ({
  value,
  cite: { section: 'privileged', line },
  block,
})

/**
 * Sets of blocks that one login may match. As many blocks as there are keywords are enough, the first of each that speaks of it; whoever matches a narrow
 * block matches the wider ones, too.
 */
function combinations(blocks: readonly SshdMatch[], keywords: number): readonly (readonly SshdMatch[])[] {
  const exclusive = blocks.map((one) => blocks.map((other) => areExclusive(one.criteria, other.criteria)))
  const wider = blocks.map((one) => blocks.flatMap((other, at) => (other === one || implies(one.criteria, other.criteria) ? [at] : [])))
  const found = new Map<string, readonly number[]>([['', []]])
  let last: readonly (readonly number[])[] = [[]]
  for (let size = 1; size <= Math.min(keywords, blocks.length); size++) {
    if (size > 2 && found.size + last.length * (blocks.length - size) > MAX_COMBINATIONS) break
    last = last.flatMap((chosen) =>
      blocks.flatMap((_, next) =>
        next > (chosen.at(-1) ?? -1) && !chosen.some((one) => exclusive[one]?.[next]) ? [[...chosen, next]] : [],
      ),
    )
    for (const chosen of last) {
      const all = [...new Set(chosen.flatMap((one) => wider[one] ?? []))].sort((a, b) => a - b)
      if (!all.some((one) => all.some((other) => exclusive[one]?.[other]))) found.set(all.join(), all)
    }
  }
  // Smaller ones first: what a block decides by itself is said of it alone.
  return [...found.values()].sort((a, b) => a.length - b.length).map((chosen) => chosen.flatMap((at) => blocks[at] ?? []))
}

const nameOf = (chosen: readonly SshdMatch[]): string | undefined =>
  chosen.length === 0 ? undefined : `Match ${[...new Set(chosen.map(({ criteria }) => criteria.slice(0, 60)))].join(' and ')}`

/** Where a setting stands. */
export const citeSetting = ({ section = 'sshd', line }: Pick<SshdSetting, 'section' | 'line'>): Citation => ({ section, line })
