import type { Services } from '../services.ts'
import { decided } from './change-guards.ts'
import type { Handlers } from './handler.ts'

/** What accounts can do, and the quarterly review of it. */
export function accessHandlers(services: Services): Handlers {
  const { fleet, access, accessReviews } = services
  const current = () => fleet.state().fleet

  function reviewed<T>(run: () => T): T {
    const result = run()
    services.changed('access:changed')
    return result
  }

  return {
    'access:overview': () => (current() ? access.overview(fleet.require()) : null),
    'access:review': () => (current() ? accessReviews.current(fleet.require()) : null),
    'access:removal-pushes': () => (current() ? [...accessReviews.pushes(fleet.require())] : []),
    'access:review-start': () => reviewed(() => accessReviews.start(fleet.require())),
    'access:review-decide': (request) => reviewed(() => accessReviews.decide(fleet.require(), request)),
    'access:review-sign': ({ name }) => {
      services.stepUp.require()
      return reviewed(() => decided(services, 'attestation:changed', () => accessReviews.sign(fleet.require(), name)))
    },
  }
}
