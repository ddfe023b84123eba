import { basename, join } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { readPlainFile } from '../../plain-file.ts'
import { buildFleet } from './build-fleet.ts'
import { importAnsible } from './from-ansible.ts'
import { importSshConfig } from './from-ssh-config.ts'
import { diskFiles } from './ssh-config.ts'

export const importSources = ['ssh-config', 'ansible'] as const
/** Far above the inventory of a data centre. */
const MAX_INVENTORY_BYTES = 16_777_216
export type ImportSource = (typeof importSources)[number]

/** What an import would take, without writing anything. The path defaults to `~/.ssh/config`; an inventory must be named. Throws `import.unreadable`. */
export async function previewImport(from: ImportSource, path: string | undefined, home: string): Promise<ImportPreview> {
  const file = path ?? (from === 'ssh-config' ? join(home, '.ssh', 'config') : undefined)
  if (file === undefined) throw new GatehouseError({ code: 'import.unreadable', detail: 'expected the path of an Ansible inventory' })
  try {
    const found =
      from === 'ssh-config'
        ? importSshConfig(file, home, diskFiles)
        : importAnsible((await readPlainFile(file, MAX_INVENTORY_BYTES)).toString('utf8'))
    return buildFleet(file, from === 'ssh-config' ? 'fleet' : fleetName(file), found)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError({ code: 'import.unreadable', detail: `${file}: ${whyUnreadable(error)}` }, { cause: error })
  }
}

const fleetName = (file: string): string =>
  basename(file)
    .replace(/\.(?:ini|ya?ml)$/, '')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'fleet'
