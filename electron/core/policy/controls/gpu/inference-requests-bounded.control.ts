import type { InferenceService } from '#shared/model/inference-service.ts'
import { flagValue } from '../../../facts/services/flags.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { commandLineUnread, noServices, processLine, serviceName, settingsElsewhere } from '../inference/service-words.ts'

/** `auto` and -1 take what fits into the memory, which is no bound. */
const bounds = ['--max-model-len', '--max-num-seqs'] as const

export default defineControl({
  id: 'inference-requests-bounded',
  item: 'MON-3',
  severity: 'medium',
  title: 'Length and number of requests are bounded for vLLM',
  rationale:
    'Without bounds one caller fills the GPU with a context as long as the model allows, times hundreds of requests at once, and everybody else waits. It stands with the resource controls, since load is where it shows.',
  steps: 'Set --max-model-len and --max-num-seqs to what your users need.',
  needs: ['services'],
  uses: ['processes'],
  references: [
    'NIST-800-53:SC-5',
    'NIST-800-53:SC-6',
    'ISO-27001:A.8.6',
    'OWASP-LLM:LLM10',
    'https://docs.vllm.ai/en/latest/usage/security.html',
  ],
  evaluate: ({ services, processes }): readonly Verdict[] =>
    services.length === 0 ? noServices : services.map((service) => judge(service, processLine(service, processes))),
})

function judge(service: InferenceService, line: number | undefined): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id, cite: line === undefined ? [] : [{ section: 'processes', line }] }
  if (service.engine !== 'vllm')
    return {
      ...base,
      status: 'not-applicable',
      title: 'The engine has bounds of its own',
      reason: `${name} bounds parallel requests by default.`,
    }
  if (service.argv.length === 0) return { ...base, ...commandLineUnread(service) }
  const missing = bounds.filter((flag) => /^(?:auto|-1|)$/.test(flagValue(service.argv, [flag], { underscores: true }) ?? ''))
  if (missing.length === 0)
    return { ...base, status: 'pass', title: 'Length and number of requests are bounded', reason: `${name} sets ${bounds.join(' and ')}.` }
  const elsewhere = settingsElsewhere(service)
  if (elsewhere) return { ...base, ...elsewhere }
  return {
    ...base,
    status: 'warning',
    title: missing.length === 2 ? 'Requests are not bounded' : `${missing[0]} is not set`,
    reason: `${name} starts without ${missing.join(' and ')}, so the model’s own maximum and hundreds of requests at once hold.`,
  }
}
