import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { auditReportSchema } from '#shared/model/report.ts'
import { arrange, lab } from '../lab/lab.ts'

export interface HundredHosts {
  /** Connections that a jump host with default MaxStartups refused. */
  readonly refused: number
  /** Largest resident set of the program while it audited a hundred hosts, MiB. */
  readonly peakMiB: number
  readonly hundredMs: number
  readonly oneMs: number
  readonly unreached: readonly string[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The built program where there is one: the sources cost the time and memory of stripping their types. */
const program = existsSync(join(root, 'out/cli/gatehouse.js'))
  ? join(root, 'out/cli/gatehouse.js')
  : join(root, 'electron/cli/gatehouse.ts')

interface Audited {
  readonly milliseconds: number
  readonly peakMiB: number
  readonly unreached: readonly string[]
}

/** `gatehouse audit` as a process of its own, so that its memory is its own. */
async function audit(folder: string, words: readonly string[]): Promise<Audited> {
  const begun = performance.now()
  const data = mkdtempSync(join(folder, 'data-'))
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const child = spawn(process.execPath, [program, 'audit', '--fleet', lab.fleet100File, '--data', data, '--json', ...words], { env })
  let peakKiB = 0
  const sampling = setInterval(() => {
    // High water mark of the kernel, so that no peak between two looks is missed but the last one's.
    const [kibibytes] = /(?<=VmHWM:\s+)\d+/.exec(safeRead(`/proc/${child.pid}/status`)) ?? []
    peakKiB = Math.max(peakKiB, Number(kibibytes ?? 0))
  }, 50)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  child.stdin.end()
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(sampling)
  if (status === null || stdout === '') throw new Error(`gatehouse audit ended with ${status}: ${stderr}`)
  const { hosts } = auditReportSchema.parse(JSON.parse(stdout))
  const unreached = hosts
    .filter(({ state }) => state !== 'connected')
    .map(({ name, failure }) => `${name}: ${failure?.code} ${failure?.detail}`)
  return { milliseconds: performance.now() - begun, peakMiB: peakKiB / 1024, unreached }
}

function safeRead(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

export async function measureHundredHosts(folder: string): Promise<HundredHosts> {
  const since = (await arrange('jump', 'date +%s.%N')).trim()
  const one = await audit(folder, ['--host', 'host100'])
  const hundred = await audit(folder, [])
  const log = await arrange('jump', `journalctl --sync; journalctl -q -t sshd --since=@${since} -o cat`)
  return {
    refused: log.match(/drop connection|past MaxStartups/g)?.length ?? 0,
    peakMiB: hundred.peakMiB,
    hundredMs: hundred.milliseconds,
    oneMs: one.milliseconds,
    unreached: [...one.unreached, ...hundred.unreached],
  }
}
