import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHung } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { engineRoutes } from '#shared/model/engine-routes.ts'
import { isInstalled, shells } from '#testing/installed.ts'
import { collectLoopback, loopbackRoutes } from './collect.ts'
import { parseLoopback, versionIn } from './parse.ts'

const nonce = '0'.repeat(32)
const clients = ['curl', 'wget'].filter(isInstalled)

/** What the section's script says on this machine, with one of the clients alone. */
async function run(client: string, [program = 'sh', ...words]: readonly string[], uid = '1000'): Promise<string> {
  const [section] = collectLoopback()
  if (section?.kind !== 'script') throw new Error('not a script')
  const only =
    client === 'wget' ? 'command() { [ "$2" = curl ] && return 1; builtin_command "$2"; }\nbuiltin_command() { type "$1"; }\n' : ''
  const child = spawn(program, [...words, '-c', only + section.script, 'gatehouse', ...section.parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, gh_k: nonce, gh_uid: uid },
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  await once(child, 'close')
  return out
}

test('only documented routes are asked', () => {
  const documented = new Set(Object.values(engineRoutes).flatMap((routes) => routes.map(({ path }) => path)))
  expect(loopbackRoutes.filter((route) => !documented.has(route))).toEqual([])
})

test('answers, versions, and what is no answer', () => {
  const text =
    '#curl\n200 http://127.0.0.1:11434/api/version\n401 http://127.0.0.1:8000/v1/models\n000 http://127.0.0.1:8000/health\nbody http://127.0.0.1:11434/api/version {"version":"0.12.6"}\n'
  const { ports } = parseLoopback(text)
  expect(
    ports.map(({ port, answers }) => [port, answers.map(({ path, status, failure, line }) => [path, status ?? failure, line])]),
  ).toEqual([
    [11_434, [['/api/version', 200, 2]]],
    [
      8000,
      [
        ['/v1/models', 401, 3],
        ['/health', 'no HTTP answer', 4],
      ],
    ],
  ])
  expect(ports[0]?.answers.map(versionIn)).toEqual(['0.12.6'])
  expect(parseLoopback('#no-client\n').notAsked).toContain('curl')
})

test.each([
  ['"version":"0.12.6"', '0.12.6'],
  ['"version": "v3.5.0 (0123abcd)"', '3.5.0'],
  ['"build_info":"b6123-c6a2c9e7"', 'b6123'],
  ['"build_info":"b11669-Debian"', 'b11669'],
  ['"version":"0.11.1rc2.dev12+gabcdef.d20260101"', '0.11.1rc2.dev12+gabcdef.d20260101'],
  ['"build_info":"b1-c6a2c9e7"', undefined],
  ['"build_info":"b0-unknown"', undefined],
  ['"version":"0.0.0"', undefined],
  ['"version":"0.1.dev1+g1234567"', undefined],
  ['"version":"0+unknown"', undefined],
  ['"version":"dirty"', undefined],
  ['<img src=x>', undefined],
])('an answer %s is %s', (text, version) =>
  expect(versionIn({ method: 'GET', path: '/version', headers: {}, line: 1, body: `{${text}}` })).toBe(version),
)

test('anything: nothing throws, and no port is made up', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => parseLoopback(text).ports.every(({ port }) => port <= 65_535)))
})

test.runIf(process.platform === 'linux').each(shells.flatMap((shell) => clients.map((client) => [client, ...shell])))(
  '%s on %s asks what listens, and nothing else',
  async (client, ...shell) => {
    const asked: string[] = []
    const server = createServer(({ method, url, headers }, response) => {
      asked.push(`${method} ${url} ${headers.authorization ?? ''}`.trim())
      if (url === '/api/version') response.end('{"version":"0.9.1"}\n')
      else if (url === '/api/status') response.end('{"user":"secret prompt","cloud":{"disabled":true,"source":"config"}}')
      // What a body says of other routes is not heard, and neither is the version of who refuses.
      else if (url === '/version')
        response
          .writeHead(401)
          .end(`200 http://127.0.0.1:9/health\n${' '.repeat(300_000)}\n 200 http://127.0.0.1:9/health\n"secret prompt"`)
      else response.writeHead(url === '/health' ? 200 : 401).end('secret prompt')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    // Its command line names the port, as that of an engine would.
    const engine = spawn(process.execPath, ['-e', 'setTimeout(() => 0, 60000)', 'vllm', 'serve', '--port', String(port)])
    const out = await run(client, shell)
    engine.kill()
    server.close()
    const mine = parseLoopback(out).ports.find((one) => one.port === port)
    expect(mine?.answers.map(({ path, status }) => [path, status])).toEqual(
      loopbackRoutes.map((route) => [route, /^\/(?:api\/version|api\/status|health)$/.test(route) ? 200 : 401]),
    )
    expect(parseLoopback(out).ports.find((one) => one.port === 9)).toBeUndefined()
    expect(mine?.answers.flatMap((answer) => versionIn(answer) ?? [])).toEqual(['0.9.1'])
    if (client === 'curl') {
      expect(mine?.answers.find(({ path }) => path === '/api/status')?.body).toBe('"cloud":{"disabled":true,"source":"config"}')
    }
    expect(new Set(asked)).toEqual(new Set(loopbackRoutes.map((route) => `GET ${route}`)))
    expect(out).not.toContain('secret prompt')
  },
)

test.runIf(process.platform === 'linux').each(shells.flatMap((shell) => clients.map((client) => [client, ...shell])))(
  '%s on %s: a server that takes connections and says nothing hides no other',
  async (client, ...shell) => {
    const hung = createHung()
    const server = createServer((_, response) => response.writeHead(401).end())
    for (const one of [hung, server]) {
      // As programs of Java and Go may hold it.
      one.listen(0, one === server ? '::ffff:127.0.0.1' : '127.0.0.1')
      await once(one, 'listening')
    }
    const ports = [hung, server].map((one) => (one.address() as { port: number }).port)
    const engines = ports.map((port) =>
      spawn(process.execPath, ['-e', 'setTimeout(() => 0, 60000)', 'vllm', 'serve', '--port', String(port)]),
    )
    const told = parseLoopback(await run(client, shell)).ports
    for (const engine of engines) engine.kill()
    hung.close()
    server.close()
    const statuses = ports.map((port) => told.find((one) => one.port === port)?.answers.map(({ status }) => status))
    expect(statuses).toEqual([[undefined], loopbackRoutes.map(() => 401)])
  },
)

const serving = (port: number): readonly [string, string, readonly string[], NodeJS.ProcessEnv][] => [
  ['1000', '--port', ['vllm', 'serve', '--port', '1', '--port', `${port}`], {}],
  ['1000', '--port=', ['vllm', 'serve', `--port=${port}`, '-x'], {}],
  ['1000', '--address', ['local-ai', 'run', '--address', `0.0.0.0:${port}`], {}],
  ['1000', '--address=', ['local-ai', 'run', `--address=:${port}`], {}],
  // Only root may read what other accounts gave it.
  ['0', 'OLLAMA_HOST', ['ollama', 'serve'], { OLLAMA_HOST: `127.0.0.1:${port}` }],
]

test.runIf(process.platform === 'linux').each(serving(0).map(([uid, how], at) => [how, uid, at] as const))(
  'the port of %s is asked, and the build of llama.cpp is heard amid its properties',
  async (_, uid, at) => {
    const props = `{"chat_template":"${'x'.repeat(100_000)}\\"build_info\\":\\"no","build_info":"b9500-c6a2c9e7","secret":"secret prompt"}`
    const server = createServer(({ url }, response) => response.writeHead(url === '/props' ? 200 : 404).end(url === '/props' ? props : ''))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const [, , words, env] = serving(port)[at] ?? ['', '', [], {}]
    const engine = spawn(process.execPath, ['-e', 'setTimeout(() => 0, 60000)', ...words], { env: { ...process.env, ...env } })
    const told = await Promise.all(clients.map((client) => run(client, shells[at % shells.length] ?? [], uid)))
    engine.kill()
    server.close()
    for (const out of told) {
      const mine = parseLoopback(out).ports.find((one) => one.port === port)
      expect(mine?.answers.flatMap((answer) => versionIn(answer) ?? [])).toEqual(['b9500'])
      expect(out).not.toContain('secret prompt')
    }
  },
)
