import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectorOf, sendMessages } from './send.ts'

let folder: string
let server: Server | undefined
let received = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-siem-'))
  for (const name of ['localhost', 'elsewhere.example'])
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
        ...['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)],
      ],
      { stdio: 'ignore' },
    )
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  server?.close()
  received = ''
})

const pem = (name: string) => readFileSync(join(folder, name), 'utf8')
const listening = (made: Server): Promise<number> => {
  server = made
  return new Promise((resolve) => made.listen(0, '127.0.0.1', () => resolve((made.address() as AddressInfo).port)))
}
const hears = (socket: NodeJS.ReadableStream) => void socket.on('data', (chunk) => (received += chunk)).on('error', () => undefined)
const tlsAt = (name: string) => listening(createTlsServer({ key: pem(`${name}.key`), cert: pem(`${name}.pem`) }, hears))

/** RFC 6587, 3.4.1: the length in octets, a space, the message. */
function framesIn(text: string): string[] {
  const frames: string[] = []
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const space = rest.indexOf(' ')
    const length = Number(rest.subarray(0, space).toString())
    frames.push(rest.subarray(space + 1, space + 1 + length).toString())
    rest = rest.subarray(space + 1 + length)
  }
  return frames
}

describe('over TLS', () => {
  test('every message arrives whole, also more than fits the buffers', async () => {
    const port = await tlsAt('localhost')
    const messages = Array.from({ length: 3000 }, (_, index) => `${index} ünïcode ${'x'.repeat(1000)}`)
    expect(await sendMessages({ host: 'localhost', port, tls: true, ca: pem('localhost.pem') }, messages)).toBe(3000)
    expect(framesIn(received)).toEqual(messages)
  })

  test.each([
    ['a certificate that nobody vouches for', 'localhost', undefined, /self-signed/],
    ['a certificate for another name', 'elsewhere.example', 'elsewhere.example.pem', /does not match/],
  ])('%s: nothing is sent', async (_, name, ca, reason) => {
    const port = await tlsAt(name)
    await expect(sendMessages({ host: 'localhost', port, tls: true, ca: ca && pem(ca) }, ['secret'])).rejects.toThrow(reason)
    expect(received).toBe('')
  })
})

test('over TCP', async () => {
  const port = await listening(createServer(hears))
  expect(await sendMessages({ host: '127.0.0.1', port, tls: false }, ['one', 'two'])).toBe(2)
  expect(framesIn(received)).toEqual(['one', 'two'])
})

test('a collector that hangs up, or is not there, is said', async () => {
  const port = await listening(createServer((socket) => socket.destroy()))
  const endless = function* () {
    for (let count = 0; count < 1e6; count++) yield 'x'.repeat(1000)
  }
  await expect(sendMessages({ host: '127.0.0.1', port, tls: false }, endless())).rejects.toThrow('127.0.0.1')
  server?.close()
  await expect(sendMessages({ host: '127.0.0.1', port: 1, tls: false }, ['x'])).rejects.toThrow('ECONNREFUSED')
})

test.each([
  ['tls://siem.example', { host: 'siem.example', port: 6514, tls: true }],
  ['tcp://10.0.0.1:514', { host: '10.0.0.1', port: 514, tls: false }],
  ['tls://[fd00::1]:6514/', { host: 'fd00::1', port: 6514, tls: true }],
  ['udp://siem.example', undefined],
  ['tls://siem.example:0', undefined],
  ['tls://siem.example:99999', undefined],
  ['tls://a b', undefined],
  ['siem.example', undefined],
])('%s', (text, expected) => expect(collectorOf(text)).toEqual(expected))
