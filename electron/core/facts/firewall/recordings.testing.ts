import type { Listings, RuleSet } from './rule-sets.testing.ts'

/** Test support: rules that a real host held, and what connections met while it did. One letter for each case: see `Machines.probe`. */
export interface Recording extends Listings {
  readonly kind: RuleSet['kind']
  readonly in: string
  readonly out: string
  /** Older ones have none. */
  readonly forward?: string
}

/** Rule sets repeat each other's lines, so a file keeps each line once, and a listing is runs of their numbers: `0-40,96,41-50`. */
interface Packed {
  readonly lines: readonly string[]
  readonly sets: readonly Recording[]
}

const LISTINGS = ['nft', 'iptables', 'ip6tables', 'ipset', 'ufw'] as const

export function packed(recordings: readonly Recording[]): string {
  const numbers = new Map<string, number>()
  const numberOf = (line: string) => numbers.get(line) ?? numbers.set(line, numbers.size).size - 1
  const runs = (text: string): string => {
    const found: [number, number][] = []
    for (const each of text.split('\n').map(numberOf)) {
      const last = found.at(-1)
      if (last && each === last[1] + 1) last[1] = each
      else found.push([each, each])
    }
    return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join()
  }
  const sets = recordings.map((one) => ({ ...one, ...Object.fromEntries(LISTINGS.map((name) => [name, runs(one[name])])) }))
  return `${JSON.stringify({ lines: [...numbers.keys()], sets }, null, 1)}\n`
}

export function unpacked(text: string): readonly Recording[] {
  const { lines, sets } = JSON.parse(text) as Packed
  const unrolled = (runs: string) =>
    runs
      .split(',')
      .flatMap((run) => {
        const [from = 0, to = from] = run.split('-').map(Number)
        return lines.slice(from, to + 1)
      })
      .join('\n')
  return sets.map((one) => ({ ...one, ...Object.fromEntries(LISTINGS.map((name) => [name, unrolled(one[name])])) }))
}
