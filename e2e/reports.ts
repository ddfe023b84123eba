import { stripVTControlCharacters } from 'node:util'

/** What the JSON reports of the test programs say: how many, and what failed. */

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface Tally extends Counts {
  /** What failed: file, name of the test, first line of its message. */
  readonly failures: readonly string[]
  /** Of the counts, those of each file in which something failed; absent where these are no files that can be run again. */
  readonly red?: readonly (Counts & { readonly file: string })[]
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
    red: tallies.flatMap(({ red = [] }) => red),
  }
}

/** What counts when the red files of `first` have been run again: what `second` says of them. */
export function replaced(first: Tally, second: Tally): Tally {
  const kept = (what: keyof Counts) => first[what] - (first.red ?? []).reduce((all, file) => all + file[what], 0) + second[what]
  return { passed: kept('passed'), failed: kept('failed'), skipped: kept('skipped'), failures: second.failures, red: second.red ?? [] }
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
  const files = (report.testResults ?? []).map(({ name, status, assertionResults }) => {
    const failed = assertionResults
      .filter((one) => one.status === 'failed')
      .map(({ fullName, failureMessages }) => place(name, fullName, failureMessages?.[0]))
    const passed = assertionResults.filter((one) => one.status === 'passed').length
    const failures = failed.length === 0 && status === 'failed' ? [name] : failed
    return { file: name, passed, failed: failures.length, skipped: assertionResults.length - passed - failed.length, failures }
  })
  const failures = files.flatMap((one) => one.failures)
  return {
    passed: report.numPassedTests ?? 0,
    failed: Math.max(report.numFailedTests ?? 0, failures.length),
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    failures,
    red: files.filter(({ failed }) => failed > 0).map(({ file, passed, failed, skipped }) => ({ file, passed, failed, skipped })),
  }
}

interface PlaywrightTest {
  readonly status: string
  readonly results: readonly { readonly error?: { readonly message?: string } }[]
}

interface PlaywrightSpec {
  readonly title: string
  readonly file: string
  readonly line: number
  readonly tests: readonly PlaywrightTest[]
}

interface PlaywrightSuite {
  readonly specs?: readonly PlaywrightSpec[]
  readonly suites?: readonly PlaywrightSuite[]
}

interface PlaywrightReport extends PlaywrightSuite {
  readonly stats: { readonly expected?: number; readonly unexpected?: number; readonly flaky?: number; readonly skipped?: number }
}

/** Of `playwright --reporter=json`. */
export function playwrightTally(report: PlaywrightReport): Tally {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report.stats
  const specs = specsOf(report)
  const failed = specs.filter(({ tests }) => tests.some(isRed))
  return {
    passed: expected,
    failed: unexpected + flaky,
    skipped,
    failures: failed.flatMap(({ file, line, title, tests }) =>
      tests.filter(isRed).map(({ results }) => place(`${file}:${line}`, title, results.find(({ error }) => error)?.error?.message)),
    ),
    red: [...new Set(failed.map(({ file }) => file))].map((file) => {
      const tests = specs.filter((spec) => spec.file === file).flatMap((spec) => spec.tests)
      const counted = (is: (test: PlaywrightTest) => boolean) => tests.filter(is).length
      return {
        file,
        passed: counted(({ status }) => status === 'expected'),
        failed: counted(isRed),
        skipped: counted(({ status }) => status === 'skipped'),
      }
    }),
  }
}

const isRed = ({ status }: PlaywrightTest): boolean => status === 'unexpected' || status === 'flaky'

const specsOf = ({ specs = [], suites = [] }: PlaywrightSuite): PlaywrightSpec[] => [...specs, ...suites.flatMap(specsOf)]
