import type { Container } from '../../../facts/containers/containers.ts'
import { known } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl, Control, Verdict } from '../../control.ts'
import { policyContext } from '../proxy/proxy-facts.ts'

/** Test support: sources, units and servers of a host that is air-gapped. */

export const unit = (more: Partial<Unit> = {}) =>
  known([{ id: 'vllm.service', environmentComplete: true, lines: { Environment: 4 }, ...more } as Unit])

export function context(airGapped: boolean) {
  const base = policyContext({ app: ['10.0.9.0/24'] })
  return { ...base, fleet: { ...base.fleet, airGapped } }
}
export const ask = (control: AnyControl, given: object, airGapped = true): readonly Verdict[] =>
  (control as unknown as Control).evaluate(given as never, context(airGapped))

export const closedLocalAi = { LOCALAI_AUTOLOAD_GALLERIES: 'false', LOCALAI_AUTOLOAD_BACKEND_GALLERIES: 'false' }

const container = (image: string, name = 'ai'): Container =>
  ({
    id: 'x',
    name,
    image,
    running: true,
    runtime: 'docker',
    ports: [],
    command: [],
    environment: {},
    mounts: [],
    line: 3,
  }) as unknown as Container
export const containers = (...images: string[]) =>
  known({ runtimes: [], containers: images.map((image, at) => container(image, `c${at}`)) })
