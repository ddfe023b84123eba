import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { unseenFlags } from '../../../facts/services/flags.ts'
import { recognise } from '../../../facts/services/launch.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { Verdict } from '../../control.ts'
import { citeUnit, serviceName } from '../inference/service-words.ts'
import { environmentKnown, offlineSettings } from './offline-settings.ts'

interface VllmLaunch {
  readonly service: InferenceService
  readonly name: string
  /** Words after the program; empty when they are not known. */
  readonly words: readonly string[]
  /** What may say what no word says, for people: a --config file, a variable that was not read. */
  readonly unseen: string | undefined
  /** HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is known to be set. */
  readonly offline: boolean
  readonly environmentRead: boolean
  /** The line that starts it or sets a variable; the whole output where neither is in a unit. */
  readonly cite: (token?: string) => readonly Citation[]
}

/** Every vLLM of the host with what its controls need of its start. */
export function vllmLaunches(services: readonly InferenceService[], units: FactResult<readonly Unit[]>): readonly VllmLaunch[] {
  return services
    .filter(({ engine }) => engine === 'vllm')
    .map((service) => {
      const words = recognise(service.argv)?.words ?? service.argv
      const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
      const environmentRead = environmentKnown(service)
      return {
        service,
        name: serviceName(service),
        words,
        unseen: unseenFlags(words),
        offline: /^(?:set|said)$/.test(offlineSettings(service, environmentRead)[0]?.state ?? ''),
        environmentRead,
        cite: (token) => {
          const variable = unit && token && !token.startsWith('-') ? citeUnit(unit, `Environment:${token}`, { token }) : []
          const started = unit && variable.length === 0 ? citeUnit(unit, 'ExecStart', { token }) : variable
          return started.length > 0 ? started : [{ section: service.how === 'container' ? 'containers' : 'processes', line: 0 }]
        },
      }
    })
}

export const noVllm: readonly Verdict[] = [
  {
    status: 'not-applicable',
    subject: '',
    title: 'No vLLM on this host',
    reason: 'Only vLLM runs code of models or loads adapters by request.',
    cite: [{ section: 'processes', line: 0 }],
  },
]
