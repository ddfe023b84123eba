import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { codeOf } from '#shared/errors.ts'
import type { WireAnswer } from '../facts/wire/wire.ts'
import type { HarmlessRequest } from './harmless-requests.ts'

const MAX_HEADER_BYTES = 16_384
const MAX_BODY_BYTES = 4_096
/** The rest varies with every answer, or says nothing about who gets in. */
const KEPT_HEADERS = ['server', 'content-type', 'location', 'www-authenticate', 'strict-transport-security', 'access-control-allow-origin']

/**
 * One request without credentials on an open byte stream, read by Node's strict HTTP parser. Never rejects. The stream is destroyed: of most
 * answers only the headers are wanted, and those of models can be without end.
 */
export function askHttp(
  stream: Duplex,
  { method, path, readsBody }: HarmlessRequest,
  name: string,
  signal: AbortSignal,
): Promise<Omit<WireAnswer, 'line'>> {
  return new Promise((resolve) => {
    const failed = (failure: string) => finish({ method, path, headers: {}, failure })
    const finish = (answer: Omit<WireAnswer, 'line'>) => {
      signal.removeEventListener('abort', onAbort)
      resolve(answer)
      outgoing.destroy()
      stream.destroy()
    }
    const onAbort = () => failed('not in time')
    const outgoing = request({
      method,
      path,
      headers: { host: name, 'user-agent': 'Gatehouse', accept: '*/*', connection: 'close' },
      createConnection: () => stream,
      maxHeaderSize: MAX_HEADER_BYTES,
      setHost: false,
    })
    // Destroying it on purpose is reported as an error as well; by then the answer was given.
    outgoing.on('error', (error) => failed(words(error)))
    stream.on('error', () => undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    outgoing.on('response', (incoming) => {
      const headers = Object.fromEntries(
        KEPT_HEADERS.flatMap((header) => {
          const value = incoming.headers[header]
          return typeof value === 'string' ? [[header, value]] : []
        }),
      )
      const answer = { method, path, status: incoming.statusCode, headers }
      // nginx says in the body of a 400 that it wants a client certificate.
      const worthReading = incoming.statusCode === 400 || (readsBody && (incoming.statusCode ?? 0) < 300)
      if (!worthReading) return finish(answer)
      let body = ''
      const done = () => finish({ ...answer, body: body.trim() })
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => {
        body += chunk.slice(0, MAX_BODY_BYTES)
        if (body.length >= MAX_BODY_BYTES) done()
      })
      incoming.on('end', done)
      incoming.on('error', done)
    })
    outgoing.end()
  })
}

/** What the parser or the stream says, short. A peer that is no HTTP server is no mistake. */
function words(error: Error): string {
  const code = codeOf(error) ?? ''
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`
  return code === 'ECONNRESET' ? 'the connection was closed' : code || error.message
}
