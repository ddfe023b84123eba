import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askProxy, setStage, started } from '../../real-proxy.testing.ts'

/** Test support: one real Caddy on loopback with many servers. */
export interface RunningCaddy {
  ask(
    server: number,
    method: string,
    path: string,
    login: boolean,
    from: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<string>
  stop(): Promise<void>
}

/** Caddy's libraries make folders below HOME, but not when they are told of one that is there. */
const quiet = { PATH: process.env.PATH, HOME: '/dev/null', STEPPATH: '/' }
const versionOf = (path: string): string | undefined => {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', env: quiet })
  return status === 0 ? /^v?(\S+)/.exec(stdout)?.[1] : undefined
}
/** `GATEHOUSE_CADDY` names another one, of whatever version. */
export const caddyProgram = [process.env.GATEHOUSE_CADDY ?? '/usr/bin/caddy', '/usr/local/bin/caddy'].find(
  (path) => versionOf(path) !== undefined,
)
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
  if (copy.handler === 'reverse_proxy') {
    const { request, ...headers } = (copy.headers ?? {}) as { readonly request?: { readonly set?: object } }
    copy.headers = { ...headers, request: { ...request, set: { ...request?.set, 'X-Location': [String(next.id++)] } } }
  }
  return copy
}

export const withNumbers = (server: object): object => numbered(server, { id: 1 }) as object

/** Sites in words of a Caddyfile, those that Caddy takes; `json` is what it makes of each. */
export function adaptSites(
  program: string,
  sites: readonly string[],
  head: string,
  matchers: string,
): readonly { readonly site: string; readonly json: object }[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddyfile-'))
  const file = join(folder, 'Caddyfile')
  // Addresses that Caddy takes as they are, for the placeholders of the stubs.
  const [model, auth] = ['127.0.0.9:1001', '127.0.0.9:1002']
  const made = sites.flatMap((site) => {
    const words = `{\n auto_https off\n admin off\n}\n${head}\nhttp://localhost:1 {\n${matchers}\n${site}\n}\n`
    writeFileSync(file, words.replaceAll('@HASH@', HASH).replaceAll('@UPSTREAM@', model).replaceAll('@AUTH@', auth))
    const { status, stdout } = spawnSync(program, ['adapt', '--adapter', 'caddyfile', '--config', file], { encoding: 'utf8', env: quiet })
    if (status !== 0) return []
    const json = stdout.replaceAll(model, '@UPSTREAM@').replaceAll(auth, '@AUTH@')
    const servers = (JSON.parse(json) as { apps: { http?: { servers: Record<string, { listen: unknown; automatic_https?: unknown }> } } })
      .apps.http?.servers
    const [server] = Object.values(servers ?? {})
    if (!server) return []
    const { listen: _, automatic_https: __, ...rest } = server
    return [{ site, json: rest }]
  })
  rmSync(folder, { recursive: true })
  return made
}

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
  const ask: RunningCaddy['ask'] = async (server, method, path, login, from, headers) => {
    const { status, body } = await askProxy({ address: addressOf(server), port, method, path, login, from, name: 'localhost', headers })
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
