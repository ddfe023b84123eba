import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../../../facts/fact.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import remoteCodeOff from './engine-remote-code-off.control.ts'
import runtimeAdaptersOff from './engine-runtime-adapters-off.control.ts'
import { ask, unit } from './isolation-facts.testing.ts'

const vllm = (words: readonly string[], environment?: Readonly<Record<string, string>>) =>
  service('vllm', { argv: ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve', '/m', ...words], ...(environment && { environment }) })

describe('engine-remote-code-off', () => {
  const pass = 'pass: No code of a model runs'
  const fail = 'fail: Code that comes with a model runs'
  test.each<[string, InferenceService, string]>([
    ['by default', vllm([]), pass],
    ['switched on', vllm(['--trust-remote-code'], {}), fail],
    ['spelled with underscores', vllm(['--trust_remote_code'], {}), fail],
    ['environment unknown', vllm(['--trust-remote-code']), fail],
    ['offline', vllm(['--trust-remote-code'], { HF_HUB_OFFLINE: '1' }), 'warning: Code beside the model runs'],
    ['the last one counts', vllm(['--trust-remote-code', '--no-trust-remote-code'], {}), pass],
    ['a file of settings', vllm(['--config', '/etc/vllm.yaml'], {}), 'not-evaluated: Whether code of models runs is not known'],
    ['a file of settings, overridden', vllm(['--config', '/etc/vllm.yaml', '--no-trust-remote-code'], {}), pass],
    ['a variable that was not read', vllm(['$VLLM_ARGS'], {}), 'not-evaluated: Whether code of models runs is not known'],
    ['no words', service('vllm', { argv: [] }), 'not-evaluated: Whether code of models runs is not known'],
    ['another engine', service('ollama'), 'not-applicable: No vLLM on this host'],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(remoteCodeOff, { services: [one], units: known([]) }, false))).toEqual([expected])
  })
})

describe('engine-runtime-adapters-off', () => {
  const on = { VLLM_ALLOW_RUNTIME_LORA_UPDATING: 'True' }
  const pass = 'pass: No adapter is loaded on request'
  const fail = 'fail: Adapters are loaded on request'
  const unread = "not-evaluated: The server's environment could not be read"
  test.each<[string, InferenceService, string]>([
    ['off', vllm(['--enable-lora'], {}), pass],
    ['off by its word', vllm(['--enable-lora'], { VLLM_ALLOW_RUNTIME_LORA_UPDATING: '0' }), pass],
    ['on', vllm(['--enable-lora'], on), fail],
    ['on, adapters perhaps by a file', vllm(['--config', 'x.yaml'], on), fail],
    ['on, without adapters', vllm([], on), 'warning: Loading of adapters is switched on'],
    ['not known, adapters', vllm(['--enable-lora']), unread],
    ['not known, a file of settings', vllm(['--config', 'x.yaml']), unread],
    ['not known, a variable that was not read', vllm(['$VLLM_ARGS']), unread],
    ['not known, no adapters', vllm([]), pass],
    ['another engine', service('llama.cpp'), 'not-applicable: No vLLM on this host'],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(runtimeAdaptersOff, { services: [one], units: known([]) }, false))).toEqual([expected])
  })
  test('the line of the variable is cited', () => {
    const units = unit({ lines: { 'Environment:VLLM_ALLOW_RUNTIME_LORA_UPDATING': 7, ExecStart: 3 } })
    const [verdict] = ask(runtimeAdaptersOff, { services: [{ ...vllm(['--enable-lora'], on), unit: 'vllm.service' }], units })
    expect(verdict?.cite).toMatchObject([{ section: 'units', line: 7 }])
  })
})
