import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { redact } from '../secrets.ts'
import { knownCaddies } from './caddy.fact.ts'
import { readCaddies } from './caddy.ts'
import { sections } from './collect.ts'
import { field, items, type JsonNode, parseJsonLines, textOf } from './json-lines.ts'
import { representatives } from './model/clients.ts'
import { cleanPath, matchesHost, matchesPath, stripPrefix } from './model/paths.ts'
import { caddyRoutesTo } from './model/routes.ts'
import { caddyProgram } from './model/run-caddy.testing.ts'
import { readListens, readServers, speaksHttp3 } from './model/servers.ts'
import { parseCaddy } from './parse.ts'

const nowhere = { processes: [], containers: [], units: [] }
const plain = (node: JsonNode | undefined): unknown => {
  switch (node?.kind) {
    case 'object':
      return Object.fromEntries([...node.entries].map(([name, inner]) => [name, plain(inner)]))
    case 'array':
      return node.items.map(plain)
    case 'string':
      return node.text
    default:
      return node?.value
  }
}

test('property: JSON with line feeds anywhere is read as JSON without them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.nat(400), { maxLength: 10 }), (value, breaks) => {
      const places = new Set(breaks)
      const text = [...JSON.stringify(value)].map((character, at) => (places.has(at) ? `\n${character}` : character)).join('')
      expect(JSON.stringify(plain(parseJsonLines(text, 1)))).toBe(JSON.stringify(value))
    }),
  )
})

test('property: any text is read or refused', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\n', 'a', '1', '-', 'true', 'null', '\\u00e9', '\\u0', ' ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      const ours = parseJsonLines(text, 1)
      let theirs: unknown
      try {
        theirs = JSON.parse(text.replaceAll('\n', ''))
      } catch {
        return
      }
      expect(plain(ours)).toEqual(theirs)
    }),
  )
})

test('lines are those of the text', () => {
  const node = parseJsonLines('{\n"a":[\n1,\n{"b":"x"}]}', 10)
  expect(items(field(node, 'a')).map(({ line }) => line)).toEqual([12, 13])
  expect(parseJsonLines('['.repeat(5000), 1)).toBeUndefined()
})

test.each([
  ['/api/*', '/API/pull', true],
  ['/api/*', '/api', false],
  ['/api*', '/apix', true],
  ['*/pull', '/a/pull', true],
  ['*api*', '/x/api/y', true],
  ['/*/pull', '/api/pull', true],
  ['/*/pull', '/a/b/pull', false],
  ['/a?c', '/abc', true],
  ['/a//b', '/a/b', false],
  ['/a/b', '/a//b', true],
  ['/a/b', '/x/../a/b', true],
  ['/[a-c]x', '/bx', true],
  ['*', '/', true],
  [`${'*a'.repeat(40)}b`, `/${'a'.repeat(300)}`, false],
])('path %s against %s: %s', (pattern, path, expected) => {
  const found = matchesPath(pattern, path)
  // A pattern that takes too long is not known, and never a match.
  expect(found === undefined ? false : found).toBe(expected)
})

// Caddy 2.6.2 and 2.11.4 take `/api/%*` for whatever begins so, and `/api/%70ull` where the client writes so.
test.each([
  ['/api/%*', '/api/pull', undefined],
  ['/API/%70ull', '/api/pull', undefined],
  ['/api/%*', '/v1/models', false],
])('path %s against %s hangs on how the client writes it: %s', (pattern, path, expected) =>
  expect(matchesPath(pattern, path)).toBe(expected),
)

test.each([
  ['*.example', 'a.example', true],
  ['*.example', 'a.b.example', false],
  ['AI.example', 'ai.Example', true],
  ['*', 'localhost', true],
])('host %s against %s: %s', (pattern, host, expected) => {
  expect(matchesHost(pattern, host)).toBe(expected)
})

test.each([
  ['/o/api', '/o', '/api'],
  ['/o', '/o', ''],
  ['/ox', '/o', 'x'],
  ['/O/api', 'o', '/api'],
  ['/api', '/o', '/api'],
])('%s without %s is %s', (path, prefix, expected) => {
  expect(stripPrefix(path, prefix)).toBe(expected)
})

test.each([
  ['/a/../b', true, '/b'],
  ['//a//b/', true, '/a/b/'],
  ['//a//b', false, '//a//b'],
  ['/..', true, '/'],
  ['/a/b/..', true, '/a'],
  ['/a/.', true, '/a'],
  ['', true, '.'],
  ['x/../y/', true, 'y/'],
  ['/a//', false, '/a//'],
])('%s (slashes merged: %s) is %s', (path, merge, expected) => {
  expect(cleanPath(path, merge)).toBe(expected)
})

test.each([
  [':443', [['*:443', 'wildcard', 443]]],
  ['127.0.0.1:80', [['127.0.0.1:80', 'loopback', 80]]],
  [
    'localhost:80-81',
    [
      ['localhost:80', 'loopback', 80],
      ['localhost:81', 'loopback', 81],
    ],
  ],
  ['tcp/[::]:80', [['[::]:80', 'wildcard', 80]]],
  ['10.0.0.1:80', [['10.0.0.1:80', 'specific', 80]]],
  ['unix//run/x.sock', [['unix//run/x.sock', 'unix', 0]]],
  ['udp/:443', []],
])('listen %s', (text, expected) => {
  expect(readListens({ kind: 'string', line: 1, text }).map(({ printed, scope, port }) => [printed, scope, port])).toEqual(expected)
})

test.each([
  ['TLS as it comes', {}, ':443', true],
  ['without it', { protocols: ['h1', 'h2'] }, ':443', false],
  ['named', { protocols: ['h1', 'h2', 'h3'] }, ':443', true],
  ['no TLS', { automatic_https: { disable: true } }, ':443', false],
  ['the port of HTTP', {}, ':80', false],
  ['named for this address alone', { protocols: ['h1'], listen_protocols: [['h3']] }, ':443', true],
  ['not for this address', { listen_protocols: [['h1', 'h2']] }, ':443', false],
  ['nothing of its own for this address', { protocols: ['h1'], listen_protocols: [null] }, ':443', false],
])('HTTP/3: %s', (_, more, listen, expected) => {
  const http = { servers: { s: { listen: [listen], ...more } } }
  const [server] = readServers(parseJsonLines(JSON.stringify({ apps: { http } }), 1) as JsonNode)
  const [first] = server?.listens ?? []
  expect(server && first && speaksHttp3(server, first)).toBe(expected)
})

test('an address stands for each block, outside the smaller ones in it', () => {
  const found = representatives(['10.0.0.0/8', '10.0.0.0/24', '10.0.0.1', 'fd00::/8', '0.0.0.0/0'])
  expect(found.map(({ from }) => from)).toEqual([undefined, undefined, '10.0.0.0/8', '10.0.0.0/24', '10.0.0.1', 'fd00::/8'])
  expect(found[1]?.address).toContain(':')
  expect(found[2]?.address).not.toMatch(/^10\.0\.0\./)
  expect(found[4]?.address).toBe('10.0.0.1')
})

test.each([
  ['cut short', '@process 7\n:{', false],
  ['not running', '@end\n', true],
  ['unread', '@process 7\n@unread /etc/caddy/Caddyfile could not be read\n@end\n', false],
  ['no JSON', '@process 7\n@admin x\n:{"a":\n@end\n', false],
])('%s', (_, text, known) => {
  expect(knownCaddies(text, nowhere).known).toBe(known)
})

const served = (pid: number, cgroup: string) => ({ pid, ppid: 1, user: 'caddy', uid: 9, name: 'caddy', argv: [], cgroup, line: 1 })
const boxed = (name: string, id: string, hostNetwork: boolean) => ({
  ...{ id, name, hostNetwork, image: 'caddy:2', running: true, runtime: 'docker', ports: [], user: '', privileged: false, command: [] },
  ...{ environment: {}, mounts: [], pid: 0, inspected: true, restartPolicy: '', line: 1 },
})
const [open, closed] = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string]
const hosted = {
  processes: [
    ...[served(1, '/system.slice/caddy.service'), served(2, '/system.slice/caddy-admin.service')],
    ...[served(3, `/system.slice/docker-${open}.scope`), served(4, `/system.slice/docker-${closed}.scope`), served(5, '/kubepods/pod1/x')],
  ],
  containers: [boxed('edge', open, true), boxed('inner', closed, false)] as const,
  units: [],
}

test('each of several is known by its unit or container, with lines of its own', () => {
  const one = (pid: number, ...rows: string[]) => [`@process ${pid}`, ...rows].join('\n')
  const answers = (pid: number, listen: string, ...more: string[]) => one(pid, ...more, '@admin 127.0.0.1:1', ':{', `:"x":"${listen}"}`)
  const text = [
    ...[answers(1, 'a'), one(2, '@unread why'), answers(3, 'c', '@container'), answers(4, 'd', '@container')],
    ...[answers(5, 'e', '@container'), '@end', ''],
  ].join('\n')
  const fact = knownCaddies(text, hosted as never)
  if (!fact.known) throw new Error(fact.reason)
  expect(
    fact.value.instances.map(({ id, config, unread }) => [id, textOf(field(config, 'x')) ?? unread, field(config, 'x')?.line]),
  ).toEqual([
    ['caddy', 'a', 4],
    ['caddy-admin.service', 'why', undefined],
    ['container edge', 'c', 11],
    ['container inner', 'it runs in a container', undefined],
    ['container unknown', 'it runs in a container', undefined],
  ])
})

test('five thousand routes are followed in bounded time', () => {
  const routes = Array.from({ length: 5000 }, (_, at) => ({
    match: [{ path: [`/app${at}/*`] }],
    handle: [
      {
        handler: 'subroute',
        routes: [
          {
            handle: [
              { handler: 'rewrite', strip_path_prefix: `/app${at}` },
              { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:11434' }] },
            ],
          },
        ],
      },
    ],
  }))
  const config = parseJsonLines(JSON.stringify({ apps: { http: { servers: { s: { listen: [':443'], routes } } } } }), 1)
  if (!config) throw new Error('no JSON')
  const service = {
    id: 'o',
    engine: 'ollama',
    how: 'process',
    running: true,
    pids: [],
    argv: [],
    apiKey: 'none',
    modelPaths: [],
    binds: [{ address: '127.0.0.1', port: 11434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  } as const
  const before = performance.now()
  const picture = caddyRoutesTo(config, [service], [])
  expect(performance.now() - before).toBeLessThan(20_000)
  // What was not followed to its end is said.
  expect(picture.routes.length > 0 || picture.unmodelled.length > 0).toBe(true)
  expect(new Set(picture.unmodelled.map(({ reason }) => reason))).toEqual(
    new Set(['it takes more steps than Gatehouse follows', 'it rewrites more paths than Gatehouse follows']),
  )
})

const caddyfile = String.raw`
{
	admin off
	auto_https off
}
(answers) {
	header X-Answer yes
}
http://127.3.3.3:18099 {
	import answers
	basicauth /v1/* {
		bob $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG
	}
	@key header X-Api-Key s3cretvalue
	reverse_proxy @key 127.0.0.1:11434
	respond "a,\"b,{\"[{" 403
}
import sites/*
`

test.skipIf(caddyProgram === undefined)(
  'what a running Caddy means is read on every shell, and no secret leaves',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddy-'))
    const file = join(folder, 'Caddyfile')
    writeFileSync(file, caddyfile)
    mkdirSync(join(folder, 'sites'))
    writeFileSync(join(folder, 'sites', 'one'), 'http://127.3.3.3:18100 {\n\timport ../sites/none*\n}\n')
    const child = spawn(caddyProgram ?? '', ['run', '--config', file, '--adapter', 'caddyfile'], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: folder },
    })
    try {
      await once(child, 'spawn')
      await sleep(300)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      for (const [program = '', ...args] of shells) {
        const home = join(folder, 'home')
        mkdirSync(home, { recursive: true })
        const { stdout } = spawnSync(program, [...args, '-c', section.script], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: home },
        })
        // Caddy's libraries make folders below HOME when they are let.
        expect(readdirSync(home)).toEqual([])
        expect(stdout).not.toMatch(/s3cret|Zkx19/)
        if (!stdout.includes(`@process ${child.pid}\n`)) continue
        const mine = readCaddies(knownCaddies(redact(stdout), nowhere)).find(({ pid }) => pid === child.pid)
        if (!mine) throw new Error(stdout)
        const routes = items(field(mine.config, 'apps', 'http', 'servers', 'srv0', 'routes'))
        expect(JSON.stringify(plain(routes[0]))).toContain('a,\\"b,{\\"[{')
        expect(mine).toMatchObject({ pid: child.pid, imports: ['answers', 'sites/*', '../sites/none*'] })
        expect(mine.version).toMatch(/^\d+\.\d+\.\d+/)
        expect(textOf(items(field(mine.config, 'apps', 'http', 'servers', 'srv0', 'listen'))[0])).toBe(':18099')
      }
    } finally {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)

test.skipIf(caddyProgram === undefined)(
  'one that was started by words alone and one of another name are seen',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddy-words-'))
    writeFileSync(join(folder, 'Caddyfile'), '{\n\tadmin off\n\tauto_https off\n}\nhttp://127.3.3.6:18231 {\n\trespond "ok"\n}\n')
    symlinkSync(caddyProgram ?? '', join(folder, 'frankenphp'))
    const env = { PATH: process.env.PATH, HOME: folder }
    const started = [
      spawn(caddyProgram ?? '', ['reverse-proxy', '--from', 'http://127.3.3.5:18230', '--to', '127.0.0.1:11434'], { stdio: 'ignore', env }),
      spawn(join(folder, 'frankenphp'), ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], { stdio: 'ignore', env }),
    ]
    try {
      await Promise.all(started.map((child) => once(child, 'spawn')))
      await sleep(300)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      const { stdout } = spawnSync('sh', ['-c', section.script], { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } })
      const found = parseCaddy(stdout, nowhere)
      const of = (at: number) => typeof found !== 'string' && found.find(({ pid }) => pid === started[at]?.pid)
      expect(of(0)).toMatchObject({ unread: 'it was started without --config, in a folder that was not asked for' })
      expect(of(1)).toMatchObject({ source: 'file' })
    } finally {
      // Caddy writes below its HOME until it has ended.
      await Promise.all(
        started.map((child) => {
          const ended = once(child, 'exit')
          child.kill()
          return ended
        }),
      )
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)

test.skipIf(caddyProgram === undefined)(
  'of two, each is asked where its own file says, and one whose endpoint is off is not taken for the other',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddies-'))
    const start = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      const env = { PATH: process.env.PATH, HOME: folder }
      return spawn(caddyProgram ?? '', ['run', '--config', join(folder, name), '--adapter', 'caddyfile'], { stdio: 'ignore', env })
    }
    const site = (port: number) => `http://127.3.3.4:${port} {\n\trespond "${port}"\n}\n`
    const children = [
      start('usual', `{\n\tauto_https off\n}\n${site(18201)}`),
      start('off', `{\n\tadmin off\n\tauto_https off\n}\n${site(18202)}`),
      start('elsewhere', `{\n\tadmin localhost:18219\n\tauto_https off\n}\n${site(18203)}`),
      start('socket', `{\n\tadmin unix/${join(folder, 'admin.sock')}\n\tauto_https off\n}\n${site(18205)}`),
      start('variable', `{\n\tauto_https off\n\tadmin {$NONE:off}\n}\n${site(18204)}`),
    ]
    try {
      await sleep(1500)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      for (const [program = '', ...args] of shells) {
        const { stdout } = spawnSync(program, [...args, '-c', section.script], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: '/nonexistent' },
        })
        const fact = knownCaddies(stdout, nowhere)
        if (!fact.known) throw new Error(fact.reason)
        const rows = children.map((child) => {
          const one = fact.value.instances.find(({ pid }) => pid === child.pid)
          return [one?.source, textOf(items(field(one?.config, 'apps', 'http', 'servers', 'srv0', 'listen'))[0])]
        })
        expect(rows, stdout).toEqual([
          ['admin', ':18201'],
          ['file', ':18202'],
          ['admin', ':18203'],
          ['admin', ':18205'],
          [undefined, undefined],
        ])
      }
    } finally {
      for (const child of children) child.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  60_000,
)
