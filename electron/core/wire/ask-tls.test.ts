import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer as createPlain, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { createServer, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { withWire } from '../facts/certificates/merge-wire.ts'
import { readTranscript } from '../facts/wire/transcript.ts'
import type { HostSession } from '../ports.ts'
import { askOverWire } from './ask-over-wire.ts'

const openssl = 'openssl'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  jump: [{ name: 'bastion-01', address: '192.0.2.1' }],
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const host = fleet.hosts[0] as (typeof fleet.hosts)[number]
const withOpenssl = spawnSync(openssl, ['version']).status === 0
const never = new AbortController().signal

let folder = ''
const servers: Server[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'))
  if (!withOpenssl) return
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ai.example -addext subjectAltName=DNS:ai.example'.split(' ')
  execFileSync(openssl, [...words, '-keyout', join(folder, 'key'), '-out', join(folder, 'crt')], { stdio: 'ignore' })
})
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function listening(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const asked: string[] = []
const serving = (options: TlsOptions): Promise<number> => {
  const server = createServer({ key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'crt')), ...options }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => {
      asked.push(socket.servername === false ? '' : String(socket.servername))
      socket.end('HTTP/1.1 401 Unauthorized\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 0\r\n\r\n')
    })
  })
  server.on('tlsClientError', () => undefined)
  return listening(server)
}

let open = 0
const session: HostSession = {
  exec: () => Promise.reject(new Error('no command runs')),
  openFiles: () => Promise.reject(new Error('not here')),
  openTcp: async (port) => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    open++
    socket.once('close', () => open--)
    // A channel of SSH is a stream, no socket.
    return Duplex.from({ readable: socket, writable: socket })
  },
  close: () => undefined,
}

async function ask(port: number, name = 'ai.example') {
  const requests = ['/', '/v1/models'].map((path) => ({ method: 'GET' as const, path, readsBody: false }))
  const question = { id: `wire-tls-${port}`, port, name, owner: 'nginx', requests, tls: true }
  const [, output] = await askOverWire(session, [question], { fleet, host, signal: never }).finish(() => 5000)
  expect(output?.command).toBe(`GET https://10.0.0.1:${port}/ and 1 more from bastion-01`)
  await expect.poll(() => open).toBe(0)
  return readTranscript('wire-tls', output?.stdout ?? '')
}

/** Plain HTTP, or what is none. */
const plain = (text: string): Promise<number> =>
  listening(
    createPlain((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end(text))
    }),
  )
const http = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'
test.runIf(withOpenssl).each<[string, () => Promise<number>, string, readonly (number | undefined)[]]>([
  ['TLS', () => serving({}), 'https', [401, 401]],
  ['plain HTTP', () => plain(http), 'http', [401, 401]],
  ['neither', () => plain('220 smtp\r\n'), 'http', [undefined]],
])('of a program that is not known both are tried: %s', async (_, serve, scheme, statuses) => {
  const port = await serve()
  for (const tls of [true, false]) {
    const requests = ['/', '/v1/models'].map((path) => ({ method: 'GET' as const, path, readsBody: false }))
    const question = { id: 'wire-x', port, name: 'ai.example', owner: 'x', requests, tls, either: true as const }
    const [, output] = await askOverWire(session, [question], { fleet, host, signal: never }).finish(() => 5000)
    expect(output?.command).toContain(`GET ${scheme}://`)
    const said = readTranscript('x', output?.stdout ?? '')
    expect([said?.tls !== undefined, said?.answers.map(({ status }) => status)]).toEqual([scheme === 'https', statuses])
    await expect.poll(() => open).toBe(0)
  }
  asked.length = 0
})

const outcomes = (endpoint: Awaited<ReturnType<typeof ask>>) =>
  Object.fromEntries(endpoint?.tls?.versions.map(({ version, outcome }) => [version, outcome]) ?? [])

test.runIf(withOpenssl)('old and new versions, the certificate, what is answered inside; nothing stays open', async () => {
  const endpoint = await ask(await serving({ minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'ALL:@SECLEVEL=0' }))
  expect(outcomes(endpoint)).toEqual({ '1.0': 'served', '1.1': 'served', '1.2': 'served', '1.3': 'refused' })
  expect(endpoint?.answers.map(({ path, status, headers }) => [path, status, headers['strict-transport-security']])).toEqual([
    ['/', 401, 'max-age=31536000'],
    ['/v1/models', 401, 'max-age=31536000'],
  ])
  expect(asked).toEqual(['ai.example', 'ai.example'])
  const [found] = withWire([], endpoint ? [endpoint] : [])
  expect(found).toMatchObject({
    serverName: 'ai.example',
    versions: ['1.0', '1.1', '1.2'],
    untested: [],
    served: { names: ['ai.example'], selfSigned: true, keyType: 'rsa', keyBits: 2048, line: 7 },
    section: 'wire-tls',
  })
})

test.runIf(withOpenssl)('further requests go beside the first handshake, not behind it', async () => {
  const target = await serving({ minVersion: 'TLSv1.2' })
  let connections = 0
  let all = () => {}
  const opened = new Promise<void>((resolve) => {
    all = resolve
  })
  // The first connection, four versions, two kinds of weak ciphers, the second request: nobody is answered before all of them are there.
  const port = await listening(
    createPlain((socket) => {
      socket.on('error', () => undefined)
      if (++connections === 8) all()
      void opened.then(() => {
        const there = connect(target, '127.0.0.1')
        there.on('error', () => socket.destroy())
        socket.on('close', () => there.destroy())
        socket.pipe(there).pipe(socket)
      })
    }),
  )
  expect((await ask(port))?.answers.map(({ status }) => status)).toEqual([401, 401])
})

test.runIf(withOpenssl)('a strict server, asked by its address: no name is sent', async () => {
  const endpoint = await ask(await serving({ minVersion: 'TLSv1.2' }), '10.0.0.1')
  expect(outcomes(endpoint)).toEqual({ '1.0': 'refused', '1.1': 'refused', '1.2': 'served', '1.3': 'served' })
  expect(endpoint?.tls?.serverName).toBeUndefined()
  expect(endpoint?.answers).toHaveLength(2)
})

test.runIf(withOpenssl)('who asks clients for a certificate has taken their version before it turns them away', async () => {
  const wanting = { requestCert: true, rejectUnauthorized: true, ciphers: 'ALL:@SECLEVEL=0' }
  const old = await ask(await serving({ ...wanting, minVersion: 'TLSv1' }))
  expect(outcomes(old)).toEqual({ '1.0': 'served', '1.1': 'served', '1.2': 'served', '1.3': 'served' })
  const strict = await ask(await serving({ ...wanting, minVersion: 'TLSv1.2' }))
  expect(outcomes(strict)).toEqual({ '1.0': 'refused', '1.1': 'refused', '1.2': 'served', '1.3': 'served' })
})

test('a port that speaks no TLS: nothing is known, and nothing is called refused', async () => {
  const plain = createPlain((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  })
  const endpoint = await ask(await listening(plain))
  expect(outcomes(endpoint)).toEqual({ '1.0': 'unclear', '1.1': 'unclear', '1.2': 'unclear', '1.3': 'unclear' })
  expect(endpoint).toMatchObject({ tcp: 'connected', tls: { chain: [] }, answers: [] })
})

test('a port that hangs up', async () => {
  const endpoint = await ask(await listening(createPlain((socket) => socket.destroy())))
  expect(new Set(Object.values(outcomes(endpoint)))).toEqual(new Set(['unclear']))
})

test('what the host could not try, the wire fills in', () => {
  const own = { port: 443, serverName: 'a', versions: ['1.2'], untested: ['1.0', '1.1'], section: 'certificates', line: 3 }
  const text = [
    'tcp h port 443 from j: connected',
    'tls name a',
    'tls 1.0: served (X)',
    'tls 1.1: refused (alert x)',
    'tls 1.2: served (Y)',
  ]
  const endpoint = readTranscript('wire-tls-443', text.join('\n'))
  expect(withWire([own], endpoint ? [endpoint] : [])).toMatchObject([
    { versions: ['1.0', '1.2'], untested: [], section: 'wire-tls-443', line: 3 },
  ])
  expect(withWire([{ ...own, untested: [] }], [])).toMatchObject([{ versions: ['1.2'], section: 'certificates' }])
})
