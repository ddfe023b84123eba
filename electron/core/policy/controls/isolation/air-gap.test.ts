import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { Control } from '../../control.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import { placeOf, placeOfUrl, registryOf } from './air-gap.ts'
import enginesOffline from './airgap-engines-offline.control.ts'
import noProxy from './airgap-no-proxy-variables.control.ts'
import noResolver from './airgap-no-public-resolver.control.ts'
import noWayOut from './airgap-no-way-out.control.ts'
import sourcesInside from './airgap-sources-inside.control.ts'
import { ask, context, unit } from './isolation-facts.testing.ts'

const everything = {
  network: { addresses: [], routes: [], defaultRoute: false },
  firewall: unknown('why', []),
  services: [service('vllm')],
  units: unit(),
  sources: sources(),
  containers: known({ runtimes: [], containers: [] }),
  processes: known([]),
}

test.each([noWayOut, noResolver, noProxy, enginesOffline, sourcesInside])(
  '$id: a fleet that is not declared air-gapped is not held to it',
  (control) => {
    expect(outcomes(ask(control, everything, false))).toEqual(['not-applicable: This host is not declared air-gapped'])
  },
)

test('a host may be air-gapped in a fleet that is not, and the other way round', () => {
  const of = (fleet: boolean, host?: boolean) => {
    const base = context(fleet)
    const given = { ...base, host: { ...base.host, ...(host === undefined ? {} : { airGapped: host }) } }
    return (noResolver as unknown as Control).evaluate(everything as never, given)[0]?.status
  }
  expect([of(false, true), of(true, false), of(true), of(false)]).toEqual(['pass', 'not-applicable', 'pass', 'not-applicable'])
})

test('the fleet file knows airGapped', () => {
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'a' } } },
    airGapped: true,
    hosts: [
      { name: 'a', address: '10.0.0.1' },
      { name: 'b', address: '10.0.0.2', airGapped: false },
    ],
  })
  expect([fleet.airGapped, fleet.hosts.map((host) => host.airGapped)]).toEqual([true, [undefined, false]])
})

test.each([
  ['10.1.2.3', 'inside'],
  ['100.64.1.1', 'inside'],
  ['::ffff:10.0.0.1', 'inside'],
  ['::ffff:8.8.8.8', 'outside'],
  ['fe80::1%eth0', 'inside'],
  ['mirror', 'inside'],
  ['mirror.dc1.internal', 'inside'],
  ['security.ubuntu.com', 'outside'],
  ['notubuntu.com', 'unknown'],
  ['registry.company.com', 'unknown'],
])('%s is %s', (host, place) => expect(placeOf(host)).toBe(place))

test.each([
  ['https://user@[fd00::1]:8443/x', 'inside'],
  ['http://deb.debian.org:80/debian', 'outside'],
  ['cdrom:[Debian]/', 'inside'],
  ['mirror+file:/etc/apt/mirrors.txt', 'unknown'],
  ['', 'unknown'],
])('%s is %s', (url, place) => expect(placeOfUrl(url)).toBe(place))

test.each([
  ['ollama/ollama:1', 'docker.io'],
  ['nginx', 'docker.io'],
  ['ghcr.io/ggml-org/llama.cpp:server', 'ghcr.io'],
  ['registry.lan:5000/a/b@sha256:0', 'registry.lan'],
  ['localhost/x', 'localhost'],
])('%s is pulled from %s', (image, registry) => expect(registryOf(image)).toBe(registry))
