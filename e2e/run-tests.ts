import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { missingPackages, provide } from './prerequisites.ts'
import { sum, type Tally } from './reports.ts'
import { type Output, results, type Suite, suites } from './suites.ts'

/**
 * Runs every suite, prints each as it goes, and closes with what failed, by name, and one line that sums them: `N passed, N failed[, N skipped]`.
 * A suite whose prerequisites are missing and cannot be installed is named and its tests count as skipped; on CI that is a failure.
 */

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

async function runSuite(suite: Suite, output: Output): Promise<{ tally: Tally; line: string }> {
  const started = Date.now()
  const done = await suite.run(output)
  const tally = { ...done, failures: done.failures.map((failure) => `${suite.name}: ${failure}`) }
  const seconds = Math.round((Date.now() - started) / 1000)
  return { tally, line: `== ${suite.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${seconds} s` }
}

/** Suites that run side by side. The first writes to the terminal; what the others write is shown when they are done. */
async function runTogether(group: readonly Suite[]): Promise<Tally[]> {
  const skipped = group.map(withoutWhatItNeeds)
  const [first, ...others] = group.filter((_, index) => skipped[index] === undefined)
  const tallies = skipped.filter((tally) => tally !== undefined)
  if (first === undefined) return tallies
  console.log(`\n== ${[first, ...others].map(({ name }) => name).join(' beside ')}`)
  const waiting = others.map(async (suite) => {
    const log = `${results}/${suite.name}.log`
    const file = openSync(log, 'w')
    const done = await runSuite(suite, file)
    closeSync(file)
    return { ...done, text: readFileSync(log, 'utf8') }
  })
  const { tally, line } = await runSuite(first, 'inherit')
  console.log(line)
  const done = await Promise.all(waiting)
  for (const { text, line: last } of done) console.log(`${text}${last}`)
  return [...tallies, tally, ...done.map((one) => one.tally)]
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
const tallies: Tally[] = []
for (const group of groups) tallies.push(...(await runTogether(group)))

const total = sum(tallies)
for (const failure of total.failures) console.log(`\nfailed: ${failure}`)
const onCi = process.env.CI === 'true'
if (onCi && total.skipped > 0) console.log('On CI nothing may be skipped.')
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 || (onCi && total.skipped > 0) ? 1 : 0
