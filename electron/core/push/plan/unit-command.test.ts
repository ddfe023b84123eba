import { describe, expect, test } from 'vitest'
import type { Engine } from '#shared/model/inference-service.ts'
import { commandWithout, type GpuExporter } from './unit-command.ts'

const command = (engine: Engine | GpuExporter, execStart: string, argv = execStart, running = true) =>
  commandWithout(execStart.split(' '), { engine, argv: argv.split(' '), running })?.join(' ')

describe('the command of a unit, without what a template sets itself', () => {
  test.each<[Engine | GpuExporter, string, string]>([
    [
      'vllm',
      '/opt/vllm serve /srv/m --host 0.0.0.0 --port 8000 --api-key ‹redacted› --max-num-seqs 8',
      '/opt/vllm serve /srv/m --max-num-seqs 8',
    ],
    ['vllm', '/opt/vllm serve /srv/m --api_key=‹redacted› --port=8000', '/opt/vllm serve /srv/m'],
    ['vllm', '/opt/vllm serve /srv/m --hf-token ‹redacted›', '/opt/vllm serve /srv/m --hf-token ‹redacted›'],
    ['llama.cpp', '/opt/llama-server --api-key-file /k -m /m.gguf --host ::', '/opt/llama-server -m /m.gguf'],
    ['localai', '/opt/local-ai run --address :8080 --api-keys ‹redacted› --threads 4', '/opt/local-ai run --threads 4'],
    ['llama.cpp', '/opt/llama-server --host 0.0.0.0', '/opt/llama-server'],
    [
      'dcgm-exporter',
      '/usr/bin/dcgm-exporter -a=:9400 -f /etc/counters.csv --address :9401',
      '/usr/bin/dcgm-exporter -f /etc/counters.csv',
    ],
    [
      'nvidia-gpu-exporter',
      '/usr/bin/nvidia_gpu_exporter --web.listen-address :9835 --web.listen-address=[::1]:9835',
      '/usr/bin/nvidia_gpu_exporter',
    ],
  ])('%s: %s', (engine, given, expected) => expect(command(engine, given)).toBe(expected))

  test('an interpreter stands before what runs; a mask of the process need not be that of the unit', () =>
    expect(command('vllm', '/opt/vllm serve /m --api-key ****', '/opt/python3 /opt/vllm serve /m --api-key ‹redacted›')).toBe(
      '/opt/vllm serve /m',
    ))
})

describe('nothing where a word is not certain', () => {
  test.each<[string, Engine, string, string]>([
    ['a variable', 'vllm', '/opt/vllm serve $MODEL', '/opt/vllm serve /srv/m'],
    ['a wrapper', 'llama.cpp', '/opt/start.sh', '/opt/llama-server -m /m.gguf x'],
    ['a unit that was edited since', 'vllm', '/opt/vllm serve /srv/m --seed 1', '/opt/vllm serve /srv/m --seed 2'],
    [
      'a key, or the name of a model after it',
      'vllm',
      '/opt/vllm serve --api-key ‹redacted› /srv/m',
      '/opt/vllm serve --api-key ‹redacted› /srv/m',
    ],
  ])('%s', (_, engine, unit, argv) => expect(command(engine, unit, argv)).toBeUndefined())

  test('a word with a blank, which systemctl prints as two', () =>
    expect(
      commandWithout(['/opt/vllm', 'serve', 'a', 'b'], { engine: 'vllm', argv: ['/opt/vllm', 'serve', 'a b'], running: true }),
    ).toBeUndefined())

  test('a server that does not run', () => expect(command('vllm', '/opt/vllm serve /m', '/opt/vllm serve /m', false)).toBeUndefined())
})
