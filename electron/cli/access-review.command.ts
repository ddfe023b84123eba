import { parseArgs } from 'node:util'
import { removalShell } from '#core/access-review/removal-text.ts'
import { mapWithLimit } from '#core/jobs/map-with-limit.ts'
import { planText } from '#core/push/plan/plan-text.ts'
import type { Services } from '#core/services.ts'
import { accountKinds, namedAs } from '#shared/account-kind.ts'
import type { AccessFound } from '#shared/model/access.ts'
import { type FullAccessReview, type ReviewEntry, reviewVerdicts } from '#shared/model/access-review.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { capabilityWords } from '#shared/model/capability.ts'
import { dayFrom } from '#shared/model/validity.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { writePlanFile } from './plan-file.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const AT_ONCE = 8
const NOTE_LENGTH = 500
const verbs: readonly string[] = ['start', 'decide', 'sign', 'plan']

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  host: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  note: { type: 'string', default: '' },
  name: { type: 'string' },
  kind: { type: 'string' },
  output: { type: 'string' },
} as const

/**
 * `gatehouse access review`: shows the review; `start`, `decide ACCOUNT[@HOST] keep|remove|ask`, `sign --name NAME`, and `plan`: the removals as text
 * for people, or with `--host` as that for a shell; with `--output FILE` it looks at the hosts and writes what `gatehouse push` carries out. All but the
 * last connects to no host. Signing asks for a code. Exit code 1 while accounts are undecided, a removal or the next review is due; 2 when otherwise
 * nothing is left to do, but accounts of a host, or what they can do, are not known.
 */
export async function runAccessReview(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('access review: expected either --fleet FILE or --demo')
  const [verb = ''] = positionals
  const extra = positionals[verb === 'decide' ? 3 : 1]
  if (extra !== undefined && verbs.includes(verb)) throw new UsageError(`access review ${verb}: "${extra}" is one word too many`)
  if (verb !== 'plan' && (values.host ?? values.output) !== undefined)
    throw new UsageError('access review: --host and --output are for plan; decide takes ACCOUNT@HOST')
  if (values.note.length > NOTE_LENGTH) throw new UsageError(`access review: --note has more than ${NOTE_LENGTH} characters`)
  return withFleet(values.fleet, values.data, async (services) => {
    if (values.host !== undefined && !auditedHosts(services.fleet.require()).some(({ name }) => name === values.host))
      throw new UsageError(`access review: ${values.host} is no host of this fleet`)
    if (verb === 'plan')
      return values.output === undefined ? printPlan(services, values.host) : writePlans(services, values.host, values.output)
    const review = await step(services, positionals, values)
    process.stdout.write(values.json ? `${JSON.stringify(review, null, 2)}\n` : reviewText(review))
    return exitCodeOf(review)
  })
}

function exitCodeOf(review: FullAccessReview): number {
  const { open, entries, left, unseen, notCovered } = review
  const toDo = entries.some(({ decision, since }) => (open !== null && decision === null) || since === 'removal-due')
  if (toDo || left.length > 0 || isDue(review, Date.now())) return ExitCode.findings
  return unseen.length + notCovered.length > 0 ? ExitCode.couldNotRun : ExitCode.clean
}

/** Nobody reviews, although there are accounts that never were or were too long ago. */
const isDue = ({ open, nextDue, entries }: FullAccessReview, now: number): boolean =>
  open === null && entries.length > 0 && (nextDue === null || nextDue < dayFrom(now, 0))

/** One push for each host where there is something to close, or for the one that is named. */
async function writePlans({ accessReviews, fleet, pushes, templates, transport }: Services, host: string | undefined, output: string) {
  const drafts = accessReviews.pushes(fleet.require()).filter((draft) => host === undefined || draft.host === host)
  if (drafts.length === 0) {
    process.stderr.write('A push closes nothing here: no plan was written.\n')
    return withUnseen(accessReviews.current(fleet.require()), host, ExitCode.clean)
  }
  const signal = interrupted()
  const plans = await mapWithLimit(drafts, AT_ONCE, (draft) => pushes.plan(fleet.require(), transport(), draft, signal))
  for (const plan of plans) process.stdout.write(planText(plan, templates.find(plan.template.id).manifest.about))
  await writePlanFile(output, plans)
  return ExitCode.findings
}

function printPlan({ accessReviews, fleet }: Services, host: string | undefined): number {
  const removals = accessReviews.removals(fleet.require()).filter((removal) => host === undefined || removal.host === host)
  process.stdout.write(host === undefined ? accessReviews.plan(fleet.require()) : removalShell(host, removals))
  return withUnseen(accessReviews.current(fleet.require()), host, removals.length > 0 ? ExitCode.findings : ExitCode.clean)
}

/** A plan over hosts whose accounts are not known may lack some: that is said, and is not clean. */
function withUnseen({ unseen }: FullAccessReview, host: string | undefined, code: number): number {
  const meant = unseen.filter((one) => host === undefined || one === host)
  for (const one of meant) process.stderr.write(`! ${one}: its accounts are not all known, so the plan may lack some.\n`)
  return meant.length > 0 && code === ExitCode.clean ? ExitCode.couldNotRun : code
}

async function step(
  { accessReviews, fleet, stepUp }: Services,
  [verb, place = '', verdict]: readonly string[],
  { note, name, kind }: { note: string; name?: string | undefined; kind?: string | undefined },
): Promise<FullAccessReview> {
  if (verb === undefined) return accessReviews.current(fleet.require())
  if (verb === 'start') return accessReviews.start(fleet.require())
  if (verb === 'sign') {
    if (name === undefined || name.trim() === '') throw new UsageError('access review sign: expected --name NAME')
    await stepUpOnTerminal(stepUp)
    return accessReviews.sign(fleet.require(), name.trim())
  }
  const meaning = accountKinds.find((one) => one === kind)
  if (kind !== undefined && meaning === undefined) throw new UsageError(`access review decide: --kind is one of ${accountKinds.join(', ')}`)
  const given = reviewVerdicts.find((one) => one === verdict)
  if (verb !== 'decide' || given === undefined)
    throw new UsageError('access review: expected start, decide ACCOUNT[@HOST] keep|remove|ask, sign, or plan')
  // Accounts of a directory hold an @ themselves: the host is what follows the last one, where that is one of the fleet.
  const at = place.lastIndexOf('@')
  const host = auditedHosts(fleet.require()).find((one) => at > 0 && one.name === place.slice(at + 1))?.name
  return accessReviews.decide(fleet.require(), {
    account: host === undefined ? place : place.slice(0, at),
    host,
    ...(meaning && { kind: meaning }),
    verdict: given,
    note,
  })
}

const sinceWords: Readonly<Record<ReviewEntry['since'], string>> = {
  'removal-due': 'TO BE REMOVED',
  new: 'new',
  changed: 'changed',
  same: 'as before',
}

const notReadWords = ({ notRead }: AccessFound): readonly string[] =>
  notRead === null
    ? []
    : [
        `not known: ${notRead.capabilities.map((one) => capabilityWords[one].toLowerCase()).join(', ') || 'who gets in as it'} (${notRead.reasons.join('; ')})`,
      ]

/** The review of a fleet for a terminal: whether one is open, how far it is, and what is due next. What a host printed is made visible (control characters). */
export function reviewText(review: FullAccessReview): string {
  const { open, lastSigned, nextDue, entries, left, unseen, notCovered } = review
  const decided = entries.filter(({ decision }) => decision !== null).length
  const lines = [
    open === null
      ? 'No review is open.'
      : `Review begun on ${open.startedAt.slice(0, 10)} by ${visible(open.startedBy)}: ${decided} of ${entries.length} decided.`,
    lastSigned === null
      ? 'None was signed yet.'
      : `The last was signed on ${lastSigned.at.slice(0, 10)} by ${visible(lastSigned.by)}; the next ${isDue(review, Date.now()) ? 'was' : 'is'} due by ${nextDue}.`,
    ...(isDue(review, Date.now()) ? ['A review is due: `gatehouse access review start` opens it.'] : []),
    ...(lastSigned === null || lastSigned.without.length === 0 ? [] : [`! It does not cover ${lastSigned.without.join(', ')}.`]),
    ...unseen.map((host) => `! ${host}: its accounts are not known.`),
    ...notCovered.map((host) => `! ${host}: what accounts can do is not all known, so a review that keeps them does not cover this host.`),
    ...entries.map(({ host, row, since, decision }) => {
      const found = row.holdings.map(({ capability }) => capabilityWords[capability].toLowerCase()).join(', ')
      const can = [...(found ? [found] : row.notRead ? [] : ['nothing that is looked for']), ...notReadWords(row)].join('; ')
      const what = decision?.verdict ?? (open === null ? '' : '?')
      const note = decision?.note ? ` (${decision.note})` : ''
      return visible(
        `  ${what.padEnd(8)} ${namedAs(`${row.account}@${host}`, row.kind).padEnd(30)} ${sinceWords[since].padEnd(14)} ${row.tier ?? 'no tier'}: ${can}${note}`,
      )
    }),
    ...(left.length === 0 ? [] : ['', 'Left by accounts that are removed, until an audit no longer finds it:']),
    ...left.map(({ host, account, kind, what, command, byPush }) =>
      visible(
        `  ${byPush ? 'by push' : 'by hand'}  ${namedAs(`${account}@${host}`, kind).padEnd(30)} ${what}${command === null ? '' : `\n           ${command}`}`,
      ),
    ),
  ]
  return `${lines.join('\n')}\n`
}
