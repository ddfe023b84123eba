import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { electronRuntime } from '../../electron/tooling/electron-runtime.ts'
import { provide, windowPackages } from '../prerequisites.ts'

/**
 * `npm run test:faults [-- --labs N] [-- TEST FILES]`: all faults, dealt out to several labs side by side, each with its own hosts, since a fault is
 * mostly waiting. What a lab said lies in e2e/results/faults-K.log; the last line is `N passed, N failed`. Exit code 1 where one failed, or a lab did not end.
 */
const { values, positionals } = parseArgs({ options: { labs: { type: 'string', default: '4' } }, allowPositionals: true })
const labs = Number(values.labs)
if (!Number.isInteger(labs) || labs < 1 || labs > 8) throw new RangeError(`--labs is "${values.labs}"; expected 1 to 8`)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const results = here('../results')
mkdirSync(results, { recursive: true })

// Some faults strike the app, which no lab can fetch: there is no way out.
const lacking = provide(windowPackages, true)
if (lacking !== undefined) throw new Error(lacking)
await electronRuntime()
if (spawnSync('npm', ['run', '-s', 'build'], { cwd: here('../..'), stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) process.exit(2)

interface Part {
  readonly passed: number
  readonly failed: number
  readonly whole: boolean
}

function runPart(number: number): Promise<Part> {
  const log = join(results, `faults-${number}.log`)
  const env = {
    ...process.env,
    LAB_INSTANCE: `faults-${number}`,
    FAULTS_PART: `${number}/${labs}`,
    GATEHOUSE_CLI: here('../../out/cli/gatehouse.js'),
    NODE_COMPILE_CACHE: join(results, 'compile-cache'),
  }
  const words = ['--', 'npx', 'vitest', 'run', '-c', 'e2e/lab/faults.config.ts', ...positionals]
  const child = spawn(here('./with-lab.sh'), words, { cwd: here('../..'), env, stdio: ['ignore', 'pipe', 'pipe'] })
  const file = createWriteStream(log)
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  child.stdout.pipe(process.stdout, { end: false })
  return new Promise((resolve) =>
    child.on('close', (status) =>
      file.end(() => {
        const counts = readFileSync(log, 'utf8').match(/^(\d+) passed, (\d+) failed$/m)
        const [passed, failed] = [Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0)]
        if (!counts) process.stdout.write(`lab ${number} ended with ${status} and counted nothing: ${log}\n`)
        resolve({ passed, failed, whole: counts !== null && (status === 0 || failed > 0) })
      }),
    ),
  )
}

const parts = await Promise.all(Array.from({ length: labs }, (_, index) => runPart(index + 1)))
const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0)
const [passed, failed, cut] = [sum((part) => part.passed), sum((part) => part.failed), parts.filter(({ whole }) => !whole).length]
process.exitCode = failed + cut > 0 || passed === 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed + cut} failed\n`)
