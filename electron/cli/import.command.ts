import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { addImported } from '#core/fleet/add-hosts.ts'
import { importSources, previewImport } from '#core/fleet/import/import-fleet.ts'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'

const options = { from: { type: 'string' }, output: { type: 'string' }, into: { type: 'string' } } as const

/** The fleet file goes to stdout (or --output), what was taken and left out to stderr. */
export async function runImport(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const from = importSources.find((source) => source === values.from)
  if (from === undefined) throw new UsageError(`import: expected --from ${importSources.join(' or --from ')}`)
  const preview = await previewImport(from, positionals[0], homedir())
  for (const { name, address, port, user, via } of preview.taken) {
    process.stderr.write(`taken    ${name}  ${user}@${address}:${port}${via.length > 0 ? ` through ${via.join(', ')}` : ''}\n`)
  }
  for (const { what, reason } of preview.skipped) process.stderr.write(`left out ${visible(what)}: ${visible(reason)}\n`)
  if (preview.taken.length === 0) {
    process.stderr.write(`No host of ${preview.source} could be taken.\n`)
    return ExitCode.couldNotRun
  }
  if (values.into !== undefined) await addTo(values.into, preview)
  else if (values.output === undefined) process.stdout.write(preview.yaml)
  else await writeFile(values.output, preview.yaml, { flag: 'wx' })
  return ExitCode.clean
}

/** Adds the hosts to a fleet file that exists; its jump chain and identities stay as they are. */
async function addTo(file: string, preview: ImportPreview): Promise<void> {
  const added = await addImported(file, preview.taken)
  process.stderr.write(
    `${file}: ${added.length} of ${preview.taken.length} hosts added${added.length > 0 ? ` (${added.join(', ')})` : ''}\n`,
  )
}
