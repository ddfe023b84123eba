import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Test support: what a real proxy on loopback has around it, a stub model server and a stub login, and how it is asked. */
export interface Stage {
  /** For its files; gone with `stop`. */
  readonly folder: string
  /** `address:port` of the model server, and of who answers 200 to the right login and 401 to everybody else. */
  readonly upstream: string
  readonly auth: string
  /** A port that was free. */
  readonly port: number
  readonly close: () => void
}

/** The one account that there is: `u` with the password `p`. */
const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`

export async function setStage(name: string, model: RequestListener): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`))
  const upstream = createServer(model)
  const auth = createServer((incoming, answer) => {
    answer.statusCode = incoming.headers.authorization === authorization ? 200 : 401
    answer.end()
  })
  const [upstreamPort, authPort] = [await listening(upstream), await listening(auth)]
  const placeholder = createServer()
  const port = await listening(placeholder)
  placeholder.close()
  await once(placeholder, 'close')
  const close = () => {
    upstream.close()
    auth.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, upstream: `127.0.0.1:${upstreamPort}`, auth: `127.0.0.1:${authPort}`, port, close }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export interface Request {
  readonly address: string
  readonly port: number
  readonly method: string
  readonly path: string
  readonly login: boolean
  /** Address of the client. */
  readonly from: string
  readonly name?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One request on a connection of its own. */
export const askProxy = ({
  address,
  port,
  method,
  path,
  login,
  from,
  name,
  headers: more,
}: Request): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const headers = { ...more, ...(login && { authorization }), ...(name !== undefined && { host: name }) }
    const sent = request({ host: address, localAddress: from, port, method, path, headers, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    sent.on('error', reject).end()
  })

/** Waits until the proxy answers; what it gives back ends it. Throws with `complaint` when it does not start. */
export async function started(
  child: ChildProcess,
  { close }: Stage,
  ask: () => Promise<unknown>,
  complaint: () => string,
): Promise<() => Promise<void>> {
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
    close()
  }
  for (let attempt = 0; ; attempt++) {
    try {
      await ask()
      return stop
    } catch (cause) {
      if (attempt > 200 || child.exitCode !== null) {
        const said = complaint()
        await stop()
        throw new Error(`The proxy did not start: ${said}`, { cause })
      }
      await wait(30)
    }
  }
}
