import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openHashShell } from '#core/models/hashes/hash-shell.ts'
import { runHashing } from '#core/models/hashes/run-hashing.ts'
import { runListing } from '#core/models/inventory/run-listing.ts'
import { createModelService } from '#core/models/model-service.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { openDatabase } from '#core/store/database.ts'
import { createModelRepo } from '#core/store/model.repo.ts'
import { arrange, lab, labFleet, labServer, totp } from '../lab/lab.ts'
import { type Measure, median, pairedRatio } from './samples.ts'

const HOST = 'gpu2'
const BIG = '/srv/models/bench/big.gguf'
const BIG_BYTES = 4_294_967_296
const clock = { now: () => Date.now() }

/** Milliseconds of a command on the host, without SSH, from /proc/uptime. */
async function byHand(command: string): Promise<number> {
  const text = await arrange(HOST, `read a b </proc/uptime; ${command} >/dev/null; read c b </proc/uptime; echo "$a $c"`)
  const [before = 0, after = 0] = text.trim().split(' ').map(Number)
  return (after - before) * 1000
}

/**
 * Hashing against openssl and sha256sum by hand on the same file, round by round in turn; an unchanged store of 10,000 files verified again
 * over an open connection; memory of `gatehouse models list` on a host with 110,000 files.
 */
export async function measureModels(folder: string, rounds: number, say: (text: string) => void): Promise<Measure[]> {
  say('models: 10,000 files and one of 4 GiB')
  await arrange(
    HOST,
    `mkdir -p /srv/models/bench /srv/models/many && truncate -s ${BIG_BYTES} ${BIG} && cd /srv/models/many && echo '{}' >config.json &&
     seq -f 'part-%05g' 1 10000 | while read -r name; do echo "$name" >"$name.bin"; done; chmod -R a+rX /srv/models; sleep 3`,
  )
  const fleet = labFleet()
  const host = labServer(HOST)
  const data = join(folder, 'models')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const never = new AbortController().signal
  const transport = createSsh2Transport({
    fleet,
    clock,
    log: () => undefined,
    paths: { data, home: lab.home },
    prompts: { ask: async () => [await totp()], reportChangedKey: () => undefined },
  })
  const { database } = openDatabase(data, clock.now())
  const service = createModelService({
    clock,
    repo: createModelRepo(database),
    registrations: () => [],
    version: 'bench',
    by: 'bench',
    changed: () => undefined,
  })
  const verify = async (): Promise<number> => {
    const from = performance.now()
    const { hosts } = await service.start(fleet, transport, { hosts: [HOST], scan: false, hash: true }).done
    const [end] = hosts
    if (end?.stage !== 'done') throw new Error(`models: ${end?.stage} ${end?.failure?.detail ?? ''}`)
    return performance.now() - from
  }
  try {
    say('models: the first hashes')
    await verify()
    const again: number[] = []
    for (let round = 0; round < rounds; round++) again.push(await verify())

    say('models: hashing against openssl and sha256sum')
    const session = await transport.connect(host, { signal: never })
    const { roots } = await runListing(session, [{ path: BIG, privileged: false }], { signal: never, timeoutMs: 20_000 })
    const [file] = roots[0]?.entries ?? []
    if (!file) throw new Error('models: the file was not listed')
    const ours: number[] = []
    const openssl: number[] = []
    const sha256sum: number[] = []
    for (let round = 0; round < Math.min(rounds, 5); round++) {
      openssl.push(await byHand(`openssl dgst -sha256 ${BIG}`))
      // As a look does, which opens it while it lists.
      const shell = openHashShell(session, never)
      await pause(500)
      const from = performance.now()
      const failure = await runHashing(session, [{ file, algorithm: 'sha256' }], {
        signal: never,
        hasher: 'openssl',
        shell,
        onHasher: () => undefined,
        onRead: () => undefined,
        onDone: () => undefined,
      })
      if (failure) throw new Error(`models: ${failure.detail}`)
      ours.push(performance.now() - from)
      sha256sum.push(await byHand(`sha256sum ${BIG}`))
    }
    session.close()

    say('models: memory')
    await arrange(
      HOST,
      `mkdir -p /srv/models/more && cd /srv/models/more && seq -f '%06g' 1 100000 | split -l 1 -a 5 - weights-; chmod -R a+rX /srv/models`,
    )
    const peak = await peakOfListing(data)
    const speed = (times: readonly number[]) => `${(BIG_BYTES / 1e6 / median(times)).toFixed(2)} GB/s`
    return [
      {
        name: 'hash-vs-openssl',
        value: pairedRatio(openssl, ours),
        goal: 'at least 0.97',
        note: `${speed(ours)} over SSH to ${speed(openssl)} by hand, 4 GiB`,
      },
      { name: 'hash-vs-sha256sum', value: pairedRatio(sha256sum, ours), goal: 'printed', note: `${speed(sha256sum)} by hand` },
      {
        name: 'reverify-10k-files-s',
        value: median(again) / 1000,
        goal: 'at most 2',
        note: 'unchanged, open connection: servers asked, listed, held against the hashes',
      },
      { name: 'models-rss-mib', value: peak, goal: 'at most 250', note: 'peak of gatehouse models list, 110,000 files on one host' },
    ]
  } finally {
    await transport.close()
    database.close()
  }
}

/** Peak of resident memory (VmHWM) of the built command line. */
function peakOfListing(data: string): Promise<number> {
  const cli = fileURLToPath(new URL('../../out/cli/gatehouse.js', import.meta.url))
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const words = ['models', 'list', '--fleet', lab.fleetFile, '--host', HOST, '--data', data]
  const child = spawn(process.execPath, [cli, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  let peakKiB = 0
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0))
    } catch {
      // It has just ended.
    }
  }, 20)
  return new Promise((resolve, reject) => {
    child.on('close', (status) => {
      clearInterval(timer)
      if (status === 0) resolve(peakKiB / 1024)
      else reject(new Error(`models list ended with ${status}`))
    })
  })
}
