import type { Engine } from '#shared/model/inference-service.ts'

/** Repository names of the engines' images, on whatever registry: ollama/ollama, vllm/vllm-openai, ggml-org/llama.cpp, localai/localai. */
const repositories: readonly (readonly [RegExp, Engine])[] = [
  [/^ollama$/, 'ollama'],
  [/^vllm(?:-(?:openai|omni|cuda|cpu|rocm|tpu|xpu|neuron|hpu|dev|ci|arm64|gaudi|ascend)[\w.-]*)?$/, 'vllm'],
  [/^local-?ai(?:-aio)?$/, 'localai'],
  [/^llama-cpp-python(?:-[\w-]+)?$/, 'llama.cpp'],
]

/** The engine that an image reference (`registry:5000/ns/name:tag@sha256:…`) is named after. */
export function engineOfImage(reference: string): Engine | undefined {
  const { name, tag } = splitReference(reference)
  const known = repositories.find(([pattern]) => pattern.test(name))
  if (known) return known[1]
  // The tags of llama.cpp say which tool is inside; `server`, `server-cuda`, `full` (its entry point may start the server).
  return (name === 'llama.cpp' && /^server/.test(tag)) || name === 'llama-server' ? 'llama.cpp' : undefined
}

/**
 * The version that a tag states, without a leading `v`, with what makes it an earlier or later one (`0.9.0rc1`, `0.5.1-rc2`, `0.6.4.post1`); of
 * llama.cpp the build (`server-cuda-b4589`). `latest`, `cuda` and the like state none, nor does a month: NVIDIA's vLLM 25.09 holds an engine of another
 * number, which would look newer than any fix.
 */
export function versionOfImage(reference: string): string | undefined {
  const { name, tag } = splitReference(reference)
  if (name === 'llama.cpp') return /-(b\d{3,6})$/.exec(tag)?.[1]
  const [, version] = /^v?(\d+\.\d+(?:\.\d+)*(?:[-.]?(?:rc|alpha|beta|pre|dev|post)(?![a-z])(?:\.?\d+)?|[ab]\d+(?![a-z]))*)/.exec(tag) ?? []
  const major = Number.parseInt(version ?? '', 10)
  return major < (engineOfImage(reference) === 'vllm' ? FIRST_OF_OTHERS : FIRST_YEAR) ? version : undefined
}

/** vLLM counts from 0 still. Who packs it counts by himself (rhaiis/vllm-cuda-rhel9:3.2.1, opea/vllm-gaudi:1.2), which would look newer than any fix. */
const FIRST_OF_OTHERS = 1
/** No engine has come to this number, and tags of months begin with years. */
const FIRST_YEAR = 20

function splitReference(reference: string): { readonly name: string; readonly tag: string } {
  const last = (reference.split('@', 1)[0] ?? '').split('/').at(-1) ?? ''
  const [name = '', tag = 'latest'] = last.split(':')
  return { name: name.toLowerCase(), tag: tag.toLowerCase() }
}
