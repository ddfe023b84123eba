import type { Engine } from '#shared/model/inference-service.ts'
import type { PackageName } from './advisory-book.ts'

const go = (name: string): PackageName => ({ ecosystem: 'Go', name })
const upstream = (name: string): PackageName => ({ ecosystem: 'upstream', name })

/** A name as PyPI and OSV have it; they fold case, `_` and `.` when they compare (PEP 503). */
export const python = (name: string): PackageName => ({ ecosystem: 'PyPI', name })

/** What advisories call the engines. Ollama moved from one account to another; records use both names. */
export const enginePackages: Readonly<Record<Engine, readonly PackageName[]>> = {
  ollama: [go('github.com/ollama/ollama'), go('github.com/jmorganca/ollama')],
  vllm: [python('vllm')],
  'llama.cpp': [upstream('llama.cpp')],
  localai: [go('github.com/mudler/LocalAI'), go('github.com/go-skynet/LocalAI')],
}

export const driverPackage = upstream('nvidia-driver')

const dockerNames = [go('github.com/docker/docker'), go('github.com/moby/moby'), go('github.com/moby/moby/v2')]
const containerdNames = [go('github.com/containerd/containerd'), go('github.com/containerd/containerd/v2')]
const toolkitNames = [go('github.com/NVIDIA/nvidia-container-toolkit')]

/** The package that brings nginx, by what Debian and Ubuntu have called it. */
export const nginxPackages: readonly string[] = ['nginx', 'nginx-core', 'nginx-full', 'nginx-light', 'nginx-extras']

/** What advisories call the software that a package or program of the host holds, by the name there. */
export const hostPackages: Readonly<Record<string, readonly PackageName[]>> = {
  'nvidia-container-toolkit': toolkitNames,
  'nvidia-container-toolkit-base': toolkitNames,
  'nvidia-ctk': toolkitNames,
  'docker-ce': dockerNames,
  'docker.io': dockerNames,
  docker: dockerNames,
  'moby-engine': dockerNames,
  containerd: containerdNames,
  'containerd.io': containerdNames,
  runc: [go('github.com/opencontainers/runc')],
  ...Object.fromEntries(nginxPackages.map((name) => [name, [upstream('nginx')]])),
  'openssh-server': [upstream('openssh')],
  'oauth2-proxy': [go('github.com/oauth2-proxy/oauth2-proxy/v7'), go('github.com/oauth2-proxy/oauth2-proxy')],
  caddy: [go('github.com/caddyserver/caddy/v2'), go('github.com/caddyserver/caddy')],
}

/** Every package that a verdict can be about. An import keeps the records of these, and all of PyPI. */
export const followedPackages: readonly PackageName[] = [
  ...Object.values(enginePackages).flat(),
  ...Object.values(hostPackages).flat(),
  driverPackage,
]
