import type { Services } from '../services.ts'
import { hostGpus } from '../views/gpus-view.ts'
import { hostHardening } from '../views/hardening-view.ts'
import { hostPackages } from '../views/packages-view.ts'
import { hostServices } from '../views/services-view.ts'
import type { ViewSources } from '../views/view-sources.ts'
import type { Handlers } from './handler.ts'

/** The tabs of a host, out of its newest stored audit. */
export function hostHandlers({ fleet, views }: Services): Handlers {
  const view = <V>(host: string, project: (sources: ViewSources) => V): V | null => {
    const { fleet: current } = fleet.state()
    return current && views.show(current, host, project)
  }
  return {
    'host:services': ({ host }) => view(host, hostServices),
    'host:hardening': ({ host }) => view(host, hostHardening),
    'host:gpus': ({ host }) => view(host, hostGpus),
    'host:packages': ({ host }) => view(host, hostPackages),
  }
}
