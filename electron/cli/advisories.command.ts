import { parseArgs } from 'node:util'
import { createAdvisoryStore } from '#core/advisories/advisory-store.ts'
import type { AdvisoryState } from '#shared/model/advisory-state.ts'
import { visible } from '#shared/words.ts'
import { accountName } from '../platform/account-name.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'

const options = { data: { type: 'string' }, older: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const

/** `gatehouse advisories`: what the data is. `gatehouse advisories import FILE`: newer data, without a network. */
export async function runAdvisories(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb, file, ...more] = positionals
  if (more.length > 0 || (verb !== undefined && verb !== 'import')) throw new UsageError('advisories: expected nothing, or import FILE')
  if (verb === 'import' && file === undefined) throw new UsageError('advisories import: expected the FILE to import')
  const { clock, log, paths } = consolePorts(values.data ?? defaultDataFolder(), () => undefined)
  const store = createAdvisoryStore({ clock, log, folder: paths.data, by: accountName() })
  const state = file === undefined ? store.state() : await store.importFile(file, { allowOlder: values.older })
  process.stdout.write(values.json ? `${JSON.stringify(state, null, 2)}\n` : printState(state))
  return ExitCode.clean
}

function printState({ records, base, publishedAt, ageDays, imports, problems }: AdvisoryState): string {
  const from = base === 'shipped' ? 'as shipped' : 'from a signed update'
  const lines = [
    `${records} records, ${from}, of ${publishedAt.slice(0, 10)} (${ageDays} ${ageDays === 1 ? 'day' : 'days'} old)`,
    ...imports.map((it) => {
      const kind = it.signedWith === null ? `unsigned OSV dump (${it.ecosystems?.join(', ')})` : `signed with ${it.signedWith}`
      const unread = it.unreadable ? `, ${it.unreadable} could not be read` : ''
      return `imported ${visible(it.file)}: ${kind}, ${it.records} records of ${it.publishedAt.slice(0, 10)}${unread}, by ${visible(it.by)} on ${it.at.slice(0, 10)}`
    }),
    ...problems.map((problem) => `warning: ${visible(problem)}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
