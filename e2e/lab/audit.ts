import { type AuditReport, auditReportSchema } from '#shared/model/report.ts'
import { gatehouse } from './console.ts'
import { lab, type Server } from './lab.ts'

export interface AuditRun {
  readonly status: number | null
  readonly report: AuditReport
  readonly stderr: string
}

/** `gatehouse audit` as an admin runs it, with its data in a folder of its own. */
export async function audit(
  data: string,
  words: readonly string[] = [],
  onProgress: (stderr: string) => void = () => {},
): Promise<AuditRun> {
  const { status, stdout, stderr } = await gatehouse(['audit', '--fleet', lab.fleetFile, '--data', data, '--json', ...words], onProgress)
  try {
    return { status, stderr, report: auditReportSchema.parse(JSON.parse(stdout)) }
  } catch (error) {
    throw new Error(`status ${status}, ${error}\n${stderr}`)
  }
}

export const hostOf = (report: AuditReport, name: Server) => {
  const host = report.hosts.find((each) => each.name === name)
  if (!host) throw new Error(`${name} is not in the report`)
  return host
}
