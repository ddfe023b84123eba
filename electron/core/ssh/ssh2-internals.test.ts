import ssh2 from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { adminKey, bench, type Loopback, type LoopbackOptions, never, startLoopback } from './loopback.testing.ts'
import { measureRoundTrip, protocolOf, serverSoftware } from './ssh2-internals.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options: LoopbackOptions): Promise<Loopback> {
  const server = await startLoopback(options)
  ends.push(() => server.close())
  return server
}

/** A server that never says SERVICE_ACCEPT: only a client that does not wait for it gets in. */
const withoutServiceAccept = (ident: string): LoopbackOptions => ({
  ident,
  onConnection: (connection) => {
    const protocol: { _handlers: Record<string, unknown> } = Reflect.get(connection, '_protocol')
    protocol._handlers.SERVICE_REQUEST = () => undefined
  },
})

test('the first login request goes out behind the service request, to OpenSSH only', async () => {
  const openssh = await serve(withoutServiceAccept('OpenSSH_9.2p1'))
  const other = await serve(withoutServiceAccept('dropbear_2022.83'))
  const { transport, host } = bench({ hosts: { openssh: openssh.port, other: other.port }, stageSeconds: 3 })
  ends.push(() => transport.close())
  await transport.connect(host('openssh'), { signal: never() })
  expect(openssh.attempts).toEqual(['publickey signed'])
  await expect(transport.connect(host('other'), { signal: never() })).rejects.toMatchObject({ failure: { code: 'ssh.auth-timeout' } })
  expect(other.attempts).toEqual([])
})

test('this ssh2 has the private members that are used', async () => {
  const server = await serve({ ident: 'OpenSSH_9.2p1 Debian' })
  const client = new ssh2.Client()
  ends.push(async () => void client.end())
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
