import type { OAuth2Proxy } from './oauth2-proxy.ts'
import { effective, type OptionName } from './options.ts'
import { parseOAuth2Proxies } from './parse.ts'

/** Test support: one oauth2-proxy as it is read, and the values of a setting. */

export const only = (text: string): OAuth2Proxy => {
  const [proxy] = parseOAuth2Proxies(text) ?? []
  if (!proxy) throw new Error('none found')
  return proxy
}
export const read = (...rows: readonly string[]) =>
  only(['@process 7 /system.slice/oauth2-proxy.service', '@argv', '=/usr/bin/oauth2-proxy', ...rows, '@end'].join('\n'))
export const values = (proxy: OAuth2Proxy, name: OptionName) => {
  const found = effective(proxy, name)
  return found.known ? [found.source, ...found.values] : found.why
}
