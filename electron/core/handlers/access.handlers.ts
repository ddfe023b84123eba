import type { AccessFound, AccessLine, AccessOverview } from '#shared/model/access.ts'
import type { AccessReview, FullAccessReview } from '#shared/model/access-review.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { FleetOverview } from '../access-review/access-service.ts'
import type { Services } from '../services.ts'
import { decided } from './change-guards.ts'
import type { Handlers } from './handler.ts'

/** What accounts can do, and the quarterly review of it. */
export function accessHandlers(services: Services): Handlers {
  const { fleet, access, accessReviews } = services
  const current = () => fleet.state().fleet

  async function prepared<T>(answer: (opened: Fleet) => T): Promise<T | null> {
    const opened = current()
    if (!opened) return null
    await access.prepare(opened)
    return answer(opened)
  }

  function reviewed<T>(run: () => T): T {
    const result = run()
    services.changed('access:changed')
    return result
  }

  return {
    'access:overview': () => prepared((opened) => briefOverview(access.overview(opened))),
    'access:account': ({ account, kind, host }) => (current() ? access.account(fleet.require(), host, { account, kind }) : null),
    'access:review': () => prepared((opened) => briefReview(accessReviews.current(opened))),
    'access:removal-pushes': () => (current() ? [...accessReviews.pushes(fleet.require())] : []),
    'access:review-start': () => briefReview(reviewed(() => accessReviews.start(fleet.require()))),
    'access:review-decide': (request) => briefReview(reviewed(() => accessReviews.decide(fleet.require(), request))),
    'access:review-sign': ({ name }) => {
      services.stepUp.require()
      return briefReview(reviewed(() => decided(services, 'attestation:changed', () => accessReviews.sign(fleet.require(), name))))
    },
  }
}

/** What crosses to the window of thousands of accounts: what each can do is asked for one at a time. */
const lineOf = ({ account, kind, tier, state, login, lastLogin }: AccessFound): AccessLine => ({
  ...{ account, kind, tier, state, login, lastLogin },
})
const briefOverview = ({ hosts, ...rest }: FleetOverview): AccessOverview => ({
  ...rest,
  hosts: hosts.map(({ rows, ...host }) => ({ ...host, rows: rows.map(lineOf) })),
})
const briefReview = ({ entries, ...rest }: FullAccessReview): AccessReview => ({
  ...rest,
  entries: entries.map(({ row, ...entry }) => ({ ...entry, row: lineOf(row) })),
})
