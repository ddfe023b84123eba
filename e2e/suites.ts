import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { windowPackages } from './prerequisites.ts'
import { playwrightTally, sum, type Tally, vitestTally } from './reports.ts'

/** The suites of `npm test`, in the order in which they run. */

const root = fileURLToPath(new URL('..', import.meta.url))
/** Where reports of the suites lie. */
export const results = `${root}e2e/results`

export interface Suite {
  readonly name: 'static' | 'unit' | 'build' | 'e2e' | 'lab' | 'faults'
  /** Debian packages, and whether only root can run it. */
  readonly needs: readonly string[]
  /** Packages without which single tests skip themselves, or compare with less. */
  readonly wants?: readonly string[]
  readonly root?: boolean
  /** Runs beside the others of which that is said: they wait more than they work, share nothing, and need the build. */
  readonly beside?: boolean
  /** `output`: where its programs write; `only`: test files, as its tally names them, where not all of them. Never rejects. */
  run(output: Output, only?: readonly string[]): Promise<Tally>
  /** How many tests are skipped when it cannot run. */
  count(): number
}

/** The terminal, or the descriptor of a file. */
export type Output = 'inherit' | number

/** The exit status; not 0 where the program cannot be started, or was ended by a signal. */
function run(command: string, args: readonly string[], output: Output, environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', output, output], env: { ...process.env, ...environment } })
    child.on('error', () => resolve(127))
    child.on('exit', (status) => resolve(status ?? 1))
  })
}

/** Each command is one check, which passes when it exits with 0. */
async function checks(commands: readonly (readonly [string, ...string[]])[], output: Output): Promise<Tally> {
  const failures: string[] = []
  for (const [command, ...args] of commands) if ((await run(command, args, output)) !== 0) failures.push([command, ...args].join(' '))
  return { passed: commands.length - failures.length, failed: failures.length, skipped: 0, failures }
}

/** Runs a test program that writes a JSON report. A run that leaves no report, or fails without a failed test, is a failure. */
async function reported<Report>(
  command: string,
  args: readonly string[],
  output: Output,
  file: string,
  read: (report: Report) => Tally,
  environment: NodeJS.ProcessEnv = {},
): Promise<Tally> {
  rmSync(file, { force: true })
  const status = await run(command, args, output, environment)
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, failures: [`no report: ${command} ended with ${status}`] }
  const tally = read(JSON.parse(readFileSync(file, 'utf8')))
  const silent = status !== 0 && tally.failed === 0
  const empty = tally.passed + tally.failed === 0
  if (!silent && !empty) return tally
  return { ...tally, failed: tally.failed + 1, failures: [...tally.failures, `${command} ended with ${status}, ${tally.passed} passed`] }
}

const vitest = (config: string, file: string) => ['run', '-c', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]

const countVitest = (config: string, words: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): number => {
  const env = { ...process.env, ...environment }
  const listed = spawnSync('vitest', ['list', '-c', config, '--json', ...words], { cwd: root, encoding: 'utf8', env })
  const tests: unknown = listed.status === 0 ? JSON.parse(listed.stdout.slice(listed.stdout.indexOf('['))) : []
  return Array.isArray(tests) ? tests.length : 0
}

const UNIT = 'e2e/vitest.config.ts'
const LAB = 'e2e/lab/vitest.config.ts'
const FAULTS = 'e2e/lab/faults.config.ts'
const MATRIX = 'push-matrix'
/** A third of the cells of the matrix of faults. */
const third = { FAULTS_THIRD: '1' }
const FAULT_LABS = 2
const LABS = 2
const PLAYWRIGHT = 'e2e/playwright.config.ts'

const labPackages = [
  ...['debootstrap', 'systemd-container', 'iproute2', 'openssh-client', 'oathtool', 'zstd', 'netcat-openbsd', 'openssl', 'curl', 'python3'],
  ...['libfaketime', 'caddy', 'acl'],
]
// The command line is started again and again: built, and compiled once, a start takes a third of the processor's time.
const builtOnce = { GATEHOUSE_CLI: `${root}out/cli/gatehouse.js`, NODE_COMPILE_CACHE: `${results}/compile-cache` }

let electron: Promise<Tally> | undefined
/** Where no Electron is there yet it is fetched, once for all suites that run the app: no test has time for that, and a lab no way out. */
const electronIsThere = (output: Output): Promise<Tally> =>
  (electron ??= checks([['node', 'electron/tooling/with-electron.ts', 'true']], output))

/** Runs tests inside of a lab, which is up as long as they run. */
const inLab = (words: readonly string[], output: Output, file: string, environment: NodeJS.ProcessEnv) =>
  reported('timeout', ['-k', '10', '3300', 'e2e/lab/with-lab.sh', '--', 'vitest', ...words], output, file, vitestTally, {
    ...builtOnce,
    ...environment,
  })

export const suites: readonly Suite[] = [
  {
    name: 'static',
    needs: [],
    run: (output) => checks([['tsc', '-b'], ['biome', 'check', '--error-on-warnings', '.'], ['knip']], output),
    count: () => 3,
  },
  {
    name: 'unit',
    needs: [],
    wants: [
      ...['sudo', 'gawk', 'mawk', 'busybox', 'dash', 'openssh-client', 'openssl', 'python3-packaging', 'rpm', 'nginx-light', 'caddy'],
      ...['iproute2', 'nftables', 'iptables', 'ufw'],
    ],
    run: (output, only = []) =>
      reported('vitest', [...vitest(UNIT, `${results}/unit.json`), ...only], output, `${results}/unit.json`, vitestTally),
    count: () => countVitest(UNIT),
  },
  { name: 'build', needs: [], run: (output) => checks([['npm', 'run', '-s', 'build']], output), count: () => 1 },
  {
    name: 'e2e',
    needs: windowPackages,
    beside: true,
    run: async (output, only = []) => {
      const runtime = await electronIsThere(output)
      if (runtime.failed > 0) return runtime
      return reported(
        'timeout',
        ['-k', '10', '3900', 'xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', 'playwright', 'test', '-c', PLAYWRIGHT, ...only],
        output,
        `${results}/e2e.json`,
        playwrightTally,
        { PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/e2e.json` },
      )
    },
    count: () => {
      const listed = spawnSync('playwright', ['test', '-c', PLAYWRIGHT, '--list', '--reporter=line'], { cwd: root, encoding: 'utf8' })
      return Number(/Total: (\d+) test/.exec(listed.stdout)?.[1] ?? 0)
    },
  },
  {
    name: 'lab',
    // `window.lab.test.ts` is the app's.
    needs: [...labPackages, ...windowPackages],
    root: true,
    beside: true,
    run: async (output, only = []) => {
      const runtime = await electronIsThere(output)
      if (runtime.failed > 0) return runtime
      const labs = only.length > 0 ? 1 : LABS
      const parts = Array.from({ length: labs }, (_, index) => {
        const file = `${results}/lab-${index + 1}.json`
        const words = [...vitest(LAB, file), '--shard', `${index + 1}/${labs}`, ...only]
        return inLab(words, output, file, { LAB_INSTANCE: `part-${index + 1}` })
      })
      return sum(await Promise.all(parts))
    },
    count: () => countVitest(LAB),
  },
  {
    name: 'faults',
    // Two rows of the matrix are the app's.
    needs: [...labPackages, ...windowPackages],
    root: true,
    beside: true,
    // Labs of their own, with their own hosts, since a fault is mostly waiting.
    run: async (output) => {
      const runtime = await electronIsThere(output)
      if (runtime.failed > 0) return runtime
      const parts = Array.from({ length: FAULT_LABS }, (_, index) => {
        const file = `${results}/faults-${index + 1}.json`
        const part = { LAB_INSTANCE: `third-${index + 1}`, FAULTS_PART: `${index + 1}/${FAULT_LABS}` }
        return inLab([...vitest(FAULTS, file), MATRIX], output, file, { ...third, ...part })
      })
      const tally = sum(await Promise.all(parts))
      // One file, dealt out by cells.
      return { ...tally, red: tally.failed > 0 ? [{ file: MATRIX, ...tally }] : [] }
    },
    count: () => countVitest(FAULTS, [MATRIX], third),
  },
]
