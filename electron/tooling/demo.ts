import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm run demo`: the main job on the embedded demo fleet. With a display the app opens on it. Without one the same audit runs headless, the
 * matrix is printed, and a report and a picture of the real window are left in `dist/demo`.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const at = (path: string): string => join(root, ...path.split('/'))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Exit code of a script of this repository. */
const node = (...args: readonly string[]): number => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1

function build(): boolean {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`)
  return status === 0
}

function openWindow(): number {
  say('Opening Gatehouse on the demo fleet: a jump host and five simulated GPU servers in this machine.')
  return build() ? node(at('e2e/demo/window.ts')) : 1
}

function runHeadless(): number {
  say('No display here: auditing the demo fleet (a jump host and five simulated GPU servers in this machine) headless.\n')
  const results = at('dist/demo')
  mkdirSync(results, { recursive: true })
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-data-'))
  const audit = (...args: readonly string[]): number => node(at('electron/cli/gatehouse.ts'), 'audit', '--demo', '--data', data, ...args)
  const report = join(results, 'report.html')
  const picture = join(results, 'window.png')
  try {
    // 1 means that something was found, which is what this fleet is for.
    if (audit() > 1) return 1
    if (audit('--stored', '--html', '--output', report) > 1) return 1
    const drawn = build() && node(at('e2e/demo/window.ts'), picture) === 0
    say(`\nThe report:  ${report}`)
    say(drawn ? `The window:  ${picture}` : 'A picture of the window could not be made, for the reason above.')
    return 0
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
process.exitCode = hasDisplay ? openWindow() : runHeadless()
