import { describe, expect, test } from 'vitest'
import { outcomes } from '../proxy/proxy-facts.ts'
import imagesByHand from './images-change-only-by-hand.control.ts'
import { ask, containers } from './isolation-facts.testing.ts'

describe('images-change-only-by-hand', () => {
  const digest = 'a'.repeat(64)
  test.each<[string, readonly string[], readonly string[]]>([
    ['no engine', ['nginx:1.28'], ['not-applicable: No inference server in a container']],
    ['a digest', [`ollama/ollama@sha256:${digest}`], ['pass: The image is pinned by its digest']],
    ['a version', ['vllm/vllm-openai:v0.11.0'], ['pass: The image is named by a version']],
    ['latest', ['ollama/ollama:latest'], ['warning: The tag latest names no version']],
    ['no tag', ['registry.lan:5000/ollama'], ['warning: The tag latest names no version']],
    ['a tag without version', ['localai/localai:latest-gpu'], ['warning: The tag latest-gpu names no version']],
    ['latest, for a version of CUDA', ['localai/localai:latest-cuda12.4'], ['warning: The tag latest-cuda12.4 names no version']],
    ['the version of CUDA alone', ['ghcr.io/ggml-org/llama.cpp:server-cuda-12.8'], ['warning: The tag server-cuda-12.8 names no version']],
    ['that of the server and of ROCm', ['rocm/vllm:rocm6.3.1_vllm_0.8.5'], ['pass: The image is named by a version']],
    ['a build', ['ghcr.io/ggml-org/llama.cpp:server-cuda-b4567'], ['pass: The image is named by a version']],
    ['a day', ['vllm/vllm-openai:nightly-20260901'], ['pass: The image is named by a version']],
    ['a commit', [`vllm/vllm-openai:nightly-${'0b1c2d3'.repeat(5)}`], ['pass: The image is named by a version']],
    ['a branch of a version', ['ollama/ollama:2.1-dev'], ['warning: The tag 2.1-dev names no version']],
    [
      'a program that updates',
      ['containrrr/watchtower:1.7.1', 'ollama/ollama:0.12.6'],
      ['fail: A program replaces images by itself', 'pass: The image is named by a version'],
    ],
  ])('%s', (_, images, expected) => {
    expect(
      outcomes(
        ask(imagesByHand, { containers: containers(...images).known ? (containers(...images) as { value: unknown }).value : undefined }),
      ),
    ).toEqual(expected)
  })
})
