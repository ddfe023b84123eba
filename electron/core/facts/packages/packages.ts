import type { Engine } from '#shared/model/inference-service.ts'

/** A version, and the line that states it. */
export interface StatedVersion {
  readonly version: string
  readonly section: 'loopback' | 'software' | 'containers'
  readonly line: number
  /** `endpoint`: the engine's own answer. `package`: metadata of the installed Python package. `image`: the tag it was started from. */
  readonly from: 'endpoint' | 'package' | 'image'
  /** Of llama-cpp-python, whose releases are not those of the llama.cpp in it. */
  readonly binding?: true | undefined
}

export interface EngineVersion {
  /** Id of the service. */
  readonly service: string
  readonly engine: Engine
  readonly stated?: StatedVersion | undefined
  /** Why there is no version. */
  readonly unknown?: string | undefined
}

/** One folder of Python packages that runs an engine. */
export interface PythonEnvironment {
  readonly folder: string
  readonly services: readonly string[]
  /** Line of its block. */
  readonly line: number
  readonly packages: readonly { readonly name: string; readonly version: string; readonly line: number }[]
  readonly readable: boolean
}

/**
 * Where the distribution puts the Python packages of its own, and pip nothing: it has /usr/local on Debian and Ubuntu (wiki.debian.org/Python, dist-packages), and with the
 * packages of RPM (Fedora's patch 251 of Python, which RHEL from 8 on and SUSE have too; fedoraproject.org/wiki/Changes/Making_sudo_pip_safe).
 */
export const isOfDistribution = ({ folder }: Pick<PythonEnvironment, 'folder'>, manager: 'dpkg' | 'rpm' | undefined): boolean =>
  folder === '/usr/lib/python3/dist-packages' || (manager === 'rpm' && /^\/usr\/lib(?:64)?\/python3[\d.]*\/site-packages$/.test(folder))

/** Versions of engines, their Python packages, the driver and programs that tell theirs. */
export interface Packages {
  readonly engines: readonly EngineVersion[]
  readonly environments: readonly PythonEnvironment[]
  /** Ids of running servers that are Python programs of this host and whose own package none of these folders holds: what they import was not seen. */
  readonly ofUnknownFolder: readonly string[]
  /** NVIDIA kernel driver that is loaded; undefined when none is. */
  readonly driver?: { readonly version: string; readonly line: number } | undefined
  /** What a program says of itself, by its name. */
  readonly programs: readonly { readonly name: string; readonly version: string; readonly line: number }[]
}
