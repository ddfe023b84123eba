import type { Finding } from '#shared/model/finding.ts'
import type { HostPackages, Software } from '#shared/model/host-packages.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import { podWords } from '#shared/model/pod.ts'
import type { PackageName } from '../advisories/advisory-book.ts'
import { driverPackage, enginePackages, hostPackages as hostNames, python } from '../advisories/package-names.ts'
import { debianUpstream } from '../advisories/versions/debian.ts'
import { isOfDistribution } from '../facts/packages/packages.ts'
import { engineOfImage, versionOfImage } from '../facts/services/images.ts'
import { podOf, podPlaceOf } from '../facts/services/pods.ts'
import { releaseToInstall } from '../policy/controls/software/version-verdict.ts'
import { knownOf } from './known.ts'
import { gapsOf, proofAt, verdictOf } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

/** Engines, driver, packages of the host, programs, Python packages beside the engines and images, each with what is known against it. Pure. */
export function hostPackages(sources: ViewSources): HostPackages {
  const { packages, updates, containers } = sources.facts
  return {
    software: [
      ...engines(sources),
      ...driver(sources),
      ...ofTheHost(sources),
      ...programs(sources),
      ...pythonPackages(sources),
      ...images(sources),
    ],
    ...(updates.known && {
      distribution: {
        installed: updates.value.installed,
        pending: new Set(updates.value.pending.map(({ name }) => name)).size,
        unknown: updates.value.unknown,
        listsAt: updates.value.listsMs === undefined ? undefined : isoOf(updates.value.listsMs),
      },
    }),
    gaps: gapsOf([packages, updates, containers], sources),
  }
}

/** A clock on the host may say anything; a date that is none is left out. */
const isoOf = (ms: number): string | undefined => (Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : undefined)

type Against = Pick<Software, 'advisories' | 'fixedIn' | 'followed' | 'undecided'>

/** What the advisory data in use says of one version. */
function against({ advisories: book }: ViewSources, names: readonly PackageName[], version: string): Against {
  const { matches, undecided, known } = book.assess(names, version)
  return {
    advisories: matches.map(({ advisory, severity, exploited, fixed }) => ({
      id: advisory.id,
      severity,
      exploited,
      fixed,
      summary: advisory.summary,
      condition: advisory.database_specific?.condition,
    })),
    fixedIn: releaseToInstall(matches, names),
    followed: known,
    undecided: undecided.length,
  }
}

const saidBy = ({ findings }: ViewSources, control: string, subject: string): Pick<Software, 'verdict'> => {
  const found: Finding | undefined = findings.find((one) => one.control === control && one.subject === subject)
  return found ? { verdict: verdictOf(found) } : {}
}

const stated = { endpoint: 'endpoint', package: 'python-package', image: 'image' } as const

function engines(sources: ViewSources): Software[] {
  const { packages } = sources.facts
  return (packages.known ? packages.value.engines : []).flatMap(({ service, engine, stated: found }) => {
    if (found === undefined) return []
    return [
      {
        id: `engine ${service}`,
        name: engineNames[engine],
        version: found.version,
        kind: 'engine',
        where: service,
        from: stated[found.from],
        byDistribution: false,
        ...against(sources, enginePackages[engine], found.version),
        ...saidBy(sources, 'engine-version-not-vulnerable', service),
        proof: proofAt(sources, found.section, found.line),
      },
    ]
  })
}

function driver(sources: ViewSources): Software[] {
  const { packages, gpus } = sources.facts
  const loaded = packages.known ? packages.value.driver : undefined
  const said = gpus.known ? gpus.value.find(({ driverVersion }) => driverVersion !== undefined)?.driverVersion : undefined
  const version = loaded?.version ?? said
  if (version === undefined) return []
  return [
    {
      id: 'driver',
      name: 'NVIDIA driver',
      version,
      kind: 'driver',
      where: 'kernel module that is loaded',
      from: loaded ? 'kernel' : 'nvidia-smi',
      byDistribution: false,
      ...against(sources, [driverPackage], version),
      ...saidBy(sources, 'gpu-driver-not-vulnerable', 'nvidia-driver'),
      proof: loaded ? proofAt(sources, 'software', loaded.line) : proofAt(sources, 'gpus', 1),
    },
  ]
}

/** Packages that Gatehouse looks at by name, and every other one with a security update that waits. */
function ofTheHost(sources: ViewSources): Software[] {
  const { updates } = sources.facts
  if (!updates.known) return []
  const { packages, pending, manager } = updates.value
  const named = packages.map(({ name, version, vendor, byDistribution, line }): Software => {
    const upstream = (manager === 'dpkg' ? debianUpstream(version) : /^(?:\d+:)?([^-]+)/.exec(version)?.[1]) ?? version
    return {
      id: `package ${name}`,
      name,
      version,
      kind: 'host-package',
      where: vendor,
      from: 'package-manager',
      byDistribution,
      ...(byDistribution ? { advisories: [], followed: 0, undecided: 0 } : against(sources, hostNames[name] ?? [], upstream)),
      pending: pending.find((one) => one.name === name)?.available,
      ...saidBy(sources, 'front-software-not-vulnerable', name),
      ...saidBy(sources, 'container-software-not-vulnerable', name),
      proof: proofAt(sources, 'updates', line),
    }
  })
  const known = new Set(packages.map(({ name }) => name))
  const others = new Map(pending.filter(({ name }) => !known.has(name)).map((one) => [one.name, one]))
  return [
    ...named,
    ...[...others.values()].map(
      ({ name, installed, available, line }): Software => ({
        id: `package ${name}`,
        name,
        version: installed,
        kind: 'host-package',
        where: 'the distribution',
        from: 'package-manager',
        byDistribution: true,
        advisories: [],
        followed: 0,
        undecided: 0,
        pending: available,
        ...saidBy(sources, 'os-security-updates-installed', ''),
        proof: proofAt(sources, 'updates', line),
      }),
    ),
  ]
}

function programs(sources: ViewSources): Software[] {
  const { packages } = sources.facts
  return (packages.known ? packages.value.programs : []).map(({ name, version, line }) => ({
    id: `program ${name}`,
    name,
    version,
    kind: 'program',
    where: 'program of the host',
    from: 'program',
    byDistribution: false,
    ...against(sources, hostNames[name] ?? [], version),
    ...saidBy(sources, 'front-software-not-vulnerable', name),
    ...saidBy(sources, 'container-software-not-vulnerable', name),
    proof: proofAt(sources, 'software', line),
  }))
}

function pythonPackages(sources: ViewSources): Software[] {
  const { packages, updates } = sources.facts
  return (packages.known ? packages.value.environments : []).flatMap(({ folder, packages: all }) =>
    all.map(({ name, version, line }): Software => {
      const byDistribution = isOfDistribution({ folder }, updates.known ? updates.value.manager : undefined)
      const found = byDistribution ? { advisories: [], followed: 0, undecided: 0 } : against(sources, [python(name)], version)
      return {
        id: `python ${folder} ${name} ${line}`,
        name,
        version,
        kind: 'python',
        where: folder,
        from: 'python-package',
        byDistribution,
        ...found,
        // The finding is about the folder: it speaks of those of its packages that have holes.
        ...(found.advisories.length > 0 && saidBy(sources, 'python-packages-not-vulnerable', folder)),
        proof: proofAt(sources, 'software', line),
      }
    }),
  )
}

/** Of the containers of the host, and of those of its pods. */
function images(sources: ViewSources): Software[] {
  const { containers, podContainers, processes } = knownOf(sources.facts)
  const ofPods = podContainers
    .filter(({ id }) => containers.every((one) => one.id !== id))
    .map(({ id, image, line }) => {
      const inside = processes.find(({ cgroup }) => podPlaceOf(cgroup)?.containerId === id)
      const pod = inside && podOf(inside)
      return { id, image, line, name: pod ? podWords(pod) : `container ${id.slice(0, 12)} of a pod` }
    })
  return [...containers, ...ofPods].map(({ id, name, image, line }) => {
    const engine = engineOfImage(image)
    const version = versionOfImage(image)
    return {
      id: `image ${id || name}`,
      name: image.replace(/@sha256:.*$/, ''),
      version: version ?? 'not named by the tag',
      kind: 'image',
      where: name,
      from: 'image',
      byDistribution: false,
      ...(engine && version ? against(sources, enginePackages[engine], version) : { advisories: [], followed: 0, undecided: 0 }),
      proof: proofAt(sources, 'containers', line),
    }
  })
}
