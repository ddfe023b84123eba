import { parseArgs } from 'node:util'
import { groupBy } from '#shared/group-by.ts'
import type { ComparedChange, Comparison, TrendPoint } from '#shared/model/history.ts'
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
    return comparison.changes.some(({ direction }) => direction === 'worse' || direction === 'unseen') ? ExitCode.findings : ExitCode.clean
  })
}

const listed = (points: readonly TrendPoint[]): string =>
  points.length === 0
    ? 'No audit is stored.\n'
    : points
        .toReversed()
        .map(
          ({ audit, startedAt, outcome, hosts, known, passed, applicable, openCritical }) =>
            `${audit.slice(0, 8)}  ${startedAt.slice(0, 16).replace('T', ' ')}  score ${passed}/${applicable}  open criticals ${openCritical}  ${hosts} of ${known} hosts${outcome === 'cancelled' ? ', stopped' : ''}\n`,
        )
        .join('')

function printed({ before, after, changes, only }: Comparison): string {
  const moment = ({ audit, startedAt, passed, applicable }: Comparison['before']) =>
    `${startedAt.slice(0, 16).replace('T', ' ')} (${audit.slice(0, 8)}) score ${passed}/${applicable}`
  const lines = [
    `${moment(before)}  to  ${moment(after)}`,
    ...[...groupBy(changes, ({ direction }) => directionWords[direction])].flatMap(([words, all]) => [
      '',
      `${words}: ${all.length}`,
      ...all.map(line),
    ]),
    ...(only.before.length > 0 ? ['', `Only before: ${only.before.join(', ')}`] : []),
    ...(only.after.length > 0 ? ['', `Only after: ${only.after.join(', ')}`] : []),
    ...(changes.length === 0 ? ['Nothing is different.'] : []),
  ]
  return `${lines.join('\n')}\n`
}

const word = (status: Outcome | null): string => (status === null ? 'nothing' : outcomeWords[status].word)

const line = ({ host, item, title, subject, from, to, since }: ComparedChange): string =>
  visible(
    `  ${host}  ${item}  ${title}${subject === '' ? '' : ` (${subject})`}: ${word(from)} to ${word(to)}${since === undefined ? '' : `, since ${since.slice(0, 10)}`}`,
  )
