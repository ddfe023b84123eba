/** All of a top level or of what countries have for one (`.com`, `*.com`, `.co.uk`). */
export const isTopLevel = (domain: string): boolean =>
  /^\*?\.(?:(?:com?|net|org|edu|ac|gov)\.[a-z]{2}|[a-z]{2}|com|net|org|edu|info|biz|dev|app|cloud|online|xyz|tech)$/i.test(domain)

/** Below these everybody gets a name (publicsuffix.org, its private part), some for the address that stands in it. */
const hosting =
  /^\*?\.(?:(?:github|gitlab|ngrok|nip|sslip|traefik)\.(?:io|me)|(?:vercel|netlify|web|ngrok|ngrok-free|fly|run|railway)\.app|ngrok-free\.dev|(?:pages|workers|deno)\.dev|(?:herokuapp|firebaseapp|appspot|trycloudflare|blogspot|amazonaws|onrender|azurewebsites)\.(?:com|net)|(?:cloudfront|azurewebsites|azureedge|ddns|ts)\.net|(?:duckdns|dyndns)\.org)$/i

/** Does whitelist_domains let a link lead to hosts of strangers? A `*` alone fits no host (pkg/util, isHostnameAllowed), a dot fits every one that is written with a dot at its end. */
export const leadsToStrangers = (allowed: string): boolean => {
  const host = allowed.replace(/:(?:\*|\d*)$/, '')
  return host === '.' || host === '*.' || isTopLevel(host) || hosting.test(host)
}
