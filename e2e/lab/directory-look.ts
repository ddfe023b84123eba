import type { AccessList, AccountAccess, HostAccess } from '#shared/model/access.ts'
import { audit, hostOf } from './audit.ts'
import { gatehouse } from './console.ts'
import { lab } from './lab.ts'

/** What an audit of gpu1 says of its accounts, and of controls. */
export interface Looked {
  readonly access: HostAccess
  status(control: string): readonly string[]
}

/** `gatehouse access list` of gpu1, out of the audits in `data`. */
export const list = (data: string, ...more: readonly string[]) =>
  gatehouse(['access', 'list', '--fleet', lab.fleetFile, '--data', data, '--host', 'gpu1', ...more])

export async function look(data: string): Promise<Looked> {
  const { report } = await audit(data, ['--host', 'gpu1'])
  const access = (JSON.parse((await list(data, '--json')).stdout) as AccessList).hosts[0]?.access
  if (!access) throw new Error('its accounts are known')
  const { findings } = hostOf(report, 'gpu1')
  return { access, status: (control) => findings.flatMap((one) => (one.control === control ? one.status : [])) }
}

export const of = ({ access }: Looked, name: string): AccountAccess | undefined => access.accounts.find((account) => account.name === name)

/** How it is root, behind its own name. */
export const way = (looked: Looked, name: string): readonly string[] | undefined =>
  of(looked, name)
    ?.holdings.find(({ capability }) => capability === 'become-root')
    ?.path.slice(1)
