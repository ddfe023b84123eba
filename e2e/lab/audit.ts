import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type AuditReport, auditReportSchema } from '#shared/model/report.ts'
import { lab, type Server } from './lab.ts'

const cli = fileURLToPath(new URL('../../electron/cli/gatehouse.ts', import.meta.url))

export interface AuditRun {
  readonly status: number | null
  readonly report: AuditReport
  readonly stderr: string
}

/** `gatehouse audit` as an admin runs it, with its data in a folder of its own. */
export function audit(data: string, words: readonly string[] = [], onProgress: (stderr: string) => void = () => {}): Promise<AuditRun> {
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const child = spawn(process.execPath, [cli, 'audit', '--fleet', lab.fleetFile, '--data', data, '--json', ...words], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
    onProgress(stderr)
  })
  child.stdin.end()
  return new Promise((resolve, reject) => {
    child.on('close', (status) => {
      try {
        resolve({ status, stderr, report: auditReportSchema.parse(JSON.parse(stdout)) })
      } catch (error) {
        reject(new Error(`status ${status}, ${error}\n${stderr}`))
      }
    })
  })
}

export const hostOf = (report: AuditReport, name: Server) => {
  const host = report.hosts.find((each) => each.name === name)
  if (!host) throw new Error(`${name} is not in the report`)
  return host
}
