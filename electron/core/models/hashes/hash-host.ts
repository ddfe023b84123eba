import { setTimeout as pause } from 'node:timers/promises'
import { DAY_MS } from '#shared/day.ts'
import type { Failure } from '#shared/errors.ts'
import { TO_ALLOW } from '#shared/model/file-state.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { Transport } from '../../ports.ts'
import type { ModelRepo } from '../../store/model.repo.ts'
import { paceOf } from '../pace.ts'
import { byModel, hashBook, hashOf } from '../verify-model.ts'
import { accessCommand } from './access-command.ts'
import { type Hasher, type HashTask, hashers } from './hash-script.ts'
import type { HashShell } from './hash-shell.ts'
import { type HashOutcome, runHashing } from './run-hashing.ts'

/** A link that comes back is used again, from the first file that was not finished. */
const RECONNECTS = 3
const RECONNECT_PAUSE_MS = 2_000

export interface HashHostRequest {
  readonly fleet: Fleet
  readonly host: Host
  readonly transport: Transport
  readonly signal: AbortSignal
  readonly repo: ModelRepo
  readonly now: () => number
  readonly olderThanDays: number | undefined
  /** One that waits on the host. It is used up. */
  readonly shell?: HashShell | undefined
  readonly onProgress: (progress: Partial<ModelProgress>) => void
  readonly onSaved: () => void
}

/** What is to be hashed of a host as it is listed: each file once, by its content, however many names it has. */
function tasksOf({ fleet, host, repo, now, olderThanDays }: HashHostRequest): HashTask[] {
  const book = hashBook(repo.hashes(fleet.name, host.name))
  const expected = byModel(repo.expected(fleet.name))
  const tasks = new Map<string, HashTask>()
  for (const model of repo.models(fleet.name)) {
    if (model.host !== host.name) continue
    const gitNames = new Set((expected.get(model.name) ?? []).flatMap(({ algorithm, file }) => (algorithm === 'git-sha1' ? [file] : [])))
    for (const { name, file, claim } of repo.files(fleet.name, host.name, model.id)) {
      const git = claim?.algorithm === 'git-sha1' || gitNames.has(name)
      for (const algorithm of git ? (['sha256', 'git-sha1'] as const) : (['sha256'] as const)) {
        const hash = hashOf(file, algorithm, book)
        const old = hash?.digest && olderThanDays !== undefined && now() - Date.parse(hash.hashedAt) >= olderThanDays * DAY_MS
        // What was refused before may be allowed now: that costs nothing to find out.
        if (!hash?.digest || old) tasks.set(`${algorithm} ${file.device} ${file.inode}`, { file, algorithm })
      }
    }
  }
  return [...tasks.values()]
}

/**
 * Hashes the files of a host that have no hash of their present bytes. Every finished file is stored at once, so that the next run goes on
 * where this one ended. Never rejects; returns why it did not come to its end.
 */
export async function hashHost(request: HashHostRequest): Promise<Failure | undefined> {
  const { fleet, host, transport, signal, repo, now, onProgress, onSaved } = request
  const left = new Map(tasksOf(request).map((task) => [task, 0]))
  const total = { filesTotal: left.size, bytesTotal: [...left.keys()].reduce((sum, { file }) => sum + file.size, 0) }
  const pace = paceOf(now)
  const account = (host.identity ?? fleet.identities.audit).user
  const roots = repo.listings(fleet.name).find((listing) => listing.host === host.name)?.roots ?? []
  let doneFiles = 0
  let doneBytes = 0
  const report = (current: string) => {
    const bytesDone = doneBytes + [...left.values()].reduce((sum, bytes) => sum + bytes, 0)
    onProgress({ ...total, filesDone: doneFiles, bytesDone, current, ...pace(bytesDone, total.bytesTotal) })
  }
  report('')
  for (let attempt = 0; left.size > 0; attempt++) {
    const failure = await hashLeft()
    if (failure === undefined) return undefined
    const lost = failure.code === 'ssh.connection-lost' || failure.code === 'ssh.jump-lost'
    if (!lost || attempt === RECONNECTS || signal.aborted) return failure
    for (const task of left.keys()) left.set(task, 0)
    await pause(RECONNECT_PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
  return undefined

  async function hashLeft(): Promise<Failure | undefined> {
    const session = await transport.connect(host, { signal })
    try {
      const known = repo.hasher(fleet.name, host.name)
      return await runHashing(session, [...left.keys()], {
        signal,
        shell: request.shell,
        hasher: known !== undefined && Object.hasOwn(hashers, known) ? (known as Hasher) : undefined,
        onHasher: (hasher) => repo.saveHasher(fleet.name, host.name, hasher),
        onRead: (task, bytes) => {
          left.set(task, bytes)
          report(task.file.path)
        },
        onDone: (task, outcome) => {
          left.delete(task)
          doneFiles++
          doneBytes += task.file.size
          save(task, outcome)
          report(task.file.path)
        },
      })
    } finally {
      session.close()
    }
  }

  function save({ file, algorithm }: HashTask, outcome: HashOutcome): void {
    const { device, inode, size, mtimeNs, ctimeNs } = file
    const base = { device, inode, size, mtimeNs, ctimeNs, algorithm, hashedAt: new Date(now()).toISOString() }
    if (outcome.kind === 'hashed' && outcome.settled)
      repo.saveHash(fleet.name, host.name, { ...base, digest: outcome.digest, problem: null })
    else repo.saveHash(fleet.name, host.name, { ...base, digest: null, problem: problemOf(file, outcome) })
    onSaved()
  }

  function problemOf(file: HashTask['file'], outcome: HashOutcome): string {
    if (outcome.kind === 'hashed') return 'It was changed less than two seconds before it was hashed; hash it again'
    if (outcome.kind === 'changed')
      return outcome.when === 'during' ? 'It changed while it was hashed' : 'It changed between the listing and the hash'
    if (outcome.why === 'gone') return 'It vanished before it was hashed'
    if (outcome.why === 'changed-type') return 'It is no regular file any more'
    if (outcome.why === 'failed') return 'Reading it failed on the host'
    return `${account} may not read it.${TO_ALLOW}${accessCommand(account, file, roots, outcome.closedLength)}`
  }
}
