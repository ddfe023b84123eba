import { flagValue, valuesOf } from './flags.ts'

const style = { underscores: true }

/** Flags whose value is a path, but not of a model. */
const otherPaths =
  /^--(?:ssl-(?:keyfile|certfile|ca-certs)|chat-template|(?:log-)?config(?:-file)?|uds|allowed-local-media-path|download-dir|tool-parser-plugin|root-path|disable-access-log-for-endpoints|lora-modules)$/

/** What a vLLM server loads by name, as paths or repositories of a hub. The words are those after `serve`. */
export function vllmModels(words: readonly string[]): readonly string[] {
  const model =
    vllmModel(words) ?? words.find((word, at) => word.startsWith('/') && !otherPaths.test((words[at - 1] ?? '').replaceAll('_', '-')))
  return [...(model === undefined ? [] : [model]), ...vllmExtras(words)]
}

/** The model, where the words say for certain which of them it is: --model, or the first one. */
export function vllmModel(words: readonly string[]): string | undefined {
  const [first = '-'] = words
  return flagValue(words, ['--model'], style) ?? (first.startsWith('-') ? undefined : first)
}

/**
 * What is loaded beside the model: adapters (features/lora), the model that drafts (features/spec_decode), a tokenizer and settings of its own. An adapter
 * whose path is a repository is fetched (vllm/lora/utils.py, get_adapter_absolute_path).
 */
export function vllmExtras(words: readonly string[]): readonly string[] {
  const single = [
    flagValue(words, ['--tokenizer'], style),
    flagValue(words, ['--hf-config-path'], style),
    flagValue(words, ['--generation-config'], style),
    flagValue(words, ['--speculative-model', '--speculative-config.model'], style),
    ...fieldOf(flagValue(words, ['--speculative-config', '-sc'], style), 'model'),
  ]
  const adapters = valuesOf(words, ['--lora-modules'], style).flatMap(adapterOf)
  return [...single, ...adapters].filter((one): one is string => one !== undefined && one !== '')
}

/** `name=path` or JSON, as LoRAParserAction of vllm/entrypoints/openai/cli_args.py takes them. */
const adapterOf = (word: string): readonly string[] =>
  word.includes('=') && !word.includes(',') && !word.startsWith('{') ? [word.slice(word.indexOf('=') + 1)] : fieldOf(word, 'path')

/** One field of a JSON object, or of each in a list of them. Words come from the host: what is no such thing says nothing. */
function fieldOf(json: string | undefined, field: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json ?? '')
    return [value].flat().flatMap((one) => {
      const found =
        typeof one === 'object' && one !== null && Object.hasOwn(one, field) ? (one as Record<string, unknown>)[field] : undefined
      return typeof found === 'string' ? [found] : []
    })
  } catch {
    return []
  }
}

/** A repository of the hub is a name, or an account and a name. A relative folder looks the same; vLLM takes the folder first. */
export const isRepository = (name: string): boolean =>
  name !== '' && !/^[./~]/.test(name) && !name.includes('://') && name.split('/').length <= 2
