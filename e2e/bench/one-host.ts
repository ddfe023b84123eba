import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditHost } from '#core/audit/audit-host.ts'
import { probeContextOf, sectionsOf } from '#core/facts/registry.ts'
import type { Transport } from '#core/ports.ts'
import { buildProbe, PROBE_COMMAND } from '#core/probe/build-script.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { Question } from '#core/wire/questions.ts'
import { lab, labFleet, labServer, ssh, totp } from '../lab/lab.ts'
import { runPlaybook, writePlaybook } from './ansible.ts'
import { keepConnection } from './kept-connection.ts'
import { measureSections, type ProbeTimes } from './probe-sections.ts'
import { timed } from './samples.ts'

interface Contestants {
  readonly coldAudit: readonly number[]
  readonly coldOpenSsh: readonly number[]
  readonly warmAudit: readonly number[]
  readonly muxOpenSsh: readonly number[]
  readonly ansible: readonly number[]
}

export interface OneHostTimes extends Contestants {
  /** Both ways, as the workstation's network sees them: of an audit over new connections, and of one over open ones that finds nothing new. */
  readonly firstBytes: number
  readonly unchangedBytes: number
  readonly sections: ProbeTimes
}

const SETTLE_MS = 3200

/** Received and sent, headers included. The workstation has one way out. */
const networkBytes = (): number =>
  readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .flatMap((line) => /^\s*(?!lo:)\S+:\s*(\d+)(?:\s+\d+){7}\s+(\d+)/.exec(line)?.slice(1) ?? [])
    .reduce((sum, bytes) => sum + Number(bytes), 0)

async function transferred(work: () => Promise<void>): Promise<number> {
  const before = networkBytes()
  await work()
  return networkBytes() - before
}

/**
 * One audit of gpu1 against what an admin has today, round by round side by side: OpenSSH with the very same script, new and over
 * an open ControlMaster; Ansible (pipelining, open ControlMaster) with the same commands as tasks. Milliseconds.
 */
export async function measureOneHost(folder: string, rounds: number, say: (text: string) => void): Promise<OneHostTimes> {
  const fleet = labFleet()
  const host = labServer('gpu1')
  const sections = sectionsOf(probeContextOf(fleet, host))
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })

  const transport = (): Transport =>
    createSsh2Transport({
      fleet,
      clock: { now: () => Date.now() },
      log: () => {},
      paths: { data, home: lab.home },
      prompts: { ask: async () => [await totp()], reportChangedKey: () => {} },
    })
  const audit = async (over: Transport, expected?: readonly Question[]): Promise<readonly Question[]> => {
    const { audit, asked } = await auditHost({
      host,
      fleet,
      transport: over,
      now: () => Date.now(),
      signal: new AbortController().signal,
      onProgress: () => {},
      expected,
    })
    if (audit.failure || audit.state !== 'connected') throw new Error(`the audit failed: ${audit.state} ${audit.failure?.detail ?? ''}`)
    return asked
  }
  const openSsh = async (words: readonly string[]): Promise<void> => {
    const { status, stderr } = await ssh([...words, host.name, PROBE_COMMAND], buildProbe(sections, randomBytes(16).toString('hex')).script)
    if (status !== 0) throw new Error(`ssh ended with ${status}: ${stderr}`)
  }

  const warm = transport()
  // As the app does: what the audit before asked over the network is asked again at once.
  let asked: readonly Question[] = []
  const again = async () => {
    asked = await audit(warm, asked)
  }
  const firstBytes = await transferred(again)
  const unchangedBytes = await transferred(again)
  const mux = join(folder, 'mux')
  const kept = await keepConnection(mux, host.name)
  const playbook = writePlaybook(folder, sections, host)
  await runPlaybook(playbook)

  const times = { coldAudit: [], coldOpenSsh: [], warmAudit: [], muxOpenSsh: [], ansible: [] } as Record<keyof Contestants, number[]>
  const contestants: Readonly<Record<keyof Contestants, () => Promise<void>>> = {
    coldAudit: async () => {
      const cold = transport()
      await audit(cold)
      await cold.close()
    },
    coldOpenSsh: () => openSsh(['-o', 'ControlPath=none']),
    warmAudit: again,
    muxOpenSsh: () => openSsh(['-o', `ControlPath=${mux}`]),
    ansible: () => runPlaybook(playbook),
  }
  const measure = async (name: keyof Contestants): Promise<void> => {
    // What the round before left (sessions that log out on two hosts, a master that winds down) is over.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    times[name].push(await timed(contestants[name]))
  }
  for (let round = 1; round <= rounds; round++) {
    // Each goes first as often as second.
    for (const pair of [['coldAudit', 'coldOpenSsh'] as const, ['warmAudit', 'muxOpenSsh'] as const])
      for (const name of round % 2 === 0 ? pair.toReversed() : pair) await measure(name)
    if (round % 3 === 0) await measure('ansible')
    say(
      `round ${round} of ${rounds}: ${Object.entries(times)
        .map(([name, all]) => `${name} ${Math.round(all.at(-1) ?? 0)}`)
        .join(', ')} ms`,
    )
  }
  const session = await warm.connect(host, { signal: new AbortController().signal })
  const probed = await measureSections(session, sections, rounds)
  session.close()
  await warm.close()
  kept.close()
  await playbook.close()
  return { ...times, firstBytes, unchangedBytes, sections: probed }
}
