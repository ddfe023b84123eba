import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known } from '../../facts/fact.ts'
import type { Firewall } from '../../facts/firewall/firewall.ts'
import { parseNft } from '../../facts/firewall/nft/parse.ts'
import { parseAddresses, parseRoutes } from '../../facts/network/parse.ts'
import type { Unit } from '../../facts/units/units.ts'
import { type InboundDoor, inboundFlows, type Surroundings } from './inbound-flows.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
  networks: { app: ['10.0.1.0/24'], jump: ['10.0.9.9'] },
})
const open = 'table inet f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n}\n'
const surroundings = {
  fleet,
  host: fleet.hosts[0],
  firewall: known({ tables: parseNft(open, 'nft') } as unknown as Firewall),
  network: {
    addresses: parseAddresses('2: eth0 inet 10.0.3.7/24 scope global eth0\n'),
    routes: parseRoutes('default via 10.0.3.1 dev eth0', 4),
    defaultRoute: true,
  },
  wire: [],
} as Surroundings

const flowsPast = (allow: string) => {
  const unit = { id: 'ollama.service', properties: { IPAddressDeny: '0.0.0.0/0 ::/0', IPAddressAllow: allow } } as unknown as Unit
  const door: InboundDoor = { kind: 'inference', address: '0.0.0.0', port: 11_434, bound: true, allowed: ['app'], unit }
  return Object.fromEntries(inboundFlows(door, surroundings).map((flow) => [flow.segment, flow]))
}

test('whom a unit drops that the firewall lets in is kept out, as the finding says', () => {
  const kept = flowsPast('10.0.1.0/24')
  expect([kept.app?.state, kept.jump?.state, kept.any?.state]).toEqual(['allowed', 'closed', 'closed'])
  expect(kept.any?.reason).toContain('Not the firewall, but IPAddressDeny= of ollama.service drops what any IPv4 address')
  // Of what it lets past, the rest is told.
  const wide = flowsPast('10.0.0.0/8')
  expect([wide.app?.state, wide.jump?.state, wide.any?.state]).toEqual(['allowed', 'excess', 'excess'])
  expect(wide.any?.reason).toContain('New connections from 10.')
  expect(flowsPast('127.0.0.1').app?.state).toBe('closed')
})
