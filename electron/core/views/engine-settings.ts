import type { HostedService } from '#shared/model/host-services.ts'
import type { Engine, InferenceService } from '#shared/model/inference-service.ts'
import { flagValue, hasFlag } from '../facts/services/flags.ts'
import { recognise } from '../facts/services/launch.ts'

type Settings = HostedService['settings']

interface Flag {
  readonly names: readonly string[]
  /** Stands alone; its presence is its value. */
  readonly alone?: boolean
}

const flag = (...names: string[]): Flag => ({ names })
const alone = (...names: string[]): Flag => ({ names, alone: true })

/** Flags that decide what an engine serves, to whom, and what it takes of the machine. Sources: the engines' own references of their flags. */
const flags: Readonly<Record<Engine, readonly Flag[]>> = {
  vllm: [
    ...[flag('--model'), flag('--served-model-name'), flag('--config'), flag('--max-model-len'), flag('--max-num-seqs')],
    ...[flag('--gpu-memory-utilization'), flag('--tensor-parallel-size', '-tp'), flag('--pipeline-parallel-size', '-pp')],
    ...[
      flag('--data-parallel-size', '-dp'),
      flag('--dtype'),
      flag('--quantization', '-q'),
      flag('--kv-cache-dtype'),
      flag('--download-dir'),
    ],
    ...[
      flag('--api-key'),
      flag('--root-path'),
      alone('--trust-remote-code'),
      alone('--enable-log-requests'),
      alone('--no-enable-log-requests'),
    ],
    ...[alone('--disable-log-requests'), flag('--allowed-local-media-path'), alone('--enable-lora'), alone('--enable-sleep-mode')],
  ],
  'llama.cpp': [
    ...[
      flag('--model', '-m'),
      flag('--models-dir'),
      flag('--hf-repo', '-hf', '-hfr'),
      flag('--alias', '-a'),
      flag('--ctx-size', '-c', '--n_ctx'),
    ],
    ...[flag('--parallel', '-np'), flag('--n-gpu-layers', '-ngl', '--gpu-layers', '--n_gpu_layers'), flag('--api-key', '--api_key')],
    ...[flag('--api-key-file'), alone('--slots'), alone('--no-slots'), alone('--metrics'), alone('--props'), flag('--rpc'), flag('--path')],
  ],
  localai: [
    ...[
      flag('--models-path'),
      flag('--context-size'),
      flag('--threads'),
      flag('--galleries'),
      flag('--api-keys'),
      flag('--parallel-requests'),
    ],
    ...[alone('--disable-web-ui'), alone('--disable-gallery-endpoint'), flag('--preload-models'), flag('--cors-allow-origins')],
  ],
  ollama: [],
}

/** Variables that decide the same. */
const variables: Readonly<Record<Engine, RegExp>> = {
  ollama: /^OLLAMA_/,
  vllm: /^VLLM_/,
  'llama.cpp': /^LLAMA_ARG_|^LLAMA_API_KEY$/,
  localai: /^(?:LOCALAI_|MODELS_PATH$|API_KEY$|THREADS$|CONTEXT_SIZE$|PRELOAD_MODELS$|PARALLEL_REQUESTS$)/,
}
const anyEngine = /^(?:CUDA_VISIBLE_DEVICES|NVIDIA_VISIBLE_DEVICES|HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE|HF_HOME)$/

/** What matters of the configuration of an engine, as its command line and its known environment give it. */
export function engineSettings({ engine, argv, environment = {} }: Pick<InferenceService, 'engine' | 'argv' | 'environment'>): Settings {
  const words = recognise(argv)?.words ?? argv.slice(1)
  const style = { underscores: engine === 'vllm' }
  const first = words[0]
  const given = flags[engine].flatMap(({ names, alone: single }): Settings => {
    const name = names[0] ?? ''
    if (!hasFlag(words, names, style)) return []
    return [{ name, value: single ? 'on' : (flagValue(words, names, style) ?? ''), from: 'command-line' }]
  })
  // `vllm serve MODEL` names it without a flag.
  const model: Settings =
    engine === 'vllm' && first !== undefined && !first.startsWith('-') ? [{ name: 'model', value: first, from: 'command-line' }] : []
  const set = Object.entries(environment)
    .filter(([name]) => variables[engine].test(name) || anyEngine.test(name))
    .map(([name, value]): Settings[number] => ({ name, value, from: 'environment' }))
  return [...model, ...given, ...set]
}
