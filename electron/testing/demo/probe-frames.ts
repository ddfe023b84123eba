import { displayOf } from '#core/probe/build-script.ts'
import type { SectionSpec } from '#core/probe/section.ts'
import type { Answer } from './answer.ts'
import type { DemoHost } from './demo-host.ts'

/** base64 of one frame stays below PIPE_BUF, as the real script keeps it. */
const CHUNK_BYTES = 2175

/** The frames that the real script prints for one section, in the words of `core/probe/framing.ts`. */
export function framesOf(nonce: string, index: number, section: SectionSpec, host: DemoHost, answer: Answer | undefined): string {
  const frames = [`${nonce} ${index} b`]
  const data = (kind: 'o' | 'e', bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      frames.push(`${nonce} ${index} ${kind} ${bytes.subarray(at, at + CHUNK_BYTES).toString('base64')}`)
  }
  const end = (words: string) => frames.push(`${nonce} ${index} s ${words} 100.00 100.02`)
  const wantsRoot = section.kind === 'command' && section.privilege !== 'none'

  if (section.kind === 'command' && section.privilege === 'sudo' && !host.sudo && answer !== undefined) {
    data('e', Buffer.from('sudo: a password is required\n'))
    end('w - d 0')
  } else if (answer === undefined) {
    end('w - m -')
  } else {
    const output = Buffer.from(answer.stdout)
    data('o', output.subarray(0, section.maxBytes))
    data('e', Buffer.from(answer.stderr ?? ''))
    if (output.length > section.maxBytes) frames.push(`${nonce} ${index} s t`)
    else if (section.kind === 'command') end(`w ${answer.exitCode} ${wantsRoot && host.sudo ? 'r' : 'a'} 0`)
    else {
      const marks = section.privileged.map((_, command) => `${host.sudo ? 'r' : 'd'}${command + 1} `).join('')
      end(`w ${marks}${answer.exitCode} a -`)
    }
  }
  return `${frames.join('\n')}\n`
}

export const helloFrame = (nonce: string, host: DemoHost): string => `\n${nonce} h base64 ${host.account.uid} timeout -k 1\n`

export const finishedFrame = (nonce: string): string => `${nonce} z\n`

/** For people who watch a demo host in a log. */
export const titleOf = (section: SectionSpec): string => displayOf(section)
