import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import { flagValue, hasFlag } from '../../../facts/services/flags.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'

export default defineControl({
  id: 'inference-prompts-not-logged',
  item: 'MON-1',
  severity: 'medium',
  title: 'Prompts and answers are kept out of the logs',
  rationale:
    'Prompts hold contracts, patients and passwords. In a log they outlive every retention rule, and whoever reads logs, or the system that they are shipped to, reads them.',
  needs: ['services'],
  uses: ['processes', 'units'],
  references: [
    'NIST-800-53:AU-3(3)',
    'NIST-800-53:SI-12',
    'ISO-27001:A.8.12',
    'OWASP-LLM:LLM02',
    'https://github.com/vllm-project/vllm/pull/21739',
  ],
  evaluate: ({ services, processes, units }): readonly Verdict[] => {
    if (services.length === 0) return noServices
    const all = processes.known ? processes.value : []
    const allUnits = units.known ? units.value : []
    return services.map((service) => {
      const line = all.find(({ pid }) => pid === service.pids[0])?.line
      const unit = allUnits.find(({ id }) => id === service.unit)
      const given = judges[service.engine]?.(service) ?? { kind: 'unknown', why: 'it is not known in depth' }
      // A variable that nobody could read may switch it on.
      const hidden = given.kind === 'clean' && service.engine !== 'vllm' && service.environmentComplete === false
      const answer: Answer = hidden ? { kind: 'unknown', why: 'not all of its variables could be read' } : given
      const at = 'variable' in answer ? unit?.lines[`Environment:${answer.variable}`] : undefined
      const cite: readonly Citation[] = at ? [{ section: 'units', line: at }] : line ? [{ section: 'processes', line }] : []
      return { subject: service.id, cite, ...wordsOf(answer, serviceName(service)) }
    })
  },
})

type Answer =
  | { readonly kind: 'logged' | 'clean'; readonly why: string; readonly variable?: string }
  | { readonly kind: 'unknown'; readonly why: string }

function wordsOf(answer: Answer, name: string): Pick<Verdict, 'status' | 'title' | 'reason'> {
  const reason = `${name}: ${answer.why}.`
  if (answer.kind === 'logged') return { status: 'fail', title: 'Prompts are written to the log', reason }
  if (answer.kind === 'clean') return { status: 'pass', title: 'Prompts are kept out of the log', reason }
  return { status: 'not-evaluated', title: 'Whether prompts are logged is not known', reason }
}

const judges: Readonly<Partial<Record<string, (service: InferenceService) => Answer>>> = { vllm, ollama, 'llama.cpp': llama, localai }

const style = { underscores: true } as const

/** vLLM 0.10.1 turned the default round: before, prompts are logged unless --disable-log-requests; since, only with --enable-log-requests. */
function vllm({ argv, version, environment }: InferenceService): Answer {
  if (argv.length === 0) return { kind: 'unknown', why: 'its command line could not be read' }
  if (hasFlag(argv, ['--enable-log-requests'], style)) return { kind: 'logged', why: '--enable-log-requests writes prompts to the log' }
  const level = environment?.VLLM_LOGGING_LEVEL
  if (level?.toUpperCase() === 'DEBUG')
    return { kind: 'logged', why: 'VLLM_LOGGING_LEVEL=DEBUG writes more than the requests', variable: 'VLLM_LOGGING_LEVEL' }
  if (hasFlag(argv, ['--no-enable-log-requests', '--disable-log-requests'], style))
    return { kind: 'clean', why: 'the logging of requests is switched off by a flag' }
  const [major, minor, patch] = (/^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? '') ?? []).slice(1).map((part) => Number(part ?? 0))
  if (major === undefined || minor === undefined)
    return {
      kind: 'unknown',
      why: 'no flag says so, and the default hangs on the version, which is not known; --no-enable-log-requests makes it certain',
    }
  const since = major > 0 || minor > 10 || (minor === 10 && (patch ?? 0) >= 1)
  return since
    ? { kind: 'clean', why: `version ${version} logs no requests by default` }
    : { kind: 'logged', why: `version ${version} logs prompts unless --disable-log-requests is set` }
}

/** envconfig of Ollama: debug levels print rendered prompts in many versions; OLLAMA_DEBUG_LOG_REQUESTS keeps whole bodies in files. */
function ollama({ environment }: InferenceService): Answer {
  if (!environment) return { kind: 'unknown', why: 'its environment could not be read' }
  const on = (value: string | undefined): boolean => value !== undefined && !/^(?:0|false|f|)$/i.test(value.trim())
  for (const name of ['OLLAMA_DEBUG_LOG_REQUESTS', 'OLLAMA_DEBUG'])
    if (on(environment[name]))
      return { kind: 'logged', why: `${name}=${environment[name]} writes prompts in many versions`, variable: name }
  return { kind: 'clean', why: 'neither OLLAMA_DEBUG nor OLLAMA_DEBUG_LOG_REQUESTS is set' }
}

function llama({ argv, environment }: InferenceService): Answer {
  if (argv.length === 0) return { kind: 'unknown', why: 'its command line could not be read' }
  const verbosity = Number(
    flagValue(argv, ['-lv', '--verbosity', '--log-verbosity']) ??
      environment?.LLAMA_LOG_VERBOSITY ??
      environment?.LLAMA_ARG_LOG_VERBOSITY ??
      '0',
  )
  if (hasFlag(argv, ['--log-prompts-dir'])) return { kind: 'logged', why: '--log-prompts-dir keeps every prompt in a file' }
  if (hasFlag(argv, ['-v', '--verbose', '--log-verbose']) || verbosity >= 5)
    return { kind: 'logged', why: 'its verbosity writes bodies of requests to the log' }
  return { kind: 'clean', why: 'neither verbose logging nor --log-prompts-dir is set' }
}

function localai({ argv, environment }: InferenceService): Answer {
  const on = (name: string): boolean => /^(?:1|true|yes)$/i.test(environment?.[name] ?? '')
  for (const name of ['LOCALAI_ENABLE_TRACING', 'LOCALAI_DEBUG'])
    if (on(name)) return { kind: 'logged', why: `${name} keeps bodies of requests`, variable: name }
  if (hasFlag(argv, ['--debug', '--enable-tracing'])) return { kind: 'logged', why: 'a flag keeps bodies of requests' }
  if (/^(?:debug|trace)$/i.test(flagValue(argv, ['--log-level']) ?? environment?.LOCALAI_LOG_LEVEL ?? ''))
    return { kind: 'logged', why: 'its log level writes bodies of requests' }
  return environment
    ? { kind: 'clean', why: 'neither debugging nor tracing is on' }
    : { kind: 'unknown', why: 'its settings could not be read' }
}
