import { addressBlock } from '../../../facts/network/address-block.ts'
import type { Setting } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { isTrue, servesPlainHttp } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { readBindAddress } from './addresses.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['reverse_proxy', 'trusted_proxy_ips', 'http_address', 'https_address', 'tls_cert_file'] as const

export default defineControl({
  id: 'oauth2-proxy-headers-from-proxy-only',
  item: 'INF-3',
  severity: 'medium',
  title: 'Forwarded headers are taken from the proxy alone',
  rationale:
    'With reverse_proxy, X-Forwarded-Uri, -Host, -Proto and the address of the client come from headers. Who reaches the port himself writes them, and with them chooses the path that is judged and the address that is logged.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:SI-10', 'NIST-800-53:AC-3', 'CIS-8:4.1', 'ISO-27001:A.8.20', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, (get) =>
        isTrue(get('reverse_proxy'))
          ? { title: 'Only the proxy can send user headers', reason: `It listens on ${whereTo(get) || 'no port'}.` }
          : { title: 'Forwarded headers are ignored', reason: 'reverse_proxy is off.' },
      ),
    ),
})

const whereTo = (get: (name: (typeof names)[number]) => Setting): string | undefined =>
  get(servesPlainHttp(get('tls_cert_file')) ? 'http_address' : 'https_address').values[0]

function flaws(get: Get): readonly Flaw[] {
  const behind = get('reverse_proxy')
  if (!behind || !isTrue(behind)) return []
  const trusted = get('trusted_proxy_ips')
  const everybody = trusted?.values.find((text) => addressBlock(text)?.prefixLength === 0)
  if (trusted && everybody !== undefined)
    return [
      {
        status: 'fail',
        title: 'Headers of everybody are trusted',
        reason: `trusted_proxy_ips names ${everybody}.`,
        setting: trusted,
        note: 'Expected the address of the proxy.',
      },
    ]
  const certificate = get('tls_cert_file')
  const ports = [...(servesPlainHttp(certificate) ? [get('http_address')] : []), ...(certificate?.values[0] ? [get('https_address')] : [])]
  const listens = ports.find((port) => {
    const bind = port && readBindAddress(port.values[0] ?? '')
    return bind?.kind === 'tcp' && !bind.loopback
  })
  if (trusted?.values.length === 0 && listens)
    return [
      {
        status: 'fail',
        title: 'Clients can send the headers of the proxy',
        reason: `reverse_proxy is on, trusted_proxy_ips is not set, and it listens on ${listens.values[0]}, where others than the proxy get.`,
        setting: behind,
        note: 'Expected trusted_proxy_ips, or a listener on loopback.',
      },
    ]
  return []
}
