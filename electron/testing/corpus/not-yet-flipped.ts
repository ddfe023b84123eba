/**
 * Controls that no host of the corpus flips yet; their own table tests do. This list only gets shorter: a new control is never added to it,
 * and `corpus.test.ts` fails when one of these is flipped by a host and still stands here.
 */
export const notYetFlipped: readonly string[] = [
  'caddy-admin-local-only',
  'engine-certificate-valid',
  'oauth2-proxy-addresses-not-trusted',
  'oauth2-proxy-bearer-tokens-checked',
  'oauth2-proxy-cookie-flags-set',
  'oauth2-proxy-cookie-secret-strong',
  'oauth2-proxy-headers-from-proxy-only',
  'oauth2-proxy-listens-behind-tls',
  'oauth2-proxy-logs-logins',
  'oauth2-proxy-provider-verified',
  'oauth2-proxy-routes-need-login',
  'oauth2-proxy-tokens-kept',
  'oauth2-proxy-users-restricted',
  'proxy-hsts-sent',
  // A host of each kind that passes is wanted as well.
  'endpoint-answer-authenticated',
]
