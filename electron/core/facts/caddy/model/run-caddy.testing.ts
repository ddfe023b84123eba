import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Test support: one real Caddy on loopback with many servers, and a stub model server and a stub login behind it. */
export interface RunningCaddy {
  ask(server: number, method: string, path: string, login: boolean, from: string): Promise<string>
  stop(): Promise<void>
}

/** Caddy's libraries make folders below HOME, but not when they are told of one that is there. */
const quiet = { PATH: process.env.PATH, HOME: '/dev/null', STEPPATH: '/' }
const versionOf = (path: string): string | undefined => {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', env: quiet })
  return status === 0 ? /^v?(\S+)/.exec(stdout)?.[1] : undefined
}
export const caddyProgram = ['/usr/bin/caddy', '/usr/local/bin/caddy'].find((path) => versionOf(path) !== undefined)
export const caddyVersion = caddyProgram && versionOf(caddyProgram)

/** bcrypt of "p" with the least cost. */
const HASH = '$2b$04$abcdefghijklmnopqrstuudMegMbPN37MbpdEfAtP66w1z0RBCtLG'
const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`
const addressOf = (server: number): string => `127.2.${server >> 8}.${server & 255}`

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Numbers handlers, so that the upstream can tell which one sent a request. */
function numbered(value: unknown, next: { id: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => numbered(item, next))
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) copy[name] = numbered(inner, next)
  if (copy.handler === 'reverse_proxy') copy.headers = { request: { set: { 'X-Location': [String(next.id++)] } } }
  return copy
}

export const withNumbers = (server: object): object => numbered(server, { id: 1 }) as object

export async function startCaddy(program: string, servers: readonly object[]): Promise<RunningCaddy> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddy-'))
  const upstream = createServer((incoming, answer) =>
    answer.end(`200 ${incoming.headers['x-location']} ${incoming.method} ${incoming.url?.split('?')[0]}`),
  )
  const auth = createServer((incoming, answer) => {
    answer.statusCode = incoming.headers.authorization === authorization ? 200 : 401
    answer.end()
  })
  const upstreamPort = await listening(upstream)
  const authPort = await listening(auth)
  const placeholder = createServer()
  const port = await listening(placeholder)
  placeholder.close()
  await once(placeholder, 'close')
  const configuration = {
    admin: { disabled: true },
    logging: { logs: { default: { level: 'PANIC' } } },
    apps: {
      http: {
        servers: Object.fromEntries(
          servers.map((server, index) => [
            `s${index}`,
            { listen: [`${addressOf(index)}:${port}`], automatic_https: { disable: true }, protocols: ['h1'], ...server },
          ]),
        ),
      },
    },
  }
  const text = JSON.stringify(configuration)
    .replaceAll('@UPSTREAM@', `127.0.0.1:${upstreamPort}`)
    .replaceAll('@AUTH@', `127.0.0.1:${authPort}`)
    .replaceAll('@HASH@', Buffer.from(HASH).toString('base64'))
  const file = join(folder, 'caddy.json')
  writeFileSync(file, text)
  const child: ChildProcess = spawn(program, ['run', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder },
  })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2000)
  })
  const ask = (server: number, method: string, path: string, login: boolean, from: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { host: 'localhost', ...(login && { authorization }) }
      const sent = request({ host: addressOf(server), localAddress: from, port, method, path, headers, agent: false }, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk
        })
        answer.on('end', () => resolve(answer.statusCode === 200 && body.startsWith('200 ') ? body : String(answer.statusCode)))
      })
      sent.on('error', reject).end()
    })
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
    upstream.close()
    auth.close()
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; ; attempt++) {
    try {
      await ask(0, 'GET', '/', false, '127.0.0.1')
      return { ask, stop }
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) {
        await stop()
        throw new Error(`Caddy did not start: ${complaints}`, { cause: error })
      }
      await wait(30)
    }
  }
}
