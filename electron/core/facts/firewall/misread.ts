import type { Rule, Table } from './ruleset.ts'

/**
 * iptables-save believes a table of these names to be its own, whoever made it, and of a rule that nft wrote it prints what it understands and leaves out the rest without
 * a word: of `ip saddr @blocked drop` `-j DROP`, of a range of addresses its last one (seen of 1.8.9). Such a table nft knows better.
 */
export function isMisread(native: Table, saved: Table): boolean {
  return Object.values(saved.chains).some((chain) => {
    const written = native.chains[chain.name]?.rules ?? []
    const lines = written.filter((rule, index) => rule.line !== written[index - 1]?.line)
    // Both programs are asked one after the other, and what fail2ban adds meanwhile is of iptables.
    return lines.length === chain.rules.length
      ? lines.some((rule, at) => isLost(rule, chain.rules[at]))
      : lines.some(({ text }) => !isCounted(withoutStrings(text)))
  })
}

/** iptables has every rule of its own count its packets. Of what nft may have been told to count as well, lists and ranges are what gets lost. */
function isLost(native: Rule, saved: Rule | undefined): boolean {
  const [ours, theirs] = [withoutStrings(native.text), withoutStrings(saved?.text ?? '')]
  if (!isCounted(ours)) return JSON.stringify(native.test) !== JSON.stringify(saved?.test)
  const asksList = /(?:^| )(?:\{|@|v?map )|[\da-f]-[\da-f:]*[.:]/i.test(ours)
  return asksList && !/,|--match-set|-range |-type |ports /.test(theirs)
}

const isCounted = (text: string): boolean => /(?:^| )counter(?: |$)/.test(text)
const withoutStrings = (text: string): string => text.replaceAll(/"[^"]*"/g, '""')
