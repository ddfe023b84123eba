import type { Services } from '../services.ts'
import type { Handlers } from './handler.ts'

/** Models on the hosts, their approval, deployment and quarantine. */
export function modelHandlers(services: Services): Handlers {
  const { fleet, models, expected, registry, deployments, quarantine, stepUp } = services
  const current = () => fleet.state().fleet
  /** What was changed on a host is looked at again. A look that runs already sees it, too. */
  const lookAgain = (hosts: readonly string[]) => {
    const running = models.job()
    if (current() && (running === null || running.state === 'finished'))
      models.start(fleet.require(), services.transport(), { hosts, scan: true, hash: false })
  }
  return {
    'models:overview': () => current() && models.overview(fleet.require()),
    'models:files': ({ host, model }) => models.files(fleet.require(), host, model),
    'models:look': (request) => models.start(fleet.require(), services.transport(), request).job,
    'models:expect': (request) => ({ recorded: expected.record(fleet.require(), request).length }),
    'models:expect-withdraw': (request) => ({ withdrawn: expected.withdraw(fleet.require(), request) }),
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
      return registry.approve(fleet.require(), request)
    },
    'registry:reject': (request) => registry.reject(fleet.require(), request),
    'registry:revoke': (request) => registry.revoke(fleet.require(), request),
    'registry:deploy': (request) => {
      stepUp.require()
      const { job, done } = deployments.start(fleet.require(), services.transport(), request)
      // A failure stays in sight: its job is the last one.
      void done.then(({ hosts }) => hosts.every(({ stage }) => stage === 'done') && lookAgain(request.hosts))
      return job
    },
    'quarantine:list': () => (current() ? quarantine.list(fleet.require()) : []),
    'quarantine:take': async (request) => {
      stepUp.require()
      const taken = await quarantine.take(fleet.require(), services.transport(), request, new AbortController().signal)
      lookAgain([taken.host])
      return taken
    },
    'quarantine:release': async ({ id }) => {
      stepUp.require()
      const host = quarantine.list(fleet.require()).find((it) => it.id === id)?.host
      await quarantine.release(fleet.require(), services.transport(), id, new AbortController().signal)
      if (host !== undefined) lookAgain([host])
      return null
    },
  }
}
