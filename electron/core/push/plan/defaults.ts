import type { ParameterSource, PushValue, PushValues } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { destinationsOf } from '../look/way-in.ts'
import { kinds } from '../templates/kinds.ts'
import { listed, only, portsOf, type Seen, type Source } from './default-source.ts'
import { exporterDefaults } from './exporter-defaults.ts'
import { containerNetworksOf, doorPortsOf, publishedPortsOf, resolversOf } from './network-defaults.ts'
import { caddyCertificates, directiveOf, frontsOf, isName, passwordFilesOf, proxyGroupOf, proxyUserOf, sitesOf } from './proxy-defaults.ts'
import { accountNames, commandOf, foldersOf, inferenceGroupOf, inferenceUserOf, serviceOf } from './service-defaults.ts'

/** The values that were given, and what the host and the fleet file say for the rest, where they say one thing. */
export function parametersFor(template: PushTemplate, seen: Seen, given: PushValues): Record<string, PushValue> {
  const about = {
    ...of(template, seen),
    name: givenFrom(template, given, 'proxy-name'),
    unit: givenFrom(template, given, 'inference-unit'),
    exporter: givenFrom(template, given, 'gpu-exporter'),
  }
  const found = Object.entries(template.parameters).flatMap(([name, parameter]) => {
    const value = parameter.from === undefined ? undefined : sources[parameter.from](about, template)
    // Of several values for one that can be only one, none is guessed.
    const fitting = Array.isArray(value) && (parameter.type === 'integer' || !parameter.many) ? only(value) : value
    return fitting === undefined ? [] : [[name, fitting] as const]
  })
  return { ...Object.fromEntries(found), ...given }
}

/** Of a host, what is of the engine that the template is for. */
const of = ({ engine }: PushTemplate, seen: Seen): Seen => ({
  ...seen,
  audit: { ...seen.audit, services: seen.audit.services.filter((service) => engine === undefined || service.engine === engine) },
})

/** What was given for the parameter that is filled from this source. */
function givenFrom({ parameters }: PushTemplate, given: PushValues, source: ParameterSource): PushValue | undefined {
  const [name] = Object.entries(parameters).find(([, { from }]) => from === source) ?? []
  return name === undefined ? undefined : given[name]
}

/** Before the first drop-in nothing tells but the release: Ubuntu has had sudo-rs since 25.10. */
function sudoProgramOf({ audit, facts: { sudoers } }: Seen): PushValue | undefined {
  if (sudoers.known) return sudoers.value.program
  const { osId, osVersion = '' } = audit.system ?? {}
  return osId === 'ubuntu' && Number.parseFloat(osVersion) >= 25.1 ? 'sudo-rs' : undefined
}

/** What the controls of the template find wrong on this host. */
const openSubjects: Source = ({ audit }, { fixes }) =>
  listed(
    audit.findings
      .filter(({ control, status, subject }) => fixes.includes(control) && (status === 'fail' || status === 'warning') && subject !== '')
      .map(({ subject }) => subject),
  )

/** As useradd(8) gives them to system accounts, from above; of Debian (from 100) and of RHEL (from 201). */
const SYSTEM_IDS = { last: 999, first: 201 }

/** A number that neither an account nor a group has. */
function freeSystemIdOf({ facts: { accounts } }: Seen): number | undefined {
  if (!accounts.known) return undefined
  const taken = new Set([...accounts.value.accounts.map(({ uid }) => uid), ...accounts.value.groups.map(({ gid }) => gid)])
  for (let id = SYSTEM_IDS.last; id >= SYSTEM_IDS.first; id--) if (!taken.has(id)) return id
  return undefined
}

const ofExporter =
  (source: Extract<ParameterSource, `gpu-exporter${string}`>): Source =>
  ({ facts, exporter }) =>
    exporterDefaults(facts, exporter)[source]

/** Of the directives that a template leaves out where systemd is too old, those that this one prints, as it does for every service. An empty list is an answer. */
const knownDirectivesOf: Source = ({ facts: { units } }, { parameters }) => {
  if (!units.known || units.value.length === 0) return undefined
  const printed = new Set(units.value.flatMap(({ properties }) => Object.keys(properties)))
  return Object.values(parameters).flatMap((one) =>
    one.type === 'choice' && one.from === 'known-directives' ? one.options.filter((option) => printed.has(option.replace(/=.*/, ''))) : [],
  )
}

const sources: Readonly<Record<ParameterSource, Source>> = {
  'known-directives': knownDirectivesOf,
  'service-port': (about, { unit }) => {
    const named = unit?.startsWith('{{') ? serviceOf(about)?.unit : unit
    return only(portsOf(about, (service) => service.unit === named))
  },
  'unit-program': (about) => commandOf(about)?.[0],
  'unit-arguments': (about) => {
    const words = commandOf(about)?.slice(1)
    return words && [...words]
  },
  'ollama-port': (seen) => only(portsOf(seen, ({ engine }) => engine === 'ollama')),
  'openai-port': (seen) => only(portsOf(seen, ({ engine }) => engine !== 'ollama')),
  'proxy-name': (seen, template) => only(frontsOf(seen, template).flatMap(({ server }) => server.names.find(isName) ?? [])),
  'proxy-port': (seen, template) =>
    only(frontsOf(seen, template).flatMap(({ server }) => server.listens.flatMap(({ port }) => (port === 0 ? [] : [port])))),
  'proxy-password-file': (seen, template) => only(frontsOf(seen, template).flatMap(({ server }) => passwordFilesOf(server))),
  'proxy-password-files': (seen, template) =>
    listed(
      frontsOf(seen, template).flatMap(({ server }) => passwordFilesOf(server).filter((file) => kinds['login-files'].path.test(file))),
    ),
  'proxy-certificate': directiveOf('ssl_certificate'),
  'proxy-certificate-key': directiveOf('ssl_certificate_key'),
  'proxy-site': sitesOf,
  'proxy-group': proxyGroupOf,
  'gateway-port': ({ audit: { listeners } }) =>
    only(listeners.flatMap(({ port, processes }) => (processes.some(({ name }) => name === 'oauth2-proxy') ? [port] : []))),
  'caddy-name': ({ audit }) =>
    only((audit.endpoints ?? []).flatMap(({ program, proxy }) => (program === 'Caddy' && proxy && isName(proxy.name) ? [proxy.name] : []))),
  'caddy-certificate': (seen) => only(caddyCertificates(seen, 'certificate')),
  'caddy-certificate-key': (seen) => only(caddyCertificates(seen, 'key')),
  'caddy-group': ({ facts: { accounts } }) =>
    accounts.known ? accounts.value.groups.find(({ name }) => name === 'caddy')?.gid : undefined,
  'inference-unit': ({ audit }) => only(audit.services.flatMap(({ unit }) => unit ?? [])),
  'inference-folders': foldersOf,
  'open-subjects': openSubjects,
  'door-ports': doorPortsOf,
  'published-ports': publishedPortsOf,
  'container-networks': containerNetworksOf,
  resolvers: resolversOf,
  'fleet-destinations': ({ fleet, host }) => listed(destinationsOf(fleet, host)),
  'proxy-user': proxyUserOf,
  'persistence-account': ({ facts: { accounts } }) =>
    accounts.known
      ? ['nvidia-persistenced', 'nvpd'].find((name) => accounts.value.accounts.some((account) => account.name === name))
      : undefined,
  'gpu-exporter': ofExporter('gpu-exporter'),
  'gpu-exporter-unit': ofExporter('gpu-exporter-unit'),
  'gpu-exporter-program': ofExporter('gpu-exporter-program'),
  'gpu-exporter-arguments': ofExporter('gpu-exporter-arguments'),
  'gpu-exporter-flag': ofExporter('gpu-exporter-flag'),
  'gpu-exporter-listen': ofExporter('gpu-exporter-listen'),
  'gpu-exporter-account': ofExporter('gpu-exporter-account'),
  'sudo-program': sudoProgramOf,
  'fleet-ssh-port': ({ host }) => host.port,
  'inference-account': (about) => accountNames[serviceOf(about)?.engine ?? 'none'],
  'free-system-id': freeSystemIdOf,
  'inference-user': inferenceUserOf,
  'inference-group': inferenceGroupOf,
  // Whose devices /dev/nvidia* and /dev/dri are, where they are not everybody's.
  'gpu-groups': ({ facts: { accounts } }) =>
    accounts.known ? listed(['render', 'video'].filter((group) => accounts.value.groups.some(({ name }) => name === group))) : undefined,
  'ollama-models': (about) => {
    const service = serviceOf(about)
    return service?.engine === 'ollama' && service.modelPaths.length === 1 ? [...service.modelPaths] : undefined
  },
  'fleet-app': ({ fleet }) => listed(fleet.networks.app),
  'fleet-jump': ({ fleet }) => listed(fleet.networks.jump),
  'fleet-model-storage': ({ fleet }) => listed(fleet.networks.modelStorage),
  'fleet-model-admins': ({ fleet }) => listed(fleet.networks.modelAdmins),
  'fleet-accounts': ({ fleet, host }) =>
    listed([
      (host.identity ?? fleet.identities.audit).user,
      ...[host.changeIdentity ?? fleet.identities.change].flatMap((identity) => identity?.user ?? []),
    ]),
}
