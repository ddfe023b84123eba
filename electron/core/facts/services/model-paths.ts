import { dirname } from 'node:path/posix'
import { flagValue } from './flags.ts'
import type { Launch } from './launch.ts'

/** Accounts whose default model folder is known without asking: the official installer's, and root. */
const knownHomes: Readonly<Record<string, string>> = { ollama: '/usr/share/ollama', root: '/root' }

/**
 * Model directories that a server reads, as far as flags, variables and defaults name absolute ones. `home` is that of its account,
 * when it is known.
 */
export function modelPathsOf(
  launch: Launch,
  variables: Readonly<Record<string, string>>,
  account: { readonly user?: string | undefined; readonly home?: string | undefined },
): readonly string[] {
  const { words } = launch
  const home = variables.HOME ?? account.home ?? knownHomes[account.user ?? '']
  const file = (path: string | undefined): string | undefined => path && dirname(path)
  return absolute(
    (() => {
      switch (launch.engine) {
        case 'ollama':
          return [variables.OLLAMA_MODELS?.trim().replace(/^["']|["']$/g, '') || (home && `${home}/.ollama/models`)]
        case 'vllm':
          return [
            flagValue(words, ['--model'], { underscores: true }) ?? words.find((word) => word.startsWith('/')),
            flagValue(words, ['--download-dir'], { underscores: true }),
            variables.HF_HOME,
          ]
        case 'llama.cpp':
          return [
            file(flagValue(words, ['-m', '--model']) ?? variables.LLAMA_ARG_MODEL),
            flagValue(words, ['--models-dir']) ?? variables.LLAMA_ARG_MODELS_DIR,
          ]
        case 'localai':
          return [flagValue(words, ['--models-path']) ?? variables.LOCALAI_MODELS_PATH ?? variables.MODELS_PATH]
      }
    })(),
  )
}

const absolute = (paths: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(
    paths.filter((path): path is string => path?.startsWith('/') === true && path !== '/').map((path) => path.replace(/(.)\/+$/, '$1')),
  ),
]

/** Paths inside a container as the host sees them, by the longest mount that covers them; a path in the image itself is left out. */
export function onHost(
  paths: readonly string[],
  mounts: readonly { readonly source: string; readonly destination: string }[],
): readonly string[] {
  return paths.flatMap((path) => {
    const covering = mounts.filter(({ destination }) => path === destination || path.startsWith(`${destination.replace(/\/$/, '')}/`))
    const mount = covering.sort((a, b) => b.destination.length - a.destination.length)[0]
    return mount ? [mount.source + path.slice(mount.destination.replace(/\/$/, '').length)] : []
  })
}
