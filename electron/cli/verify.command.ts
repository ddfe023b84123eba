import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { accountName } from '#core/account-name.ts'
import { createLedger } from '#core/audit/ledger/ledger.ts'
import { publicKeyOf } from '#core/signing/console-key.ts'
import { defaultDataFolder } from './console-ports.ts'
import { ExitCode } from './exit-code.ts'

const options = { data: { type: 'string' }, key: { type: 'string' } } as const

/** Says whether the ledger is whole and signed, by the key of `--key` where one is given. Repairs nothing. */
export async function runVerify(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const pinned = values.key === undefined ? undefined : publicKeyOf(await readFile(values.key, 'utf8'), values.key)
  const ledger = createLedger(values.data ?? defaultDataFolder(), { now: () => Date.now() }, accountName(), pinned)
  const { records, head, broken, signedBy } = ledger.read()
  process.stdout.write(
    broken
      ? `${ledger.path}: broken: record ${broken.line} ${broken.reason}; the ${records.length} before it are whole\n`
      : `${ledger.path}: ${records.length} records, whole; head ${head.hash}${signedBy === undefined ? '' : `, signed by ${signedBy}`}\n`,
  )
  return broken ? ExitCode.findings : ExitCode.clean
}
