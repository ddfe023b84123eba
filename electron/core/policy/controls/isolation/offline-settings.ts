import type { InferenceService } from '#shared/model/inference-service.ts'
import { flagValue, hasFlag } from '../../../facts/services/flags.ts'
import type { WireAnswer } from '../../../facts/wire/wire.ts'

/** huggingface_hub/constants.py: `_is_true`, of the first of the two variables that is not empty. */
const hubIsOff = ({ HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE }: Readonly<Record<string, string>>): boolean =>
  /^(?:1|on|yes|true)$/i.test(HF_HUB_OFFLINE || TRANSFORMERS_OFFLINE || '')

/** vllm/envs.py: nothing but `1` counts, of VLLM_DO_NOT_TRACK and DO_NOT_TRACK the first that is not empty. */
const vllmIsSilent = ({ VLLM_NO_USAGE_STATS, VLLM_DO_NOT_TRACK, DO_NOT_TRACK }: Readonly<Record<string, string>>): boolean =>
  VLLM_NO_USAGE_STATS === '1' || (VLLM_DO_NOT_TRACK || DO_NOT_TRACK) === '1'

/**
 * The hub of ModelScope stands for that of Hugging Face (vllm/envs.py; newer builds and vllm-omni take `1` as well). HF_HUB_OFFLINE keeps weights and tokenizer of it away, and neither
 * configurations, which modelscope's own `patch_hub` fetches, nor adapters (vllm/transformers_utils/__init__.py, vllm/lora/utils.py).
 */
export const asksModelScope = ({ VLLM_USE_MODELSCOPE = '' }: Readonly<Record<string, string>>): boolean =>
  /^(?:1|true)$/i.test(VLLM_USE_MODELSCOPE)

/** llama.cpp tools/server/README.md, environment of boolean options. */
const llamaIsOn = (value: string | undefined): boolean => /^(?:1|true|on|enabled)$/.test(value ?? '')

/** Go's strconv.ParseBool; what that cannot read Ollama takes for on (envconfig/config.go, Bool). */
const isOn = (value: string | undefined): boolean => value !== undefined && value !== '' && !/^(?:0|f|F|false|False|FALSE)$/.test(value)
const isOff = (value: string | undefined): boolean => /^(?:0|f|false|no|off|n)$/i.test(value ?? '')

/**
 * One setting that keeps an engine from reaching outside. `said`: a variable says so, and what could not be read may override it. `unknown`: nothing says so, and
 * its environment could not be read whole.
 */
export interface OfflineSetting {
  /** As one would set it. */
  readonly name: string
  readonly state: 'set' | 'said' | 'missing' | 'unknown'
}

/** Can no variable be missing from what is known, or be another than it says? */
export const environmentKnown = ({ environment, environmentComplete }: InferenceService): boolean =>
  environment !== undefined && environmentComplete !== false

/** Ollama tells whether its cloud is off, by OLLAMA_NO_CLOUD or by `disable_ollama_cloud` in the server.json of its account (docs.ollama.com/faq): GET /api/status. */
export const saysCloudIsOff = (answers: readonly WireAnswer[]): boolean =>
  answers.some(({ path, body = '' }) => path === '/api/status' && /"disabled"\s*:\s*true/.test(body))

/** Its variables have had other names before this build (ggml-org/llama.cpp, PR 23778, "fix env names"). */
const RENAMED = 9360

function llamaOffline({ environment: env = {}, argv, version = '' }: InferenceService, known: boolean): OfflineSetting {
  const name = '--offline'
  if (hasFlag(argv, [name])) return { name, state: 'set' }
  const [older, newer] = [llamaIsOn(env.LLAMA_OFFLINE), llamaIsOn(env.LLAMA_ARG_OFFLINE)]
  const [, build] = /^b(\d+)$/.exec(version) ?? []
  if (build === undefined && older !== newer) return { name, state: 'said' }
  const heard = build === undefined ? newer : Number(build) < RENAMED ? older : newer
  if (heard) return { name, state: known ? 'set' : 'said' }
  return { name, state: known ? 'missing' : 'unknown' }
}

/**
 * Settings by which each engine stays offline. huggingface_hub: HF_HUB_OFFLINE, transformers: TRANSFORMERS_OFFLINE; vLLM: VLLM_NO_USAGE_STATS
 * or DO_NOT_TRACK (docs, usage_stats); llama-server: --offline, LLAMA_ARG_OFFLINE; Ollama: OLLAMA_NO_CLOUD (envconfig);
 * LocalAI: galleries are loaded at start unless AUTOLOAD_GALLERIES is false, and those of back ends, which are programs, have a variable of their own (core/cli/run.go).
 */
export function offlineSettings(service: InferenceService, known: boolean): readonly OfflineSetting[] {
  const { environment: env = {}, argv } = service
  // A flag comes before every variable.
  const setting = (name: string, variable: boolean, flag = false): OfflineSetting => {
    if (flag) return { name, state: 'set' }
    return { name, state: variable ? (known ? 'set' : 'said') : known ? 'missing' : 'unknown' }
  }
  switch (service.engine) {
    case 'vllm':
      return [
        setting('HF_HUB_OFFLINE=1', hubIsOff(env)),
        setting('VLLM_NO_USAGE_STATS=1', vllmIsSilent(env)),
        ...(asksModelScope(env) ? [{ name: 'VLLM_USE_MODELSCOPE=False', state: 'missing' as const }] : []),
      ]
    case 'llama.cpp':
      return [llamaOffline(service, known)]
    case 'ollama':
      return [setting('OLLAMA_NO_CLOUD=1', isOn(env.OLLAMA_NO_CLOUD))]
    case 'localai': {
      return ['GALLERIES', 'BACKEND_GALLERIES'].map((what) => {
        const flag = flagValue(argv, [`--autoload-${what.toLowerCase().replace('_', '-')}`])
        const off = isOff(env[`LOCALAI_AUTOLOAD_${what}`] ?? env[`AUTOLOAD_${what}`])
        return setting(`LOCALAI_AUTOLOAD_${what}=false`, flag === undefined && off, isOff(flag))
      })
    }
  }
}
