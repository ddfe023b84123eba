import type { HostedService } from '#shared/model/host-services.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Tone } from '../../../ui/outcome-words.ts'
import { plainText } from '../../../ui/plain-text.ts'

/** Words for the tab Services. Pure, tested without a window. */

export const kindWords: Readonly<Record<HostedService['kind'], string>> = {
  engine: 'Inference servers',
  proxy: 'Proxies',
  program: 'Other AI programs',
  container: 'Other containers',
}

export const howWords: Readonly<Record<HostedService['how'], string>> = {
  unit: 'System unit',
  container: 'Container',
  process: 'Bare process',
  'user-session': 'User session',
  unknown: 'Not known',
}

const fromWords = {
  endpoint: 'its own answer',
  'python-package': 'Python package',
  image: 'image tag',
  'host-package': 'package of the host',
  program: 'its --version',
} as const

export const versionFrom = ({ version }: Pick<HostedService, 'version'>): string => (version ? fromWords[version.from] : '')

/** `vllm.service`, `localai`: what it is called where it runs. */
export const placeOf = ({ unit, container, how }: HostedService): string => plainText(unit ?? container ?? howWords[how], 80)

/** Addresses, IPv4 and IPv6 wildcards of one port as one: `*:11434`. */
export function bindWords({ binds }: Pick<HostedService, 'binds'>): readonly string[] {
  const shown = binds.map(({ address, port, scope }) => (scope === 'wildcard' ? `*:${port}` : plainText(printBind({ address, port }), 60)))
  return [...new Set(shown)]
}

/** Running is quiet; what failed or waits for a restart is not. */
export function stateTone({ running, state }: Pick<HostedService, 'running' | 'state'>): Tone {
  if (/^failed|\(auto-restart\)/.test(state)) return 'fail'
  return running ? 'pass' : 'na'
}

export function restartWords({ restart }: Pick<HostedService, 'restart'>): string {
  const { policy, count, reloadNeeded } = restart
  const parts = [
    policy === undefined ? undefined : policy === 'no' ? 'never by itself' : plainText(policy, 40),
    count === undefined ? undefined : count === 0 ? 'not restarted since it was started' : `restarted ${count} times by systemd`,
    reloadNeeded ? 'its files changed since they were loaded' : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(', ') || 'Not known'
}
