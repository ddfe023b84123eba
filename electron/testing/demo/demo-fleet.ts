import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoFleet } from '#core/ports.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { type Fleet, fleetSchema, type Policy } from '#shared/model/fleet.ts'
import { type DemoHost, JUMP_ADDRESS } from './demo-host.ts'
import type { DemoLogins } from './demo-login.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu02 } from './hosts/gpu-02.ts'
import { gpu03 } from './hosts/gpu-03.ts'
import { gpu04 } from './hosts/gpu-04.ts'
import { lab01 } from './hosts/lab-01.ts'
import { expectations, registry } from './hosts/models.ts'
import { registrations } from './hosts/registrations.ts'
import { CHANGE_ACCOUNT, type DemoServers, generateKey, startDemoServers } from './ssh-servers.ts'

const demoHosts: readonly DemoHost[] = [gpu01, gpu02, gpu03, gpu04, lab01]

export interface RunningDemoFleet extends DemoFleet {
  readonly servers: DemoServers
  /** Throwaway home with the client key and the known hosts of this run. */
  readonly home: string
}

/**
 * Starts the embedded fleet: a jump host on loopback and simulated GPU servers behind it, with keys made for this run.
 * The client key and the trusted host keys lie in a folder of their own that `stop` removes, so nothing of the admin's is touched.
 */
export async function startDemoFleet(
  hosts: readonly DemoHost[] = demoHosts,
  policy: Partial<Policy> = {},
  logins: DemoLogins = {},
): Promise<RunningDemoFleet> {
  await removeAbandonedHomes()
  const behindJump = hosts.filter(({ jumpHost }) => jumpHost !== true)
  const home = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const pair = generateKey()
  const identityFile = join(home, 'id_ed25519')
  await writeFile(identityFile, pair.private, { mode: 0o600 })
  const servers = await startDemoServers(() => fleet, hosts, pair.public, logins)
  const fleet: Fleet = fleetSchema.parse({
    version: 1,
    name: 'demo',
    jump: [{ name: 'bastion-01', address: '127.0.0.1', port: servers.port, audit: hosts.some(({ jumpHost }) => jumpHost) }],
    identities: {
      audit: { user: 'gatehouse-ro', identityFiles: [identityFile], agent: false },
      change: { user: CHANGE_ACCOUNT, identityFiles: [identityFile], agent: false },
    },
    hosts: behindJump.map(({ name, address, airGapped, modelPaths }) => ({ name, address, airGapped, modelPaths })),
    policy,
    modelPaths: ['/srv/models'],
    ...(hosts.some(({ name }) => name === registry.host) && { registry }),
    access: demoTiers,
    networks: {
      app: ['10.20.1.0/24'],
      jump: [JUMP_ADDRESS],
      management: ['10.20.2.0/24'],
      modelStorage: ['10.20.8.0/24'],
      modelAdmins: ['10.0.1.5'],
    },
  })
  const known = [
    `[127.0.0.1]:${servers.port} ${servers.jumpKey}`,
    ...behindJump.map((host) => `${host.address} ${servers.hostKeys.get(host.name) ?? ''}`),
  ]
  await writeFile(join(home, 'known_hosts'), `${known.join('\n')}\n`, { mode: 0o600 })
  return {
    fleet,
    servers,
    expectations,
    registrations,
    home,
    createTransport: (prompts, changed = () => undefined) =>
      createSsh2Transport({ fleet, clock: { now: () => Date.now() }, log: () => undefined, paths: { data: home, home }, prompts, changed }),
    async stop() {
      await servers.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Who belongs to which tier in the demo fleet. */
export const demoTiers = {
  tiers: { administrators: { accounts: ['okafor'] }, operators: { accounts: ['reyes'] }, users: {} },
  left: [{ account: 'lund', on: '2026-10-31' }],
}

const prefix = 'gatehouse-demo-home-'

/** A program that was killed leaves its home behind: the next one removes it. */
async function removeAbandonedHomes(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names) {
    const pid = Number(new RegExp(`^${prefix}([0-9]+)-`).exec(name)?.[1] ?? 0)
    // Another account's home is not ours to remove, and would only fail.
    if (pid > 0 && !isRunning(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
