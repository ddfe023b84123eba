import { detailsOf } from '../policy/catalogue.ts'
import { controls } from '../policy/registry.ts'
import type { Services } from '../services.ts'
import { decided } from './change-guards.ts'
import type { Handlers } from './handler.ts'

/** Controls, and what people decided about their findings. */
export function decisionHandlers(services: Services): Handlers {
  const { fleet, decisions, advisories } = services
  const current = () => fleet.state().fleet
  return {
    'control:list': () => detailsOf(controls),
    'advisories:state': () => advisories.state(),
    'waiver:list': () => (current() ? services.waivers(fleet.require()) : []),
    'waiver:grant': (request) => decided(services, 'waiver:changed', () => decisions.grantWaiver(fleet.require(), request)),
    'waiver:withdraw': ({ id }) => {
      decided(services, 'waiver:changed', () => decisions.withdrawWaiver(fleet.require(), id))
      return null
    },
    'attestation:list': () => (current() ? [...decisions.of(fleet.require()).attestations] : []),
    'attestation:state': (request) => decided(services, 'attestation:changed', () => decisions.attest(fleet.require(), request)),
    'attestation:withdraw': ({ id }) => {
      decided(services, 'attestation:changed', () => decisions.withdrawAttestation(fleet.require(), id))
      return null
    },
  }
}
