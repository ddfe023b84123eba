import type { Services } from '../services.ts'
import { decided } from './change-guards.ts'
import type { Handlers } from './handler.ts'

const MAX_OUTPUT_CHARACTERS = 1_048_576

/** Audits, their history and schedule, and the walkthrough over them. */
export function auditHandlers(services: Services): Handlers {
  const { fleet, audits, history, outlook, schedules, walkthroughs } = services
  const current = () => fleet.state().fleet

  function walked<T>(run: () => T): T {
    const result = run()
    services.changed('walkthrough:changed')
    return result
  }

  return {
    'audit:start': ({ hosts }) => audits.start(fleet.require(), services.transport(), hosts).job,
    'audit:cancel': () => {
      audits.cancel()
      return null
    },
    'audit:latest': ({ since }) => outlook.latest(current(), since),
    'audit:host': ({ host }) => current() && audits.host(fleet.require(), host),
    'audit:changes': () => (current() ? audits.changes(fleet.require()) : []),
    'audit:history': () => (current() ? audits.history(fleet.require()) : []),
    'audit:output': ({ sha256 }) => {
      const text = services.output(sha256)
      return text === undefined ? null : { text: text.slice(0, MAX_OUTPUT_CHARACTERS), truncated: text.length > MAX_OUTPUT_CHARACTERS }
    },
    'network:hosts': () => (current() ? audits.networks(fleet.require()) : []),
    'schedule:get': () => current() && schedules.of(fleet.require()),
    'schedule:set': (schedule) => schedules.set(fleet.require(), schedule),
    'walkthrough:guide': () => walkthroughs.guide(),
    'walkthrough:current': () => current() && walkthroughs.current(fleet.require()),
    'walkthrough:start': ({ auditor }) => walked(() => walkthroughs.start(fleet.require(), auditor)),
    'walkthrough:draft': ({ walkthrough, item, draft }) => {
      walkthroughs.keepDraft(fleet.require(), walkthrough, item, draft)
      return null
    },
    'walkthrough:record': ({ after, ...request }) =>
      walked(() => decided(services, 'attestation:changed', () => walkthroughs.record(fleet.require(), request, { after }))),
    'walkthrough:close': () => walked(() => walkthroughs.close(fleet.require())),
    'history:trend': () => (current() ? history.trend(fleet.require()) : []),
    'history:known': ({ moment, again }) => history.known(fleet.require(), moment, again),
    'history:compare': ({ before, after, again }) => history.compare(fleet.require(), before, after, again),
  }
}
