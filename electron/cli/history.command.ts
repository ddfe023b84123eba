import { parseArgs } from 'node:util'
import { createLedger } from '#core/ledger/ledger.ts'
import { openPushes, undoDueMs } from '#core/push/journal/history.ts'
import { visible } from '#shared/words.ts'
import { accountName } from '../platform/account-name.ts'
import { defaultDataFolder } from './console-ports.ts'
import { ExitCode } from './exit-code.ts'

const options = { json: { type: 'boolean', default: false }, data: { type: 'string' } } as const

/** What this console did, out of its ledger. Exit code 2 when the ledger is broken: what stands before the break is still shown. */
export async function runHistory(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const ledger = createLedger(values.data ?? defaultDataFolder(), { now: () => Date.now() }, accountName())
  const { records, broken } = ledger.read()
  if (broken) process.stderr.write(`${ledger.path}: record ${broken.line} ${broken.reason}\n`)
  if (values.json) process.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  else {
    for (const { host, subject, at, action } of openPushes(records)) {
      const dueMs = undoDueMs(records, subject)
      const due =
        dueMs === undefined ? '' : ` by itself, ${dueMs > Date.now() ? 'at' : 'since'} ${new Date(dueMs).toISOString().slice(0, 19)}Z or so`
      process.stdout.write(
        visible(
          `OPEN ${host} ${subject}: ${action === 'push.verdict' ? 'nobody could tell what became of it' : `no verdict after ${action}`} at ${at}. Its undo runs on the host${due}; gatehouse undo --fleet FILE, or the next push there, finds out.`,
        ).concat('\n'),
      )
    }
    for (const { seq, at, who, action, host, subject, detail } of records) {
      // By it a push is undone and put off.
      const id = action === 'push.begin' ? `${subject} ` : ''
      process.stdout.write(visible(`${String(seq).padStart(5)} ${at} ${who} ${host} ${action} ${id}${detail}`).concat('\n'))
    }
    if (records.length === 0) process.stdout.write(visible(`Nothing was done yet: ${ledger.path} is empty, or not there.`).concat('\n'))
  }
  return broken ? ExitCode.couldNotRun : ExitCode.clean
}
