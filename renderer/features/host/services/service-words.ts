import type { HostedService } from '#shared/model/host-services.ts'
import { printBind } from '#shared/model/listener.ts'
import { podWords } from '#shared/model/pod.ts'
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
  pod: 'Kubernetes pod',
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

/** What its version was taken from. */
export const versionFrom = ({ version }: Pick<HostedService, 'version'>): string => (version ? fromWords[version.from] : '')

/** `vllm.service`, `localai`, `ai/chat-0/vllm`: what it is called where it runs. */
export const placeOf = ({ unit, container, pod, how }: Pick<HostedService, 'unit' | 'container' | 'pod' | 'how'>): string =>
  plainText(unit ?? (pod && podWords(pod)) ?? container ?? howWords[how], 120)

/** Rows of the detail: what the node tells of the pod, and why not more. Its image stands with the runtime, which tells root alone. */
export function podRows({ pod, image }: Pick<HostedService, 'pod' | 'image'>): readonly (readonly [string, string])[] {
  if (pod === undefined) return []
  const missing = `Not known: ${plainText(pod.unknown ?? '', 200)}`
  return [
    ['Pod', pod.name === undefined ? missing : plainText(`${pod.name} in namespace ${pod.namespace ?? ''}`, 320)],
    ['Pod uid', plainText(pod.uid, 40)],
    ...(pod.name === undefined ? [] : [['Container', pod.container === undefined ? missing : plainText(pod.container, 80)] as const]),
    ...(image === undefined ? [['Image', 'Not read: the container runtime tells it to root alone'] as const] : []),
  ]
}

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

/** When its keeper starts it again, how often it did, and whether files changed that the keeper has not read. */
export function restartWords({ restart }: Pick<HostedService, 'restart'>): string {
  const { policy, count, reloadNeeded } = restart
  const parts = [
    policy === undefined ? undefined : policy === 'no' ? 'never by itself' : plainText(policy, 40),
    count === undefined
      ? undefined
      : count === 0
        ? 'not restarted since it was started'
        : `restarted ${count === 1 ? 'once' : `${count} times`} by systemd`,
    reloadNeeded ? 'its files changed since they were loaded' : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(', ') || 'Not known'
}
