import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import type { Network } from '../network/network.ts'
import { assembleFirewall, type FirewallSections } from './assemble.ts'
import { type Case, canRun, cases, type Machines, startMachines } from './namespaces.testing.ts'
import { iptablesSets } from './random-iptables.testing.ts'
import { verdictFor } from './reach.ts'

/**
 * Random rule sets of iptables-nft, with Docker's chains in half of them, against connections that were really tried. Recordings always; anew with
 * root and `GATEHOUSE_PACKET_SETS=300` (and `GATEHOUSE_RECORD=1` to write the recordings).
 */
interface Recording {
  readonly iptables: string
  readonly ip6tables: string
  readonly nft: string
  readonly results: string
}

const fixture = new URL('./__fixtures__/packets-iptables.json', import.meta.url)

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

/** Cases where the verdict is not what the kernel did, read from these listings. */
function wrong(recording: Recording, only: readonly string[]): readonly (readonly [Case, string, string])[] {
  const texts: Record<string, string> = { nft: recording.nft, iptables: recording.iptables, ip6tables: recording.ip6tables }
  const given = Object.fromEntries(
    ['nft', 'iptables', 'ip6tables', 'ufw'].map((id) => [id, section(id, only.includes(id) ? texts[id] : undefined)]),
  )
  const fact = assembleFirewall(given as unknown as FirewallSections, network)
  if (!fact.known) throw new Error(fact.reason)
  return cases.flatMap((one, index) => {
    const [source, address, port] = one
    const { verdict } = verdictFor(fact.value, network, { direction: 'in', protocol: 'tcp', port, address, source })
    // Nobody listens on 9090 of the host itself: let in or not, a connection is refused or lost, so only an answer tells.
    const seen = recording.results[index] ?? ''
    const right = verdict === 'accept' ? seen === 'a' || (port === 9090 && seen === 'r') : seen !== 'a'
    return right && verdict !== 'undetermined' ? [] : [[one, verdict, seen] as const]
  })
}

describe('recorded', () => {
  const recordings = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Recording[]
  test('there are enough, and Docker is among them', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(60)
    expect(recordings.filter(({ iptables }) => iptables.includes('DNAT')).length).toBeGreaterThan(15)
  })
  test.each(recordings.map((recording, index) => [index, recording] as const))('rule set %i decides as the kernel did', (_, recording) => {
    expect(wrong(recording, ['nft', 'iptables', 'ip6tables'])).toEqual([])
    // One listing alone may leave doubt, since the other kind of rules is unread; it never says the opposite.
    for (const only of [['nft'], ['iptables', 'ip6tables']])
      expect(wrong(recording, only).filter(([, verdict]) => verdict !== 'undetermined')).toEqual([])
  })
})

const sets = Number(process.env.GATEHOUSE_PACKET_SETS ?? 0)

/** Asked for by name, so that it does not count as skipped where it was not. */
if (sets > 0 && canRun())
  describe('anew', () => {
    let machines: Machines
    beforeAll(async () => {
      machines = await startMachines(400)
    })
    afterAll(() => machines.stop())

    test(`${sets} random rule sets`, { timeout: sets * 6000 }, async () => {
      const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000)
      const recordings: Recording[] = []
      const disagreements: unknown[] = []
      for (const { v4, v6 } of fc.sample(iptablesSets, { numRuns: sets, seed })) {
        const recording = { ...machines.load(v4, v6), results: await machines.probe() }
        // A busy machine loses packets: only what stays so is a disagreement.
        const found = wrong(recording, ['nft', 'iptables', 'ip6tables'])
        if (found.length > 0) recording.results = await machines.probe()
        const stays = wrong(recording, ['nft', 'iptables', 'ip6tables'])
        if (stays.length > 0) disagreements.push({ seed, stays: stays.slice(0, 3), v4 })
        recordings.push(recording)
      }
      if (process.env.GATEHOUSE_RECORD === '1') writeFileSync(fixture, `${JSON.stringify(recordings, null, 1)}\n`)
      expect(disagreements.slice(0, 3)).toEqual([])
    })
  })
