import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

/** Connections that were really tried between two network namespaces while the rule set was loaded: see __fixtures__/README.md. */
interface Recording {
  readonly side: 'in' | 'out'
  readonly cases: readonly (readonly [source: string, target: string, port: number])[]
  /** `a` when the SYN was answered, else `d` or `r`: one letter for each case. */
  readonly sets: readonly { readonly seed: number; readonly nft: string; readonly results: string }[]
}

const read = (name: string) => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')

const network: Network = {
  addresses: parseAddresses(read('packets-host/addresses.txt')),
  routes: [...parseRoutes(read('packets-host/routes.txt'), 4), ...parseRoutes(read('packets-host/routes6.txt'), 6)],
  defaultRoute: true,
}

describe.each(['packets-in.json', 'packets-out.json'])('%s', (name) => {
  const { side, cases, sets } = JSON.parse(read(name)) as Recording

  test.each(sets.map((set) => [set.seed, set] as const))('rule set %i decides as the kernel did', (_, { nft, results }) => {
    const tables = parseNft(nft, 'nft')
    let undetermined = 0
    const wrong = cases.filter(([source, target, port], index) => {
      const question = side === 'in' ? { source, address: target } : { source: target }
      const { verdict } = verdictFor({ tables }, network, { direction: side, protocol: 'tcp', port, ...question })
      if (verdict === 'undetermined') undetermined += 1
      return verdict !== 'undetermined' && (verdict === 'accept') !== (results[index] === 'a')
    })
    expect(wrong).toEqual([])
    // Only a mark is not modelled: a verdict may hang on it, but most must be given.
    if (!nft.includes('meta mark')) expect(undetermined).toBe(0)
  })
})
