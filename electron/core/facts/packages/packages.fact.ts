import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { Process } from '../processes/processes.ts'
import { onHost } from '../processes/seen-files.ts'
import { type Block, blocksOf } from './blocks.ts'
import { collectSoftware } from './collect.ts'
import type { EngineVersion, PythonEnvironment, StatedVersion } from './packages.ts'
import { driverVersion, endpointVersion, programVersions, pythonPackage } from './parse.ts'

/** Distribution names of the engines that are Python packages. */
const pythonNames: Readonly<Partial<Record<InferenceService['engine'], string>>> = { vllm: 'vllm', 'llama.cpp': 'llama_cpp_python' }

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
    const environments = environmentsOf(blocks, running, processes.known ? processes.value : [])
    return known({
      engines: running.map((service) => engineVersion(service, { services: running, blocks, environments })),
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
  const seenBy = ({ pids }: InferenceService) => processes.find(({ pid }) => pid === pids[0])?.seenFiles
  return blocks.flatMap(({ tag, arguments: folder, line, lines }) => {
    if (tag !== 'python' && tag !== 'python-unreadable') return []
    // What a container calls /usr/lib/python3 is not the host's, nor what a process with another root does.
    const users = services.filter(
      (service) =>
        service.how !== 'container' && folder.startsWith(`${prefixOf(service.argv)}/`) && onHost(folder, seenBy(service)) === folder,
    )
    if (users.length === 0) return []
    const packages = lines.flatMap((entry) => {
      const found = pythonPackage(entry.text)
      return found ? [{ ...found, line: entry.line }] : []
    })
    return [{ folder, line, packages, services: users.map(({ id }) => id), readable: tag === 'python' }]
  })
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
  readonly blocks: readonly Block[]
  readonly environments: readonly PythonEnvironment[]
}

/** The engine's own word, then the package that it was started from, then the tag of its image. */
function engineVersion(service: InferenceService, { services, blocks, environments }: VersionSources): EngineVersion {
  const base = { service: service.id, engine: service.engine }
  const asked = blocks.filter(({ tag, arguments: words }) => tag === 'http' && isAbout(words, service, services))
  for (const { lines } of asked) {
    const [first] = lines
    const version = first && endpointVersion(first.text)
    if (first && version !== undefined) return { ...base, stated: { version, section: 'software', line: first.line, from: 'endpoint' } }
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
  return { ...base, unknown: whyUnknown(service, asked, blocks) }
}

/** Asked on a port of this service, or the only one of its engine. */
function isAbout(words: string, service: InferenceService, services: readonly InferenceService[]): boolean {
  const [engine, port] = words.split(' ')
  if (engine !== service.engine) return false
  const ports = service.binds.map((bind) => String(bind.port))
  return ports.includes(port ?? '') || (ports.length === 0 && services.filter((one) => one.engine === engine).length === 1)
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

function whyUnknown(service: InferenceService, asked: readonly Block[], blocks: readonly Block[]): string {
  if (blocks.some(({ tag }) => tag === 'http-none'))
    return 'neither curl nor wget is on the host to ask it, and no package or tag names a version'
  const [first] = asked
  if (first === undefined) return 'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version'
  const [, port = '', path = '', status = ''] = first.arguments.split(' ')
  if (status === '401' || status === '403') return `${path} on port ${port} asks for a key, and no package or tag names a version`
  if (status === '000' || status === '-') return `nothing answered on 127.0.0.1:${port}, and no package or tag names a version`
  return `the answer of ${path} on port ${port} states no version${service.how === 'container' ? ', nor does the tag of its image' : ''}`
}
