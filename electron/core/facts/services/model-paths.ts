import { dirname } from 'node:path/posix'
import { onHost } from '../processes/seen-files.ts'
import { flagValue } from './flags.ts'
import { defaultHubCache, hubCache } from './hub-cache.ts'
import type { Launch } from './launch.ts'
import { llamaFetch, llamaFiles } from './llama-words.ts'
import { isRepository, vllmModels } from './vllm-words.ts'

/** Accounts whose default model folder is known without asking: the official installer's, and root. */
const knownHomes: Readonly<Record<string, string>> = { ollama: '/usr/share/ollama', root: '/root' }

/**
 * Model directories that a server reads, as far as flags, variables and defaults name absolute ones: models, adapters, drafts, and the
 * caches of what was fetched. `home` is that of its account, when it is known.
 */
export function modelPathsOf(
  launch: Launch,
  variables: Readonly<Record<string, string>>,
  account: { readonly user?: string | undefined; readonly home?: string | undefined },
): readonly string[] {
  const { words } = launch
  const home = variables.HOME || account.home || knownHomes[account.user ?? '']
  return absolute(
    (() => {
      switch (launch.engine) {
        case 'ollama':
          return [variables.OLLAMA_MODELS?.trim().replace(/^["']|["']$/g, '') || (home && `${home}/.ollama/models`)]
        case 'vllm': {
          const folder = flagValue(words, ['--download-dir'], { underscores: true })
          const models = vllmModels(words)
          const cache = hubCache(variables, home) ?? (folder || !models.some(isRepository) ? undefined : defaultHubCache(variables, home))
          return [...models, folder, cache, variables.VLLM_LORA_RESOLVER_CACHE_DIR]
        }
        case 'llama.cpp': {
          const files = llamaFiles(words, variables)
          const fetches = llamaFetch(words, variables) !== undefined || files.length === 0
          return [
            ...files.map(dirname),
            flagValue(words, ['--models-dir'], { underscores: true }) ?? variables.LLAMA_ARG_MODELS_DIR,
            fetches ? variables.LLAMA_CACHE || hubCache(variables, home) : undefined,
          ]
        }
        case 'localai':
          return [flagValue(words, ['--models-path']) ?? variables.LOCALAI_MODELS_PATH ?? variables.MODELS_PATH, hubCache(variables, home)]
      }
    })(),
  )
}

const absolute = (paths: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(paths.flatMap((path) => (path?.startsWith('/') ? [path.replace(/\/+$/, '')] : [])).filter((path) => path !== '')),
]

/** Folders below a home that engines keep models in when nothing names another: where one is mounted, the home is what lies above it. */
const belowHome = /^(\/.*?)?\/(?:\.cache(?:\/huggingface(?:\/hub)?)?|\.ollama(?:\/models)?)\/?$/

/**
 * The home of a server in a container, as far as its mounts tell it: `-v cache:/root/.cache/huggingface`. Else that of root, which images of engines
 * run as and whose folders count only where something is mounted.
 */
export function homeInContainer(mounts: readonly { readonly destination: string }[]): string {
  const homes = mounts.flatMap(({ destination }) => belowHome.exec(destination)?.slice(1, 2) ?? [])
  return homes.find((home) => home !== undefined) ?? '/root'
}

/** Paths inside a container as the host sees them, by the longest mount that covers them; a path in the image itself is left out. */
export const onHostByMounts = (
  paths: readonly string[],
  mounts: readonly { readonly source: string; readonly destination: string }[],
): readonly string[] => {
  // Without a mount that covers it, a path is one of the image.
  const mounted = { mounts: [{ destination: '/' }, ...mounts], more: false }
  return paths.flatMap((path) => onHost(path, mounted) ?? [])
}
