import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { Loopback, LoopbackAnswer } from '../loopback/loopback.ts'
import { versionIn } from '../loopback/parse.ts'
import type { Process } from '../processes/processes.ts'
import { onHost } from '../processes/seen-files.ts'
import { type Block, blocksOf } from './blocks.ts'
import { collectSoftware } from './collect.ts'
import type { EngineVersion, PythonEnvironment, StatedVersion } from './packages.ts'
import { driverVersion, programVersions, pythonPackage } from './parse.ts'

/** Distribution names of the engines that are Python packages. */
const pythonNames: Readonly<Partial<Record<InferenceService['engine'], string>>> = { vllm: 'vllm', 'llama.cpp': 'llama_cpp_python' }

/** Where each engine states its version, by its own documentation. */
const versionPaths: Readonly<Partial<Record<InferenceService['engine'], string>>> = {
  ...{ ollama: '/api/version', vllm: '/version', localai: '/version' },
  'llama.cpp': '/props',
}

export const packagesFact: FactDefinition<'packages'> = {
  id: 'packages',
  sections: collectSoftware,
  read({ section, fact }) {
    const output = section('software')
    const trouble = unusable(output, 'Software')
    if (trouble) return trouble
    const blocks = blocksOf(output.stdout)
    if (!blocks.some(({ tag }) => tag === 'end')) return unknown('Software: the answer of the host is not complete', ['software'])
    const services = fact('services')
    if (!services.known) return unknown(services.reason, services.sections, services.hint)
    const running = services.value.filter(({ running: runs }) => runs)
    const processes = fact('processes')
    const loopback = fact('loopback')
    const environments = environmentsOf(blocks, running, processes.known ? processes.value : [])
    return known({
      engines: running.map((service) =>
        engineVersion(service, { services: running, loopback: loopback.known ? loopback.value : undefined, environments }),
      ),
      environments,
      ofUnknownFolder: running.filter((service) => isElsewhere(service, environments)).map(({ id }) => id),
      driver: driverVersion(blocks),
      programs: programVersions(blocks),
    })
  },
}

function environmentsOf(
  blocks: readonly Block[],
  services: readonly InferenceService[],
  processes: readonly Process[],
): readonly PythonEnvironment[] {
  const bases = new Map(
    blocks.flatMap(({ tag, arguments: said }) => {
      const [prefix = '', base] = tag === 'python-base' ? said.split('\t') : []
      return base === undefined ? [] : [[prefix, base] as const]
    }),
  )
  const seenBy = ({ pids }: InferenceService) => processes.find(({ pid }) => pid === pids[0])?.seenFiles
  return blocks.flatMap(({ tag, arguments: folder, line, lines }) => {
    if (tag !== 'python' && tag !== 'python-unreadable') return []
    // What a container calls /usr/lib/python3 is not the host's, nor what a process with another root does.
    const users = services.filter(
      (service) =>
        service.how !== 'container' &&
        [prefixOf(service.argv), bases.get(prefixOf(service.argv))].some((prefix) => prefix !== undefined && isBelow(folder, prefix)) &&
        onHost(folder, seenBy(service)) === folder,
    )
    if (users.length === 0) return []
    const packages = lines.flatMap((entry) => {
      const found = pythonPackage(entry.text)
      return found ? [{ ...found, line: entry.line }] : []
    })
    return [{ folder, line, packages, services: users.map(({ id }) => id), readable: tag === 'python' }]
  })
}

/** What a Python of this prefix looks through, and none of what another has below it: /usr/local/lib/python3.11/dist-packages is that of /usr on Debian. */
function isBelow(folder: string, prefix: string): boolean {
  const rest = folder.startsWith(`${prefix}/`) ? folder.slice(prefix.length) : ''
  return /^\/(?:lib(?:64)?\/python3[^/]*\/(?:site|dist)-packages|local\/lib\/python3[^/]*\/dist-packages)$/.test(rest)
}

/** `/opt/vllm` of `/opt/vllm/bin/python3 /opt/vllm/bin/vllm serve`; something that is no prefix of any path otherwise. */
const prefixOf = ([program = '']: readonly string[]): string => /^(\/.*)\/bin\/python[\d.]*$/.exec(program)?.[1] ?? '//'

/**
 * Started as `python` alone (`poetry run`, a shell that activated its environment), or from ~/.local with the Python of the system. A folder that may not be listed may
 * be the one.
 */
function isElsewhere(service: InferenceService, environments: readonly PythonEnvironment[]): boolean {
  const isPython = service.engine === 'vllm' || /(?:^|\/)python[\d.]*$/.test(service.argv[0] ?? '')
  const own = environments.filter(({ services }) => services.includes(service.id))
  return service.how !== 'container' && isPython && own.every(({ readable }) => readable) && packaged(service, own).length === 0
}

interface VersionSources {
  readonly services: readonly InferenceService[]
  readonly loopback: Loopback | undefined
  readonly environments: readonly PythonEnvironment[]
}

/** The engine's own word, then the package that it was started from, then the tag of its image. */
function engineVersion(service: InferenceService, { services, loopback, environments }: VersionSources): EngineVersion {
  const base = { service: service.id, engine: service.engine }
  const asked = answersOf(service, services, loopback)
  for (const { answer } of asked) {
    const version = versionIn(answer)
    if (version !== undefined)
      return { ...base, stated: { version, section: 'loopback', line: answer.bodyLine ?? answer.line, from: 'endpoint' } }
  }
  const [installed, ...others] = packaged(service, environments)
  // Which of them Python imports hangs on its version, or on the order of a folder.
  if (installed && others.length > 0)
    return { ...base, unknown: `its packages state several versions: ${[installed, ...others].map(({ version }) => version).join(', ')}` }
  if (installed) return { ...base, stated: { ...installed, ...(service.engine === 'llama.cpp' && { binding: true }) } }
  if (service.version !== undefined) {
    const binding = /llama-cpp-python/i.test(service.image?.name ?? '') ? ({ binding: true } as const) : {}
    return {
      ...base,
      stated: { version: service.version, section: 'containers', line: service.image?.line ?? 0, from: 'image', ...binding },
    }
  }
  return { ...base, unknown: whyUnknown(service, asked, loopback) }
}

interface Asked {
  readonly port: number
  readonly answer: LoopbackAnswer
}

/** On its ports; where its sockets could not be seen, by the only port that states a version there (or answers there at all), of the only service that would. */
function answersOf(service: InferenceService, services: readonly InferenceService[], loopback: Loopback | undefined): readonly Asked[] {
  const path = versionPaths[service.engine]
  const all = (loopback?.ports ?? []).flatMap(({ port, answers }) =>
    answers.flatMap((answer): Asked[] => (answer.path === path ? [{ port, answer }] : [])),
  )
  if (service.binds.length > 0) return all.filter(({ port }) => service.binds.some((bind) => bind.port === port))
  const stating = all.filter(({ answer }) => versionIn(answer) !== undefined)
  const own = stating.length > 0 ? stating : all
  const alone = services.filter(({ engine }) => versionPaths[engine] === path).length === 1
  return alone && own.length === 1 ? own : []
}

/** Each version once. More than one: a second Python below the same prefix, or what an upgrade that broke off left in one folder. */
function packaged({ id, engine, argv }: InferenceService, environments: readonly PythonEnvironment[]): readonly StatedVersion[] {
  const name = pythonNames[engine]
  const python = /\/bin\/(python3\.\d+)$/.exec(argv[0] ?? '')?.[1]
  const found = new Map<string, StatedVersion>()
  for (const { folder, packages, services } of environments) {
    if (!services.includes(id) || (python !== undefined && /\/python3\.\d+\//.test(folder) && !folder.includes(`/${python}/`))) continue
    for (const { name: own, version, line } of packages)
      if (own.replaceAll('-', '_') === name && !found.has(version))
        found.set(version, { version, section: 'software', line, from: 'package' })
  }
  return [...found.values()]
}

function whyUnknown({ how }: InferenceService, [first]: readonly Asked[], loopback: Loopback | undefined): string {
  if (loopback?.notAsked !== undefined) return `${loopback.notAsked} to ask it, and no package or tag names a version`
  if (first === undefined) return 'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version'
  const { port, answer } = first
  if (answer.status === 401 || answer.status === 403)
    return `${answer.path} on port ${port} asks for a key, and no package or tag names a version`
  if (answer.status === undefined) return `nothing answered on 127.0.0.1:${port}, and no package or tag names a version`
  return `the answer of ${answer.path} on port ${port} states no version${how === 'container' ? ', nor does the tag of its image' : ''}`
}
