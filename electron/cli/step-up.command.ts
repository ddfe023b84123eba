import { parseArgs } from 'node:util'
import type { Enrolment } from '#shared/model/step-up.ts'
import { ExitCode } from './exit-code.ts'
import { openServices } from './open-services.ts'
import { askedCode, stepUpOnTerminal } from './step-up-terminal.ts'

/** Enrols an authenticator for the command line; another one after a code of the one before. */
export async function runStepUp(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { data: { type: 'string' } }, allowPositionals: false })
  return openServices(values.data, async ({ stepUp }) => {
    if ((await stepUp.state()).enrolled) await stepUpOnTerminal(stepUp)
    process.stderr.write(enrolmentText(await stepUp.enrol()))
    await stepUp.confirm(await askedCode())
    process.stderr.write('Enrolled. push, undo, drill, models approve and models quarantine ask for its code.\n')
    return ExitCode.clean
  })
}

/** The QR code in half blocks, dark on light whatever the colours of the terminal are, and the secret to be typed. */
export function enrolmentText({ secret, uri, qr }: Enrolment): string {
  const blank = '0'.repeat(qr.length + 4)
  const rows = [blank, ...qr.map((row) => `00${row}00`), blank, blank]
  const lines: string[] = []
  for (let y = 0; y + 1 < rows.length; y += 2) {
    const cells = [...(rows[y] ?? '')].map((top, x) => blocks[`${top}${rows[y + 1]?.[x] ?? '0'}`] ?? ' ')
    lines.push(`\u001b[30;107m${cells.join('')}\u001b[0m`)
  }
  return `${lines.join('\n')}\nSecret  ${secret}\n${uri}\n`
}

const blocks: Readonly<Record<string, string>> = { '00': ' ', '10': '▀', '01': '▄', '11': '█' }
