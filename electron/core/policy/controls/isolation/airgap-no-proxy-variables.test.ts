import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { ProxySetting, Sources } from '../../../facts/sources/sources.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import noProxy from './airgap-no-proxy-variables.control.ts'
import { ask, unit } from './isolation-facts.testing.ts'

describe('airgap-no-proxy-variables', () => {
  const judge = (
    environment: Record<string, string> | undefined,
    units: unknown = unit(),
    more: Partial<Sources> = {},
    environmentComplete = true,
  ) =>
    outcomes(
      ask(noProxy, {
        services: [service('vllm', { unit: 'vllm.service', environment, environmentComplete })],
        units,
        sources: sources(more),
        programs: known([]),
      }),
    )
  test('is judged for each server and for the package manager', () => {
    expect(judge({ HOME: '/x' })).toEqual(['pass: No proxy is set for the server'])
    expect(judge({ https_proxy: 'http://10.0.0.1:3128' })).toEqual(['fail: A proxy is set for the server'])
    expect(judge({ HTTPS_PROXY: '' })).toEqual(['pass: No proxy is set for the server'])
    expect(judge(undefined)).toEqual(["not-evaluated: The server's environment could not be read"])
    expect(judge({}, unit(), {}, false)).toEqual(["not-evaluated: The server's environment could not be read"])
    const proxy = (of: ProxySetting['of']) => ({ proxies: [{ of, name: 'x', value: 'http://p', line: 2 }] })
    const none = 'pass: No proxy is set for the server'
    expect(judge({}, unit(), proxy('packages'))).toEqual([none, 'fail: The package manager uses a proxy'])
    expect(judge({}, unit(), proxy('containers'))).toEqual([none, 'fail: Images are pulled through a proxy'])
    expect(judge({}, unit(), proxy('sessions'))).toEqual([none, 'fail: A proxy is set for logins and jobs'])
    for (const file of [
      '/etc/environment',
      '/etc/docker/daemon.json',
      '/etc/systemd/system/k3s.service.env',
      '/etc/apt/apt.conf.d/99proxy',
      '/etc/dnf/dnf.conf',
    ])
      expect(judge({}, unit(), { unreadable: [file] })).toEqual([none, 'not-evaluated: Where proxies are set could not be read'])
    expect(outcomes(ask(noProxy, { services: [], units: unit(), sources: sources(), programs: known([]) }))).toEqual([
      'pass: No proxy is set',
    ])
  })
  test.each([
    ['HTTPS_PROXY', 'inference', 'fail: A proxy is set for the server'],
    ['none', 'inference', 'pass: No proxy is set for the server'],
    [undefined, 'inference', "not-evaluated: The server's environment could not be read"],
    ['HTTPS_PROXY', 'exporter', 'pass: No proxy is set'],
  ])('a server beside the engines: %s, %s', (proxy, kind, expected) => {
    const program = { id: 'sglang', name: 'SGLang', kind, pids: [5], user: 'ml', binds: [], section: 'processes', line: 5, proxy }
    expect(outcomes(ask(noProxy, { services: [], units: unit(), sources: sources(), programs: known([program]) }))).toEqual([expected])
  })
})
