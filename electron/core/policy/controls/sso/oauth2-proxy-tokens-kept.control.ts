import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['pass_access_token', 'pass_authorization_header', 'ssl_upstream_insecure_skip_verify', 'upstreams'] as const

export default defineControl({
  id: 'oauth2-proxy-tokens-kept',
  item: 'INF-3',
  severity: 'low',
  title: 'Tokens of users are not handed to the model server',
  rationale:
    'An access token of the provider opens mail and files of the user. Model servers log headers and run plugins, so a token there is a token lost. Where the certificate of the upstream is not looked at, whoever poses as it gets prompts and headers.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:AC-4', 'CIS-8:3.3', 'ISO-27001:A.8.12', 'OWASP-LLM:LLM02', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, () => ({ title: 'No token is passed on', reason: 'Upstreams get no access or identity token.' })),
    ),
})

function flaws(get: Get): readonly Flaw[] {
  // Where it only answers a proxy (static upstream), headers to upstreams reach nobody.
  const upstreams = get('upstreams')
  if (upstreams && !upstreams.values.some((url) => /^(?:https?|unix):/i.test(url))) return []
  return [...unverified(get), ...handedOver(get)]
}

/** Nobody gets between this machine and itself. */
function unverified(get: Get): readonly Flaw[] {
  const skip = get('ssl_upstream_insecure_skip_verify')
  const upstream = get('upstreams')?.values.find((url) => /^https:\/\/(?!(?:127\.[\d.]+|localhost|\[::1\])(?:[:/?#]|$))/i.test(url))
  if (!skip || !isTrue(skip) || upstream === undefined) return []
  return [
    {
      status: 'warning',
      severity: 'medium',
      title: 'Certificates of upstreams are not checked',
      reason: `ssl_upstream_insecure_skip_verify is on, so whoever sits between this host and ${upstream.slice(0, 80)} reads prompts and the headers that tell who asks.`,
      setting: skip,
      note: 'Expected false, with the authority of the upstream among those of the system.',
    },
  ]
}

function handedOver(get: Get): readonly Flaw[] {
  return (['pass_access_token', 'pass_authorization_header'] as const).flatMap((name): Flaw[] => {
    const setting = get(name)
    if (!setting || !isTrue(setting)) return []
    const what = name === 'pass_access_token' ? 'access token' : 'identity token'
    return [
      {
        status: 'warning',
        title: `Upstreams get the ${what} of users`,
        reason: `${name} is on, so the model server sees the ${what} of everyone who asks it.`,
        setting,
        note: 'Expected false.',
      },
    ]
  })
}
