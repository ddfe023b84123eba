import { expect, test } from 'vitest'
import { engineOfImage, versionOfImage } from './images.ts'

test.each([
  ['registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2', 'vllm'],
  ['vllm/vllm-omni:v0.12', 'vllm'],
  ['vllm/vllm-router:v0.1', undefined],
  ['quay.io/go-skynet/local-ai:latest', 'localai'],
  ['quay.io/ascend/vllm-ascend:v0.11', 'vllm'],
  ['ghcr.io/abetlen/llama-cpp-python:latest', 'llama.cpp'],
])('the engine that %s is named after', (image, engine) => expect(engineOfImage(image)).toBe(engine))

test.each([
  ['vllm/vllm-openai:v0.9.0rc1', '0.9.0rc1'],
  ['nvcr.io/nvidia/vllm:25.09-py3', undefined],
  ['registry.lan/ollama:2025.11.1', undefined],
  ['registry.lan/vllm:v24.04', undefined],
  ['vllm/vllm-openai:v0.6.4.post1', '0.6.4.post1'],
  ['ollama/ollama:0.5.1-rc2-rocm', '0.5.1-rc2'],
  ['localai/localai:v4.9.0-gpu-nvidia-cuda-12', '4.9.0'],
  ['x/vllm:0.9-development', '0.9'],
  ['x/vllm:0.9-amd64', '0.9'],
  ['ghcr.io/ggml-org/llama.cpp:server-cuda-b4589', 'b4589'],
  ['ghcr.io/ggml-org/llama.cpp:server-cuda12.4', undefined],
  ['ollama/ollama:latest', undefined],
  ['ollama/ollama@sha256:0011', undefined],
  ['opea/vllm-gaudi:1.2', undefined],
  ['registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2.1', undefined],
  ['ollama/ollama:0.13', '0.13'],
])('the version that %s states', (image, version) => expect(versionOfImage(image)).toBe(version))
