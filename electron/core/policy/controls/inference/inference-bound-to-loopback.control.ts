import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type DirectWaySources, directWayTo } from './direct-way.ts'
import { loopbackWayTo } from './loopback-way.ts'
import { citeBinds, foundAndExpected, hintFor, isExposed, noServices, printBinds, serviceName, startsByItself } from './service-words.ts'

interface Uses extends DirectWaySources {
  readonly units: FactResult<readonly Unit[]>
  readonly containers: FactResult<Containers>
}

export default defineControl({
  id: 'inference-bound-to-loopback',
  item: 'INF-1',
  severity: 'critical',
  title: 'Inference servers listen only on this machine',
  rationale:
    'Ollama has no authentication, and the other engines leave routes open beside their key. Whoever reaches the port can use the models, read their prompts and, with most engines, replace or delete them. Rules of a proxy do not help when the port itself is open.',
  needs: ['services'],
  uses: ['os', 'units', 'containers', 'processes', 'firewall', 'network'],
  remediation: { template: 'ollama-loopback', otherEngines: 'vllm-credential', also: ['llama-server-unit', 'localai-unit'] },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:CM-7', 'CIS-8:4.4', 'ISO-27001:A.8.20'],
  evaluate: ({ services, ...uses }) =>
    services.length === 0
      ? noServices
      : services.map((service) => (service.running ? judgeRunning(service, uses) : judgeStopped(service, uses))),
})

/** What to write, and where. */
const publishing = ({ madeFrom }: InferenceService, port: number | undefined): string =>
  madeFrom?.quadlet
    ? `PublishPort=127.0.0.1:${port}:… in ${madeFrom.path}, then systemctl daemon-reload and restart ${madeFrom.unit}`
    : `-p 127.0.0.1:${port}:…${madeFrom ? ` in ${madeFrom.path}` : ''}`

function judgeRunning(service: InferenceService, uses: Uses): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const exposed = service.binds.filter(isExposed)
  if (exposed.length > 0) {
    const published = service.how === 'container' && exposed.every(({ section }) => section === 'containers' || section === 'units')
    const doubt = exposed.find(({ note }) => note)?.note
    return {
      ...base,
      status: 'fail',
      title: published ? 'Inference port is published to the network' : 'Inference port is open to the network',
      reason: `${name} ${published ? 'is published on' : 'listens on'} ${printBinds(exposed)}. Expected 127.0.0.1 only.${doubt ? ` ${doubt}` : ''}`,
      ...(published && {
        rationale:
          'Docker and Podman publish ports by address translation, before the rules of ufw and firewalld are asked, so a host firewall that looks closed does not protect this port. Whoever reaches it can use and, with most engines, manage the models.',
        hint: `Publish it on loopback: ${publishing(service, exposed[0]?.port)}, and put the proxy in front.`,
      }),
      cite: citeBinds(exposed, foundAndExpected),
    }
  }
  if (service.bindUnknown !== undefined) {
    const configured = (service.configuredBinds ?? service.awaitedBinds ?? []).filter(isExposed)
    if (configured.length > 0) {
      return {
        ...base,
        status: 'warning',
        title: 'Configured to listen for the network',
        reason: `${name} is configured for ${printBinds(configured)}; whether the socket is open could not be seen, since ${service.bindUnknown}.`,
        cite: citeBinds(configured, foundAndExpected),
      }
    }
    return {
      ...base,
      status: 'not-evaluated',
      title: "The server's sockets could not be seen",
      hint: hintFor(service),
      reason: `Where ${name} listens is not known: ${service.bindUnknown}.`,
      cite: citeBinds(service.binds),
    }
  }
  const way = directWayTo(service, uses) ?? loopbackWayTo(service, uses)
  if (way) {
    const verb = service.how === 'container' ? 'is published' : 'listens'
    const published = service.binds.length === 0 ? 'publishes no port' : `${verb} on ${printBinds(service.binds)} only`
    const open = way.state === 'open'
    return {
      ...base,
      status: open ? 'warning' : 'not-evaluated',
      ...(open && { severity: 'high' as const }),
      title: way.title,
      reason: `${name} ${published}, but ${way.why}.`,
      hint: way.hint,
      cite: [...way.cite, ...citeBinds(service.binds)],
    }
  }
  if (service.binds.length === 0) {
    const how =
      service.how === 'container'
        ? 'publishes no port'
        : service.ownNetwork
          ? `listens on ${service.ownNetwork.sockets.join(', ') || 'no port'} in a network of its own, which others do not get into`
          : 'opens no TCP port'
    const section = service.how === 'container' ? 'containers' : service.ownNetwork ? 'processes' : 'listeners'
    return { ...base, status: 'pass', title: 'No port is open for others', reason: `${name} ${how}.`, cite: [{ section, line: 0 }] }
  }
  const doubt = service.binds.find(({ note }) => note)?.note
  return {
    ...base,
    status: 'pass',
    title: 'Listens only on this machine',
    reason: `${name} listens on ${printBinds(service.binds)}.${doubt ? ` ${doubt}` : ''}`,
    cite: citeBinds(service.binds),
  }
}

function judgeStopped(service: InferenceService, uses: Uses): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const starts = comesBack(service, uses)
  if (starts === false) {
    const reason = `${name} is installed, stopped and not enabled.`
    return { ...base, status: 'not-applicable', title: 'The server is switched off', reason, cite: [] }
  }
  const exposed = service.binds.filter(isExposed)
  if (exposed.length > 0) {
    return {
      ...base,
      status: 'warning',
      severity: 'high',
      title: 'A stopped server would open its port',
      reason: `${name} does not run now. ${starts ? 'It starts by itself' : 'When started, it listens'} on ${printBinds(exposed)}. Expected 127.0.0.1 only.`,
      cite: citeBinds(exposed, foundAndExpected),
    }
  }
  if (service.bindUnknown !== undefined) {
    const reason = `${name} is stopped, and where it would listen is not known: ${service.bindUnknown}.`
    return { ...base, status: 'not-evaluated', title: 'The port it will listen on is not known', reason, cite: [] }
  }
  const where = service.binds.length === 0 ? 'no port' : printBinds(service.binds)
  const reason = `${name} does not run now; it is configured for ${where}.`
  return { ...base, status: 'pass', title: 'Stopped, and configured for loopback', reason, cite: citeBinds(service.binds) }
}

/** `docker start -a NAME`, and what `podman generate systemd` writes for a container that stays (podman-start(1)). */
const startsContainer = ({ execStart: [program = '', ...words] }: Unit, { id, name }: Container): boolean =>
  /(?:^|\/)(?:docker|podman)$/.test(program) &&
  words.includes('start') &&
  words.some((word) => word === name || (word.length >= 12 && id.startsWith(word)))

/** Would it start without anybody asking? `undefined` when that is not known. */
function comesBack(service: InferenceService, { units, containers }: Uses): boolean | undefined {
  if (service.unit !== undefined) {
    const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
    return unit && startsByItself(unit)
  }
  const container = containers.known ? containers.value.containers.find(({ name }) => name === service.container) : undefined
  if (container && units.known && units.value.some((unit) => startsContainer(unit, container) && startsByItself(unit))) return true
  return container?.inspected ? container.restartPolicy === 'always' : undefined
}
