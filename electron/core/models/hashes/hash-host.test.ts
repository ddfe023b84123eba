import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import type { HostSession } from '../../ports.ts'
import { openDatabase } from '../../store/database.ts'
import { createModelRepo } from '../../store/model.repo.ts'
import { runListing } from '../inventory/run-listing.ts'
import { localSession } from '../local-session.testing.ts'
import { hashHost } from './hash-host.ts'

const never = new AbortController().signal

/** The link goes away after the first file that is told to be hashed. */
function losing(session: HostSession): HostSession {
  return {
    ...session,
    exec: async (command, options) => {
      let lost = false
      const result = await session.exec(command, {
        ...options,
        onStdout: (chunk) => {
          if (lost) return false
          const end = chunk.indexOf('\n', chunk.indexOf(' d 0 '))
          lost = chunk.includes(' d 0 ')
          options.onStdout(lost ? chunk.subarray(0, end + 1) : chunk)
          return !lost
        },
      })
      if (lost) throw new GatehouseError({ code: 'ssh.connection-lost', detail: 'it ended' })
      return result
    },
  }
}

test('a link that was lost comes back: what was finished stays, the rest is hashed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-resume-'))
  const { database } = openDatabase(join(folder, 'data'), Date.now())
  try {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.gguf`), name)
    await new Promise((resolve) => setTimeout(resolve, 3100))
    const { roots } = await runListing(localSession(['dash']), [{ path: folder, privileged: false }], { signal: never, timeoutMs: 9000 })
    const files = (roots[0]?.entries ?? []).filter(({ path }) => path.endsWith('.gguf')).sort((x, y) => (x.path < y.path ? -1 : 1))
    const fleet = fleetSchema.parse({
      version: 1,
      name: 'f',
      identities: { audit: { user: 'u' } },
      hosts: [{ name: 'h', address: '127.0.0.1' }],
    })
    const [host] = fleet.hosts
    if (!host) throw new Error('no host')
    const repo = createModelRepo(database)
    const inventory = { host: 'h', listedAt: new Date().toISOString(), roots: [], oddities: [], oddityCount: 0, orphans: [] }
    const head = { host: 'h', id: folder, name: 'm', source: '', problems: [], servers: [] } as unknown as HostModel
    repo.saveListing('f', inventory, [{ head, files: files.map((file) => ({ name: file.path, file, role: 'weights' as const })) }])
    let connections = 0
    const transport = {
      connect: async () => (connections++ === 0 ? losing(localSession(['dash'])) : localSession(['dash'])),
      jumpStates: () => [],
      close: async () => undefined,
    }
    const hashed: string[] = []
    const request = { fleet, host, transport, signal: never, repo, now: Date.now, olderThanDays: undefined, onProgress: () => undefined }
    expect(await hashHost({ ...request, onSaved: () => hashed.push('one') })).toBeUndefined()
    expect(connections).toBe(2)
    // Each file once: the first is not hashed again.
    expect(hashed).toHaveLength(3)
    expect(repo.hashes('f', 'h').filter(({ digest }) => digest !== null)).toHaveLength(3)
    expect(await hashHost({ ...request, onSaved: () => hashed.push('again') })).toBeUndefined()
    expect(hashed).toHaveLength(3)
  } finally {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 30_000)
