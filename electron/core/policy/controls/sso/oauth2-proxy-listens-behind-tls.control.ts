import type { Container } from '../../../facts/containers/containers.ts'
import type { OAuth2Proxy, Setting } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective, servesPlainHttp } from '../../../facts/oauth2-proxy/options.ts'
import { hostAddressesOf, ownAddressOf } from '../../../facts/services/own-address.ts'
import { containerIdOf } from '../../../facts/services/placement.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { readBindAddress } from './addresses.ts'
import { documentation, eachProxy, type Flaw, notKnown, verdictFor } from './sso-verdicts.ts'

export default defineControl({
  id: 'oauth2-proxy-listens-behind-tls',
  item: 'INF-2',
  severity: 'high',
  title: 'Plain HTTP reaches oauth2-proxy on loopback only',
  rationale:
    'Its plain port carries session cookies and prompts. On an address of the network whoever sits between takes over the session, and TLS of a proxy before it is passed by.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  uses: ['containers', 'network', 'processes'],
  references: ['NIST-800-53:SC-8', 'CIS-8:3.10', 'ISO-27001:A.8.24', documentation],
  evaluate: ({ 'oauth2-proxy': proxies, containers, network, processes }) =>
    eachProxy(proxies, (proxy) => {
      if (!proxy.container) return judge(proxy)
      const short = proxy.id.replace(/^container /, '')
      const found = containers.known ? containers.value.containers.find(({ id }) => id.startsWith(short)) : undefined
      const hostAddresses = hostAddressesOf(network.known ? network.value : undefined)
      // Beside the gateway of its default route it may have another network.
      const inside = processes.known
        ? processes.value.find(({ cgroup, addresses }) => addresses !== undefined && containerIdOf(cgroup)?.startsWith(short))
        : undefined
      return inContainer(proxy, found, ownAddressOf({ ...proxy, addresses: inside?.addresses }, hostAddresses))
    }),
})

function judge(proxy: OAuth2Proxy): Verdict {
  const strange = (['http_address', ...metrics] as const).find((name) => {
    const setting = effective(proxy, name)
    return setting.known && readBindAddress(setting.values[0] ?? '').kind === 'unknown'
  })
  if (strange) return notKnown(proxy, `The form of ${strange} is not known.`)
  return verdictFor(
    proxy,
    names,
    (get) => {
      const setting = get('http_address')
      const bind = setting && readBindAddress(setting.values[0] ?? '')
      const served = servesPlainHttp(get('tls_cert_file')) === true
      return [
        ...(!served || !setting || bind?.kind !== 'tcp' || bind.loopback ? [] : [plainHttp(setting, bind.port)]),
        ...metrics.flatMap((name) => metricsFlaws(name, get(name))),
      ]
    },
    (get) => ({
      title: 'Plain HTTP on this machine only',
      reason: servesPlainHttp(get('tls_cert_file'))
        ? `http_address is ${get('http_address').values[0] || 'empty'}.`
        : 'It has a certificate, and then speaks TLS alone.',
    }),
  )
}

const metrics = ['metrics_address', 'metrics_secure_address'] as const
const names = ['http_address', ...metrics, 'tls_cert_file'] as const

const plainHttp = (setting: Setting, port: number): Flaw => ({
  status: 'fail',
  title: 'Plain HTTP beyond this machine',
  reason: `http_address is ${setting.values[0]}. Expected 127.0.0.1:${port} behind a proxy with TLS, or https_address with a certificate.`,
  setting,
  note: `Expected 127.0.0.1:${port}.`,
})

/** Nobody is asked who he is there: it says who logs in how often. */
function metricsFlaws(name: (typeof metrics)[number], setting: Setting | undefined): readonly Flaw[] {
  const bind = setting && readBindAddress(setting.values[0] ?? '')
  if (!setting || bind?.kind !== 'tcp' || bind.loopback) return []
  const reason = `${name} is ${setting.values[0]}, where /metrics is served to anyone without a login.`
  return [
    {
      ...{ status: 'warning', severity: 'low', title: 'Metrics beyond this machine', reason, setting },
      note: `Expected 127.0.0.1:${bind.port}, or none.`,
    },
  ]
}

/** Inside a container every interface is the usual address; what is published decides. */
function inContainer(proxy: OAuth2Proxy, found: Container | undefined, ownAddress: string | undefined): Verdict {
  const portsUnknown = (reason: string): Verdict => ({ ...notKnown(proxy, reason), title: 'Published ports of oauth2-proxy are not known' })
  if (!found) return portsUnknown('It runs in a container whose published ports could not be read.')
  if (found.hostNetwork) return judge(proxy)
  const open = found.ports.filter(
    ({ hostAddress, protocol }) => protocol === 'tcp' && !hostAddress.startsWith('127.') && hostAddress !== '::1',
  )
  const cite = [{ section: 'containers', line: found.line }]
  const more = found.portsUnknown ?? ownAddress
  if (open.length === 0 && more !== undefined) return portsUnknown(`Who reaches container ${found.name} is not known: ${more}.`)
  if (open.length === 0)
    return {
      status: 'pass',
      subject: proxy.id,
      title: 'Published on this machine only',
      reason: `Container ${found.name} publishes no port beyond loopback.`,
      cite,
    }
  return {
    status: 'warning',
    severity: 'medium',
    subject: proxy.id,
    title: 'oauth2-proxy publishes ports to the network',
    reason: `Container ${found.name} publishes ${open.map(({ hostAddress, hostPort }) => `${hostAddress}:${hostPort}`).join(', ')}. Whether TLS is spoken there is not known.`,
    cite,
  }
}
