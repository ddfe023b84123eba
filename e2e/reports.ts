import { stripVTControlCharacters } from 'node:util'

/** What the JSON reports of the test programs say: how many, and what failed. */

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed: file, name of the test, first line of its message. */
  readonly failures: readonly string[]
}

const place = (where: string, test: string, message = '') =>
  [`${where} > ${test}`, stripVTControlCharacters(message).split('\n', 1)[0]].filter((part) => part !== '').join(': ')

/** Of several programs, as one. */
export function sum(tallies: readonly Tally[]): Tally {
  const total = (what: (tally: Tally) => number) => tallies.reduce((all, tally) => all + what(tally), 0)
  return {
    passed: total(({ passed }) => passed),
    failed: total(({ failed }) => failed),
    skipped: total(({ skipped }) => skipped),
    failures: tallies.flatMap(({ failures }) => failures),
  }
}

interface VitestReport {
  readonly numPassedTests?: number
  readonly numFailedTests?: number
  readonly numPendingTests?: number
  readonly numTodoTests?: number
  readonly testResults?: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/** Of `vitest --reporter=json`. A file that could not be loaded has no test in the report: it is one failure, named by its path. */
export function vitestTally(report: VitestReport): Tally {
  const named = (report.testResults ?? []).flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults
      .filter((one) => one.status === 'failed')
      .map(({ fullName, failureMessages }) => place(name, fullName, failureMessages?.[0]))
    return failed.length === 0 && status === 'failed' ? [name] : failed
  })
  return {
    passed: report.numPassedTests ?? 0,
    failed: Math.max(report.numFailedTests ?? 0, named.length),
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    failures: named,
  }
}

interface PlaywrightTest {
  readonly status: string
  readonly results: readonly { readonly error?: { readonly message?: string } }[]
}

interface PlaywrightSuite {
  readonly specs?: readonly {
    readonly title: string
    readonly file: string
    readonly line: number
    readonly tests: readonly PlaywrightTest[]
  }[]
  readonly suites?: readonly PlaywrightSuite[]
}

interface PlaywrightReport extends PlaywrightSuite {
  readonly stats: { readonly expected?: number; readonly unexpected?: number; readonly flaky?: number; readonly skipped?: number }
}

/** Of `playwright --reporter=json`. A test that passed only when it ran again counts as failed. */
export function playwrightTally(report: PlaywrightReport): Tally {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report.stats
  return { passed: expected, failed: unexpected + flaky, skipped, failures: failedSpecs(report) }
}

function failedSpecs({ specs = [], suites = [] }: PlaywrightSuite): string[] {
  const failed = specs.flatMap(({ file, line, title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) => place(`${file}:${line}`, title, results.find(({ error }) => error)?.error?.message)),
  )
  return [...failed, ...suites.flatMap(failedSpecs)]
}
