import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { missingPackages, provide, windowPackages } from './prerequisites.ts'

/**
 * Runs every suite, prints each as it goes, and closes with one line that sums them: `N passed, N failed[, N skipped]`.
 * A suite whose prerequisites are missing and cannot be installed is named and its tests count as skipped; on CI that is a failure.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const results = `${root}e2e/results`

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Suite {
  readonly name: 'static' | 'unit' | 'build' | 'e2e' | 'lab'
  /** Debian packages, and whether only root can run it. */
  readonly needs: readonly string[]
  /** Packages without which single tests skip themselves, or compare with less. */
  readonly wants?: readonly string[]
  readonly root?: boolean
  run(): Tally
  /** How many tests are skipped when it cannot run. */
  count(): number
}

/** One command as one check: passes when it exits with 0. */
function check(command: string, args: readonly string[]): Tally {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  return done.status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/** Runs a test program that writes a JSON report. A run that leaves no report, or fails without a failed test, is a failure. */
function reported(
  command: string,
  args: readonly string[],
  file: string,
  read: (report: unknown) => Tally,
  environment: NodeJS.ProcessEnv = {},
): Tally {
  rmSync(file, { force: true })
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 }
  const tally = read(JSON.parse(readFileSync(file, 'utf8')))
  const silent = done.status !== 0 && tally.failed === 0
  const empty = tally.passed + tally.failed === 0
  return silent || empty ? { ...tally, failed: tally.failed + 1 } : tally
}

const vitestTally = (report: unknown): Tally => {
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report as Record<string, number>
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}

const playwrightTally = (report: unknown): Tally => {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = (report as { stats: Record<string, number> }).stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

const vitest = (config: string, file: string) => ['run', '-c', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]

const countVitest = (config: string): number => {
  const listed = spawnSync('vitest', ['list', '-c', config, '--json'], { cwd: root, encoding: 'utf8' })
  const tests: unknown = listed.status === 0 ? JSON.parse(listed.stdout.slice(listed.stdout.indexOf('['))) : []
  return Array.isArray(tests) ? tests.length : 0
}

const UNIT = 'e2e/vitest.config.ts'
const LAB = 'e2e/lab/vitest.config.ts'
const PLAYWRIGHT = 'e2e/playwright.config.ts'

const suites: readonly Suite[] = [
  {
    name: 'static',
    needs: [],
    run: () => sum([check('tsc', ['-b']), check('biome', ['check', '--error-on-warnings', '.']), check('knip', [])]),
    count: () => 3,
  },
  {
    name: 'unit',
    needs: [],
    wants: [
      ...['sudo', 'gawk', 'mawk', 'busybox', 'dash', 'openssh-client', 'openssl', 'python3-packaging', 'rpm', 'nginx-light', 'caddy'],
      ...['iproute2', 'nftables', 'iptables', 'ufw'],
    ],
    run: () => reported('vitest', vitest(UNIT, `${results}/unit.json`), `${results}/unit.json`, vitestTally),
    count: () => countVitest(UNIT),
  },
  { name: 'build', needs: [], run: () => check('npm', ['run', '-s', 'build']), count: () => 1 },
  {
    name: 'e2e',
    needs: windowPackages,
    run: () => {
      // Where no Electron is there yet it is fetched now: no test has time for that.
      const runtime = check('node', ['electron/tooling/with-electron.ts', 'true'])
      if (runtime.failed > 0) return runtime
      return reported(
        'timeout',
        ['-k', '10', '1200', 'xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', 'playwright', 'test', '-c', PLAYWRIGHT],
        `${results}/e2e.json`,
        playwrightTally,
        {
          PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/e2e.json`,
        },
      )
    },
    count: () => {
      const listed = spawnSync('playwright', ['test', '-c', PLAYWRIGHT, '--list', '--reporter=line'], { cwd: root, encoding: 'utf8' })
      return Number(/Total: (\d+) test/.exec(listed.stdout)?.[1] ?? 0)
    },
  },
  {
    name: 'lab',
    needs: [
      'debootstrap',
      'systemd-container',
      'iproute2',
      'openssh-client',
      'oathtool',
      'zstd',
      'netcat-openbsd',
      'openssl',
      'curl',
      'python3',
      'libfaketime',
      'caddy',
    ],
    root: true,
    run: () =>
      reported(
        'timeout',
        ['-k', '10', '1500', 'e2e/lab/with-lab.sh', '--', 'vitest', ...vitest(LAB, `${results}/lab.json`)],
        `${results}/lab.json`,
        vitestTally,
      ),
    count: () => countVitest(LAB),
  },
]

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  })
}

function runSuite(suite: Suite): Tally {
  const reason = provide(suite.needs, suite.root === true)
  if (reason !== undefined) {
    const skipped = Math.max(suite.count(), 1)
    console.log(`\n== ${suite.name}: ${skipped} skipped: ${reason}`)
    return { passed: 0, failed: 0, skipped }
  }
  const lacking = suite.wants && provide(suite.wants, false)
  if (lacking !== undefined) console.log(`\n${suite.name}: ${lacking}; tests that need them skip themselves`)
  console.log(`\n== ${suite.name}`)
  const started = Date.now()
  const tally = suite.run()
  console.log(
    `== ${suite.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${Math.round((Date.now() - started) / 1000)} s`,
  )
  return tally
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const unknownSuite = values.only?.find((name) => !suites.some((suite) => suite.name === name))
if (unknownSuite !== undefined) throw new Error(`--only ${unknownSuite}: expected one of ${suites.map(({ name }) => name).join(', ')}`)

mkdirSync(results, { recursive: true })
const wanted = suites.filter(
  ({ name }) => values.only === undefined || values.only.includes(name) || (name === 'build' && values.only.includes('e2e')),
)
const missing = missingPackages(wanted.flatMap(({ needs }) => needs))
if (missing.length > 0) console.log(`Debian packages that are not installed: ${missing.join(' ')}`)

const total = sum(wanted.map(runSuite))
const onCi = process.env.CI === 'true'
if (onCi && total.skipped > 0) console.log('On CI nothing may be skipped.')
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 || (onCi && total.skipped > 0) ? 1 : 0
