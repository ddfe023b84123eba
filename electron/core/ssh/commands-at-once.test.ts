import { expect, test } from 'vitest'
import { bench, type LoopbackOptions, never, run, startLoopback } from './loopback.testing.ts'

interface Replies {
  channelSuccess(recipient: number): void
  channelFailure(recipient: number): void
}

/** A server whose word on a command is changed. */
const saying = (ident: string, change: (replies: Replies) => void): LoopbackOptions => ({
  ident,
  onConnection: (connection) => change(Reflect.get(connection, '_protocol')),
})

/** A server that agrees to a command once it has its input. */
function agreeingLate(ident: string, onAgree = () => {}): LoopbackOptions {
  const held: (() => void)[] = []
  const options = saying(ident, (replies) => {
    const agree = replies.channelSuccess.bind(replies)
    replies.channelSuccess = (recipient) => void held.push(() => agree(recipient))
  })
  return {
    ...options,
    onExec: (_, channel) => {
      channel.on('data', (chunk: Buffer) => {
        onAgree()
        held.shift()?.()
        channel.write(chunk)
        channel.exit(3)
        channel.end()
      })
    },
  }
}

test('the input of a command goes right behind it, to OpenSSH only', async () => {
  const openssh = await startLoopback(agreeingLate('OpenSSH_9.2p1'))
  const other = await startLoopback(agreeingLate('dropbear_2022.83'))
  const { transport, host } = bench({ hosts: { openssh: openssh.port, other: other.port } })
  const early = await transport.connect(host('openssh'), { signal: never() })
  expect(await run(early, 'cat', 'text')).toMatchObject({ stdout: 'text', exitCode: 3 })
  const late = await transport.connect(host('other'), { signal: never() })
  await expect(run(late, 'cat', 'text', 300)).rejects.toMatchObject({ failure: { code: 'probe.timeout' } })
})

test('who runs a command hears when the server says that it runs, and its input is on its way by then', async () => {
  const said: string[] = []
  const openssh = await startLoopback(agreeingLate('OpenSSH_9.2p1', () => said.push('openssh agrees')))
  const other = await startLoopback({ ident: 'dropbear_2022.83', onExec: (_, channel) => void channel.pipe(channel) })
  const { transport, host } = bench({ hosts: { openssh: openssh.port, other: other.port } })
  for (const name of ['openssh', 'other']) {
    const session = await transport.connect(host(name), { signal: never() })
    await session.exec('cat', {
      ...{ stdin: 'text', timeoutMs: 5000, signal: never(), onRuns: () => said.push(`${name} runs`) },
      onStdout: (chunk) => said.push(`${name} ${chunk}`) > 0,
    })
  }
  expect(said).toEqual(['openssh agrees', 'openssh runs', 'openssh text', 'other runs', 'other text'])
})

test('a command that the server does not take is refused, and its channel is closed', async () => {
  const server = await startLoopback(
    saying('OpenSSH_9.2p1', (replies) => {
      replies.channelSuccess = (recipient) => replies.channelFailure(recipient)
    }),
  )
  const { transport, host } = bench({ hosts: { a: server.port } })
  const session = await transport.connect(host('a'), { signal: never() })
  await expect(run(session, 'cat')).rejects.toMatchObject({ failure: { code: 'ssh.exec-refused' } })
  await expect(run(session, 'cat')).rejects.toMatchObject({ failure: { code: 'ssh.exec-refused' } })
})
