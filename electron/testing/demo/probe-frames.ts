import type { SectionSpec } from '#core/probe/section.ts'
import type { Answer } from './answer.ts'
import type { DemoHost } from './demo-host.ts'

/** base64 of one frame stays below PIPE_BUF, as the real script keeps it. */
const CHUNK_BYTES = 2175

/** A broken sequence, a byte order mark and a surrogate. */
const NOT_UTF8 = Buffer.concat([Buffer.from('not UTF-8: '), Buffer.from('c328fffeeda080', 'hex')])

/** Exit code of what SIGKILL ended, as sh tells it. */
export const KILLED = 137

/** The frames that the real script prints for one section, in the words of `core/probe/framing.ts`. */
export function framesOf(nonce: string, index: number, section: SectionSpec, host: DemoHost, answer: Answer | undefined): string {
  const frames = [`${nonce} ${index} b`]
  let sent = 0
  const data = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const encoded = bytes.subarray(at, at + CHUNK_BYTES).toString('base64')
      frames.push(`${nonce} ${index} o ${encoded}`)
      sent += encoded.length
    }
  }
  const complaint = (text: string) => {
    if (text !== '') frames.push(`${nonce} ${index} e ${Buffer.from(text.replaceAll('~', '~t').replaceAll('\n', '~n')).toString('latin1')}`)
  }
  // What the watchdog ended (SIGKILL) has had all its time.
  const took = answer?.exitCode === KILLED ? section.timeoutMs / 1000 : 0.02
  const end = (words: string) => frames.push(`${nonce} ${index} s w ${sent} ${words} 100.00 ${(100 + took).toFixed(2)}`)
  const wantsRoot = section.kind === 'command' && section.privilege !== 'none'

  if (section.kind === 'command' && section.privilege === 'sudo' && !host.sudo && answer !== undefined) {
    complaint('sudo: a password is required\n')
    end('- d 0')
  } else if (answer === undefined) {
    end('- m -')
  } else {
    const output = Buffer.concat([Buffer.from(answer.stdout), ...(host.fault === 'hostile-text' ? [NOT_UTF8] : [])])
    data(output.subarray(0, section.maxBytes))
    complaint(answer.stderr ?? '')
    if (output.length > section.maxBytes) frames.push(`${nonce} ${index} s t ${sent}`)
    else if (section.kind === 'command') end(`${answer.exitCode} ${wantsRoot && host.sudo ? 'r' : 'a'} 0`)
    else {
      const marks = section.privileged.map((_, command) => `${host.sudo ? 'r' : 'd'}${command + 1} `).join('')
      end(`${marks}${answer.exitCode} a -`)
    }
  }
  return `${frames.join('\n')}\n`
}

export const helloFrame = (nonce: string, host: DemoHost): string => `\n${nonce} h base64 ${host.account.uid}\n`

export const finishedFrame = (nonce: string): string => `${nonce} z\n`
