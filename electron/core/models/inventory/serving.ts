import type { InferenceService } from '#shared/model/inference-service.ts'
import type { HostModel, ModelServer } from '#shared/model/model-inventory.ts'
import type { Process } from '../../facts/processes/processes.ts'
import type { LaidOutModel } from './layout.ts'

/** What runs on the host, as far as it is known. */
export interface Running {
  readonly services: readonly InferenceService[]
  readonly processes: readonly Process[]
}

const below = (path: string, root: string): boolean => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)

/** The weights of a model as a command line may name them: itself, its files, its blobs. */
const pathsOf = (model: LaidOutModel): ReadonlySet<string> =>
  new Set([model.path, ...model.files.filter(({ role }) => role === 'weights').map(({ file }) => file.path)])

/** `--model=/p` and `/p` name the same. */
const names = (word: string, paths: ReadonlySet<string>): boolean => {
  const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : word
  return paths.has(value) || paths.has(value.replace(/\/+$/, ''))
}

/**
 * Which servers are given this model, and whether it is in use. A server that names a model by its path serves that one; a server that
 * is given a directory serves what lies in it. Ollama and LocalAI start a process per model that names its file, so there a model that no
 * process names is not loaded; vLLM and llama.cpp load what they are started with.
 */
export function servingOf(model: LaidOutModel, { services, processes }: Running): Pick<HostModel, 'servers' | 'loaded'> {
  const paths = pathsOf(model)
  const exact = services.filter((service) => service.argv.some((word) => names(word, paths)) || service.modelPaths.includes(model.path))
  const directory = services.filter(
    (service) => !exact.includes(service) && !namesOneModel(service) && service.modelPaths.some((path) => below(model.path, path)),
  )
  const serving = [...exact, ...directory]
  const servers = serving.map(({ id, engine, running }): ModelServer => ({ id, engine, running }))
  if (processes.some(({ argv }) => argv.some((word) => names(word, paths)))) return { servers, loaded: 'yes' }
  const running = serving.filter((service) => service.running)
  if (running.length === 0) return { servers, loaded: processes.length > 0 ? 'no' : 'unknown' }
  if (running.some((service) => exact.includes(service))) return { servers, loaded: 'yes' }
  return { servers, loaded: running.every(({ engine }) => engine === 'ollama' || engine === 'llama.cpp') ? 'no' : 'unknown' }
}

/** llama.cpp with -m, or vLLM with a path, loads that one and nothing beside it. */
const namesOneModel = ({ engine, argv }: InferenceService): boolean =>
  (engine === 'llama.cpp' && argv.some((word) => /^(?:-m|--model)(?:=|$)/.test(word))) || engine === 'vllm'
