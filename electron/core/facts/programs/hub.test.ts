import { describe, expect, test } from 'vitest'
import type { Process } from '../processes/processes.ts'
import { find, listener, process } from './find-programs.testing.ts'

describe('what a server loads, and whether it is told to leave hubs alone', () => {
  const serve = 'python -m sglang.launch_server --host 0.0.0.0'
  const hubOf = (argv: string, change: Partial<Process> = {}, units: readonly object[] = []) =>
    find([process(5, 1, argv, change)], [listener(30_000, 5)], [], units)[0]?.hub
  const unit = (execStart: string, more: object = {}) => ({
    id: 'ai.service',
    environment: { HF_HUB_OFFLINE: '1' },
    environmentComplete: true,
    execStart: execStart.split(' '),
    ...more,
  })
  const inUnit = { cgroup: '/system.slice/ai.service' }
  test.each([
    [`${serve} --model-path org/x`, {}, ['org/x'], 'unknown'],
    [
      `${serve} --model=/m --lora-paths a=org/a /l/b --tokenizer-path org/t`,
      { HF_HUB_OFFLINE: 'yes' },
      ['/m', 'org/t', 'org/a', '/l/b'],
      'set',
    ],
    [`${serve} --model-path org/x`, { HF_HUB_OFFLINE: '1', SGLANG_USE_MODELSCOPE: 'true' }, ['org/x'], undefined],
    [`${serve} --model-path /m`, { HF_HUB_OFFLINE: '0', SGLANG_USE_MODELSCOPE: '1' }, ['/m'], 'missing'],
    [`${serve} --model-path org/x`, { HF_HUB_OFFLINE: '1', SGLANG_USE_MODELSCOPE: '0' }, ['org/x'], 'set'],
    [`${serve} --model-path /m`, { HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1' }, ['/m'], 'missing'],
    [`${serve} --model-path /m`, { HF_HUB_OFFLINE: '', TRANSFORMERS_OFFLINE: '1' }, ['/m'], 'set'],
    ['text-generation-launcher', { MODEL_ID: 'org/x', HF_HUB_OFFLINE: '1' }, ['org/x'], 'set'],
    ['text-generation-launcher --model-id /data/x', { MODEL_ID: 'org/x', HF_HUB_OFFLINE: 'true' }, ['/data/x'], 'missing'],
    ['text-embeddings-router --model-id org/x', { HF_HUB_OFFLINE: '1' }, ['org/x'], undefined],
    ['python -m huggingfaceserver --model_name=x', {}, ['/mnt/models'], 'unknown'],
    ['python -m huggingfaceserver --model_name=x --model_id=org/x --model_dir=/m', {}, ['org/x'], 'unknown'],
  ])('%s', (argv, environment, models, offline) => {
    expect(hubOf(argv, Object.keys(environment).length > 0 ? { environment } : {})).toEqual({
      models,
      named: true,
      ...(offline && { offline }),
    })
  })
  test('a unit tells where its words are those of the program', () => {
    expect(hubOf(`${serve} --model-path /m`, inUnit, [unit(`${serve} --model-path /m`)])?.offline).toBe('set')
    expect(hubOf(`${serve} --model-path /m`, inUnit, [unit('/opt/start.sh')])?.offline).toBe('said')
    expect(hubOf(`${serve} --model-path /m`, inUnit, [unit(serve, { environment: {} })])?.offline).toBe('missing')
    expect(hubOf(`${serve} --model-path /m`, inUnit, [unit(serve, { environmentComplete: false })])?.offline).toBe('said')
  })
  test('what leads it through a proxy', () => {
    const proxyOf = (environment: Record<string, string> | undefined) =>
      find([process(5, 1, serve, environment && { environment })], [listener(30_000, 5)])[0]?.proxy
    expect([{ https_proxy: 'http://p' }, { HTTPS_PROXY: '' }, undefined].map(proxyOf)).toEqual(['https_proxy', 'none', undefined])
  })
  test('no model is named', () => {
    expect(hubOf(serve)).toEqual({ models: [], named: false, offline: 'unknown' })
    expect(hubOf('tritonserver --model-repository=/m')).toBeUndefined()
  })
})
