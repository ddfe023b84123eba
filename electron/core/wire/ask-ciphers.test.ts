import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer as createPlain, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { createServer, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WeakCiphers } from '../facts/wire/wire.ts'
import { tryCiphers } from './ask-ciphers.ts'

const openssl = spawnSync('openssl', ['version']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ciphers-'))
beforeAll(() => {
  if (!openssl) return
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ai.example'.split(' ')
  execFileSync('openssl', [...words, '-keyout', join(folder, 'key'), '-out', join(folder, 'crt')], { stdio: 'ignore' })
})

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

async function listening(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const serving = (options: TlsOptions): Promise<number> => {
  const server = createServer({ key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'crt')), ...options }, (socket) =>
    socket.on('error', () => undefined),
  )
  server.on('tlsClientError', () => undefined)
  return listening(server)
}

/** Answers the first words with these. */
const saying = (...parts: readonly string[]): Promise<number> =>
  listening(
    createPlain((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        for (const part of parts) socket.write(Buffer.from(part.replaceAll(' ', ''), 'hex'))
        socket.end()
      })
    }),
  )

async function ask(kind: WeakCiphers, port: number, signal = new AbortController().signal, name: string | undefined = 'ai.example') {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  // A channel of SSH is a stream, no socket.
  const { outcome, detail } = await tryCiphers(kind, name, async () => Duplex.from({ readable: socket, writable: socket }), signal)
  await expect.poll(() => socket.destroyed).toBe(true)
  return `${outcome}: ${detail}`
}

const modern = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256'
const refused = 'refused: alert handshake failure'
test.runIf(openssl).each<[string, TlsOptions, string, string]>([
  ['modern', { ciphers: modern }, refused, refused],
  ['TLS 1.3 alone', { minVersion: 'TLSv1.3' }, 'refused: alert protocol version', 'refused: alert protocol version'],
  [
    'nobody proves who he is',
    { ciphers: `ADH-AES128-SHA256:${modern}:@SECLEVEL=0` },
    'served: TLS_DH_anon_WITH_AES_128_CBC_SHA256 by TLS 1.2',
    refused,
  ],
  [
    'no encryption, behind better ones that the server prefers',
    { ciphers: `${modern}:ECDHE-RSA-NULL-SHA:@SECLEVEL=0`, honorCipherOrder: true },
    'served: TLS_ECDHE_RSA_WITH_NULL_SHA by TLS 1.2',
    refused,
  ],
  ['what OpenSSL takes by itself', {}, refused, 'served: TLS_RSA_WITH_AES_256_GCM_SHA384 by TLS 1.2'],
  ['CBC with forward secrecy is neither', { ciphers: 'ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0' }, refused, refused],
  [
    'who asks clients for a certificate',
    { ciphers: `ADH-AES128-SHA256:${modern}:@SECLEVEL=0`, requestCert: true, rejectUnauthorized: true },
    'served: TLS_DH_anon_WITH_AES_128_CBC_SHA256 by TLS 1.2',
    refused,
  ],
])('a server of OpenSSL, %s', async (_, options, broken, fixed) => {
  const port = await serving({ ...options, ...(options.ciphers?.startsWith('ADH') && { dhparam: 'auto' as const }) })
  expect([await ask('broken', port), await ask('static', port)]).toEqual([broken, fixed])
})

test.runIf(openssl)('the name is sent, and none where there is none', async () => {
  const names: (string | undefined)[] = []
  const port = await serving({
    ciphers: modern,
    SNICallback: (name, done) => {
      names.push(name)
      done(null)
    },
  })
  expect(await ask('broken', port)).toBe(refused)
  expect(names).toEqual(['ai.example'])
  expect(await ask('broken', port, undefined, '')).toMatch(/^(refused|unclear)/)
})

const packed = (text: string): string => text.replaceAll(' ', '')
const hello = (suite: string, session = '00') => `0303 ${'ab'.repeat(32)} ${session} ${suite} 00`
const handshake = (body: string) => `020000${(packed(body).length / 2).toString(16).padStart(2, '0')}${packed(body)}`
const record = (type: string, body: string) => `${type}0303${(packed(body).length / 2).toString(16).padStart(4, '0')}${packed(body)}`
const whole = handshake(packed(hello('0005')))
const chosen = record('16', whole)
const rc4 = 'served: TLS_RSA_WITH_RC4_128_SHA by TLS 1.2'
test.each<[string, readonly string[], string]>([
  ['a suite that no library here has', [chosen], rc4],
  ['with a session id', [record('16', handshake(hello('0005', `20 ${'cd'.repeat(32)}`)))], rc4],
  ['an old version', [record('16', handshake(hello('0003').replace('0303', '0301')))], 'served: TLS_RSA_EXPORT_WITH_RC4_40_MD5 by TLS 1.0'],
  ['after a warning about the name', [record('15', '01 70'), chosen], rc4],
  ['in several records', [record('16', whole.slice(0, 30)), record('16', whole.slice(30))], rc4],
  ['in pieces', [chosen.slice(0, 6), chosen.slice(6, 40), chosen.slice(40)], rc4],
  ['refused', [record('15', '02 28')], refused],
  ['not secure enough', [record('15', '02 47')], 'refused: alert insufficient security'],
  ['an error of its own refuses nothing', [record('15', '02 50')], 'unclear: alert 80'],
  ['nor does a name that it does not know', [record('15', '02 70')], 'unclear: alert 112'],
  ['what was not offered', [record('16', handshake(hello('c02f')))], 'unclear: it chose what was not offered'],
  ['cut', [chosen.slice(0, 40)], 'unclear: the connection was closed'],
  ['nothing', [], 'unclear: the connection was closed'],
  ['plain HTTP', [Buffer.from('HTTP/1.1 400 Bad Request\r\n').toString('hex')], 'unclear: the answer is not TLS'],
])('the answer of a server: %s', async (_, parts, expected) => expect(await ask('broken', await saying(...parts))).toBe(expected))

test('who says nothing is not waited for longer than he may', async () => {
  const port = await listening(createPlain((socket) => socket.on('error', () => undefined)))
  expect(await ask('static', port, AbortSignal.timeout(50))).toBe('unclear: not in time')
})
