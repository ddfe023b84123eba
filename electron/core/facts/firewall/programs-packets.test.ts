import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { disagreements, isOpposite } from './disagreements.testing.ts'
import { canRun, startMachines } from './machines.testing.ts'
import { packed, type Recording, unpacked } from './recordings.testing.ts'
import { setsOfPrograms } from './rule-sets-of-programs.testing.ts'

/** Rule sets as programs write them against connections that were really tried: recorded, and anew as root in CI or where `GATEHOUSE_PACKET_SETS` asks for it. `GATEHOUSE_RECORD=1` writes the recordings. */
const fixture = new URL('./__fixtures__/packets-programs.json', import.meta.url)
const names = Object.keys(setsOfPrograms)
const unsettled = (name: string, recording: Recording) =>
  disagreements(recording).filter((found) => setsOfPrograms[name]?.wild !== true || isOpposite(found))

describe.skipIf(process.env.GATEHOUSE_RECORD)('recorded', () => {
  const recordings = process.env.GATEHOUSE_RECORD ? [] : unpacked(readFileSync(fixture, 'utf8'))
  test('all of them', () => expect(recordings).toHaveLength(names.length))
  test.each(names.map((name, index) => [name, recordings[index]] as const))('%s', (name, recording) =>
    expect(recording && unsettled(name, recording)).toEqual([]),
  )
})

const isWanted =
  process.env.GATEHOUSE_RECORD !== undefined || process.env.GATEHOUSE_PACKET_SETS !== undefined || process.env.CI !== undefined
test.skipIf(!isWanted || !canRun())('real packets, as root with iproute2, nftables and iptables', { timeout: 300_000 }, async () => {
  const machines = await startMachines(`${process.pid}-programs`, 250)
  const recordings: Recording[] = []
  const found: unknown[] = []
  try {
    for (const [name, set] of Object.entries(setsOfPrograms)) {
      const kind = set.nft === undefined ? 'iptables' : 'nft'
      const listings = await machines.load({ kind, ...set })
      let recording: Recording = { kind, ...listings, ...(await machines.probe()) }
      // A busy machine loses packets.
      for (let again = 0; again < 2 && unsettled(name, recording).length > 0; again += 1)
        recording = { ...recording, ...(await machines.probe()) }
      const stays = unsettled(name, recording)
      if (stays.length > 0) found.push({ name, stays: stays.slice(0, 3) })
      recordings.push(recording)
    }
  } finally {
    machines.stop()
  }
  if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, packed(recordings))
  expect(found).toEqual([])
})
