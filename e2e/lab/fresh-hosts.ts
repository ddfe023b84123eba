import { afterAll } from 'vitest'
import { kill, servers, start } from './lab.ts'

/** Of every file of faults, by `faults.config.ts`: whatever its last push left, the next file of this lab finds hosts as they were provisioned. */
afterAll(async () => {
  await Promise.all(
    servers.map(async (host) => {
      await kill(host)
      await start(host)
    }),
  )
}, 300_000)
