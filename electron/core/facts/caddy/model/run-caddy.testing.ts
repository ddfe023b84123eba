import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askProxy, setStage, started } from '../../real-proxy.testing.ts'

/** Test support: one real Caddy on loopback with many servers. */
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
const addressOf = (server: number): string => `127.2.${server >> 8}.${server & 255}`

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
  const stage = await setStage('caddy', (incoming, answer) =>
    answer.end(`200 ${incoming.headers['x-location']} ${incoming.method} ${incoming.url?.split('?')[0]}`),
  )
  const { folder, port } = stage
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
    .replaceAll('@UPSTREAM@', stage.upstream)
    .replaceAll('@AUTH@', stage.auth)
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
  const ask: RunningCaddy['ask'] = async (server, method, path, login, from) => {
    const { status, body } = await askProxy({ address: addressOf(server), port, method, path, login, from, name: 'localhost' })
    return status === 200 && body.startsWith('200 ') ? body : String(status)
  }
  const stop = await started(
    child,
    stage,
    () => ask(0, 'GET', '/', false, '127.0.0.1'),
    () => complaints,
  )
  return { ask, stop }
}
