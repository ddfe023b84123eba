import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import { flagValue } from '../../../facts/services/flags.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { commandLineUnread, noServices, processLine, serviceName, settingsElsewhere } from '../inference/service-words.ts'

const LIMIT = 0.95
/** What vLLM takes when nothing is said: 0.9, and 0.92 in newer releases. */
const DEFAULT = 0.92

export default defineControl({
  id: 'inference-gpu-memory-headroom',
  item: 'MON-3',
  severity: 'low',
  title: 'Servers leave GPU memory free for what they did not plan',
  rationale:
    'A server that takes all memory ends with the first request that needs a little more, and one caller can send it. The rest is for the driver, for captured graphs and for tools that look.',
  steps: 'Set --gpu-memory-utilization to 0.9 or less, and restart the unit.',
  needs: ['services'],
  uses: ['processes'],
  references: [
    'NIST-800-53:SC-6',
    'NIST-800-53:CP-2(2)',
    'ISO-27001:A.8.6',
    'OWASP-LLM:LLM10',
    'https://docs.vllm.ai/en/latest/configuration/conserving_memory.html',
  ],
  evaluate: ({ services, processes }): readonly Verdict[] =>
    services.length === 0 ? noServices : services.map((service) => judge(service, processLine(service, processes))),
})

function judge(service: InferenceService, line: number | undefined): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  if (service.engine !== 'vllm')
    return {
      ...base,
      status: 'not-applicable',
      title: 'The engine asks for memory as needed',
      reason: `${name} takes what a model needs and keeps a reserve by itself.`,
      cite: [],
    }
  const { argv } = service
  if (argv.length === 0) return { ...base, ...commandLineUnread(service), cite: [] }
  const flag = flagValue(argv, ['--gpu-memory-utilization'], { underscores: true })
  const cite: readonly Citation[] =
    line === undefined ? [] : [{ section: 'processes', line, token: flag === undefined ? undefined : '--gpu-memory-utilization' }]
  const elsewhere = flag === undefined ? settingsElsewhere(service) : undefined
  if (elsewhere) return { ...base, ...elsewhere, cite }
  const bytes = flagValue(argv, ['--kv-cache-memory-bytes'], { underscores: true })
  if (bytes !== undefined)
    return {
      ...base,
      status: 'not-evaluated',
      title: "The server's memory share could not be read",
      reason: `${name} is given ${bytes} bytes for its cache, for which vLLM does not ask --gpu-memory-utilization. What that leaves free hangs on the model.`,
      cite: line === undefined ? [] : [{ section: 'processes', line, token: '--kv-cache-memory-bytes' }],
    }
  const value = flag === undefined ? DEFAULT : Number(flag)
  if (Number.isNaN(value) || value <= 0)
    return {
      ...base,
      status: 'not-evaluated',
      title: "The server's memory share could not be read",
      reason: `--gpu-memory-utilization of ${name} is ${JSON.stringify(flag)}.`,
      cite,
    }
  return value <= LIMIT
    ? {
        ...base,
        status: 'pass',
        title: 'GPU memory is left free',
        reason: `${name} takes ${flag ?? 'its default of at most 0.92'} of the memory, at most ${LIMIT}.`,
        cite,
      }
    : {
        ...base,
        status: 'warning',
        title: 'The server takes nearly all GPU memory',
        reason: `${name} takes ${flag} of the memory. Expected at most ${LIMIT}.`,
        cite,
      }
}
