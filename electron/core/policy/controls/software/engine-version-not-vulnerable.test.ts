import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import type { Packages } from '../../../facts/packages/packages.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import engineVersion from './engine-version-not-vulnerable.control.ts'
import { ask, packages } from './software-facts.testing.ts'

describe('engine-version-not-vulnerable', () => {
  const vllm = service('vllm')
  const stated = (version: string) => ({
    engines: [
      { service: vllm.id, engine: 'vllm' as const, stated: { version, section: 'software' as const, line: 4, from: 'endpoint' as const } },
    ],
  })
  test.each<[string, readonly InferenceService[], Partial<Packages>, string]>([
    ['no server', [], {}, 'not-applicable: No inference server on this host'],
    ['none runs', [{ ...vllm, running: false }], {}, 'not-applicable: No inference server runs'],
    ['fixed', [vllm], stated('0.12.0'), 'pass: vLLM 0.12.0 has no known holes'],
    ['vulnerable', [vllm], stated('0.10.1'), 'fail: vLLM 0.10.1 is vulnerable'],
    ['not comparable', [vllm], stated('nightly'), 'not-evaluated: vLLM nightly could not be compared'],
    [
      'no version',
      [vllm],
      { engines: [{ service: vllm.id, engine: 'vllm', unknown: 'why' }] },
      'not-evaluated: Version of vLLM is not known',
    ],
    ['not looked for', [vllm], {}, 'not-evaluated: Version of vLLM is not known'],
  ])('%s', (_, services, found, expected) => {
    expect(outcomes(ask(engineVersion, { services, packages: packages(found) }))).toEqual([expected])
  })

  const tagged = (name: string, version: string) => ({
    services: [{ ...vllm, image: { name, line: 5 } }],
    packages: packages({
      engines: [{ service: vllm.id, engine: 'vllm', stated: { version, section: 'containers', line: 5, from: 'image' } }],
    }),
  })
  test.each<[image: string, version: string, expected: string]>([
    ['vllm/vllm-openai:v0.12.0', '0.12.0', 'pass: vLLM 0.12.0 has no known holes'],
    ['harbor.lan/hub/vllm/vllm-openai:v0.12.0', '0.12.0', 'pass: vLLM 0.12.0 has no known holes'],
    ['registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2', '3.2', 'not-evaluated: Version of vLLM is not known'],
    ['registry.lan/vllm:1.0', '1.0', 'not-evaluated: Version of vLLM is not known'],
    ['registry.lan/vllm:0.10.1', '0.10.1', 'fail: vLLM 0.10.1 is vulnerable'],
  ])('the tag of %s', (image, version, expected) => {
    expect(outcomes(ask(engineVersion, tagged(image, version)))).toEqual([expected])
  })

  test.each<[version: string, expected: string]>([
    ['0.3.16', 'not-evaluated: Which llama.cpp is inside is not known'],
    ['0.2.70', 'fail: llama-cpp-python 0.2.70 is vulnerable'],
    ['main', 'not-evaluated: Which llama.cpp is inside is not known'],
  ])('llama-cpp-python %s, whose releases are not those of llama.cpp', (version, expected) => {
    const llama = service('llama.cpp')
    const stated = { version, section: 'software' as const, line: 4, from: 'package' as const, binding: true as const }
    const given = { services: [llama], packages: packages({ engines: [{ service: llama.id, engine: 'llama.cpp', stated }] }) }
    expect(outcomes(ask(engineVersion, given))).toEqual([expected])
  })

  test('one finding: exploited first, the release that closes all, the line', () => {
    const [verdict] = ask(engineVersion, { services: [vllm], packages: packages(stated('0.10.1')) })
    expect(verdict).toMatchObject({ severity: 'critical', hint: 'Update vLLM to 0.12.0 or newer.' })
    expect(verdict?.reason).toBe(
      'CVE-V1 (low, known to be exploited), fixed in 0.11.0: what CVE-V1 is. 1 more: CVE-V2 (critical), fixed in 0.12.0.',
    )
    expect(verdict?.cite).toEqual([{ section: 'software', line: 4, token: '0.10.1', note: 'CVE-V1. Expected 0.12.0 or newer.' }])
  })

  test('an engine that the data does not name never passes', () => {
    const given = { services: [vllm], packages: packages(stated('0.12.0')) }
    expect(outcomes(ask(engineVersion, given, { advisories: createAdvisoryBook([], []) }))).toEqual([
      'not-evaluated: vLLM 0.12.0 could not be compared',
    ])
  })
})
