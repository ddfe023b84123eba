import type { SectionSpec } from '#core/probe/section.ts'
import type { DemoHost } from './demo-host.ts'

/** What a simulated host answers to one section. */
export interface Answer {
  readonly stdout: string
  readonly stderr?: string
  readonly exitCode: number
  /** Commands of `gh_sudo` that ran as root, from 1. */
  readonly asRoot?: readonly number[]
}

export type Answering = (host: DemoHost, section: SectionSpec) => Answer

export const printed = (stdout: string): Answer => ({ stdout, exitCode: 0 })

export const lines = (all: readonly string[]): Answer => printed(all.map((line) => `${line}\n`).join(''))

/** The program is not on this host. */
export const absent = undefined
