import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Asked, Prediction } from './predict.testing.ts'
import { maps } from './random-configurations.testing.ts'

/** Test support: one real nginx on loopback with many server blocks, and a stub model server behind it. */
export interface RunningNginx {
  /** Index of the bodies that nginx accepted. */
  readonly accepted: readonly number[]
  ask(body: number, request: Asked): Promise<Prediction>
  stop(): Promise<void>
}

export const nginxProgram = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0)

/** {SHA} of "p": read by nginx itself, whatever the C library offers. */
const users = `u:{SHA}${createHash('sha1').update('p').digest('base64')}\n`

const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`

/** Each body has a socket of its own, since nginx takes some settings (`merge_slashes`) from the default server of a socket. */
const addressOf = (body: number): string => `127.1.${body >> 8}.${body & 255}`

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function startNginx(program: string, bodies: readonly string[]): Promise<RunningNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'))
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'users'), users)
  const upstream = createServer((incoming, answer) =>
    answer.end(JSON.stringify({ location: incoming.headers['x-location'], path: incoming.url })),
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

  const file = join(folder, 'nginx.conf')
  const fill = (body: string) =>
    body
      .replaceAll('@UPSTREAM@', `http://127.0.0.1:${upstreamPort}`)
      .replaceAll('@AUTH@', `http://127.0.0.1:${authPort}`)
      .replaceAll('@USERS@', join(folder, 'users'))
      .replaceAll('\n', ' ')
  let accepted = bodies.map((_, index) => index)
  const write = () =>
    writeFileSync(
      file,
      [
        `${process.getuid?.() === 0 ? 'user root;' : ''} pid ${folder}/pid; error_log ${folder}/error.log; daemon off; master_process on; worker_processes 1;`,
        'events { worker_connections 4096; }',
        `http { access_log off; ${maps} root ${folder}/empty; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}`,
        ...accepted.map(
          (index) =>
            `server { listen ${addressOf(index)}:${port}; ${fill(bodies[index] ?? '').replaceAll('@LISTEN@', `${addressOf(index)}:${port}`)} }`,
        ),
        '}\n',
      ].join('\n'),
    )
  for (;;) {
    write()
    const checked = spawnSync(program, ['-t', '-p', folder, '-c', file], { encoding: 'utf8' })
    if (checked.status === 0) break
    const line = /nginx\.conf:(\d+)/.exec(checked.stderr)?.[1]
    const wrong = accepted[Number(line) - 4]
    if (wrong === undefined) throw new Error(checked.stderr)
    accepted = accepted.filter((index) => index !== wrong)
  }
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'ignore' })

  const ask = (body: number, { method, path, login, from, host: name, headers: more }: Asked): Promise<Prediction> =>
    new Promise((resolve, reject) => {
      const headers = { ...more, ...(login && { authorization }), ...(name !== undefined && { host: name }) }
      const sent = request({ host: addressOf(body), localAddress: from, port, method, path, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          // nginx itself may say 200 as well (`error_page … =200`).
          const seen = status === 200 && text.startsWith('{') ? (JSON.parse(text) as { location?: string; path: string }) : undefined
          resolve(seen ? { status, location: seen.location, path: seen.path.split('?')[0] } : { status })
        })
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
      await ask(accepted[0] ?? 0, { method: 'GET', path: '/', login: false, from: '127.0.0.1' })
      return { accepted, ask, stop }
    } catch (error) {
      if (attempt > 100) {
        await stop()
        throw error
      }
      await wait(30)
    }
  }
}
