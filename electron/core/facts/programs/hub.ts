import { flagValue, valuesOf } from '../services/flags.ts'
import { isRepository } from '../services/vllm-words.ts'
import type { Hub } from './programs.ts'
import type { ProgramRecord } from './record.ts'

const style = { underscores: true }

/**
 * What a program loads, and whether it is told to leave hubs alone: by HF_HUB_OFFLINE, or by TRANSFORMERS_OFFLINE where that is empty (huggingface_hub/constants.py); the router
 * of Text Generation Inference, which is no Python, takes `HF_HUB_OFFLINE=1` alone. `whole`: no variable can be missing, or be another than it says.
 */
export function hubOf(
  { hub }: ProgramRecord,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  whole: boolean,
): Hub | undefined {
  if (hub === undefined) return undefined
  const values = (flags: readonly string[] = []) => flags.map((flag) => flagValue(words, [flag], style)).filter((one) => one !== undefined)
  const adapters = (hub.adapters ?? []).flatMap((flag) => valuesOf(words, [flag], style)).map((word) => word.slice(word.indexOf('=') + 1))
  // A variable counts where no flag stands, and what it loads unless told otherwise where neither does.
  const model = values(hub.model)[0] ?? (hub.variable && environment[hub.variable]) ?? hub.usual ?? ''
  const models = [model, ...values(hub.others), ...adapters].filter((one) => one !== '')
  const named = model !== ''
  const asksOther = hub.modelScope !== undefined && /^(?:1|t|true|y|yes|on)$/i.test(environment[hub.modelScope] ?? '')
  if (hub.off === undefined || (asksOther && (!named || models.some(isRepository)))) return { models, named }
  const { HF_HUB_OFFLINE: own = '', TRANSFORMERS_OFFLINE: older = '' } = environment
  const isOff = hub.off === 'one' ? own === '1' : /^(?:1|on|yes|true)$/i.test(own || older)
  return { models, named, offline: isOff ? (whole ? 'set' : 'said') : whole ? 'missing' : 'unknown' }
}
