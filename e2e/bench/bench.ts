import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { provide } from '../prerequisites.ts'

/**
 * `npm run bench [-- --json]`: brings up the lab with 40 ms of round trip to the jump host, and a hundred names for gpu1, and measures
 * inside. `--json` prints one object `{name: number}`, else a table. Progress goes to stderr.
 */
const missing = provide(['ansible', 'debootstrap', 'systemd-container', 'oathtool', 'zstd', 'netcat-openbsd'], true)
if (missing !== undefined) {
  console.error(`bench: ${missing}`)
  process.exit(2)
}
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const { status } = spawnSync(
  here('../lab/with-lab.sh'),
  ['--delay-ms', '20', '--hundred', '--', process.execPath, here('./on-workstation.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 2)
