import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Disagreement, disagreements, isOpposite } from './disagreements.testing.ts'
import { canMakeSets, canRun, type Machines, startMachines } from './machines.testing.ts'
import { dockerSets, ipsetSets, iptablesSets } from './random-iptables.testing.ts'
import { nftSets, wildNftSets } from './random-nft.testing.ts'
import { ufwSets } from './random-ufw.testing.ts'
import { packed, type Recording, unpacked } from './recordings.testing.ts'
import type { RuleSet } from './rule-sets.testing.ts'

/**
 * Random rule sets of nft, iptables-nft, Docker and ufw against connections that were really tried. Recordings always; anew where this machine can, as root:
 * `GATEHOUSE_PACKET_SETS` says how many, `GATEHOUSE_RECORD=1` writes the recordings.
 */
const fixture = new URL('./__fixtures__/packets-random.json', import.meta.url)
const kinds = { nft: nftSets, iptables: iptablesSets, docker: dockerSets, ufw: ufwSets, ipset: ipsetSets }

describe.skipIf(process.env.GATEHOUSE_RECORD)('recorded rule sets decide as the kernel did', () => {
  const recordings = unpacked(readFileSync(fixture, 'utf8'))
  test('each is of a known kind', () => expect(recordings.filter(({ kind }) => !Object.hasOwn(kinds, kind))).toEqual([]))
  test.each(Object.keys(kinds))('%s', { timeout: 120_000 }, (kind) => {
    const own = recordings.filter((one) => one.kind === kind)
    expect(own.length).toBeGreaterThanOrEqual(40)
    expect(own.map(disagreements)).toEqual(own.map(() => []))
  })
})

/** Of a wild set a verdict may be undetermined. */
const isSettled = ({ wild }: RuleSet, found: Disagreement): boolean => !wild || isOpposite(found)

/** A few are tried in every run where root and the programs are there, many in CI. */
const sets = Number(process.env.GATEHOUSE_PACKET_SETS ?? (process.env.CI ? 300 : 8))
const seed = Number(process.env.GATEHOUSE_SEED ?? 20_261_126)
/** Drawn one after another, so that a longer run begins like a shorter one. Of the wild ones nft refuses some, and a verdict of theirs may be undetermined. */
const drawn = (): readonly RuleSet[] => {
  const all = [...Object.values(kinds).filter((kind) => kind !== ipsetSets || canMakeSets()), wildNftSets]
  // More of the wild ones, since each of their words is rarer.
  const shares = all.map((kind) => ({ kind, parts: kind === wildNftSets ? 3 : 1 }))
  const each = sets / shares.reduce((sum, { parts }) => sum + parts, 0)
  return shares.flatMap(({ kind, parts }) => fc.sample(kind, { numRuns: Math.ceil(parts * each), seed }))
}

/** So many hosts side by side: most of the time is waiting for answers that do not come. */
const LANES = sets > 20 ? 8 : 1

describe.skipIf(!canRun())('real packets, as root with iproute2, nftables, iptables and ufw', () => {
  const machines: Machines[] = []
  beforeAll(async () => {
    for (let lane = 0; lane < LANES; lane += 1) machines.push(await startMachines(`${process.pid}-${lane}`, 250))
  }, 60_000)
  afterAll(() => {
    for (const each of machines) each.stop()
  })

  test(`${sets} random rule sets decide as the kernel of this machine does`, { timeout: 30_000 + sets * 6000 }, async () => {
    const waiting = drawn().map((set, index) => ({ set, index }))
    const recordings: Recording[] = []
    const found: unknown[] = []
    let taken = 0
    const work = async ({ load, probe }: Machines) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { set, index } = next
        const listings = await load(set).catch((cause: unknown) => {
          if (set.wild) return undefined
          throw cause
        })
        if (listings === undefined) continue
        taken += 1
        let recording: Recording = { kind: set.kind, ...listings, ...(await probe()) }
        // A busy machine loses packets: only what stays so is a disagreement.
        for (let again = 0; again < 2 && disagreements(recording).some((one) => isSettled(set, one)); again += 1)
          recording = { ...recording, ...(await probe()) }
        const stays = disagreements(recording).filter((one) => isSettled(set, one))
        if (stays.length > 0) found.push({ stays: stays.slice(0, 3), set })
        recordings[index] = recording
      }
    }
    await Promise.all(machines.map(work))
    if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, packed(recordings.filter((_, index) => !drawn()[index]?.wild)))
    expect(found.slice(0, 3)).toEqual([])
    expect(taken).toBeGreaterThan(sets / 2)
  })
})
