import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localBlobs } from '#core/models/registry/deploy/blob-source.ts'
import { deployToHost } from '#core/models/registry/deploy/deploy-host.ts'
import type { DeployTarget } from '#core/models/registry/deploy/deploy-program.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { arrange, lab, labFleet, labServer, run, totp } from '../lab/lab.ts'
import { keepConnection } from './kept-connection.ts'
import { type Measure, median, pairedRatio, timed } from './samples.ts'

const HOST = 'gpu3'
const ROOT = '/srv/bench-deploy'
const BYTES = 268_435_456
const clock = { now: () => Date.now() }

/**
 * A model of one file from this computer to a host, against OpenSSH's sftp through the same jump host, both over a connection that is open. Ours also
 * hashes the file on the host, syncs it, and puts it in its place.
 */
export async function measureDeploy(folder: string, rounds: number, say: (text: string) => void): Promise<Measure[]> {
  say('deploy: 256 MiB')
  const bytes = randomBytes(BYTES)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const registry = join(folder, 'registry')
  mkdirSync(join(registry, 'blobs'), { recursive: true })
  const file = join(registry, 'blobs', sha256)
  writeFileSync(file, bytes)
  const fleet = labFleet()
  const host = labServer(HOST)
  const identity = host.changeIdentity ?? fleet.identities.change
  if (identity === undefined) throw new Error('the lab has no identities.change')
  await arrange(HOST, `mkdir -p ${ROOT} && chown daemon:daemon ${ROOT}`)
  const data = join(folder, 'deploy')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const transport = createSsh2Transport({
    fleet,
    clock,
    log: () => undefined,
    paths: { data, home: lab.home },
    prompts: { ask: async () => [await totp()], reportChangedKey: () => undefined },
  })
  const files = [{ name: 'model.bin', sha256, bytes: BYTES }]
  const target: DeployTarget = { layout: 'directory', root: ROOT, name: 'm', owner: '', files, manifest: '', stage: '.gatehouse-bench' }
  const controlPath = join(folder, 'deploy.sock')
  const kept = await keepConnection(controlPath, HOST)
  try {
    const deploy = () =>
      deployToHost({
        ...{ target, source: localBlobs(registry), user: identity.user, now: clock.now, onProgress: () => undefined },
        connect: (signal) => transport.connect({ ...host, identity }, { signal, bulk: true }),
        signal: new AbortController().signal,
      })
    const sftp = async () => {
      const { status, stderr } = await run('sftp', ['-F', lab.sshConfig, '-o', `ControlPath=${controlPath}`, '-b', '-', HOST], {
        stdin: `put ${file} /tmp/bench.bin\n`,
      })
      if (status !== 0) throw new Error(`sftp ended with ${status}: ${stderr}`)
    }
    await deploy()
    await sftp()
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      ours.push(await timed(deploy))
      theirs.push(await timed(sftp))
    }
    const speed = (times: readonly number[]) => `${(BYTES / 1e3 / median(times)).toFixed(0)} MB/s`
    const note = `${speed(ours)} with hash, sync and rename to ${speed(theirs)} of sftp, 256 MiB`
    return [{ name: 'deploy-vs-sftp', value: pairedRatio(theirs, ours), goal: 'at least 0.9', note }]
  } finally {
    kept.close()
    await transport.close()
  }
}
