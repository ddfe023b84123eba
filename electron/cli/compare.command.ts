import { parseArgs } from 'node:util'
import { groupBy } from '#shared/group-by.ts'
import type { ComparedChange, Comparison, Direction, TrendPoint } from '#shared/model/history.ts'
import type { Outcome } from '#shared/status.ts'
import { directionWords, outcomeWords, visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/** Two moments of a fleet against each other, or one against the newest audit, out of the store. Connects to no host. */
export async function runCompare(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [before, after = 'latest'] = positionals
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('compare: expected either --fleet FILE or --demo')
  if (positionals.length > 2)
    throw new UsageError('compare: expected two moments, one to compare with the newest audit, or none to list the audits')
  return withFleet(values.fleet, values.data, async (services) => {
    const fleet = services.fleet.require()
    if (before === undefined) {
      const points = services.history.trend(fleet)
      process.stdout.write(values.json ? `${JSON.stringify(points, null, 2)}\n` : listed(points))
      return ExitCode.clean
    }
    const comparison = services.history.compare(fleet, before, after, values.again)
    process.stdout.write(values.json ? `${JSON.stringify(comparison, null, 2)}\n` : printed(comparison))
    return isWorse(comparison) ? ExitCode.findings : ExitCode.clean
  })
}

const worse: readonly Direction[] = ['worse', 'found', 'unseen', 'still']

/** Something is open, or not seen, that was not so before: also on a host that is new. */
const isWorse = ({ changes, only }: Comparison): boolean =>
  changes.some(({ direction }) => worse.includes(direction)) || only.after.some(({ open }) => open > 0)

const listed = (points: readonly TrendPoint[]): string =>
  points.length === 0
    ? 'No audit is stored.\n'
    : points
        .toReversed()
        .map(
          ({ audit, startedAt, outcome, hosts, known, unreached, passed, applicable, openCritical }) =>
            `${audit.slice(0, 8)}  ${startedAt.slice(0, 16).replace('T', ' ')}  score ${passed}/${applicable}  open criticals ${openCritical}  ${hosts} of ${known} hosts${unreached > 0 ? `, ${unreached} not reached` : ''}${outcome === 'cancelled' ? ', stopped' : ''}\n`,
        )
        .join('')

function printed({ before, after, changes, only }: Comparison): string {
  const moment = ({ audit, startedAt, passed, applicable }: Comparison['before']) =>
    `${startedAt.slice(0, 16).replace('T', ' ')} (${audit.slice(0, 8)}) score ${passed}/${applicable}`
  const dark = new Set(after.unreached.map(({ host }) => host))
  const passed = (change: ComparedChange) => dark.has(change.host) && change.from === 'pass'
  const lines = [
    `${moment(before)}  to  ${moment(after)}`,
    ...(Date.parse(after.startedAt) < Date.parse(before.startedAt) ? ['The second moment is the earlier one.'] : []),
    ...before.unreached.map(({ host, reason }) => `${host} was not reached before: ${reason}`),
    ...after.unreached.map(({ host, reason }) => {
      const count = changes.filter((change) => change.host === host && passed(change)).length
      return `${host} is not reached: ${reason}${count === 0 ? '' : `; ${count === 1 ? '1 check that passed is' : `${count} checks that passed are`} not known any more`}`
    }),
    ...[...groupBy(changes, ({ direction }) => directionWords[direction])].flatMap(([words, all]) => [
      '',
      `${words}: ${all.length}`,
      ...all.filter((change) => !passed(change)).map(line),
    ]),
    ...(only.before.length > 0 ? ['', `Only before: ${only.before.map(lone).join(', ')}`] : []),
    ...(only.after.length > 0 ? ['', `Only after: ${only.after.map(lone).join(', ')}`] : []),
    ...(changes.length + only.before.length + only.after.length === 0 ? ['Nothing is different.'] : []),
  ]
  return `${lines.map(visible).join('\n')}\n`
}

const lone = ({ host, open, openCritical }: Comparison['only']['after'][number]): string =>
  `${host} (${open} open${openCritical === 0 ? '' : `, ${openCritical} critical`})`

const word = (status: Outcome | null): string => (status === null ? 'nothing' : outcomeWords[status].word)

function line({ host, item, severity, title, subject, from, to, was, why, since }: ComparedChange): string {
  const loud = to === 'fail' || from === 'fail' ? ` ${severity}` : ''
  const stood = from === to ? `${word(to)} as before` : `${word(from)} to ${word(to)}`
  const more = `${why === undefined ? '' : ` (${why})`}${was === undefined ? '' : ` (before: ${was})`}`
  return `  ${host}  ${item}${loud}  ${title}${subject === '' ? '' : ` (${subject})`}: ${stood}${more}${since === undefined ? '' : `, since ${since.slice(0, 10)}`}`
}
