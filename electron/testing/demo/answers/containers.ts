import { type Answer, lines } from '../answer.ts'
import type { DemoContainer, DemoHost } from '../demo-host.ts'

/** `docker container ls --format '{{.|json}}'` through sudo: the audit account is not in the docker group, which would make it root. */
function containers(host: DemoHost): Answer {
  if (host.containers.length === 0) return lines(['@end'])
  if (!host.sudo) return lines(['@docker denied', '@end'])
  return lines(['@docker list', ...host.containers.map(row), '@end'])
}

const row = ({ id, name, image, command, ports, pid }: DemoContainer): string =>
  JSON.stringify({
    ID: id,
    Names: name,
    Image: image,
    Command: `"${command.join(' ')}"`,
    Ports: (pid > 0 ? ports : [])
      .map(
        ({ hostAddress, hostPort, containerPort }) =>
          `${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:${hostPort}->${containerPort}/tcp`,
      )
      .join(', '),
    State: pid > 0 ? 'running' : 'exited',
    Status: pid > 0 ? 'Up 3 weeks' : 'Exited (137) 2 minutes ago',
    Networks: 'bridge',
  })

export const containerSections = { containers }
