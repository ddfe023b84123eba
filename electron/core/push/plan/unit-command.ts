import type { Engine, InferenceService } from '#shared/model/inference-service.ts'

/** As the records of known programs call them. */
export type GpuExporter = 'dcgm-exporter' | 'nvidia-gpu-exporter'

type Server = Engine | GpuExporter

/** Flags that templates set themselves: where a server listens, and its keys. */
const ownFlags: Readonly<Record<Server, readonly string[]>> = {
  ollama: [],
  vllm: ['--host', '--port', '--api-key'],
  'llama.cpp': ['--host', '--port', '--api-key', '--api-key-file'],
  localai: ['--address', '--api-keys'],
  // Its library takes one dash for two, and refuses a flag under two of its names.
  'dcgm-exporter': ['--address', '-address', '-a', '--a'],
  'nvidia-gpu-exporter': ['--web.listen-address'],
}

/**
 * The words of an ExecStart= without the flags that a template sets itself. systemctl joins words by blanks, so they are taken only where the
 * process that runs was started with the same ones: undefined where it was not (a variable, a wrapper, a word with a blank, a unit that was
 * edited since), and where the words after a flag may be its values or not.
 */
export function commandWithout(
  execStart: readonly string[],
  { argv, engine, running }: Pick<InferenceService, 'argv' | 'running'> & { readonly engine: Server },
): readonly string[] | undefined {
  const [program, ...words] = execStart
  const configured = without(words, engine)
  const started = without(argv, engine)
  if (program === undefined || configured === undefined || started === undefined || !running) return undefined
  const command = [program, ...configured]
  const tail = started.slice(-command.length)
  return tail.length === command.length && tail.every((word, index) => word === command[index]) ? command : undefined
}

function without(words: readonly string[], engine: Server): readonly string[] | undefined {
  const kept: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const name = word.split('=', 1)[0]?.replaceAll('_', '-') ?? ''
    if (!ownFlags[engine].includes(name)) kept.push(word)
    else if (!word.includes('=')) {
      at++
      // vLLM takes several keys after one flag, and the name of a model may follow as well.
      const next = words[at + 1]
      if (engine === 'vllm' && name === '--api-key' && next !== undefined && !next.startsWith('-')) return undefined
    }
  }
  return kept
}
