import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, bench, keyPair, type LoopbackOptions, never, run, startLoopback, until } from './loopback.testing.ts'
import { leaveRoom, lightenCiphers, measureRoundTrip, protocolOf, serverSoftware } from './ssh2-internals.ts'

/** A server that never says SERVICE_ACCEPT: only a client that does not wait for it gets in. */
const withoutServiceAccept = (ident: string): LoopbackOptions => ({
  ident,
  onConnection: (connection) => {
    const protocol: { _handlers: Record<string, unknown> } = Reflect.get(connection, '_protocol')
    protocol._handlers.SERVICE_REQUEST = () => undefined
  },
})

test('the first login request goes out behind the service request, to OpenSSH only', async () => {
  const openssh = await startLoopback(withoutServiceAccept('OpenSSH_9.2p1'))
  const other = await startLoopback(withoutServiceAccept('dropbear_2022.83'))
  const { transport, host } = bench({ hosts: { openssh: openssh.port, other: other.port }, stageSeconds: 3 })
  await transport.connect(host('openssh'), { signal: never() })
  expect(openssh.attempts).toEqual(['publickey signed'])
  await expect(transport.connect(host('other'), { signal: never() })).rejects.toMatchObject({ failure: { code: 'ssh.auth-timeout' } })
  expect(other.attempts).toEqual([])
})

test('this ssh2 has the private members that are used', async () => {
  const server = await startLoopback({ ident: 'OpenSSH_9.2p1 Debian' })
  const client = new ssh2.Client()
  onTestFinished(() => void client.end())
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject)
    client.connect({ host: '127.0.0.1', port: server.port, username: 'u', privateKey: adminKey.private })
  })
  expect(protocolOf(client)._handlers).toMatchObject(
    Object.fromEntries(
      [
        'SERVICE_ACCEPT',
        'EXT_INFO',
        'USERAUTH_SUCCESS',
        'USERAUTH_FAILURE',
        'USERAUTH_PK_OK',
        'USERAUTH_PASSWD_CHANGEREQ',
        'USERAUTH_INFO_REQUEST',
      ].map((handler) => [handler, expect.any(Function)]),
    ),
  )
  expect(serverSoftware(client)).toMatch(/^OpenSSH_9\.2p1/)
  expect(await measureRoundTrip(client)).toBeGreaterThan(0)
  expect(() => protocolOf(new ssh2.Client())).toThrow('not the one')
})

/** Sends a message of SSH as it is, over a connection that compresses. */
function send(connection: ssh2.Connection, message: Buffer): void {
  const protocol: { _packetRW: { write: { finalize(packet: Buffer): Buffer } }; _cipher: { encrypt(packet: Buffer): void } } = Reflect.get(
    connection,
    '_protocol',
  )
  protocol._cipher.encrypt(protocol._packetRW.write.finalize(message))
}

/** Sends SSH_MSG_IGNORE (RFC 4253, 11.2) that deflates to nothing and inflates to `bytes`. */
function ignoreMe(connection: ssh2.Connection, bytes: number): void {
  const message = Buffer.alloc(bytes)
  message[0] = 2
  message.writeUInt32BE(bytes - 5, 1)
  send(connection, message)
}

test.each([
  ['as large as SSH allows', 250_000, false, undefined],
  ['larger', 64 * 1_048_576, false, 'ssh.connection-lost'],
  ['larger, after another key exchange', 64 * 1_048_576, true, 'ssh.connection-lost'],
])('a packet that inflates to one %s', async (_, bytes, rekeyed, code) => {
  const server = await startLoopback({
    onExec: (command, channel, connection) => {
      const answer = () => {
        ignoreMe(connection, bytes)
        channel.end(`ran ${command}`)
      }
      if (rekeyed) connection.rekey(answer)
      else answer()
    },
  })
  const { transport, host } = bench({ hosts: { a: server.port } })
  const session = await transport.connect(host('a'), { signal: never() })
  if (code === undefined) expect((await run(session, 'true')).stdout).toBe('ran true')
  else await expect(run(session, 'true')).rejects.toMatchObject({ failure: { code } })
})

test('what is deflated arrives as it was after another key exchange', async () => {
  const server = await startLoopback({
    onExec: (command, channel, connection) => {
      if (command === 'rekey') return connection.rekey(() => channel.end('ran rekey'))
      const hash = createHash('sha256')
      channel.on('data', (chunk: Buffer) => hash.update(chunk)).on('end', () => channel.end(hash.digest('hex')))
      return undefined
    },
  })
  const { transport, host } = bench({ hosts: { a: server.port } })
  const session = await transport.connect(host('a'), { signal: never() })
  for (let round = 0; round < 2; round++) {
    expect((await run(session, 'rekey')).stdout).toBe('ran rekey')
    const sent = randomBytes(60_000).toString('base64')
    expect((await run(session, 'hash', sent)).stdout).toBe(createHash('sha256').update(sent).digest('hex'))
  }
})

const text = (value: string | Buffer) => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

test('the server is not asked to prove the other host keys that it lists', async () => {
  const key = ssh2.utils.parseKey(keyPair().public)
  if (key instanceof Error) throw key
  const asked: string[] = []
  const server = await startLoopback({
    onConnection: (connection) => {
      const protocol: { _handlers: Record<string, unknown> } = Reflect.get(connection, '_protocol')
      protocol._handlers.GLOBAL_REQUEST = (_: unknown, name: string) => void asked.push(name)
    },
    onExec: (command, channel, connection) => {
      // SSH_MSG_GLOBAL_REQUEST (RFC 4254, 4) without a wish for an answer, as sshd sends it (PROTOCOL, 2.5).
      send(connection, Buffer.concat([Buffer.from([80]), text('hostkeys-00@openssh.com'), Buffer.from([0]), text(key.getPublicSSH())]))
      channel.end(`ran ${command}`)
    },
  })
  const { transport, host } = bench({ hosts: { a: server.port } })
  const session = await transport.connect(host('a'), { signal: never() })
  for (let round = 0; round < 2; round++) expect((await run(session, 'true')).stdout).toBe('ran true')
  expect(asked).toEqual([])
})

/** The server cuts what is left when a test ends. */
const dialled = (port: number): Socket => connect(port, '127.0.0.1').on('error', () => undefined)

/** A client on this stream, once it is logged in. */
async function loggedIn(sock: Duplex): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  onTestFinished(() => void client.end())
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject)
    client.connect({ sock, username: 'u', privateKey: adminKey.private })
  })
  return client
}

const MEBIBYTE = 1_048_576
/** Sends a mebibyte to a command; what it answered, in bytes. */
const echoed = (client: ssh2.Client): Promise<number> =>
  new Promise((resolve, reject) => {
    client.exec('cat', (error, channel) => {
      if (error) return reject(error)
      leaveRoom(channel)
      let bytes = 0
      channel.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      channel.on('close', () => resolve(bytes - 'ran cat: '.length))
      channel.end(Buffer.alloc(MEBIBYTE))
    })
  })

/** A socket as ssh2 sees a forwarded channel: each write would be packets of its own there. */
function watched(socket: Socket): { readonly stream: Duplex; readonly writes: number[] } {
  const writes: number[] = []
  const stream: Duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      writes.push(chunk.length)
      socket.write(chunk, () => done())
    },
    final: (done) => void socket.end(() => done()),
  })
  socket.on('data', (chunk) => stream.push(chunk)).on('end', () => stream.push(null))
  return { stream, writes }
}

test.each(['aes128-gcm@openssh.com', 'aes128-ctr'] as const)(
  '%s: over a jump host a packet is one write that fits into one packet there, its keys are objects, and both stay so',
  async (cipher) => {
    const rekeys: (() => Promise<void>)[] = []
    const server = await startLoopback({
      algorithms: { cipher: [cipher] },
      onConnection: (connection) => void rekeys.push(() => new Promise<void>((done) => connection.rekey(done))),
    })
    const { stream, writes } = watched(dialled(server.port))
    const client = await loggedIn(stream)
    lightenCiphers(client, stream)
    for (let round = 0; round < 2; round++) {
      writes.length = 0
      expect(await echoed(client)).toBe(MEBIBYTE)
      expect(Math.max(...writes)).toBeLessThanOrEqual(32_768)
      // The data, and a few packets that open and close the channel and its window.
      expect(writes.length).toBeLessThan(MEBIBYTE / 32_640 + 12)
      const { _cipher, _decipher } = protocolOf(client)
      const [outward, inward] = cipher === 'aes128-ctr' ? [_cipher._macKey, _decipher?._macKey] : [_cipher._encKey, _decipher?._decipherKey]
      expect([outward, inward]).toEqual([expect.objectContaining({ type: 'secret' }), expect.objectContaining({ type: 'secret' })])
      await rekeys[0]?.()
    }
  },
)

test('over TCP the packets of a moment leave in one system call, and nothing is held back', async () => {
  const server = await startLoopback()
  const socket = dialled(server.port)
  const client = await loggedIn(socket)
  lightenCiphers(client, socket)
  let corks = 0
  const cork = socket.cork.bind(socket)
  socket.cork = () => {
    corks++
    cork()
  }
  expect(await echoed(client)).toBe(MEBIBYTE)
  expect(corks).toBeGreaterThan(0)
  expect(corks).toBeLessThan(MEBIBYTE / 32_640)
  expect(socket.writableCorked).toBe(0)
})

test('what OpenSSH as a jump host forwards is acknowledged by packets that mean nothing, what a host or another server sends is not', async () => {
  const counted = () => {
    const counter = { ignored: 0 }
    const onConnection = (connection: ssh2.Connection) => {
      const protocol: { _debug: (text: string) => void } = Reflect.get(connection, '_protocol')
      protocol._debug = (text) => {
        if (text === 'Inbound: Received IGNORE') counter.ignored++
      }
    }
    return { counter, onConnection }
  }
  const ident = 'dropbear_2022.83'
  const [first, other, last, target] = [counted(), counted(), counted(), counted()]
  const jumps = [await startLoopback(first), await startLoopback({ ...other, ident }), await startLoopback(last)]
  const server = await startLoopback({ ...target, onExec: (command, channel) => channel.end(`ran ${command}`) })
  const { transport, host } = bench({ jumps: jumps.map(({ port }) => port), hosts: { gpu1: server.port } })
  const session = await transport.connect(host('gpu1'), { signal: never() })
  await until(() => first.counter.ignored > 0 && last.counter.ignored > 0)
  const before = last.counter.ignored
  expect((await run(session, 'id')).stdout).toBe('ran id')
  await until(() => last.counter.ignored > before)
  expect([other.counter.ignored, target.counter.ignored]).toEqual([0, 0])
})
