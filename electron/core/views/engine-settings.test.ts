import { expect, test } from 'vitest'
import { engineSettings } from './engine-settings.ts'

const printed = (...given: Parameters<typeof engineSettings>) => engineSettings(...given).map(({ name, value }) => `${name} ${value}`)

test('vLLM takes underscores for dashes, and its model without a flag', () => {
  const argv = ['/opt/vllm/bin/vllm', 'serve', 'org/model', '--max_model_len=4096', '-tp', '2', '--trust-remote-code']
  expect(printed({ engine: 'vllm', argv })).toEqual([
    'model org/model',
    '--max-model-len 4096',
    '--tensor-parallel-size 2',
    '--trust-remote-code on',
  ])
})

test('llama.cpp by its short flags, and by variables of its own', () => {
  const argv = ['llama-server', '-m', '/m/a.gguf', '-c', '8192', '-ngl', '99']
  expect(printed({ engine: 'llama.cpp', argv, environment: { LLAMA_ARG_N_PARALLEL: '4', HOME: '/root' } })).toEqual([
    '--model /m/a.gguf',
    '--ctx-size 8192',
    '--n-gpu-layers 99',
    'LLAMA_ARG_N_PARALLEL 4',
  ])
})

test('Ollama is set by variables; others of its environment are left out', () => {
  expect(
    printed({
      engine: 'ollama',
      argv: ['ollama', 'serve'],
      environment: { OLLAMA_HOST: '0.0.0.0', CUDA_VISIBLE_DEVICES: '0', PATH: '/bin' },
    }),
  ).toEqual(['OLLAMA_HOST 0.0.0.0', 'CUDA_VISIBLE_DEVICES 0'])
})

test('a flag without a value at the end has an empty one', () => {
  expect(engineSettings({ engine: 'vllm', argv: ['vllm', 'serve', '--max-model-len'] })).toEqual([
    { name: '--max-model-len', value: '', from: 'command-line' },
  ])
})
