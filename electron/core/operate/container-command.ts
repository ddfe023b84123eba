import type { OperableUnit, OperateVerb } from '#shared/model/operate.ts'
import type { PrivilegedCommand } from '../probe/section.ts'
import { LOG_LINES } from './logs-command.ts'

export type OperableContainer = NonNullable<OperableUnit['container']>

/**
 * What a look asks, in the names of the Go structs that Docker and Podman share. Of the labels only the one by which Podman names the unit that runs
 * the container (podman-generate-systemd(1)); environment and other labels may hold secrets and are not asked.
 */
export const STATE_FIELDS = [
  '{{.State.Status}}',
  '{{.State.Pid}}',
  '{{.State.ExitCode}}',
  '{{.HostConfig.RestartPolicy.Name}}',
  '{{.HostConfig.AutoRemove}}',
  '{{.State.StartedAt}}',
  '{{index .Config.Labels "PODMAN_SYSTEMD_UNIT"}}',
] as const

const alternatives = {
  docker: ['/usr/local/bin/docker', '/snap/bin/docker'],
  podman: ['/usr/local/bin/podman'],
} as const

/**
 * The command of a verb, of a look or of the logs, word by word: what sudoers allows an operator for this one container. An id is 64 hexadecimal
 * digits, so no other container can be meant. Throws RangeError for anything else.
 */
export function containerCommand({ runtime, id }: OperableContainer, verb: OperateVerb | 'look' | 'logs'): PrivilegedCommand {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new RangeError('the id of a container must be 64 hexadecimal digits')
  const words = {
    look: ['inspect', '--format', STATE_FIELDS.join('|')],
    logs: ['logs', '--timestamps', '--tail', String(LOG_LINES)],
  }
  return {
    argv: [`/usr/bin/${runtime}`, 'container', ...(verb === 'look' || verb === 'logs' ? words[verb] : [verb]), id],
    alternatives: alternatives[runtime],
  }
}
