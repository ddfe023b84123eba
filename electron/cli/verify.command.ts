import { parseArgs } from 'node:util'
import { accountName } from '#core/account-name.ts'
import { createLedger } from '#core/audit/ledger/ledger.ts'
import { defaultDataFolder } from './console-ports.ts'
import { ExitCode } from './exit-code.ts'

/** Says whether the ledger is whole. Repairs nothing. */
export async function runVerify(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { data: { type: 'string' } }, allowPositionals: false })
  const ledger = createLedger(values.data ?? defaultDataFolder(), { now: () => Date.now() }, accountName())
  const { records, head, broken } = ledger.read()
  process.stdout.write(
    broken
      ? `${ledger.path}: broken: record ${broken.line} ${broken.reason}; the ${records.length} before it are whole\n`
      : `${ledger.path}: ${records.length} records, whole; head ${head.hash}\n`,
  )
  return broken ? ExitCode.findings : ExitCode.clean
}
