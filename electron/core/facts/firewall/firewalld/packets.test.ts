import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { disagreements, isOpposite } from '../disagreements.testing.ts'
import { firewalldRoot, startMachines } from '../machines.testing.ts'
import { packed, type Recording, unpacked } from '../recordings.testing.ts'
import type { RuleSet } from '../rule-sets.testing.ts'
import { firewalldSets } from './random-firewalld.testing.ts'

/**
 * Rules that the engine of firewalld loaded out of random configurations, by nftables and by iptables, against connections that were really tried. Recordings always; anew, as
 * root, where `GATEHOUSE_FIREWALLD_ROOT` names a root folder with its packages: `GATEHOUSE_FIREWALLD_SETS` says how many, `GATEHOUSE_RECORD=1` writes the recordings.
 */
const fixture = new URL('../__fixtures__/packets-firewalld.json', import.meta.url)

test.skipIf(process.env.GATEHOUSE_RECORD)('recorded rules of firewalld decide as the kernel did', { timeout: 120_000 }, () => {
  const recordings = unpacked(readFileSync(fixture, 'utf8'))
  expect(recordings.length).toBeGreaterThanOrEqual(40)
  expect(recordings.map(disagreements)).toEqual(recordings.map(() => []))
})

/** From which card a packet comes is out of sight: what a rule lets in by that alone is undetermined. */
const asksForCard = ({ firewalld = {} }: RuleSet): boolean => Object.values(firewalld).some((text) => text.includes('<source mac='))

async function triedAnew(): Promise<void> {
  const numRuns = Number(process.env.GATEHOUSE_FIREWALLD_SETS ?? 10)
  const sets = fc.sample(firewalldSets, { numRuns, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_128) })
  const machines = await startMachines(`${process.pid}-firewalld`, 250)
  const recordings: Recording[] = []
  const found: unknown[] = []
  try {
    for (const set of sets) {
      // Some say what firewalld refuses: a port of a policy led to nobody, a mark on what the host sends.
      const listings = await machines.load(set).catch(() => undefined)
      if (listings === undefined) continue
      const unsettled = () => disagreements(recording).filter((found) => !asksForCard(set) || isOpposite(found))
      let recording: Recording = { kind: set.kind, ...listings, ...(await machines.probe()) }
      for (let again = 0; again < 2 && unsettled().length > 0; again += 1) recording = { ...recording, ...(await machines.probe()) }
      const stays = unsettled()
      if (stays.length > 0) found.push({ stays: stays.slice(0, 3), set })
      recordings.push(recording)
    }
  } finally {
    machines.stop()
  }
  if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, packed(recordings))
  expect(found.slice(0, 3)).toEqual([])
  expect(recordings.length).toBeGreaterThan(numRuns / 2)
}
if (firewalldRoot !== undefined) test('tried anew, they decide as the kernel does', { timeout: 590_000 }, triedAnew)
