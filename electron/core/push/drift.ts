import { createHash } from 'node:crypto'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { hostOf } from '../fleet/named-host.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import type { HostSession, Transport } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { HostAnswer } from './host/answer.ts'
import type { HostPush } from './host/program.ts'
import { runStep } from './host/step-lane.ts'
import type { PlanArchive } from './journal/plan-archive.ts'
import { diffLines } from './plan/diff.ts'
import { kinds } from './templates/kinds.ts'
import { render } from './templates/render.ts'
import { shippedTemplate } from './templates/templates.ts'
import { hostPushOfKept } from './transaction/revert.ts'

/** A file that this console is answerable for on a host. */
export interface WatchedFile {
  readonly path: string
  /** As the host should state it. */
  readonly expected: string
  readonly plan: PushPlan
  /** What stands in it; absent where that is not known here (taken back, adopted, another release of the template). */
  readonly content?: string | undefined
}

export interface Drift {
  watched(fleet: Fleet, host: string): readonly WatchedFile[]
  /** A look at the watched files, as a section of the audit. Absent where there are none. Never rejects. */
  look(session: HostSession, fleet: Fleet, host: Host, signal: AbortSignal): Promise<SectionOutput | undefined>
  /** Takes what is there now as what should be. In the ledger afterwards. Throws `push.not-possible` and what the ledger throws. */
  adopt(fleet: Fleet, transport: Transport, host: string, path: string, signal: AbortSignal): Promise<string>
}

const MAX_DIFF_LINES = 100
const RECORDS_KEPT_MS = 2000

/** What is watched comes out of the ledger alone, which is read anew after two seconds: an audit asks for each of its hosts. */
export function createDrift(ledger: Pick<Ledger, 'read' | 'append'>, plans: Pick<PlanArchive, 'find'>): Drift {
  let read: { readonly records: readonly LedgerRecord[]; readonly atMs: number } | undefined
  // An audit of a hundred hosts asks a hundred times, and reading checks the whole chain.
  const records = (): readonly LedgerRecord[] => {
    if (read === undefined || performance.now() - read.atMs > RECORDS_KEPT_MS)
      read = { records: ledger.read().records, atMs: performance.now() }
    return read.records
  }
  const watched = (fleet: Fleet, host: string) => watchedFiles(records(), plans.find, fleet.name, host)
  const readStep = (session: HostSession, fleet: Fleet, host: Host, files: readonly WatchedFile[], signal: AbortSignal) =>
    runStep(session, 'read', pushOf(files), (host.identity ?? fleet.identities.audit).user, signal)

  return {
    watched,
    async look(session, fleet, host, signal) {
      const started = performance.now()
      let files: readonly WatchedFile[] = []
      try {
        files = watched(fleet, host.name)
        if (files.length === 0) return undefined
        const answer = await readStep(session, fleet, host, files, signal)
        return sectionOf(answer.ended ? 'ok' : 'truncated', statesOf(files, answer), '', performance.now() - started)
      } catch (error) {
        return sectionOf('not-run', '', failureOf(error).detail, performance.now() - started)
      }
    },
    async adopt(fleet, transport, name, path, signal) {
      const host = hostOf(fleet, name)
      const refused = (detail: string) => new GatehouseError({ code: 'push.not-possible', detail, host: name })
      const file = watched(fleet, name).find((it) => it.path === path)
      if (file === undefined) throw refused(`this console has pushed no ${path} there`)
      const session = await transport.connect(host, { signal })
      try {
        const answer = await readStep(session, fleet, host, [file], signal)
        const state = answer.files.get(1) ?? 'unreadable'
        if (!answer.ended || !/^(?:absent$|[0-9a-f]{64}:)/.test(state)) throw refused(`${path} is ${state}`)
        const sha256 = state.split(':')[0] ?? ''
        const digests = state === 'absent' ? {} : { file: sha256 }
        ledger.append({ action: ADOPTED, host: name, subject: path, detail: state, digests })
        read = undefined
        return state
      } finally {
        session.close()
      }
    },
  }
}

const ADOPTED = 'drift.adopt'

/** What the ledger says was committed last for each path, or adopted since. What a push took away is watched no more. Pure. */
export function watchedFiles(
  records: readonly LedgerRecord[],
  planOf: (id: string) => PushPlan | undefined,
  fleet: string,
  host: string,
): readonly WatchedFile[] {
  const files = new Map<string, WatchedFile>()
  for (const record of records) {
    if (record.host !== host) continue
    const adopted = record.action === ADOPTED ? files.get(record.subject) : undefined
    if (adopted) files.set(record.subject, { ...adopted, expected: record.detail, content: undefined })
    if (!isCommit(record)) continue
    const plan = planOf(record.subject)
    if (plan?.fleet !== fleet || plan.host !== host) continue
    const contents = contentsOf(plan)
    for (const { kind, path, after } of plan.files)
      if (!kinds[kind].shared) files.set(path, { path, expected: after, plan, content: contents.get(path) })
  }
  return [...files.values()].filter(({ expected }) => expected !== 'absent')
}

const isCommit = ({ action, detail }: LedgerRecord): boolean =>
  (action === 'push.verdict' && detail.startsWith('committed-proven.')) ||
  (action === 'push.collect' && detail.endsWith('it was committed'))

function contentsOf(plan: PushPlan): ReadonlyMap<string, string> {
  if (plan.reverts !== undefined) return new Map()
  try {
    const { manifest, sha256 } = shippedTemplate(plan.template.id)
    if (sha256 !== plan.template.sha256) return new Map()
    return new Map(render(manifest, plan.parameters).files.map(({ path, content }) => [path, content]))
  } catch {
    return new Map()
  }
}

const pushOf = (files: readonly WatchedFile[]): HostPush => ({
  ...{ id: 'drift', unit: '', who: '', reverts: '', undoAfterSeconds: 0 },
  files: files.flatMap(({ path, plan }) => hostPushOfKept(plan).files.filter((file) => file.path === path)),
})

/** Lines as `core/facts/pushed-files` reads them. */
function statesOf(files: readonly WatchedFile[], answer: HostAnswer): string {
  const lines = files.flatMap(({ path, expected, plan, content }, index) => {
    const now = answer.files.get(index + 1) ?? 'unreadable'
    const state = now === expected ? 'as-pushed' : now === 'absent' ? 'gone' : isUnreadAs(expected, now) ? 'unreadable' : 'changed'
    const found = answer.contents.get(index + 1)
    const diff = state === 'changed' && content !== undefined && found !== undefined ? diffLines(content, found) : []
    return [`file ${state} ${plan.template.id} ${plan.id} ${path}`, ...diff.slice(0, MAX_DIFF_LINES).map((line) => `diff ${line}`)]
  })
  return lines.map((line) => `${line}\n`).join('')
}

/** Nothing that could be seen speaks against it: owner and mode are seen of a file that may not be read. */
const isUnreadAs = (expected: string, now: string): boolean =>
  now === 'unreadable' || now === `unread${expected.slice(expected.indexOf(':'))}`

const sectionOf = (state: SectionOutput['state'], stdout: string, stderr: string, durationMs: number): SectionOutput => ({
  ...{ id: 'pushed-files', command: 'sha256sum and stat of the files that were pushed', state, privileged: false },
  ...{ exitCode: state === 'ok' ? 0 : null, stdout, stderr, durationMs: Math.round(durationMs), bytes: Buffer.byteLength(stdout) },
  sha256: createHash('sha256').update(stdout).digest('hex'),
})
