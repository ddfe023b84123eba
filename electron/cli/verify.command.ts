import { parseArgs } from 'node:util'
import { verifyPack } from '#core/audit/pack/verify-pack.ts'
import { createLedger } from '#core/ledger/ledger.ts'
import { publicKeyOf } from '#core/signing/console-key.ts'
import { visible } from '#shared/words.ts'
import { accountName } from '../platform/account-name.ts'
import { defaultDataFolder } from './console-ports.ts'
import { ExitCode } from './exit-code.ts'
import { namedFile } from './named-file.ts'

const options = { data: { type: 'string' }, key: { type: 'string' } } as const

/** Says whether the ledger, or an evidence pack, is whole and signed, by the key of `--key` where one is given. Repairs nothing. */
export async function runVerify(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const pinned = values.key === undefined ? undefined : publicKeyOf(await namedFile('verify: --key', values.key), values.key)
  const [pack] = positionals
  if (pack !== undefined) return verifyOnePack(pack, pinned)
  const ledger = createLedger(values.data ?? defaultDataFolder(), { now: () => Date.now() }, accountName(), pinned)
  const { records, head, broken, signedBy, unfinished } = ledger.read()
  // A ledger that was taken away with its head looks like one that was never begun: neither is whole.
  if (records.length === 0 && !broken) {
    process.stdout.write(`${ledger.path}: no record is there, so nothing was verified\n`)
    return ExitCode.couldNotRun
  }
  process.stdout.write(
    broken
      ? `${ledger.path}: broken: record ${broken.line} ${broken.reason}; the ${records.length} before it are whole\n`
      : `${ledger.path}: ${records.length} ${records.length === 1 ? 'record' : 'records'}, whole; head ${head.hash}${signedBy === undefined ? '' : `, signed by ${signedBy}`}${unfinished === undefined ? '' : '; one more was begun and never finished, which the next one will say'}\n`,
  )
  return broken ? ExitCode.findings : ExitCode.clean
}

async function verifyOnePack(path: string, pinned: ReturnType<typeof publicKeyOf> | undefined): Promise<number> {
  const { files, keyDigest, expectedKey, problems } = await verifyPack(path, pinned)
  const signer = expectedKey
    ? `by the key of --key, ${keyDigest}`
    : `by the key ${keyDigest}. Whose key that is, the pack cannot prove: compare it with what its console's administrator tells you.`
  process.stdout.write(
    problems.length === 0
      ? `${path}: whole, ${files} files, signed ${signer}\n`
      : `${path}: not the pack that was written\n${problems.map((problem) => `  ${visible(problem)}\n`).join('')}`,
  )
  return problems.length === 0 ? ExitCode.clean : ExitCode.findings
}
