import type { z } from 'zod'
import { errorCatalogue } from '#shared/error-catalogue.ts'
import type { Failure } from '#shared/errors.ts'
import { groupBy } from '#shared/group-by.ts'
import type { jumpStateSchema } from '#shared/ipc/app.contract.ts'
import type { ChangedKey } from '#shared/model/prompt.ts'
import { connectionWords, failedHop } from '../../stores/connection-words.ts'
import type { HostView } from '../../stores/host-view.ts'
import { plainText } from '../../ui/plain-text.ts'
import type { NoticeView } from '../../ui/screen.tsx'
import { count, nameFew } from '../../ui/words.ts'
import { awayHosts } from './away-hosts.ts'

type JumpState = z.infer<typeof jumpStateSchema>

interface NoticeActions {
  readonly compare: (hop: string) => void
  readonly retry: (hosts?: readonly string[]) => void
  readonly showCommands: () => void
}

/** What stands between Gatehouse and current results: one notice per cause, the loudest first. */
export function fleetNotices(
  hosts: readonly HostView[],
  jumps: readonly JumpState[],
  changedKeys: readonly ChangedKey[],
  failure: Failure | undefined,
  actions: NoticeActions,
): NoticeView[] {
  const known = new Set(changedKeys.map((key) => key.hop))
  const failed = jumps.filter((jump) => jump.state === 'failed' && !known.has(jump.name))
  const away = awayHosts(hosts, changedKeys)
  const behind = (jump: JumpState) => away.filter((host) => failedHop(host) === jump.name)
  return [
    ...changedKeys.map((key) => keyNotice(key, actions)),
    ...failed.map((jump) => jumpNotice(jump, behind(jump), actions)),
    ...brokenAudit(failure, actions),
    ...awayNotices(
      away.filter((host) => !failed.some(({ name }) => name === failedHop(host))),
      actions,
    ),
    ...brokenOff(hosts, actions),
    ...limitedNotice(hosts, actions),
  ]
}

const keyNotice = ({ hop }: ChangedKey, { compare }: NoticeActions): NoticeView => ({
  key: `key ${hop}`,
  words: { word: 'Host key changed', tone: 'fail', icon: 'state' },
  subject: hop,
  text: 'presented a key that differs from the pinned one. Gatehouse closed the connection and sent no commands.',
  actions: [{ label: 'Compare keys…', run: () => compare(hop) }],
})

const jumpNotice = ({ name, failure }: JumpState, behind: readonly HostView[], { retry }: NoticeActions): NoticeView => ({
  key: `jump ${name}`,
  words: { word: 'Jump host', tone: 'warn', icon: 'unplug' },
  subject: name,
  text:
    (failure === undefined ? 'is not connected.' : `could not be used. ${sentence(failure.code, failure.detail)}`) +
    (behind.length === 0 ? '' : ` ${count(behind.length, 'host')} behind it ${behind.length === 1 ? 'was' : 'were'} not asked.`),
  actions: [{ label: 'Retry now', run: () => retry() }],
})

/** The audit as a whole, not a host: what was kept before it broke off counts. */
const brokenAudit = (failure: Failure | undefined, { retry }: NoticeActions): NoticeView[] =>
  failure === undefined
    ? []
    : [
        {
          key: 'audit',
          words: { word: 'Audit broke off', tone: 'fail', icon: 'state' },
          text: `${sentence(failure.code, failure.detail)} ${errorCatalogue[failure.code].hint}`,
          actions: [{ label: 'Retry now', run: () => retry() }],
        },
      ]

function awayNotices(away: readonly HostView[], { retry }: NoticeActions): NoticeView[] {
  const groups = groupBy(away, (host) => `${host.audit?.failure?.code} ${failedHop(host) ?? ''}`)
  return [...groups].flatMap(([key, group]) => {
    const [first] = group
    if (first === undefined) return []
    const [code, hop] = [first.audit?.failure?.code, failedHop(first)]
    // Of a hop before them, what it said is the same for all.
    const detail = group.length === 1 || hop !== undefined ? (first.audit?.failure?.detail ?? '') : ''
    const names = group.map((host) => host.name)
    const what = hop === undefined ? 'could not be audited.' : `${group.length === 1 ? 'was' : 'were'} not asked: ${hop} could not be used.`
    return {
      key: `away ${key}`,
      words: connectionWords(first),
      subject: nameFew(names),
      text: code === undefined ? what : `${what} ${sentence(code, detail)}`,
      actions: [{ label: 'Retry now', run: () => retry(names) }],
    }
  })
}

const isRefused = ({ audit }: HostView): boolean => (audit?.refused.length ?? 0) > 0

/** Probes that broke off, or of which something was not answered without sudo's doing: what was read before counts, the rest is not evaluated. */
const brokenOff = (hosts: readonly HostView[], { retry }: NoticeActions): NoticeView[] =>
  hosts.flatMap((host) => {
    const failure = host.audit?.failure
    if (host.progress !== undefined || host.state !== 'limited' || (failure === undefined && isRefused(host))) return []
    const why = failure === undefined ? 'Not all could be asked, or was answered in time.' : sentence(failure.code, failure.detail)
    return {
      key: `broken ${host.name}`,
      words: connectionWords(host),
      subject: host.name,
      text: `was read in part. ${why} What is missing is Not evaluated.`,
      actions: [{ label: 'Retry now', run: () => retry([host.name]) }],
    }
  })

function limitedNotice(hosts: readonly HostView[], { showCommands }: NoticeActions): NoticeView[] {
  const limited = hosts.filter(
    (host) => host.progress === undefined && host.state === 'limited' && host.audit?.failure === undefined && isRefused(host),
  )
  const [first] = limited
  if (first === undefined) return []
  const refused = Math.max(...limited.map((host) => host.audit?.refused.length ?? 0))
  const what = limited.length === 1 ? count(refused, 'read-only command') : `up to ${count(refused, 'read-only command')}`
  return [
    {
      key: 'limited',
      words: { word: 'Limited sudo', tone: 'warn', icon: 'state' },
      subject: nameFew(limited.map((host) => host.name)),
      text: `${limited.length === 1 ? 'runs' : 'run'} with limited rights: sudo refused ${what}. Those checks stay Not evaluated.`,
      actions: [{ label: 'Show commands', run: showCommands }],
    },
  ]
}

/** "The host does not answer: connect timed out after 10 s." */
function sentence(code: keyof typeof errorCatalogue, detail: string): string {
  const plain = plainText(detail, 240)
  const { title } = errorCatalogue[code]
  return plain === '' ? `${title}.` : `${title}: ${plain}${/[.!?]$/.test(plain) ? '' : '.'}`
}
