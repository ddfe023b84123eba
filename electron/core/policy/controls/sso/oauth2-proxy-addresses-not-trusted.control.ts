import { addressBlock, within } from '../../../facts/network/address-block.ts'
import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['trusted_ips', 'reverse_proxy', 'trusted_proxy_ips'] as const

export default defineControl({
  id: 'oauth2-proxy-addresses-not-trusted',
  item: 'INF-3',
  severity: 'high',
  title: 'No address passes oauth2-proxy without a login',
  rationale:
    'Requests from trusted_ips are never asked who they are. Behind a proxy on the same machine every client comes from loopback, and with reverse_proxy the address is what a header says.',
  steps: 'Take trusted_ips out of the configuration, and let programs log in as people do.',
  needs: ['oauth2-proxy'],
  references: ['NIST-800-53:IA-2', 'NIST-800-53:AC-14', 'CIS-8:6.3', 'ISO-27001:A.8.5', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, () => ({
        title: 'No address is trusted',
        reason: 'trusted_ips is empty, so everybody must log in.',
      })),
    ),
})

const loopback = ['127.0.0.0/8', '::1'].flatMap((text) => addressBlock(text) ?? [])

function flaws(get: Get): readonly Flaw[] {
  const trusted = get('trusted_ips')
  if (!trusted || trusted.values.length === 0) return []
  const list = trusted.values.slice(0, 10).join(', ')
  const blocks = trusted.values.flatMap((text) => addressBlock(text) ?? [])
  const behind = get('reverse_proxy')
  const isLocal = (one: (typeof blocks)[number]) => loopback.some((outer) => within(one, outer) || within(outer, one))
  if (behind && !isTrue(behind) && blocks.some(isLocal))
    return [
      {
        status: 'fail',
        severity: 'critical',
        title: 'Every client of a local proxy is let in',
        reason: `trusted_ips holds loopback (${list}) and reverse_proxy is off: behind a proxy of this machine every client has its address.`,
        setting: trusted,
        note: 'Expected no trusted_ips.',
      },
    ]
  const open = get('trusted_proxy_ips')
  if (behind && isTrue(behind) && open?.values.length === 0)
    return [
      {
        status: 'fail',
        severity: 'critical',
        title: 'A header of the client can pass the login',
        reason: `trusted_ips (${list}) is compared with a forwarded header, and trusted_proxy_ips does not say whose.`,
        setting: trusted,
        note: 'Expected no trusted_ips, or trusted_proxy_ips naming the proxy.',
      },
    ]
  return [
    {
      status: 'fail',
      title: 'Some addresses need no login',
      reason: `Clients from ${list} are never asked who they are.`,
      setting: trusted,
      note: 'Expected no trusted_ips.',
    },
  ]
}
