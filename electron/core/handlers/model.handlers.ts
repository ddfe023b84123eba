import type { Services } from '../services.ts'
import type { Handlers } from './handler.ts'

/** Models on the hosts, their approval, deployment and quarantine. */
export function modelHandlers(services: Services): Handlers {
  const { fleet, models, registry, deployments, quarantine, stepUp } = services
  const current = () => fleet.state().fleet
  return {
    'models:overview': () => current() && models.overview(fleet.require()),
    'models:files': ({ host, model }) => models.files(fleet.require(), host, model),
    'models:look': (request) => models.start(fleet.require(), services.transport(), request).job,
    'models:cancel': () => {
      models.cancel()
      return null
    },
    'models:job': () => models.job(),
    'registry:list': () => (current() ? registry.list(fleet.require()) : []),
    'registry:request': (request) => registry.request(fleet.require(), request),
    'registry:review': (request) => registry.review(fleet.require(), request),
    'registry:test': (request) => registry.test(fleet.require(), request),
    'registry:approve': (request) => {
      stepUp.require()
      return registry.approve(fleet.require(), request, true)
    },
    'registry:reject': (request) => registry.reject(fleet.require(), request),
    'registry:revoke': (request) => registry.revoke(fleet.require(), request),
    'registry:deploy': (request) => {
      stepUp.require()
      return deployments.start(fleet.require(), services.transport(), request).job
    },
    'quarantine:list': () => (current() ? quarantine.list(fleet.require()) : []),
    'quarantine:take': (request) => {
      stepUp.require()
      return quarantine.take(fleet.require(), services.transport(), request, new AbortController().signal)
    },
    'quarantine:release': async ({ id }) => {
      stepUp.require()
      await quarantine.release(fleet.require(), services.transport(), id, new AbortController().signal)
      return null
    },
  }
}
