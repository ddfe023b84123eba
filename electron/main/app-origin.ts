/** The only origin whose pages may run in the window and talk to main. Compared exactly, never by prefix. */
export const appScheme = 'gatehouse'
export const appOrigin = 'gatehouse://app'
export const appUrl = `${appOrigin}/`

/** Origin of `url` as the URL standard gives it for http(s); for Gatehouse's own scheme, scheme and host. Null when it has none. */
export function originOf(url: string): string | null {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return null
  }
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed.origin
  // The standard calls the origin of such a scheme opaque ("null").
  const plain = parsed.username === '' && parsed.password === '' && parsed.port === ''
  return plain && parsed.protocol === `${appScheme}:` ? `${appScheme}://${parsed.host}` : null
}
