import type { InferenceService } from '#shared/model/inference-service.ts'
import { flagValue, hasFlag, unreadVariable, unseenFlags } from './flags.ts'

/** Does an engine write prompts to its log, by its flags, variables and version? */
export type LoggedPrompts =
  | { readonly kind: 'logged' | 'clean'; readonly why: string; readonly variable?: string }
  | { readonly kind: 'unknown'; readonly why: string }

/** What its settings make of its log. */
export function loggedPrompts(service: InferenceService): LoggedPrompts {
  const given = judges[service.engine](service)
  if (given.kind !== 'clean' || service.engine === 'vllm') return given
  // What nobody could read may switch it on.
  if (service.environmentComplete === false) return { kind: 'unknown', why: 'not all of its variables could be read' }
  const flags = unreadVariable(service.argv)
  return flags === undefined ? given : { kind: 'unknown', why: `what ${flags} in the command of its unit stands for was not read` }
}

const judges: Readonly<Record<InferenceService['engine'], (service: InferenceService) => LoggedPrompts>> = {
  vllm,
  ollama,
  'llama.cpp': llama,
  localai,
}

const style = { underscores: true } as const

/** vLLM 0.10.1 turned the default round: before, prompts are logged unless --disable-log-requests; since, only with --enable-log-requests. */
function vllm({ argv, version, environment }: InferenceService): LoggedPrompts {
  if (argv.length === 0) return { kind: 'unknown', why: 'its command line could not be read' }
  if (hasFlag(argv, ['--enable-log-requests'], style)) return { kind: 'logged', why: '--enable-log-requests writes prompts to the log' }
  const level = environment?.VLLM_LOGGING_LEVEL
  if (level?.toUpperCase() === 'DEBUG')
    return { kind: 'logged', why: 'VLLM_LOGGING_LEVEL=DEBUG writes more than the requests', variable: 'VLLM_LOGGING_LEVEL' }
  // The middleware of api_server.py that writes every answer.
  if (/^(?:1|true)$/i.test(environment?.VLLM_DEBUG_LOG_API_SERVER_RESPONSE ?? ''))
    return {
      kind: 'logged',
      why: 'VLLM_DEBUG_LOG_API_SERVER_RESPONSE writes answers to the log',
      variable: 'VLLM_DEBUG_LOG_API_SERVER_RESPONSE',
    }
  if (hasFlag(argv, ['--no-enable-log-requests', '--disable-log-requests'], style))
    return { kind: 'clean', why: 'the logging of requests is switched off by a flag' }
  const unseen = unseenFlags(argv)
  if (unseen !== undefined)
    return { kind: 'unknown', why: `${unseen} may switch that on; --no-enable-log-requests beside it makes it certain` }
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
function ollama({ environment }: InferenceService): LoggedPrompts {
  if (!environment) return { kind: 'unknown', why: 'its environment could not be read' }
  const on = (value: string | undefined): boolean => value !== undefined && !/^(?:0|false|f|)$/i.test(value.trim())
  for (const name of ['OLLAMA_DEBUG_LOG_REQUESTS', 'OLLAMA_DEBUG'])
    if (on(environment[name]))
      return { kind: 'logged', why: `${name}=${environment[name]} writes prompts in many versions`, variable: name }
  return { kind: 'clean', why: 'neither OLLAMA_DEBUG nor OLLAMA_DEBUG_LOG_REQUESTS is set' }
}

function llama({ argv, environment = {} }: InferenceService): LoggedPrompts {
  if (argv.length === 0) return { kind: 'unknown', why: 'its command line could not be read' }
  // The Python binding tells of its own work alone, however much.
  if (argv.some((word) => word.includes('llama_cpp'))) return { kind: 'clean', why: 'the Python binding writes no bodies of requests' }
  if (hasFlag(argv, ['--log-prompts-dir']) || environment.LLAMA_ARG_LOG_PROMPTS_DIR)
    return { kind: 'logged', why: '--log-prompts-dir keeps every prompt in a file' }
  const verbose = !/^(?:|0|false|no|off|disabled)$/i.test(environment.LLAMA_ARG_VERBOSE ?? '')
  const verbosity = Number(
    flagValue(argv, ['-lv', '--verbosity', '--log-verbosity']) ??
      environment.LLAMA_LOG_VERBOSITY ??
      environment.LLAMA_ARG_LOG_VERBOSITY ??
      '0',
  )
  if (verbose || hasFlag(argv, ['-v', '--verbose', '--log-verbose']) || verbosity >= 5)
    return { kind: 'logged', why: 'its verbosity writes bodies of requests to the log' }
  // common/log.h: what is written to find mistakes was 1, then 4, and is 5.
  if (verbosity >= 1)
    return { kind: 'unknown', why: `verbosity ${verbosity} writes bodies of requests in some releases; without it none are written` }
  return { kind: 'clean', why: 'neither verbose logging nor --log-prompts-dir is set' }
}

function localai({ argv, environment }: InferenceService): LoggedPrompts {
  // Each has two names, of which the longer goes first (core/cli/context/context.go, run.go).
  for (const short of ['ENABLE_TRACING', 'DEBUG']) {
    const name = environment?.[`LOCALAI_${short}`] === undefined ? short : `LOCALAI_${short}`
    if (/^(?:1|t|true|yes)$/i.test(environment?.[name] ?? ''))
      return { kind: 'logged', why: `${name} keeps bodies of requests`, variable: name }
  }
  if (hasFlag(argv, ['--debug', '--enable-tracing'])) return { kind: 'logged', why: 'a flag keeps bodies of requests' }
  if (/^(?:debug|trace)$/i.test(flagValue(argv, ['--log-level']) ?? environment?.LOCALAI_LOG_LEVEL ?? ''))
    return { kind: 'logged', why: 'its log level writes bodies of requests' }
  return environment
    ? { kind: 'clean', why: 'neither debugging nor tracing is on' }
    : { kind: 'unknown', why: 'its settings could not be read' }
}
