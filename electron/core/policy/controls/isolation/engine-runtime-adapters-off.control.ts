import { hasFlag } from '../../../facts/services/flags.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noVllm, vllmLaunches } from './vllm-launches.ts'

const SWITCH = 'VLLM_ALLOW_RUNTIME_LORA_UPDATING'

/** vLLM (docs, features/lora): the switch adds POST /v1/load_lora_adapter, which its log says is for local development alone. */
export default defineControl({
  id: 'engine-runtime-adapters-off',
  item: 'SUP-4',
  severity: 'high',
  title: 'No adapters are loaded by request while vLLM runs',
  rationale:
    'An adapter changes what a model answers as much as other weights do. With this switch whoever reaches the server names a folder or a repository, and it is loaded with no review and no hash.',
  steps: `Remove ${SWITCH} and name approved adapters with --lora-modules.`,
  needs: ['services'],
  uses: ['units'],
  references: ['NIST-800-53:CM-5', 'NIST-800-53:SI-7', 'CIS-8:4.8', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, units }) => {
    const launches = vllmLaunches(services, units)
    if (launches.length === 0) return noVllm
    return launches.map(({ service, name, words, unseen, environmentRead, cite }): Verdict => {
      const base = { subject: service.id }
      const value = service.environment?.[SWITCH]
      // vllm/envs.py: 1 and true, in any case, switch it on.
      const on = /^\s*(?:1|true)\s*$/i.test(value ?? '')
      const adapters = hasFlag(words, ['--enable-lora'], { underscores: true })
      const maybe = adapters || unseen !== undefined || words.length === 0
      if (on) {
        const at = { ...base, cite: cite(SWITCH) }
        if (maybe) {
          const reason = `${name} runs with ${SWITCH}=${value?.trim()}${adapters ? ' and --enable-lora' : ''}.`
          return { ...at, status: 'fail', title: 'Adapters are loaded on request', reason }
        }
        const reason = `${name} runs with ${SWITCH}=${value?.trim()}, but without --enable-lora, so that loading fails for now.`
        return { ...at, status: 'warning', title: 'Loading of adapters is switched on', reason }
      }
      if (value === undefined && !environmentRead && maybe) {
        const reason = `Whether ${SWITCH} is set for ${name} is not known: its environment could not be read.`
        return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason, cite: cite() }
      }
      const reason = environmentRead ? `${name} runs without ${SWITCH}.` : `${name} runs without --enable-lora.`
      return { ...base, status: 'pass', title: 'No adapter is loaded on request', reason, cite: cite() }
    })
  },
})
