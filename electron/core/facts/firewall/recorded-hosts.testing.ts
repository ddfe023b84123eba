import { readFileSync } from 'node:fs'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { Network } from '../network/network.ts'
import { assembleFirewall, type FirewallSections } from './assemble.ts'
import type { Firewall } from './firewall.ts'

/** Test support: firewalls as hosts of `__fixtures__` have them. */

const ids = ['nft', 'iptables', 'ip6tables', 'ipset', 'ufw'] as const

export const output = (id: string, stdout: string, change: Partial<SectionOutput> = {}) =>
  printed(id, stdout, { command: `sudo ${id}`, ...change })

/** What a host printed; with `only` the other programs are refused by sudo. */
export function recorded(name: string, only?: readonly string[]): FirewallSections {
  const read = (id: string) => {
    try {
      return readFileSync(new URL(`./__fixtures__/${name}/${id}.txt`, import.meta.url), 'utf8')
    } catch {
      return ''
    }
  }
  const sections = ids.map((id) => [
    id,
    only?.includes(id) === false ? output(id, '', { state: 'denied', exitCode: null }) : output(id, read(id)),
  ])
  return Object.fromEntries(sections) as Record<(typeof ids)[number], SectionOutput>
}

export function firewallOf(sections: FirewallSections, network?: Network): Firewall {
  const fact = assembleFirewall(sections, network)
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}

/** A connection that comes in. */
export const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const
