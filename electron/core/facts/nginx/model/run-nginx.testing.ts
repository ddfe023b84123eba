import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askProxy, setStage, started } from '../../real-proxy.testing.ts'
import type { Asked, Prediction } from './predict.testing.ts'
import { geos, maps, wilderMaps } from './random-configurations.testing.ts'

/** Test support: one real nginx on loopback with many server blocks. */
export interface RunningNginx {
  /** Index of the bodies that nginx accepted. */
  readonly accepted: readonly number[]
  ask(body: number, request: Asked): Promise<Prediction>
  stop(): Promise<void>
}

export const nginxProgram = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0)

/** {SHA} of "p": read by nginx itself, whatever the C library offers. */
const users = `u:{SHA}${createHash('sha1').update('p').digest('base64')}\n`

const CHECKED_TOGETHER = 16

/** Each body has a socket of its own, since nginx takes some settings (`merge_slashes`) from the default server of a socket. */
const addressOf = (body: number): string => `127.1.${body >> 8}.${body & 255}`

export async function startNginx(program: string, bodies: readonly string[]): Promise<RunningNginx> {
  const stage = await setStage('nginx', (incoming, answer) =>
    answer.end(JSON.stringify({ location: incoming.headers['x-location'], path: incoming.url, method: incoming.method })),
  )
  const { folder, port } = stage
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'users'), users)

  const file = join(folder, 'nginx.conf')
  const fill = (body: string) =>
    body
      .replaceAll('@UPSTREAM@', `http://${stage.upstream}`)
      .replaceAll('@HOST@', stage.upstream)
      .replaceAll('@AUTH@', `http://${stage.auth}`)
      .replaceAll('@USERS@', join(folder, 'users'))
      .replaceAll('\n', ' ')
  const write = (some: readonly number[]) =>
    writeFileSync(
      file,
      [
        `${process.getuid?.() === 0 ? 'user root;' : ''} pid ${folder}/pid; error_log ${folder}/error.log; daemon off; master_process on; worker_processes 1;`,
        'events { worker_connections 4096; }',
        `http { access_log off; ${maps} ${wilderMaps.replaceAll('@HOST@', stage.upstream)} ${geos} root ${folder}/empty; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}`,
        ...some.map(
          (index) =>
            `server { listen ${addressOf(index)}:${port}; ${fill(bodies[index] ?? '').replaceAll('@LISTEN@', `${addressOf(index)}:${port}`)} }`,
        ),
        '}\n',
      ].join('\n'),
    )
  const takenOf = (some: readonly number[]): readonly number[] => {
    write(some)
    const checked = spawnSync(program, ['-t', '-p', folder, '-c', file], { encoding: 'utf8' })
    if (checked.status === 0) return some
    const line = /nginx\.conf:(\d+)/.exec(checked.stderr)?.[1]
    const wrong = some[Number(line) - 4]
    if (wrong === undefined) throw new Error(checked.stderr)
    return takenOf(some.filter((index) => index !== wrong))
  }
  // nginx names one wrong line and reads all that stands before it, so a few are checked at a time.
  const accepted = takenOf(
    Array.from({ length: Math.ceil(bodies.length / CHECKED_TOGETHER) }, (_, part) =>
      bodies.map((_, index) => index).slice(part * CHECKED_TOGETHER, (part + 1) * CHECKED_TOGETHER),
    ).flatMap(takenOf),
  )
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'ignore' })

  const ask: RunningNginx['ask'] = async (body, { host, ...asked }) => {
    const answer = await askProxy({ ...asked, address: addressOf(body), port, name: host })
    // nginx itself may say 200 as well (`error_page … =200`).
    const ours = answer.status === 200 && answer.body.startsWith('{')
    const seen = ours ? (JSON.parse(answer.body) as { location?: string; path: string; method: string }) : undefined
    const became = seen && seen.method !== asked.method ? { became: seen.method } : {}
    return { status: answer.status, ...(seen && { location: seen.location, path: seen.path.split('?')[0], ...became }) }
  }
  const log = join(folder, 'error.log')
  const complaint = () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : '')
  const stop = await started(
    child,
    stage,
    () => ask(accepted[0] ?? 0, { method: 'GET', path: '/', login: false, from: '127.0.0.1' }),
    complaint,
  )
  return { accepted, ask, stop }
}
