import ssh2 from 'ssh2'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, bench, type LoopbackOptions, never, run, startLoopback } from './loopback.testing.ts'
import { measureRoundTrip, protocolOf, serverSoftware } from './ssh2-internals.ts'

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

/** Sends SSH_MSG_IGNORE (RFC 4253, 11.2) that deflates to nothing and inflates to `bytes`. */
function ignoreMe(connection: ssh2.Connection, bytes: number): void {
  const protocol: { _packetRW: { write: { finalize(packet: Buffer): Buffer } }; _cipher: { encrypt(packet: Buffer): void } } = Reflect.get(
    connection,
    '_protocol',
  )
  const packet = Buffer.alloc(bytes)
  packet[0] = 2
  packet.writeUInt32BE(bytes - 5, 1)
  protocol._cipher.encrypt(protocol._packetRW.write.finalize(packet))
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
