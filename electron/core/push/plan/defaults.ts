import type { HostAudit } from '#shared/model/audit.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ParameterSource, PushValue, PushValues } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { readCaddies } from '../../facts/caddy/caddy.ts'
import { field, items, textOf } from '../../facts/caddy/json-lines.ts'
import { parseInterval, printSet } from '../../facts/firewall/address-set.ts'
import { nearest } from '../../facts/nginx/model/scope.ts'
import { readHttp, type Server } from '../../facts/nginx/model/servers.ts'
import type { NginxDirective } from '../../facts/nginx/nginx.ts'
import type { FactResults } from '../../facts/registry.ts'
import { besideOf, inferenceDoors } from '../../policy/controls/network/doors.ts'
import { destinationsOf } from '../look/way-in.ts'
import { kinds } from '../templates/kinds.ts'
import { exporterDefaults } from './exporter-defaults.ts'
import { commandWithout } from './unit-command.ts'

/** What defaults are taken from. */
export interface Seen {
  readonly fleet: Fleet
  readonly host: Host
  readonly audit: HostAudit
  readonly facts: Pick<
    FactResults,
    'nginx' | 'caddy' | 'sudoers' | 'accounts' | 'units' | 'listeners' | 'sources' | 'programs' | 'processes' | 'containers' | 'network'
  >
}

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

/** Of several fronts, units and exporters, the one that was named. */
interface About extends Seen {
  readonly name: PushValue | undefined
  readonly unit: PushValue | undefined
  readonly exporter: PushValue | undefined
}

const only = <T>(values: readonly T[]): T | undefined => {
  const [first, ...more] = new Set(values)
  return more.length === 0 ? first : undefined
}
/** An empty list says nothing: the default of the template holds. */
const listed = (values: readonly string[]): string[] | undefined => (values.length === 0 ? undefined : [...new Set(values)])

const portsOf = ({ audit }: Seen, wanted: (service: HostAudit['services'][number]) => boolean): readonly number[] =>
  audit.services.filter(wanted).flatMap(({ binds }) => binds.map(({ port }) => port))

type Source = (seen: About, template: PushTemplate) => PushValue | undefined

/** Before the first drop-in nothing tells but the release: Ubuntu has had sudo-rs since 25.10. */
function sudoProgramOf({ audit, facts: { sudoers } }: Seen): PushValue | undefined {
  if (sudoers.known) return sudoers.value.program
  const { osId, osVersion = '' } = audit.system ?? {}
  return osId === 'ubuntu' && Number.parseFloat(osVersion) >= 25.1 ? 'sudo-rs' : undefined
}

/** Ports of the engines that a template is for; of all of them where it asks for none. */
function enginePorts(seen: Seen, template: PushTemplate): ReadonlySet<string> {
  const asked = Object.values(template.parameters).map(({ from }) => from)
  const forOne = asked.includes('ollama-port') || asked.includes('openai-port')
  return new Set(portsOf(seen, ({ engine }) => !forOne || (engine === 'ollama') === asked.includes('ollama-port')).map(String))
}

const portIn = (text: string): string => /:(\d+)(?:\/.*)?$/.exec(text)?.[1] ?? ''

interface Front {
  readonly server: Server
  /** Forwards to nothing but engines of the template. */
  readonly alone: boolean
}

/** Servers of nginx that forward to an engine of the template; those of the name that was given, where there are any. */
function frontsOf(seen: About, template: PushTemplate): readonly Front[] {
  const { nginx } = seen.facts
  if (!nginx.known) return []
  const { servers, upstreams } = readHttp(nginx.value)
  const ports = enginePorts(seen, template)
  const targets = ({ name, parameters: [target = ''], block = [] }: NginxDirective): readonly string[] => {
    if (name !== 'proxy_pass') return block.flatMap(targets)
    const upstream = upstreams.get(target.replace(/^https?:\/\//, '').toLowerCase())
    const members = upstream?.block?.filter((one) => one.name === 'server').map(({ parameters: [member = ''] }) => member)
    return (members ?? [target]).map(portIn)
  }
  const fronts = servers.flatMap((server) => {
    const all = targets(server.directive)
    return all.some((port) => ports.has(port)) ? [{ server, alone: all.every((port) => ports.has(port)) }] : []
  })
  const named = fronts.filter(({ server }) => server.names.some((name) => name === seen.name))
  return named.length > 0 ? named : fronts
}

const directiveOf =
  (name: string): Source =>
  (seen, template) =>
    only(frontsOf(seen, template).flatMap(({ server: { scope } }) => nearest(scope, name)?.parameters[0] ?? []))

/** Password files of a server and of everything in it; nginx looks for one without a `/` beside its own file. */
function passwordFilesOf({ scope }: Server): readonly string[] {
  const inner = (directives: readonly NginxDirective[]): readonly NginxDirective[] =>
    directives.flatMap((one) => [...(one.name === 'auth_basic_user_file' ? [one] : []), ...inner(one.block ?? [])])
  const outer = nearest(scope, 'auth_basic_user_file')
  return [...inner(scope.directives), ...(outer ? [outer] : [])].flatMap(({ parameters: [path = ''] }) =>
    path.startsWith('/') ? [path] : [`/etc/nginx/${path}`],
  )
}

/** Files that hold such servers and no other: the template stands in for them. */
function sitesOf(seen: About, template: PushTemplate): string[] | undefined {
  const { nginx } = seen.facts
  if (!nginx.known) return undefined
  const replaced = new Set(frontsOf(seen, template).flatMap(({ server, alone }) => (alone ? [server.directive] : [])))
  const others = new Set(readHttp(nginx.value).servers.flatMap(({ directive }) => (replaced.has(directive) ? [] : [directive.file])))
  const own = (path: string) => template.files.some((file) => 'path' in file && file.path === path)
  return listed(
    [...replaced]
      .map(({ file }) => file)
      .filter((file) => /^\/etc\/nginx\/(?:sites-enabled|conf\.d)\//.test(file) && !others.has(file) && !own(file)),
  )
}

/** The group that nginx's workers run in: that of `user`, else the one its packages make. */
function proxyGroupOf({ facts: { nginx, accounts } }: Seen): number | undefined {
  if (!accounts.known) return undefined
  const user = nginx.known ? nginx.value.directives.find(({ name }) => name === 'user') : undefined
  const wanted = user === undefined ? ['www-data', 'nginx'] : [user.parameters[1] ?? user.parameters[0] ?? '']
  return accounts.value.groups.find(({ name }) => wanted.includes(name))?.gid
}

/** An address is no name for clients. */
const isName = (text: string): boolean => /^[a-z0-9.-]+$/.test(text) && !/^[0-9.]+$/.test(text)

/** Files that Caddy loads certificates from (`tls FILE KEY` of a Caddyfile). */
function caddyCertificates({ facts: { caddy } }: Seen, name: 'certificate' | 'key'): readonly string[] {
  return readCaddies(caddy).flatMap(({ config }) =>
    items(field(config, 'apps', 'tls', 'certificates', 'load_files')).flatMap((file) => textOf(field(file, name)) ?? []),
  )
}

/** The one service that a unit starts, or that of the unit that was given. */
const serviceOf = ({ audit, unit: given }: About): HostAudit['services'][number] | undefined =>
  only(audit.services.filter(({ unit }) => unit !== undefined && (given === undefined || unit === given)))

/** What the one inference unit, or the one that was given, writes: the home of its account, and for Ollama the models that it pulls. */
function foldersOf(about: About): string[] | undefined {
  const { accounts } = about.facts
  const service = serviceOf(about)
  if (service === undefined || !accounts.known) return undefined
  const home = accounts.value.accounts.find(({ name }) => name === service.user)?.home
  const all = [...(home === undefined ? [] : [home]), ...(service.engine === 'ollama' ? service.modelPaths : [])]
  return listed(all.filter((path) => !all.some((other) => path.startsWith(`${other}/`))))
}

/** What the controls of the template find wrong on this host. */
const openSubjects: Source = ({ audit }, { fixes }) =>
  listed(
    audit.findings
      .filter(({ control, status, subject }) => fixes.includes(control) && (status === 'fail' || status === 'warning') && subject !== '')
      .map(({ subject }) => subject),
  )

/** Ports behind which a model answers to other machines, as the firewall's controls see them. */
function doorPortsOf({ audit: { services }, facts }: Seen): string[] | undefined {
  const { listeners } = facts
  if (!listeners.known) return undefined
  const running = services.filter((service) => service.running)
  return listed(inferenceDoors(running, listeners.value, besideOf(facts)).map(({ port }) => String(port)))
}

/** Of those, the ports that a container runtime forwards. */
export function publishedPortsOf({ audit: { services }, facts }: Pick<Seen, 'audit' | 'facts'>): string[] | undefined {
  const { listeners } = facts
  if (!listeners.known) return undefined
  const doors = inferenceDoors(
    services.filter(({ running }) => running),
    listeners.value,
    besideOf(facts),
  )
  return listed(doors.flatMap(({ published, port }) => (published ? [String(port)] : [])))
}

/** Bridges of Docker, Podman and CNI by the names that these give them; any other by the address of the host that a container of it has for its gateway. */
const BRIDGE = /^(?:docker\d+|docker_gwbridge|br-[0-9a-f]{12}|(?:cni-)?podman\d+|cni\d+)$/

/** Networks of containers that the host itself has an address in: a proxy on it, or docker-proxy, reaches them there. */
function containerNetworksOf({ facts: { network, containers } }: Seen): string[] | undefined {
  if (!network.known) return undefined
  const all = containers.known ? containers.value.containers : []
  const gateways = new Set(all.flatMap(({ networks = [] }) => networks.flatMap(({ gateways: own = [] }) => own)))
  return listed(
    network.value.addresses
      .filter((one) => (BRIDGE.test(one.interface) || gateways.has(one.address)) && !/^fe80:/i.test(one.address))
      .flatMap(({ address, prefixLength }) => {
        const whole = parseInterval(`${address}/${prefixLength}`)
        return whole ? [printSet([whole])] : []
      }),
  )
}

/** Resolvers of the host that are other machines. */
const resolversOf = ({ facts: { sources: found } }: Seen): string[] | undefined =>
  found.known
    ? listed(found.value.resolvers.map(({ address }) => address).filter((address) => !/^(?:127\.|::1$)/.test(address)))
    : undefined

/** The account of nginx's workers: that of `user`, else the one its packages make. It owns the logs that are made anew. */
function proxyUserOf({ facts: { nginx, accounts } }: Seen): string | undefined {
  const user = nginx.known ? nginx.value.directives.find(({ name }) => name === 'user')?.parameters[0] : undefined
  if (user !== undefined) return user
  return accounts.known ? ['www-data', 'nginx'].find((name) => accounts.value.accounts.some((account) => account.name === name)) : undefined
}

/** What its unit starts, without the flags that the template sets itself. */
function commandOf(about: About): readonly string[] | undefined {
  const { units } = about.facts
  const service = serviceOf(about)
  const unit = units.known ? units.value.find(({ id }) => id === service?.unit) : undefined
  return service && unit && commandWithout(unit.execStart, service)
}

/** The one account that inference servers run as, where all run as the same. */
const inferenceUserOf = ({ audit: { services } }: Seen): string | undefined => only(services.flatMap(({ user }) => user ?? []))

/** Its own group. */
function inferenceGroupOf(seen: Seen): string | undefined {
  const { accounts } = seen.facts
  if (!accounts.known) return undefined
  const gid = accounts.value.accounts.find(({ name }) => name === inferenceUserOf(seen))?.gid
  return accounts.value.groups.find((group) => group.gid === gid)?.name
}

/** As useradd(8) gives them to system accounts, from above; of Debian (from 100) and of RHEL (from 201). */
const SYSTEM_IDS = { last: 999, first: 201 }

/** A number that neither an account nor a group has. */
function freeSystemIdOf({ facts: { accounts } }: Seen): number | undefined {
  if (!accounts.known) return undefined
  const taken = new Set([...accounts.value.accounts.map(({ uid }) => uid), ...accounts.value.groups.map(({ gid }) => gid)])
  for (let id = SYSTEM_IDS.last; id >= SYSTEM_IDS.first; id--) if (!taken.has(id)) return id
  return undefined
}

/** As the packages and guides of each engine name it. */
const accountNames: Readonly<Record<string, string>> = { ollama: 'ollama', vllm: 'vllm', 'llama.cpp': 'llama', localai: 'localai' }

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
