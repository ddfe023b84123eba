import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditJob } from '#shared/model/job.ts'
import type { Prompt } from '#shared/model/prompt.ts'
import { arrange, lab, totp } from '../lab/lab.ts'
import { driveApp } from './driven-app.ts'

export interface HundredHosts {
  /** Connections that a jump host with default MaxStartups refused. */
  readonly refused: number
  /** Largest resident set of the engine's process while it audited a hundred hosts, MiB. */
  readonly peakMiB: number
  readonly hundredMs: number
  readonly oneMs: number
  /** Hosts that were not looked at, or not wholly, with the reason. */
  readonly unreached: readonly string[]
}

const durationMs = (begun: number) => performance.now() - begun

/** A hundred hosts at once in the real app: its window, its engine, its database. The codes of the jump host are answered as its admin would. */
export async function measureHundredHosts(folder: string): Promise<HundredHosts> {
  const since = (await arrange('jump', 'date +%s.%N')).trim()
  const app = await driveApp(mkdtempSync(join(folder, 'user-')), { HOME: lab.home, SSH_AUTH_SOCK: '' }, lab.fleet100File)
  const answerPrompts = async (): Promise<void> => {
    for (const { id, kind } of await app.invoke<Prompt[]>('prompt:pending', null)) {
      if (kind !== 'keyboard-interactive') throw new Error(`not expected here: a prompt for ${kind}`)
      await app.invoke('prompt:answer', { id, answers: [await totp()] })
    }
  }
  try {
    // Once beforehand, so that both sides find the jump host connected.
    await app.audit(['host100'], answerPrompts)
    const beforeOne = performance.now()
    const one = await app.audit(['host100'], answerPrompts)
    const oneMs = durationMs(beforeOne)
    const beforeHundred = performance.now()
    const hundred = await app.audit([], answerPrompts)
    const hundredMs = durationMs(beforeHundred)
    const log = await arrange('jump', `journalctl --sync; journalctl -q -t sshd --since=@${since} -o cat`)
    return {
      refused: log.match(/drop connection|past MaxStartups/g)?.length ?? 0,
      peakMiB: await app.enginePeakMiB(),
      hundredMs,
      oneMs,
      unreached: [one, hundred].flatMap(unfinished),
    }
  } finally {
    await app.close()
  }
}

const unfinished = ({ hosts }: AuditJob): string[] =>
  hosts.flatMap(({ host, stage, failure }) =>
    stage === 'done' && failure === undefined ? [] : [`${host}: ${stage} ${failure?.code ?? ''} ${failure?.detail ?? ''}`.trim()],
  )
