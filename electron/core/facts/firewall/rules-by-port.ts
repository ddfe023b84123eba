import { oncePer } from '../once-per.ts'
import type { Chain, Ports, Test } from './ruleset.ts'

/** A rule for more ports stands among those for any. */
const MAX_PORTS = 32

/** Places of the rules of a chain. */
interface ByPort {
  /** Rules for a few destination ports alone. */
  readonly few: ReadonlyMap<number, readonly number[]>
  readonly any: readonly number[]
}

/** A node of a large cluster has a thousand rules in a row, each for a port of its own, and is asked about each of these ports. */
const sorted = oncePer((chain: Chain): ByPort => {
  const few = new Map<number, number[]>()
  const any: number[] = []
  for (const [place, { test }] of chain.rules.entries()) {
    const ports = neededBy(test)?.flatMap(([low, high]) =>
      Array.from({ length: Math.min(high - low, MAX_PORTS) + 1 }, (_, step) => low + step),
    )
    if (ports === undefined || ports.length > MAX_PORTS) any.push(place)
    else
      for (const port of new Set(ports)) {
        const places = few.get(port) ?? []
        places.push(place)
        few.set(port, places)
      }
  }
  return { few, any }
})

/** Places of the rules that a packet to a port may match, in their order: all but those that ask for another one. */
export function rulesFor(chain: Chain, port: number): readonly number[] {
  const { few, any } = sorted(chain)
  const own = few.get(port)
  return own === undefined ? any : [...any, ...own].sort((a, b) => a - b)
}

/** Destination ports outside of which a test fails, whatever else it asks for. */
function neededBy(test: Test): Ports | undefined {
  if (test.is === 'port') return test.side === 'destination' ? test.ports : undefined
  if (test.is !== 'all') return undefined
  for (const part of test.of) {
    const ports = neededBy(part)
    if (ports !== undefined) return ports
  }
  return undefined
}
