import { parseArgs } from 'node:util'
import { catalogueOf, detailsOf } from '#core/policy/catalogue.ts'
import { controls } from '#core/policy/registry.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { ControlDetail, ControlEntry } from '#shared/model/control-entry.ts'
import { ExitCode } from './exit-code.ts'

const options = { json: { type: 'boolean', default: false } } as const

/** Every control that this version judges by, explained. Reads no fleet and connects to nothing. */
export async function runControls(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const entries = catalogueOf(controls)
  process.stdout.write(values.json ? `${JSON.stringify(entries, null, 2)}\n` : explained(entries, detailsOf(controls)))
  return ExitCode.clean
}

const WIDTH = 100

function explained(entries: readonly ControlEntry[], details: readonly ControlDetail[]): string {
  const mended = new Map(details.map((detail) => [detail.id, mendedBy(detail)]))
  const blocks = checklist.map(({ id, title }) => {
    const own = entries.filter(({ item }) => item === id)
    const lines = own.flatMap((entry) => [
      `  ${entry.id} (${entry.severity})`,
      ...wrapped(entry.title, '    '),
      ...wrapped(entry.rationale, '      '),
      ...wrapped(mended.get(entry.id) ?? '', '      '),
      ...wrapped(entry.references.join(', '), '      '),
      '',
    ])
    return [`${id} ${title}`, '', ...(own.length === 0 ? ['  No control yet: it is shown as not evaluated.', ''] : lines)].join('\n')
  })
  return `${blocks.join('\n')}\n${entries.length} controls\n`
}

const mendedBy = ({ remediation, steps, attestation }: ControlDetail): string =>
  remediation !== undefined
    ? `To mend: template ${remediation.template}`
    : steps !== undefined
      ? `To mend: ${steps}`
      : (attestation?.question ?? '')

/** Words broken into lines of at most `WIDTH` characters; a longer word stands alone. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indent + word)
  }
  return lines
}
