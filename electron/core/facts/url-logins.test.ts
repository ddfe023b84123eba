import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { buildProbe } from '../probe/build-script.ts'
import { probeContextOf, sectionsOf } from './registry.ts'
import { redact } from './secrets.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})

/** What the probe takes for the login in a URL: a class of signs up to an `@`, in sed or awk. That of the list of containers has a name. */
function loginPatterns(): readonly RegExp[] {
  const { script } = buildProbe(sectionsOf(probeContextOf(fleet, fleet.hosts[0] as (typeof fleet.hosts)[number])), 'a'.repeat(32))
  const user = /^user='\\\(\\\\\.\\\|(\[\^.*\])\\\)'$/m.exec(script)?.[1] ?? ''
  return [...script.replaceAll('$user*@', `${user}*@`).matchAll(/:(?:\\?\/){2}(\[\^(?:\[:space:\]|[^\]])+\])\*@/g)].map(
    ([, signs = '']) => new RegExp(`://${signs.replace('[:space:]', String.raw`\s`)}*@`),
  )
}

const word = fc.stringMatching(/^[A-Za-z0-9!&()*+,;=:@._~%^-]{1,24}$/)

test('property: of a login in a URL nothing leaves the host, and nothing is stored, that stands before the last @ of its host', () => {
  const patterns = loginPatterns()
  expect(patterns.length).toBeGreaterThanOrEqual(7)
  fc.assert(
    fc.property(word, word, fc.constantFrom('', '/', '/v1@2'), (user, password, path) => {
      const url = `redis://${user}:${password}@host:6379${path}`
      for (const pattern of patterns)
        expect([pattern.source, url.replace(pattern, '://')]).toEqual([pattern.source, `redis://host:6379${path}`])
      expect(redact(`x ${url}`)).not.toContain(`:${password}@`)
    }),
  )
})
