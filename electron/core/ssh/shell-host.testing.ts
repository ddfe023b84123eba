import type { ServerChannel } from 'ssh2'
import { bench, type LoopbackOptions, never, startLoopback } from './loopback.testing.ts'

/** A command of the host below, and what became of it. */
export interface Started {
  readonly command: string
  readonly channel: ServerChannel
  heard: string
  closed: boolean
  /** Ends as one that cannot be run, when its input ends. */
  refuses: boolean
}

/** A host whose commands say what they heard when their input ends; `also` hears of each as it begins. With a session to it. */
export async function hostWith(options: LoopbackOptions = {}, also: (one: Started) => unknown = () => undefined) {
  const started: Started[] = []
  const server = await startLoopback({
    ...options,
    onExec: (command, channel, connection) => {
      const one: Started = { command, channel, heard: '', closed: false, refuses: false }
      started.push(one)
      also(one)
      channel.on('data', (chunk: Buffer) => {
        one.heard += chunk
      })
      for (const source of [channel, connection])
        source.once('close', () => {
          one.closed = true
        })
      channel.on('end', () => {
        if (one.closed) return
        if (one.refuses) channel.stderr.write('sh: sudo: not found\n')
        else channel.write(`heard ${one.heard}`)
        channel.exit(one.refuses ? 127 : 0)
        channel.end()
      })
    },
  })
  const { transport, host } = bench({ hosts: { a: server.port } })
  return { started, server, session: await transport.connect(host('a'), { signal: never() }) }
}
