import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { createLedger } from '#core/ledger/ledger.ts'
import { cefOverSyslog, type LedgerFormat, ledgerFormats, ledgerMessage } from '#core/ledger/siem/message.ts'
import { collectorOf, sendMessages } from '#core/ledger/siem/send.ts'
import { accountName } from '../platform/account-name.ts'
import { defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { namedFile } from './named-file.ts'
import { version } from './version.ts'

const options = {
  format: { type: 'string' },
  after: { type: 'string', default: '0' },
  to: { type: 'string' },
  ca: { type: 'string' },
  data: { type: 'string' },
} as const

/** Gives the ledger to others. Exit code 1 when it is broken: what stands before the break is still given. */
export async function runLedger(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb] = positionals
  const format = ledgerFormats.find((it) => it === (values.format ?? (verb === 'send' ? 'syslog' : 'jsonl')))
  if ((verb !== 'export' && verb !== 'send') || positionals.length > 1) throw new UsageError('ledger: expected export or send')
  if (format === undefined || (verb === 'send' && format === 'jsonl'))
    throw new UsageError(
      `ledger ${verb}: --format is "${values.format}"; expected ${verb === 'send' ? 'cef or syslog' : ledgerFormats.join(', ')}`,
    )
  if (!/^\d{1,9}$/.test(values.after)) throw new UsageError(`ledger: --after is "${values.after}"; expected the number of a record`)
  const ledger = createLedger(values.data ?? defaultDataFolder(), { now: () => Date.now() }, accountName())
  const { records, broken } = ledger.read()
  const chosen = records.filter(({ seq }) => seq > Number(values.after))
  if (verb === 'export') for (const record of chosen) process.stdout.write(`${ledgerMessage(record, format, self)}\n`)
  else
    await send(
      values.to,
      values.ca,
      chosen.map((record) => messageOf(record, format)),
    )
  if (broken) process.stderr.write(`${ledger.path}: record ${broken.line} ${broken.reason}\n`)
  return broken ? ExitCode.findings : ExitCode.clean
}

const self = { name: hostname(), version }

const messageOf = (record: Parameters<typeof cefOverSyslog>[0], format: LedgerFormat): string =>
  format === 'cef' ? cefOverSyslog(record, self) : ledgerMessage(record, format, self)

async function send(to: string | undefined, caFile: string | undefined, messages: readonly string[]): Promise<void> {
  const collector = to === undefined ? undefined : collectorOf(to)
  if (collector === undefined) throw new UsageError('ledger send: expected --to tls://NAME[:PORT] or tcp://NAME[:PORT]')
  const ca = caFile === undefined ? undefined : await namedFile('ledger send: --ca', caFile)
  const sent = await sendMessages({ ...collector, ca }, messages)
  process.stderr.write(`${sent} records handed to ${collector.host}\n`)
}
