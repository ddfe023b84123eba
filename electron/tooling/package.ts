import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { messageOf } from '#shared/errors.ts'
import { electronRuntime, pinnedVersion } from './electron-runtime.ts'

/**
 * `package.ts [--dir] [--built] [electron-builder argument …]`
 * --dir    the unpacked program only; takes any Electron, for a look on this machine and for tests
 * --built  `out/` is already built
 * Without --dir it is a release, which takes the pinned Electron and no other.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const own = ['--dir', '--built']
const given = process.argv.slice(2)
const trial = given.includes('--dir')

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

try {
  const runtime = await electronRuntime({ supportedOnly: !trial })
  if (!runtime.supported) {
    process.stderr.write(`Packing Electron ${runtime.version} for a trial on this machine; a release is packed with ${pinnedVersion}.\n`)
  }
  if (!given.includes('--built')) run('npm', ['run', 'build', '--silent'])
  run('npx', [
    '--no-install',
    'electron-builder',
    ...(trial ? ['--dir'] : []),
    '--publish=never',
    `-c.electronVersion=${runtime.version}`,
    `-c.electronDist=${runtime.folder}`,
    ...given.filter((argument) => !own.includes(argument)),
  ])
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(2)
}
