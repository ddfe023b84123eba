import type { HostAudit } from '#shared/model/audit.ts'
import { type About, listed, only, type Seen } from './default-source.ts'
import { commandWithout } from './unit-command.ts'

/** The one service that a unit starts, or that of the unit that was given. */
export const serviceOf = ({ audit, unit: given }: About): HostAudit['services'][number] | undefined =>
  only(audit.services.filter(({ unit }) => unit !== undefined && (given === undefined || unit === given)))

/** What the one inference unit, or the one that was given, writes: the home of its account, and for Ollama the models that it pulls. */
export function foldersOf(about: About): string[] | undefined {
  const { accounts } = about.facts
  const service = serviceOf(about)
  if (service === undefined || !accounts.known) return undefined
  const home = accounts.value.accounts.find(({ name }) => name === service.user)?.home
  const all = [...(home === undefined ? [] : [home]), ...(service.engine === 'ollama' ? service.modelPaths : [])]
  return listed(all.filter((path) => !all.some((other) => path.startsWith(`${other}/`))))
}

/** What its unit starts, without the flags that the template sets itself. */
export function commandOf(about: About): readonly string[] | undefined {
  const { units } = about.facts
  const service = serviceOf(about)
  const unit = units.known ? units.value.find(({ id }) => id === service?.unit) : undefined
  return service && unit && commandWithout(unit.execStart, service)
}

/** The one account that inference servers run as, where all run as the same. */
export const inferenceUserOf = ({ audit: { services } }: Seen): string | undefined => only(services.flatMap(({ user }) => user ?? []))

/** Its own group. */
export function inferenceGroupOf(seen: Seen): string | undefined {
  const { accounts } = seen.facts
  if (!accounts.known) return undefined
  const gid = accounts.value.accounts.find(({ name }) => name === inferenceUserOf(seen))?.gid
  return accounts.value.groups.find((group) => group.gid === gid)?.name
}

/** As the packages and guides of each engine name it. */
export const accountNames: Readonly<Record<string, string>> = { ollama: 'ollama', vllm: 'vllm', 'llama.cpp': 'llama', localai: 'localai' }
