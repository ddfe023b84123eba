import { isIP } from 'node:net'

const DEFAULT_PORT = 11434

/**
 * Where `ollama serve` listens for a value of OLLAMA_HOST (envconfig/config.go, `Host`): blanks, then quotes are trimmed; a scheme
 * only changes the default port (the server never speaks TLS); an empty host before a colon means every interface; a bad port
 * becomes the default; anything after `/` is ignored.
 */
export function parseOllamaHost(value: string | undefined): { readonly address: string; readonly port: number } {
  const text = (value ?? '')
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .trim()
  const cut = text.indexOf('://')
  const scheme = cut === -1 ? 'http' : text.slice(0, cut)
  const implied = scheme === 'https' ? 443 : 80
  const defaultPort = cut !== -1 && (scheme === 'http' || scheme === 'https') ? implied : DEFAULT_PORT
  const hostPort = (cut === -1 ? text : text.slice(cut + 3)).split('/', 1)[0] ?? ''
  const split = splitHostPort(hostPort)
  if (split) return { address: split.host, port: readPort(split.port) ?? defaultPort }
  const bare = hostPort.replace(/^[[\]]+|[[\]]+$/g, '')
  if (isIP(bare) !== 0) return { address: bare, port: defaultPort }
  return { address: hostPort === '' ? '127.0.0.1' : hostPort, port: defaultPort }
}

/** Go's strconv.ParseInt(port, 10, 32), then 0 to 65535. */
function readPort(text: string): number | undefined {
  const port = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  return port >= 0 && port <= 65_535 ? port : undefined
}

/** Go's net.SplitHostPort: `host:port`, `[v6]:port`, `:port`; undefined where that returns an error. */
function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text)
  return match ? { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' } : undefined
}
