import type { SectionOutput } from '../../probe/section.ts'
import { type BlockRow, readBlocks } from '../blocks.ts'
import { type FactResult, known, unknown, unusable } from '../fact.ts'

/** What one command of section `privileged` printed. */
export interface Printed {
  readonly exitCode: number
  readonly rows: readonly BlockRow[]
  /** Line of the block’s header. */
  readonly line: number
}

/** The block of one command; unknown when sudo refused it, the program is missing, or the section itself failed. */
export function readCommand(output: SectionOutput, name: string, what: string): FactResult<Printed> {
  const trouble = output.state === 'denied' ? undefined : unusable(output, what)
  if (trouble) return trouble
  const block = readBlocks(output.stdout).get(name)?.[0]
  const hint = output.sudoers && `Add to sudoers: ${output.sudoers}`
  if (!block || !/^\d{1,3}$/.test(block.words)) return unknown(`${what}: the host was not asked`, [output.id], hint)
  const exitCode = Number(block.words)
  if (exitCode === 126) return unknown(`${what}: sudo refused the command`, [output.id], hint)
  if (exitCode === 127) return unknown(`${what}: the program for it is not installed`, [output.id])
  return known({ exitCode, rows: block.rows, line: block.line })
}

/** Rows of `grep -n` over files: `/etc/sudoers:3:text`. What is not of this form is a complaint of grep and dropped. */
export function readNumbered({ rows }: Printed): readonly FileLine[] {
  return rows.flatMap(({ text, line }) => {
    const match = /^(\/[^:]+):(\d{1,7}):(.*)$/.exec(text)
    return match?.[1] ? [{ file: match[1], number: Number(match[2]), text: match[3] ?? '', line }] : []
  })
}

/** One line of a file on the host. */
export interface FileLine {
  readonly file: string
  /** In that file, from 1. */
  readonly number: number
  readonly text: string
  /** In section `privileged`. */
  readonly line: number
}
