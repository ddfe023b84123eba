import { keepsAccounts } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import { isPlaceholder, isReference } from '../placeholder-keys.ts'
import { everyValue, flagValue, hasFlag, valuesOf } from './flags.ts'
import type { Launch } from './launch.ts'
import { parseOllamaHost } from './ollama-host.ts'

/** Variables as far as they could be read. `complete`: none can be missing. */
export interface KnownEnvironment {
  readonly variables: Readonly<Record<string, string>>
  readonly complete: boolean
}

/** One address that the configuration of an engine names. */
export interface ConfiguredAddress {
  readonly address: string
  readonly port: number
  /** The variable or flag that decides; `undefined` when it is the engine's default. */
  readonly variable?: string | undefined
  readonly flag?: string | undefined
  readonly token?: string | undefined
}

export interface Configured {
  readonly addresses: readonly ConfiguredAddress[]
  /** Why the configuration does not settle the address. */
  readonly unknown?: string | undefined
  /** Ports worth looking at for sockets of unknown owner. */
  readonly ports: readonly number[]
}

/** Ports that are not kept on the loopback interface, as far as the configuration settles it. */
export const openPorts = ({ addresses, ports }: Configured): readonly number[] =>
  ports.filter((port) => {
    const own = addresses.filter((one) => one.port === port)
    return own.length === 0 || own.some(({ address }) => scopeOf(address) !== 'loopback')
  })

const dashes = { underscores: true }
const unreadable = 'its environment could not be read'

/** Where an engine listens by its flags, its environment and its defaults. */
export function configuredAddresses(launch: Launch, environment: KnownEnvironment): Configured {
  switch (launch.engine) {
    case 'ollama':
      return ollama(environment)
    case 'vllm':
      return vllm(launch)
    case 'llama.cpp':
      return launch.variant === 'llama-cpp-python' ? llamaCppPython(launch.words, environment) : llamaServer(launch.words, environment)
    case 'localai':
      return localAi(launch.words, environment)
  }
}

function ollama({ variables, complete }: KnownEnvironment): Configured {
  const value = variables.OLLAMA_HOST
  const { address, port } = parseOllamaHost(value)
  if (!complete) return { addresses: [], ports: [port], unknown: unreadable }
  const variable = value === undefined ? undefined : 'OLLAMA_HOST'
  return { addresses: [{ address, port, variable, token: variable && `OLLAMA_HOST=${value}` }], ports: [port] }
}

/**
 * vLLM: without --host every interface (api_server.py binds `args.host or ""`); --uds replaces both; --config may name a host. With --grpc-port another socket at the same
 * host speaks gRPC (launchers/api_server/rust_frontend.py), and each rank may have a server of its own, on ports one after the other (dp_supervisor.py).
 */
function vllm({ words, variant }: Launch): Configured {
  const grpc = readPort(flagValue(words, ['--grpc-port'], dashes))
  const also = grpc === undefined ? [] : [grpc]
  if (hasFlag(words, ['--headless'], dashes)) return { addresses: [], ports: [] }
  if (flagValue(words, ['--uds'], dashes)) return { addresses: also.map((port) => ({ address: '127.0.0.1', port })), ports: also }
  const host = flagValue(words, ['--host'], dashes)
  const portText = flagValue(words, ['--port'], dashes)
  const port = readPort(portText) ?? (variant === 'vllm-grpc' ? 50_051 : 8000)
  const ports = [...portsOfRanks(words, port), ...also]
  const inFile = hasFlag(words, ['--config'], dashes)
  if (inFile && (host === undefined || portText === undefined)) {
    return { addresses: [], ports, unknown: 'its --config file may name host and port' }
  }
  if (variant === 'vllm-rs' && host === undefined)
    return { addresses: [], ports, unknown: 'vllm-rs without --host listens on loopback or on all addresses, by its release' }
  const named = host === undefined ? { address: '0.0.0.0' } : { address: host, flag: '--host', token: host }
  return { addresses: ports.map((one) => ({ ...named, port: one })), ports }
}

/** More ranks than one host has GPUs are none. */
const MAX_RANKS = 64

function portsOfRanks(words: readonly string[], first: number): readonly number[] {
  if (!hasFlag(words, ['--data-parallel-multi-port-external-lb', '-dpm'], dashes)) return [first]
  const ranks = Number(
    flagValue(words, ['--data-parallel-size-local', '-dpl'], dashes) ?? flagValue(words, ['--data-parallel-size', '-dp'], dashes),
  )
  return Array.from({ length: ranks >= 1 && ranks <= MAX_RANKS ? ranks : 1 }, (_, rank) => first + rank)
}

/** llama-server: 127.0.0.1, port 8080 (9931 in builds since August 2026); flags win over LLAMA_ARG_*; several hosts apart by commas. */
function llamaServer(words: readonly string[], { variables, complete }: KnownEnvironment): Configured {
  if (hasFlag(words, [LLAMAFILER])) return llamafiler(words)
  const hostFlag = flagValue(words, ['--host'])
  // Where it serves as Vertex AI wants it, that port wins over its own (server-http.cpp).
  const vertex = variables.AIP_MODE === 'PREDICTION' ? variables.AIP_HTTP_PORT || '8080' : undefined
  const portText = vertex ?? flagValue(words, ['--port']) ?? variables.LLAMA_ARG_PORT
  const port = readPort(portText)
  const ports = port === undefined ? [8080, 9931] : [port]
  if (!complete && (hostFlag === undefined || portText === undefined)) return { addresses: [], ports, unknown: unreadable }
  const hosts = hostFlag ?? variables.LLAMA_ARG_HOST
  const variable = hostFlag === undefined && hosts !== undefined ? 'LLAMA_ARG_HOST' : undefined
  const flag = hostFlag === undefined ? undefined : '--host'
  const addresses = (hosts ?? '127.0.0.1')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '' && !host.endsWith('.sock'))
    .map((address) => ({ address, port: port ?? 8080, variable, flag, token: hosts }))
  return { addresses, ports }
}

/** With a file, no flag of the Python binding counts (llama_cpp/server/__main__.py). */
const inOwnFile = (words: readonly string[], variables: KnownEnvironment['variables']): boolean =>
  hasFlag(words, ['--config_file']) || (variables.CONFIG_FILE ?? '') !== ''

/** llama_cpp.server: localhost:8000; settings also from HOST and PORT (pydantic-settings). */
function llamaCppPython(words: readonly string[], { variables, complete }: KnownEnvironment): Configured {
  const hostFlag = flagValue(words, ['--host'])
  const portText = flagValue(words, ['--port']) ?? variables.PORT
  const port = readPort(portText) ?? 8000
  if (inOwnFile(words, variables)) return { addresses: [], ports: [port], unknown: 'its --config_file may name host and port' }
  if (!complete && (hostFlag === undefined || portText === undefined)) return { addresses: [], ports: [port], unknown: unreadable }
  const address = hostFlag ?? variables.HOST ?? 'localhost'
  const variable = hostFlag === undefined && variables.HOST !== undefined ? 'HOST' : undefined
  return { addresses: [{ address, port, variable, flag: hostFlag === undefined ? undefined : '--host', token: address }], ports: [port] }
}

/** LocalAI: `:8080`, every interface; LOCALAI_ADDRESS wins over ADDRESS (core/cli/run.go). */
function localAi(words: readonly string[], { variables, complete }: KnownEnvironment): Configured {
  const flag = flagValue(words, ['--address'])
  const variable = flag === undefined ? ['LOCALAI_ADDRESS', 'ADDRESS'].find((name) => variables[name] !== undefined) : undefined
  const value = flag ?? (variable && variables[variable]) ?? ':8080'
  const match = /^(.*):(\d+)$/.exec(value)
  const port = readPort(match?.[2]) ?? 8080
  if (flag === undefined && !complete) return { addresses: [], ports: [port], unknown: unreadable }
  if (!match) return { addresses: [], ports: [port], unknown: `its address "${value}" has no port` }
  const address = (match[1] ?? '').replace(/^\[|\]$/g, '') || '0.0.0.0'
  return { addresses: [{ address, port, variable, flag: flag === undefined ? undefined : '--address', token: value }], ports: [port] }
}

/** The other server that a llamafile holds up to 0.9, with words of its own and without keys (llamafile/server/doc/getting_started.md). */
const LLAMAFILER = '--v2'

function llamafiler(words: readonly string[]): Configured {
  const value = flagValue(words, ['-l', '--listen'])
  const [, host = value === undefined ? '127.0.0.1' : '0.0.0.0', digits] = /^(?:(.*):)?(\d+)$/.exec(value ?? '8080') ?? []
  const port = readPort(digits)
  if (port === undefined) return { addresses: [], ports: [8080], unknown: `its address "${value}" has no port` }
  const address = host.replace(/^\[|\]$/g, '') || '0.0.0.0'
  return { addresses: [{ address, port, ...(value !== undefined && { flag: '--listen', token: value }) }], ports: [port] }
}

function readPort(text: string | undefined): number | undefined {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : undefined
}

/** Where llama-server finds keys beside those that it was given. */
export const keyFile = (words: readonly string[], variables: KnownEnvironment['variables']): string | undefined =>
  flagValue(words, ['--api-key-file'], dashes) ?? variables.LLAMA_ARG_API_KEY_FILE

/** Keys that are not empty; any of several lets in. */
const strengthOf = (keys: readonly string[], isOpen: (key: string) => boolean): InferenceService['apiKey'] =>
  keys.flatMap((key) => key.split(',')).some(isOpen) ? 'placeholder' : 'set'

/**
 * Is the engine's own key required? Sources: facts of each engine's server flags and environment; Ollama has no such thing. `asStarted`: the words are those of
 * the process itself, in which a reference is not replaced any more. No program replaces one in a variable.
 */
export function configuredApiKey(
  launch: Launch,
  { variables, complete }: KnownEnvironment,
  { asStarted = false } = {},
): InferenceService['apiKey'] {
  const { words } = launch
  const inWords = (keys: readonly string[]) => strengthOf(keys, (key) => isPlaceholder(key) || (asStarted && isReference(key)))
  const inEnvironment = (...names: string[]): InferenceService['apiKey'] => {
    const keys = names.flatMap((name) => variables[name] || [])
    if (keys.length > 0) return strengthOf(keys, (key) => isPlaceholder(key) || isReference(key))
    return complete ? 'none' : 'unknown'
  }
  switch (launch.engine) {
    case 'ollama':
      return 'none'
    case 'vllm': {
      // What speaks gRPC has no key, whatever it was given (vllm/entrypoints/grpc_server.py).
      if (launch.variant === 'vllm-demo' || launch.variant === 'vllm-grpc' || hasFlag(words, ['--grpc'])) return 'none'
      const keys = valuesOf(words, ['--api-key'], dashes).filter((key) => key !== '')
      if (keys.length > 0) return inWords(keys)
      const other = inEnvironment('VLLM_API_KEY')
      // An empty word, as of a variable that is not set, is no key, and the variable is asked by some releases only.
      if (hasFlag(words, ['--api-key'], dashes)) return other === 'none' ? 'none' : 'unknown'
      return other === 'none' && hasFlag(words, ['--config'], dashes) ? 'unknown' : other
    }
    case 'llama.cpp': {
      if (launch.variant === 'llama-cpp-python') {
        if (inOwnFile(words, variables)) return 'unknown'
        const key = flagValue(words, ['--api_key'])
        return key ? inWords([key]) : inEnvironment('API_KEY')
      }
      if (hasFlag(words, [LLAMAFILER])) return 'none'
      const keys = everyValue(words, ['--api-key'], dashes).filter((key) => key !== '')
      if (keys.length > 0) return inWords(keys)
      const other = inEnvironment('LLAMA_API_KEY')
      // A file of empty lines and remarks is read without a complaint, and then nobody is asked (common/arg.cpp).
      return other === 'none' && keyFile(words, variables) ? 'unknown' : other
    }
    case 'localai': {
      const keys = flagValue(words, ['--api-keys'])
      if (keys) return inWords([keys])
      if (keepsAccounts({ engine: 'localai', argv: words, environment: variables })) return 'set'
      const other = inEnvironment('LOCALAI_API_KEY', 'API_KEY')
      // api_keys.json in the dynamic configuration folder may hold keys too.
      const folder = flagValue(words, ['--localai-config-dir']) ?? variables.LOCALAI_CONFIG_DIR
      return other === 'none' && folder !== undefined ? 'unknown' : other
    }
  }
}
