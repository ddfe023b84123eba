import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { missingPackages, provide } from './prerequisites.ts'
import { replaced, sum, type Tally } from './reports.ts'
import { type Output, results, type Suite, suites } from './suites.ts'

/**
 * Runs every suite, prints each as it goes, and closes with what failed, by name, and one line that sums them: `N passed, N failed[, N skipped]`.
 * Suites run side by side on machines of two processors, so what failed is run once more when nothing else runs, unless that is much: what then passes is named, too.
 * A suite whose prerequisites are missing and cannot be installed is named and its tests count as skipped; on CI that is a failure.
 */

interface Counted {
  readonly suite: Suite
  readonly tally: Tally
}

/** Undefined when it can run; otherwise what counts instead. */
function withoutWhatItNeeds(suite: Suite): Tally | undefined {
  const reason = provide(suite.needs, suite.root === true)
  if (reason !== undefined) {
    const skipped = Math.max(suite.count(), 1)
    console.log(`\n== ${suite.name}: ${skipped} skipped: ${reason}`)
    return { passed: 0, failed: 0, skipped, failures: [] }
  }
  const lacking = suite.wants && provide(suite.wants, false)
  if (lacking !== undefined) console.log(`\n${suite.name}: ${lacking}; tests that need them skip themselves`)
  return undefined
}

async function runSuite(suite: Suite, output: Output, only?: readonly string[]): Promise<{ tally: Tally; line: string }> {
  const started = Date.now()
  const done = await suite.run(output, only)
  const tally = { ...done, failures: done.failures.map((failure) => `${suite.name}: ${failure}`) }
  const seconds = Math.round((Date.now() - started) / 1000)
  return { tally, line: `== ${suite.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${seconds} s` }
}

/** More red files than this are no matter of load. */
const MOST_AGAIN = 6

/** Runs the red files of a suite alone. A failure that belongs to no file stays. */
async function runAgain({ suite, tally }: Counted): Promise<Counted> {
  const red = tally.red ?? []
  const ofFiles = red.reduce((all, { failed }) => all + failed, 0)
  if (red.length === 0 || ofFiles < tally.failed) return { suite, tally }
  console.log(`\n== ${suite.name}, alone: ${red.map(({ file }) => file).join(' ')}`)
  const { tally: second, line } = await runSuite(
    suite,
    'inherit',
    red.map(({ file }) => file),
  )
  console.log(line)
  for (const failure of tally.failures) console.log(`\nfailed beside others: ${failure}`)
  return { suite, tally: replaced(tally, second) }
}

/** Suites that run side by side. The first writes to the terminal; what the others write is shown when they are done. */
async function runTogether(group: readonly Suite[]): Promise<Counted[]> {
  const looked = group.map((suite) => ({ suite, tally: withoutWhatItNeeds(suite) }))
  const [first, ...others] = looked.flatMap(({ suite, tally }) => (tally === undefined ? [suite] : []))
  const counted = looked.flatMap(({ suite, tally }) => (tally === undefined ? [] : [{ suite, tally }]))
  if (first === undefined) return counted
  console.log(`\n== ${[first, ...others].map(({ name }) => name).join(' beside ')}`)
  const waiting = others.map(async (suite) => {
    const log = `${results}/${suite.name}.log`
    const file = openSync(log, 'w')
    const done = await runSuite(suite, file)
    closeSync(file)
    return { ...done, suite, text: readFileSync(log, 'utf8') }
  })
  const { tally, line } = await runSuite(first, 'inherit')
  console.log(line)
  const done = await Promise.all(waiting)
  for (const { text, line: last } of done) console.log(`${text}${last}`)
  return [...counted, { suite: first, tally }, ...done]
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const unknownSuite = values.only?.find((name) => !suites.some((suite) => suite.name === name))
if (unknownSuite !== undefined) throw new Error(`--only ${unknownSuite}: expected one of ${suites.map(({ name }) => name).join(', ')}`)

mkdirSync(results, { recursive: true })
const wanted = suites.filter(
  ({ name }) =>
    values.only === undefined ||
    values.only.includes(name) ||
    (name === 'build' && ['e2e', 'lab', 'faults'].some((built) => values.only?.includes(built))),
)
const missing = missingPackages(wanted.flatMap(({ needs }) => needs))
if (missing.length > 0) console.log(`Debian packages that are not installed: ${missing.join(' ')}`)

const groups: Suite[][] = []
for (const suite of wanted) {
  const last = groups.at(-1)
  if (suite.beside && last?.[0]?.beside) last.push(suite)
  else groups.push([suite])
}
const counted: Counted[] = []
for (const group of groups) counted.push(...(await runTogether(group)))
const much = sum(counted.map(({ tally }) => tally)).red?.length ?? 0
if (much <= MOST_AGAIN) for (const [index, one] of counted.entries()) counted[index] = await runAgain(one)

const total = sum(counted.map(({ tally }) => tally))
for (const failure of total.failures) console.log(`\nfailed: ${failure}`)
const onCi = process.env.CI === 'true'
if (onCi && total.skipped > 0) console.log('On CI nothing may be skipped.')
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 || (onCi && total.skipped > 0) ? 1 : 0
