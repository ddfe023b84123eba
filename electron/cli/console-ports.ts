import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '#core/ports.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { accountName } from '../platform/account-name.ts'
import { sealedSecrets } from './sealed-secrets.ts'
import { askPassphrase } from './step-up-terminal.ts'
import { version } from './version.ts'

/** The folder that the app uses too, so that host keys trusted in one are trusted in the other. */
export function defaultDataFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'gatehouse', 'data')
  if (process.platform === 'win32') return join(process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'gatehouse', 'data')
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'gatehouse', 'data')
}

/** Ports of the command line. `changed` hears of every event; the one secret that is kept, of the step-up, is sealed with a passphrase. */
export function consolePorts(dataFolder: string, changed: (event: string) => void): Ports {
  const clock = { now: () => Date.now() }
  const paths = { data: dataFolder, home: homedir() }
  const log: Ports['log'] = (level, message, fields) => {
    if (process.env.GATEHOUSE_LOG === undefined && level !== 'error') return
    process.stderr.write(`${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}\n`)
  }
  return {
    clock,
    log,
    paths,
    changed,
    version,
    account: accountName(),
    secrets: sealedSecrets(join(dataFolder, 'step-up.sealed'), askPassphrase),
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts, changed }),
    // Read when it is asked for: an engine that audits real hosts has no use for it.
    startDemo: async () => (await import('#testing/demo/demo-fleet.ts')).startDemoFleet(),
  }
}
