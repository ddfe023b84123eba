import { unknown } from '../../../facts/fact.ts'
import { parseOAuth2Proxies } from '../../../facts/oauth2-proxy/parse.ts'
import type { AnyControl, Control } from '../../control.ts'
import { policyContext, service } from '../proxy/proxy-facts.ts'

/** Test support: the facts of a host that runs oauth2-proxy, from the words of its settings. */

export function facts(
  config: string | undefined,
  more: readonly string[] = ['@environment process'],
  cgroup = '/system.slice/oauth2-proxy.service',
) {
  const file = config === undefined ? [] : ['@config read /etc/oauth2-proxy.cfg', ...config.split('\n').map((line) => `:${line}`)]
  const rows = [`@process 7 ${cgroup}`, '@argv', '=/usr/bin/oauth2-proxy', ...more, ...file, '@end']
  return {
    'oauth2-proxy': parseOAuth2Proxies(rows.join('\n')) ?? [],
    services: [service('ollama')],
    containers: unknown('docker', []),
    network: unknown('no', []),
    processes: unknown('no', []),
    nginx: unknown('no', []),
    caddy: unknown('no', []),
  }
}

export const ask = (control: AnyControl, given: object) => (control as unknown as Control).evaluate(given as never, policyContext())
export const unverified = 'warning: Certificates of upstreams are not checked'
