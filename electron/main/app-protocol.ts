import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { CustomScheme, Protocol } from 'electron'
import { appOrigin, appScheme, originOf } from './app-origin.ts'

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** Everything the window can be made of. A file of another kind is not served. */
const mimeTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
}

/** Standard and secure, so that pages have an origin; no fetch, no service workers, no CSP bypass. */
export const appSchemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: false, corsEnabled: false, allowServiceWorkers: false, bypassCSP: false },
}

/**
 * The file under the renderer folder that `url` names, with forward slashes, or null when it names none: another origin, a path that
 * would leave the folder in any decoding, hidden files, unknown kinds. The URL parser has already resolved plain `..`.
 */
export function fileFor(url: string): string | null {
  if (originOf(url) !== appOrigin) return null
  let path: string
  try {
    path = decodeURIComponent(new URL(url).pathname)
  } catch {
    return null
  }
  if (path === '/') return 'index.html'
  const segments = path.slice(1).split('/')
  // Letters, digits, and a few signs: no backslash, colon, percent (double encoding), NUL, empty or dot segment can pass.
  if (!segments.every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9_.@-]*$/.test(segment))) return null
  return kindOf(path) === undefined ? null : segments.join('/')
}

const kindOf = (path: string): string | undefined => mimeTypes[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? '']

const headers = (contentType: string): Record<string, string> => ({
  'Content-Type': contentType,
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
})

const refusal = (status: number, text: string): Response => new Response(text, { status, headers: headers('text/plain; charset=utf-8') })

/** Answers one request for the window out of `folder`. */
export async function appResponse(request: { readonly url: string; readonly method: string }, folder: string): Promise<Response> {
  if (request.method !== 'GET') return refusal(405, 'Method not allowed')
  const file = fileFor(request.url)
  if (file === null) return refusal(404, 'Not found')
  try {
    const body = await readFile(join(folder, file.split('/').join(sep)))
    return new Response(new Uint8Array(body), { status: 200, headers: headers(kindOf(file) ?? 'text/plain; charset=utf-8') })
  } catch {
    return refusal(404, 'Not found')
  }
}

/** Serves the built renderer at `gatehouse://app/`. */
export function serveApp(protocol: Pick<Protocol, 'handle'>, folder: string): void {
  protocol.handle(appScheme, (request) => appResponse(request, folder))
}
