import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { flagValue, hasFlag } from '../../../facts/services/flags.ts'
import type { Unit } from '../../../facts/units/units.ts'

/** How Python's hub libraries and Go's strconv.ParseBool read a switch. */
const isOn = (value: string | undefined): boolean => /^(?:1|t|true|yes|on|y)$/i.test(value ?? '')
const isOff = (value: string | undefined): boolean => /^(?:0|f|false|no|off|n)$/i.test(value ?? '')

/** One setting that keeps an engine from reaching outside. `unknown`: its environment could not be read, and no flag says so. */
export interface OfflineSetting {
  /** As one would set it. */
  readonly name: string
  readonly state: 'set' | 'missing' | 'unknown'
}

/** Can variables be missing from what is known? */
export function environmentKnown(service: InferenceService, units: FactResult<readonly Unit[]>): boolean {
  if (service.environment === undefined) return false
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  return unit?.environmentComplete !== false
}

/**
 * Settings by which each engine stays offline. huggingface_hub: HF_HUB_OFFLINE, transformers: TRANSFORMERS_OFFLINE; vLLM: VLLM_NO_USAGE_STATS
 * or DO_NOT_TRACK (docs, usage_stats); llama-server: --offline, LLAMA_ARG_OFFLINE; Ollama: OLLAMA_NO_CLOUD (envconfig);
 * LocalAI: galleries are loaded at start unless AUTOLOAD_GALLERIES is false (core/cli/run.go).
 */
export function offlineSettings(service: InferenceService, known: boolean): readonly OfflineSetting[] {
  const { environment: env = {}, argv } = service
  const setting = (name: string, set: boolean): OfflineSetting => ({ name, state: set ? 'set' : known ? 'missing' : 'unknown' })
  switch (service.engine) {
    case 'vllm':
      return [
        setting('HF_HUB_OFFLINE=1', isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE)),
        setting('VLLM_NO_USAGE_STATS=1', isOn(env.VLLM_NO_USAGE_STATS) || isOn(env.DO_NOT_TRACK)),
      ]
    case 'llama.cpp':
      return [setting('--offline', hasFlag(argv, ['--offline']) || isOn(env.LLAMA_ARG_OFFLINE) || isOn(env.LLAMA_OFFLINE))]
    case 'ollama':
      return [setting('OLLAMA_NO_CLOUD=1', isOn(env.OLLAMA_NO_CLOUD))]
    case 'localai': {
      const flag = flagValue(argv, ['--autoload-galleries'])
      const off = flag === undefined ? isOff(env.LOCALAI_AUTOLOAD_GALLERIES ?? env.AUTOLOAD_GALLERIES) : isOff(flag)
      return [setting('LOCALAI_AUTOLOAD_GALLERIES=false', off)]
    }
  }
}
