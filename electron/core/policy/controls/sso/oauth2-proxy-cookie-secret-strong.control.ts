import type { CookieSecret, OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { documentation, eachProxy, notKnown } from './sso-verdicts.ts'

export default defineControl({
  id: 'oauth2-proxy-cookie-secret-strong',
  item: 'INF-3',
  severity: 'high',
  title: 'The cookie secret of oauth2-proxy has 16, 24 or 32 bytes and is not a flag',
  rationale:
    'The secret encrypts and signs sessions: whoever has it makes a session of any user. On a command line every account of the host can read it.',
  steps:
    "Make one with openssl rand -base64 32 | tr -- '+/' '-_', and put it into a file that oauth2-proxy alone can read. Everybody logs in anew.",
  needs: ['oauth2-proxy'],
  references: ['NIST-800-53:SC-12', 'NIST-800-53:SC-23', 'CIS-8:3.11', 'ISO-27001:A.8.24', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) => eachProxy(proxies, judge),
})

const words = {
  flag: 'flags',
  environment: 'environment',
  config: 'configuration',
  file: 'file',
  alpha: 'alpha configuration',
} as const satisfies Record<CookieSecret['source'], string>

function judge(proxy: OAuth2Proxy): Verdict {
  const secret = proxy.cookieSecret
  if (!secret) return notKnown(proxy, `The length of its cookie secret is not known${proxy.unread ? `: ${proxy.unread}` : ''}.`)
  const base = { subject: proxy.id }
  const at = { section: 'oauth2-proxy', line: secret.line }
  if (![16, 24, 32].includes(secret.bytes))
    return {
      ...base,
      status: 'fail',
      title: `The cookie secret has ${secret.bytes} bytes`,
      reason: `It is set in its ${words[secret.source]}. Expected 16, 24 or 32 bytes after decoding, from a random source.`,
      cite: [{ ...at, note: `${secret.bytes} bytes. Expected 16, 24 or 32.` }],
    }
  if (secret.source === 'flag')
    return {
      ...base,
      status: 'fail',
      title: 'The cookie secret is on the command line',
      reason: 'Every account of this host reads it from the process table and can make a session of any user.',
      cite: [{ ...at, note: 'Expected cookie_secret_file, or a file that only its account can read.' }],
    }
  if (secret.typed)
    return {
      ...base,
      status: 'fail',
      title: 'The cookie secret is no random value',
      reason: `In its ${words[secret.source]} stands what guides print or a hand types, such as one letter repeated. Whoever tries those makes a session of any user.`,
      hint: `Make another one: openssl rand -base64 32 | tr -- '+/' '-_'. Everybody logs in once more.`,
      cite: [{ ...at, note: 'Expected a random value, which nobody has published.' }],
    }
  return {
    ...base,
    status: 'pass',
    title: `The cookie secret has ${secret.bytes} bytes`,
    reason: `It comes from its ${words[secret.source]}. Its length was looked at${secret.source === 'file' ? '' : ', and whether a guide prints it'}.`,
    cite: [at],
  }
}
