import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as plain } from 'node:http'
import { request as secured } from 'node:https'
import { join } from 'node:path'
import { type Arbitrary, array, constantFrom, record } from 'fast-check'
import { engineRoutes } from '#shared/model/engine-routes.ts'
import { setStage, started } from '../../real-proxy.testing.ts'
import { means } from './client-paths.ts'

/** Test support: whole configurations whose servers and streams ask each other, and what a stranger gets of a model through them. */
export interface Group {
  readonly http: string
  readonly stream: string
}

/** `@0@` to `@5@` are ports that no other group has, `@N@` its number, `@S@` a socket of its own. */
const PORTS = 6
const rarely = (of: string) => constantFrom('', '', '', '', of)
const places = [
  '@0@',
  '@0@',
  '127.0.0.1:@1@',
  '127.0.0.1:@1@',
  'unix:@S@',
  'unix:@S@',
  '*:@2@',
  '@3@ ssl',
  '[::1]:@1@',
  '@3@ quic',
  '@3@ quic',
] as const
const rules = [
  ...[
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    'allow 127.0.0.1; deny all;',
    'allow 127.0.0.1; deny all;',
    'allow unix:; deny all;',
    'deny all;',
    'allow 10.0.0.0/8; deny all;',
  ],
  ...[
    'if ($remote_addr != 127.0.0.1) { return 403; }',
    'if ($remote_addr !~ "^(unix:|127[.]0[.]0[.]1$)") { return 403; }',
    'allow ::1; deny all;',
  ],
  ...['auth_basic a; auth_basic_user_file @USERS@;', 'satisfy any; allow unix:; deny all; auth_basic a; auth_basic_user_file @USERS@;'],
  'set_real_ip_from 127.0.0.1; set_real_ip_from unix:; real_ip_header X-Forwarded-For; allow 10.0.0.0/8; deny all;',
  'set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol; allow 127.0.0.1; deny all;',
] as const
const engine = '127.0.0.1:11434'
const targets = [
  ...Array.from({ length: 8 }, () => `http://${engine}`),
  ...['http://127.0.0.1:@1@', 'http://localhost:@1@', 'http://127.1.2.3:@2@', 'http://[::1]:@1@'],
  ...['http://unix:@S@', 'http://unix:@S@', 'http://group@N@', 'https://127.0.0.1:@3@', 'http://127.0.0.1:@4@', 'http://inside@N@'],
] as const
const server = record({
  place: constantFrom(...places),
  takes: rarely(' proxy_protocol'),
  rule: constantFrom(...rules),
  path: constantFrom('/', '/', '/', '/', '/', '/api/', '/x/', '= /api/tags', '~ ^/x/(?<rest>.*)$'),
  target: constantFrom(...targets),
  uri: constantFrom('', '', '', '', '', '/', '/api/', '/x/'),
  more: constantFrom('', '', 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;', 'proxy_set_header X-Forwarded-For 10.1.2.3;'),
}).map(({ place, takes, rule, path, target, uri, more }) => {
  const unix = target.startsWith('http://unix:')
  const own = path.startsWith('~') ? (uri === '' ? '' : `${uri}$rest`) : uri
  const pass = `${target}${unix && own !== '' ? ':' : ''}${own}`
  const quic = place.endsWith('quic') ? ' listen @3@ ssl;' : ''
  return `server { listen ${place}${quic === '' ? takes : ''};${quic} ${rule} location ${path} { ${more} proxy_pass ${pass}; } }`
})
const carriedTo = [
  engine,
  engine,
  '127.0.0.1:@0@',
  '127.0.0.1:@1@',
  'unix:@S@',
  'unix:@S@',
  '127.0.0.1:@3@',
  '$to@N@',
  '$to@N@',
  '$by@N@',
  'group@N@',
] as const
const stream = record({
  place: constantFrom('@4@', '@4@', '@5@', '127.0.0.1:@5@', '@4@ ssl'),
  rule: constantFrom('', '', '', 'allow 127.0.0.1; deny all;', 'deny 127.0.9.0/24;'),
  target: constantFrom(...carriedTo),
  more: rarely('proxy_protocol on;'),
}).map(
  ({ place, rule, target, more }) =>
    `server { listen ${place}; ${place.endsWith('ssl') ? '' : 'ssl_preread on;'} ${rule} ${more} proxy_pass ${target}; }`,
)
const named = constantFrom(
  `map $ssl_preread_server_name $to@N@ { llm.example 127.0.0.1:@3@; default 127.0.0.1:@1@; }`,
  `map $ssl_preread_server_name $to@N@ { llm.example ${engine}; default unix:@S@; }`,
  `map $ssl_preread_server_name $to@N@ { "" ${engine}; default 127.0.0.1:@3@; }`,
  `map $ssl_preread_protocol $to@N@ { "" 127.0.0.1:@0@; default 127.0.0.1:@3@; }`,
)
const upstream = constantFrom(
  'server unix:@S@;',
  'server 127.0.0.1:@1@;',
  `server ${engine};`,
  'server 127.0.0.1:@0@ down; server unix:@S@;',
)

export const chainGroups: Arbitrary<Group> = record({
  servers: array(server, { minLength: 2, maxLength: 5 }),
  streams: array(stream, { maxLength: 2 }),
  named,
  upstream,
}).map(({ servers, streams, named, upstream }) => {
  const by = `map $remote_addr $by@N@ { 127.0.9.9 ${engine}; default 127.0.0.1:@0@; }`
  return {
    http: `upstream group@N@ { ${upstream} } upstream inside@N@ { server 127.0.0.1:@1@; } ${servers.join(' ')}`,
    stream: `${named} ${by} upstream group@N@ { ${upstream} } ${streams.join(' ')}`,
  }
})

/** How a stranger asks. */
export interface Asked {
  readonly port: number
  readonly method: string
  readonly path: string
  /** The name in a handshake; none where he speaks in clear. */
  readonly tls?: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

const FROM = '127.0.9.9'
const paths = ['/api/tags', '/x/api/tags', '/x/tags', '/tags', '/x/x/api/tags', '/api/x/tags', '/'] as const
export const questions: readonly Asked[] = [0, 2, 3, 4, 5].flatMap((port) =>
  [undefined, 'llm.example', 'other.example'].flatMap((tls) =>
    [{}, { 'x-forwarded-for': '10.1.2.3' }, { 'x-forwarded-for': '127.0.0.1' }].flatMap((headers) =>
      paths.map((path) => ({ port, method: 'GET', path, tls, headers })),
    ),
  ),
)

/** A route of the engine that answered. */
export interface Through {
  readonly asked: Asked
  readonly path: string
}

const fill = ({ http, stream }: Group, number: number, first: number, socket: string, users: string): Group => {
  const each = (text: string) =>
    text
      .replace(/@(\d)@/g, (_, at: string) => String(first + Number(at)))
      .replaceAll('@N@', String(number))
      .replaceAll('@S@', socket)
      .replaceAll('@USERS@', users)
  return { http: each(http), stream: each(stream) }
}

/** As the model reads it: with the engine at its own port. */
export const dumpOf = (group: Group): string => {
  const { http, stream } = fill(group, 0, 9000, '/run/s.sock', '/users')
  return `# configuration file /etc/nginx/nginx.conf:\nstream { ${stream} }\nhttp { ${http} }\n`
}

const module = '/usr/lib/nginx/modules/ngx_stream_module.so'

/** For each group that nginx takes, what came through. */
export async function askChains(program: string, groups: readonly Group[]): Promise<ReadonlyMap<Group, readonly Through[]>> {
  const stage = await setStage('chains', (incoming, answer) => answer.end(JSON.stringify({ path: incoming.url })))
  const { folder } = stage
  const file = join(folder, 'nginx.conf')
  mkdirSync(join(folder, 's'))
  writeFileSync(join(folder, 'users'), 'u:{SHA}none\n')
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=llm.example']
  const key = spawnSync('openssl', [...made, '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')], { encoding: 'utf8' })
  if (key.status !== 0) throw new Error(key.stderr)
  const certificate = `ssl_certificate ${folder}/cert; ssl_certificate_key ${folder}/key;`
  const firstOf = (index: number) => 24_000 + index * PORTS
  const write = (some: readonly number[]) => {
    const filled = some.map((index) => {
      const { http, stream } = fill(groups[index] as Group, index, firstOf(index), `${folder}/s/${index}`, `${folder}/users`)
      return { http: http.replaceAll(engine, stage.upstream), stream: stream.replaceAll(engine, stage.upstream) }
    })
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
    writeFileSync(
      file,
      [
        `${existsSync(module) ? `load_module ${module};` : ''} ${process.getuid?.() === 0 ? 'user root;' : ''} pid ${folder}/pid; error_log ${folder}/error.log; daemon off; worker_processes 1;`,
        'events { worker_connections 8192; }',
        `stream { ${certificate} proxy_connect_timeout 2s; map_hash_bucket_size 128; ${filled.map(({ stream }) => stream).join(' ')} }`,
        `http { access_log off; ${temporary} ${certificate} proxy_connect_timeout 2s; server { listen 127.0.0.1:${stage.port}; return 204; }`,
        ...filled.map(({ http }) => http),
        '}\n',
      ].join('\n'),
    )
  }
  const accepted = groups.flatMap((_, index) => {
    write([index])
    return spawnSync(program, ['-t', '-p', folder, '-c', file]).status === 0 ? [index] : []
  })
  write(accepted)
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'ignore' })
  const ask = ({ port, method, path, tls, headers }: Asked): Promise<{ status: number; body: string } | undefined> =>
    new Promise((resolve) => {
      const shared = {
        host: '127.0.0.1',
        localAddress: FROM,
        port,
        method,
        path,
        headers: { host: 'llm.example', ...headers },
        agent: false,
      }
      const options = { ...shared, timeout: 3_000 }
      const sent = tls === undefined ? plain(options) : secured({ ...options, servername: tls, rejectUnauthorized: false })
      sent
        .on('response', (answer) => {
          let body = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            body += chunk
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
        })
        .on('timeout', () => sent.destroy())
        .on('error', () => resolve(undefined))
        .on('close', () => resolve(undefined))
        .end()
    })
  const log = join(folder, 'error.log')
  const ready = { port: stage.port, method: 'GET', path: '/', headers: {} }
  const stop = await started(
    child,
    stage,
    async () => {
      if (!(await ask(ready))) throw new Error('not yet')
    },
    () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''),
  )
  try {
    const found = new Map<Group, readonly Through[]>()
    for (const index of accepted) {
      const through: Through[] = []
      for (let at = 0; at < questions.length; at += 8) {
        const some = questions.slice(at, at + 8)
        const answers = await Promise.all(some.map((asked) => ask({ ...asked, port: firstOf(index) + asked.port })))
        answers.forEach((answer, number) => {
          const asked = some[number]
          if (!asked || answer?.status !== 200 || !answer.body.startsWith('{"path"')) return
          const { path } = JSON.parse(answer.body) as { path: string }
          if (engineRoutes.ollama.some((route) => route.method === asked.method && means(path, route.path))) through.push({ asked, path })
        })
      }
      found.set(groups[index] as Group, through)
    }
    return found
  } finally {
    await stop()
  }
}
