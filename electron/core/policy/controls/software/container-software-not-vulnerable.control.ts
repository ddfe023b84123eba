import { basename } from 'node:path/posix'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerIdOf } from '../../../facts/services/placement.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { judgePackaged } from './packaged-software.ts'

const docker = ['docker-ce', 'docker.io', 'docker', 'moby-engine']
const containerd = ['containerd', 'containerd.io']
const names = [
  ...['nvidia-container-toolkit', 'nvidia-container-toolkit-base', 'nvidia-ctk', ...docker],
  ...[...containerd, 'runc', 'podman'],
]

/** Daemons, and the packages of theirs that are judged. Those of Kubernetes bring a containerd and a runc of their own (docs.k3s.io, docs.rke2.io, docs.k0sproject.io, microk8s.io). */
const daemons: readonly (readonly [pattern: RegExp, name: string, packages: readonly string[]])[] = [
  [/^k3s(?:-server|-agent)?$/, 'k3s', []],
  [/^rke2$/, 'rke2', []],
  [/^k0s$/, 'k0s', []],
  [/^kubelite$/, 'MicroK8s', []],
  [/^dockerd$/, 'dockerd', docker],
  [/^containerd$/, 'containerd', containerd],
  [/^crio$/, 'CRI-O', []],
]

export default defineControl({
  id: 'container-software-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'Container runtime and NVIDIA toolkit have no known vulnerabilities',
  rationale:
    'The NVIDIA Container Toolkit runs as root while a container starts. CVE-2024-0132 and CVE-2025-23266 let a crafted image take over the host that way, and GPU hosts run images of many origins.',
  steps: 'Update what is named, then restart the runtime.',
  needs: ['updates'],
  uses: ['packages', 'processes'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8', 'https://nvd.nist.gov/vuln/detail/CVE-2025-23266'],
  evaluate: ({ updates, packages, processes }, context) => {
    const verdicts = [
      ...judgePackaged(names, updates, packages.known ? packages.value : undefined, context),
      ...(processes.known ? ofNoPackage(processes.value, new Set(updates.packages.map(({ name }) => name))) : []),
    ]
    if (verdicts.length > 0) return verdicts
    const base = { subject: '', cite: [{ section: 'updates', line: 0 }] }
    const reason = 'No Docker, Podman, containerd, runc or NVIDIA Container Toolkit is installed as a package of this host'
    if (!processes.known)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Whether a container runtime runs is not known',
          reason: `${reason}. ${processes.reason}.`,
          hint: processes.hint,
        },
      ]
    return [{ ...base, status: 'not-applicable', title: 'No container runtime is installed', reason: `${reason}, and none runs.` }]
  },
})

/** Daemons that run and that no package of the host brought: archives of Docker, an installation of an account, k3s. Their version is not asked. */
function ofNoPackage(processes: readonly Process[], installed: ReadonlySet<string>): readonly Verdict[] {
  const ofHost = processes.filter(({ cgroup }) => containerIdOf(cgroup) === undefined)
  const found = daemons.flatMap(([pattern, name, packages]) => {
    const process = ofHost.find((one) => pattern.test(one.name) || pattern.test(basename(one.argv[0] ?? '')))
    return process && !packages.some((one) => installed.has(one)) ? [{ name, process, alone: packages.length > 0 }] : []
  })
  // The containerd of k3s is a part of it.
  const whole = found.some(({ alone }) => !alone)
  return found
    .filter(({ name }) => !(whole && name === 'containerd'))
    .map(({ name, process }) => ({
      status: 'not-evaluated',
      subject: name,
      title: `The version of ${name} is not known`,
      reason: `${name} runs (pid ${process.pid}, user ${process.user}), and no package that is judged brought it, with what it starts containers with. Its version was not read.`,
      hint: `Ask it (${process.argv[0] ?? name} --version), and hold that against the security notes of its maker.`,
      cite: [{ section: 'processes', line: process.line }],
    }))
}
