import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { provide, windowPackages } from '../prerequisites.ts'
import type { Measure } from './samples.ts'

/**
 * `npm run bench [-- --json] [--rounds N] [--only lab|window|pack]`: measures in the lab, with 40 ms of round trip to the jump host and a hundred
 * names for gpu1, and the window of the built app. `--json` prints one object `{name: number}`, else a table. Progress goes to stderr.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '9' }, only: { type: 'string' } },
})
const screen = ['-a', '-s', '-screen 0 1600x1000x24']
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

function measuresOf(program: string, args: readonly string[]): Measure[] {
  const { status, stdout } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 64 * 1_048_576 })
  const line = stdout.split('\n').findLast((text) => text.startsWith('['))
  if (line === undefined) throw new Error(`${program} ended with ${status}`)
  if (status !== 0) process.exitCode = 1
  return JSON.parse(line) as Measure[]
}

const missing = provide(['ansible', 'debootstrap', 'systemd-container', 'oathtool', 'zstd', 'netcat-openbsd', ...windowPackages], true)
if (missing !== undefined) {
  console.error(`bench: ${missing}`)
  process.exit(2)
}
if (spawnSync('npm', ['run', '-s', 'build'], { cwd: here('../..'), stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) process.exit(2)

const measures: Measure[] = []
const wanted = (name: string) => values.only === undefined || values.only === name
if (wanted('window')) measures.push(...measuresOf('xvfb-run', [...screen, process.execPath, here('./window.ts'), values.rounds]))
if (wanted('pack')) measures.push(...measuresOf('xvfb-run', [...screen, process.execPath, here('./packs.ts')]))
if (wanted('lab'))
  measures.push(
    ...measuresOf(here('../lab/with-lab.sh'), [
      '--delay-ms',
      '20',
      '--hundred',
      '--',
      'xvfb-run',
      ...screen,
      process.execPath,
      here('./on-workstation.ts'),
      '--rounds',
      values.rounds,
    ]),
  )

if (values.json) console.log(JSON.stringify(Object.fromEntries(measures.map(({ name, value }) => [name, Number(value.toFixed(3))]))))
else
  for (const { name, value, goal, note } of measures)
    console.log(`${name.padEnd(27)} ${value.toFixed(2).padStart(8)}   ${goal.padEnd(13)} ${note}`)
