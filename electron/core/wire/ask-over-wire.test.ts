import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { readTranscript } from '../facts/wire/transcript.ts'
import type { WireEndpoint } from '../facts/wire/wire.ts'
import type { HostSession } from '../ports.ts'
import { askOverWire } from './ask-over-wire.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  jump: [{ name: 'bastion-01', address: '192.0.2.1' }],
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const host = fleet.hosts[0] as (typeof fleet.hosts)[number]
const requests = ['/', '/v1/models'].map((path) => ({ method: 'GET' as const, path, readsBody: path === '/' }))

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serving(answer: (socket: Socket, request: string) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => answer(socket, chunk.toString()))
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const session = (openTcp: HostSession['openTcp']): HostSession => ({
  exec: () => Promise.reject(new Error('no command runs')),
  openTcp,
  openFiles: () => Promise.reject(new Error('not here')),
  close: () => undefined,
})
const here = session(async (port) => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
})
const never = new AbortController().signal

async function ask(port: number, through = here, signal = never, patienceMs = 5000): Promise<WireEndpoint | undefined> {
  const question = { id: `wire-http-${port}`, port, name: '10.0.0.1', owner: 'test', requests, tls: false }
  const outputs = await askOverWire(through, [question], { fleet, host, signal }).finish(() => patienceMs)
  expect(outputs.map(({ id, state }) => [id, state])).toEqual([
    ['wire', 'ok'],
    [`wire-http-${port}`, 'ok'],
  ])
  return readTranscript('x', outputs[1]?.stdout ?? '')
}

describe('what a server answers', () => {
  test('statuses, the headers that matter, the body of a route that names the program; no credentials, the right host', async () => {
    const seen: string[] = []
    const port = await serving((socket, request) => {
      seen.push(request)
      socket.end(
        request.startsWith('GET / ')
          ? 'HTTP/1.1 200 OK\r\nServer: x\r\nDate: now\r\nContent-Length: 3\r\n\r\nhi\n'
          : 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 6\r\n\r\nsecret',
      )
    })
    expect(await ask(port)).toMatchObject({
      tcp: 'connected',
      from: 'bastion-01',
      answers: [
        { path: '/', status: 200, headers: { server: 'x' }, body: 'hi' },
        { path: '/v1/models', status: 401, headers: { 'www-authenticate': 'Bearer' } },
      ],
    })
    expect(seen).toHaveLength(2)
    for (const request of seen) {
      expect(request).toMatch(/^GET \S+ HTTP\/1\.1\r\nhost: 10\.0\.0\.1\r\n/)
      expect(request).not.toMatch(/authorization|cookie/i)
    }
  })

  test('the body of a 400 is read, since nginx asks for a client certificate there; that of a 401 is not', async () => {
    const body = '<title>400 No required SSL certificate was sent</title>'
    const port = await serving((socket, request) =>
      socket.end(
        `HTTP/1.1 ${request.startsWith('GET / ') ? '401 No' : '400 Bad Request'}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    )
    expect((await ask(port))?.answers.map(({ status, body: text }) => [status, text])).toEqual([
      [401, undefined],
      [400, body],
    ])
  })

  test.each<[name: string, answer: (socket: Socket) => void, failure: RegExp]>([
    ['no HTTP', (socket) => socket.end('SSH-2.0-x\r\n'), /not HTTP/],
    ['headers without end', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}`), /HPE_HEADER_OVERFLOW/],
    ['a hang-up', (socket) => socket.destroy(), /closed|ECONNRESET|hang up/],
    ['two lengths', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'), /not HTTP/],
  ])('%s: a reason, no status', async (_, answer, failure) => {
    const endpoint = await ask(await serving(answer))
    expect(endpoint?.answers.map(({ status, failure: why }) => [status, failure.test(why ?? '')])).toEqual([
      [undefined, true],
      [undefined, true],
    ])
  })

  test('a body without end is cut', async () => {
    const port = await serving((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = setInterval(() => socket.write('x'.repeat(100_000)), 1)
      socket.on('close', () => clearInterval(more))
    })
    const endpoint = await ask(port)
    expect(endpoint?.answers.map(({ status }) => status)).toEqual([200, 200])
    expect(endpoint?.answers[0]?.body?.length).toBeLessThan(400)
  })

  test('who takes the connection and thinks for ever is given up', async () => {
    const endpoint = await ask(await serving(() => undefined))
    expect(endpoint).toMatchObject({ tcp: 'connected', answers: [{ failure: 'not in time' }, { failure: 'not in time' }] })
  })
})

describe('what the jump host does', () => {
  const failing = (code: 'ssh.refused' | 'ssh.forwarding-refused' | 'ssh.unreachable') =>
    session(() => Promise.reject(new GatehouseError({ code, detail: 'because' })))
  test.each([
    ['ssh.refused', { tcp: 'refused' }],
    ['ssh.forwarding-refused', { tcp: 'not-forwarded', reason: 'because' }],
    ['ssh.unreachable', { tcp: 'no-answer', reason: 'because' }],
  ] as const)('%s', async (code, expected) => {
    expect(await ask(8000, failing(code))).toMatchObject({ ...expected, answers: [] })
  })

  const silent = session(
    (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
  )
  test('silence is waited for no longer than told', async () => {
    const startedMs = performance.now()
    expect(await ask(8000, silent, never, 50)).toMatchObject({ tcp: 'no-answer', answers: [] })
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  test('a console that was busy meanwhile takes nothing for silence that it could not hear', async () => {
    const port = await serving((socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'))
    const far = session(async (to) => {
      await pause(100)
      return here.openTcp(to, never)
    })
    setTimeout(() => {
      for (const end = performance.now() + 800; performance.now() < end; );
    }, 50)
    expect(await ask(port, far, never, 300)).toMatchObject({ tcp: 'connected', answers: [{ status: 401 }, { status: 401 }] })
  })

  test('stopping ends it at once', async () => {
    expect(await ask(8000, silent, AbortSignal.abort())).toMatchObject({ tcp: 'no-answer' })
  })

  test('at most twelve channels of one host are open at once, and none stays', async () => {
    let open = 0
    let most = 0
    const port = await serving((socket) => setTimeout(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), 5))
    const counting = session(async () => {
      most = Math.max(most, ++open)
      const socket = await here.openTcp(port, never)
      socket.once('close', () => open--)
      return socket
    })
    const many = Array.from({ length: 8 }, (_, index) => ({
      id: `wire-http-${index}`,
      port,
      name: 'x',
      owner: 'x',
      requests: Array(8).fill(requests[0]),
      tls: false,
    }))
    await askOverWire(counting, many, { fleet, host, signal: never }).finish(() => 5000)
    expect(most).toBeLessThanOrEqual(12)
    await expect.poll(() => open).toBe(0)
  })
})
