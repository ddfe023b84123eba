import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import type { Network } from '../network/network.ts'
import { assembleFirewall, type FirewallSections } from './assemble.ts'
import { type Case, canMakeSets, canRun, inCases, type Machines, outCases, startMachines } from './machines.testing.ts'
import { dockerSets, ipsetSets, iptablesSets } from './random-iptables.testing.ts'
import { nftSets, wildNftSets } from './random-nft.testing.ts'
import { ufwSets } from './random-ufw.testing.ts'
import { verdictFor } from './reach.ts'
import { packed, type Recording, unpacked } from './recordings.testing.ts'
import type { RuleSet } from './rule-sets.testing.ts'

/**
 * Random rule sets of nft, iptables-nft, Docker and ufw against connections that were really tried. Recordings always; anew where this machine can, as root:
 * `GATEHOUSE_PACKET_SETS` says how many, `GATEHOUSE_RECORD=1` writes the recordings.
 */
const fixture = new URL('./__fixtures__/packets-random.json', import.meta.url)
const kinds = { nft: nftSets, iptables: iptablesSets, docker: dockerSets, ufw: ufwSets, ipset: ipsetSets }

const network: Network = {
  addresses: [
    { interface: 'eth0', address: '10.9.0.1', prefixLength: 16, line: 1 },
    { interface: 'eth0', address: 'fd09::1', prefixLength: 64, line: 2 },
    { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 3 },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', section: 'routes', line: 1 },
    { family: 4, destination: '172.17.0.0/16', interface: 'docker0', table: 'main', section: 'routes', line: 2 },
    { family: 6, destination: '::/0', interface: 'eth0', table: 'main', section: 'routes-6', line: 1 },
  ],
  defaultRoute: true,
}

const section = (id: string, stdout: string | undefined): SectionOutput => ({
  id,
  command: `sudo ${id}`,
  state: stdout === undefined ? 'denied' : 'ok',
  privileged: stdout !== undefined,
  exitCode: stdout === undefined ? null : 0,
  stdout: stdout ?? '',
  stderr: '',
  durationMs: 1,
  bytes: 1,
  sha256: '',
})

type Listing = 'nft' | 'iptables' | 'ip6tables' | 'ipset' | 'ufw'
interface Disagreement {
  readonly at: Case
  readonly verdict: string
  readonly seen: string
  readonly by: string | undefined
}

/**
 * Nobody listens on 9090 of the host itself: let in or not, a connection is refused or lost, so only an answer tells. A refusal that comes back while
 * connect(2) still holds its socket is lost on the client.
 */
const fits: Readonly<Record<string, (seen: string, port: number) => boolean>> = {
  accept: (seen, port) => seen === 'a' || (port === 9090 && seen === 'r'),
  reject: (seen) => seen !== 'a',
  drop: (seen) => seen === 'd',
}

/** Where all ends are refusals, which of them it is may hang on what is out of sight. */
const isOpposite = ({ verdict, seen }: Disagreement): boolean => verdict !== 'undetermined' && (verdict === 'accept' || seen === 'a')

/**
 * Of a connection that is not tracked every packet is held against the rules, and the model follows the first alone: rules that ask for flags may let that one in
 * and stop those behind it.
 */
const stopsLater = ({ nft, iptables, ip6tables }: Recording): boolean =>
  /notrack/i.test(`${nft}${iptables}`) && /tcp[- ]flags/.test(`${nft}${iptables}${ip6tables}`)

/** Cases where the verdict is not what the kernel did, read from these listings. */
function wrong(recording: Recording, only: readonly Listing[]): readonly Disagreement[] {
  const given = Object.fromEntries(
    (['nft', 'iptables', 'ip6tables', 'ipset', 'ufw'] as const).map((id) => [
      id,
      section(id, only.includes(id) ? recording[id] : undefined),
    ]),
  )
  const fact = assembleFirewall(given as unknown as FirewallSections, network)
  if (!fact.known) throw new Error(fact.reason)
  const compare = (direction: 'in' | 'out', cases: readonly Case[]) =>
    cases.flatMap((at, index): Disagreement[] => {
      const [source, target, port] = at
      const [address, other] = direction === 'in' ? [target, source] : [source, target]
      const { verdict, by } = verdictFor(fact.value, network, { direction, protocol: 'tcp', port, address, source: other })
      const seen = recording[direction][index] ?? ''
      const later = direction === 'in' && verdict === 'accept' && stopsLater(recording)
      return later || fits[verdict]?.(seen, port) ? [] : [{ at, verdict, seen, by: by?.text }]
    })
  return [...compare('in', inCases), ...compare('out', outCases)]
}

const WHOLE: readonly Listing[] = ['nft', 'iptables', 'ip6tables', 'ipset', 'ufw']
/** One listing alone may leave doubt, since the other kind of rules is unread, as may rules without their sets; they never say the opposite. */
const PARTS: readonly (readonly Listing[])[] = [['nft'], ['iptables', 'ip6tables'], ['nft', 'iptables', 'ip6tables']]

const disagreements = (recording: Recording): readonly Disagreement[] => [
  ...wrong(recording, WHOLE),
  ...PARTS.flatMap((only) => wrong(recording, only).filter(isOpposite)),
]

describe.skipIf(process.env.GATEHOUSE_RECORD)('recorded rule sets decide as the kernel did', () => {
  const recordings = unpacked(readFileSync(fixture, 'utf8'))
  test('each is of a known kind', () => expect(recordings.filter(({ kind }) => !Object.hasOwn(kinds, kind))).toEqual([]))
  test.each(Object.keys(kinds))('%s', (kind) => {
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
  const each = Math.ceil(sets / all.length)
  // More of the wild ones, since each of their words is rarer.
  return all.flatMap((kind) => fc.sample(kind, { numRuns: kind === wildNftSets ? 3 * each : each, seed }))
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
