import { defineControl } from '../../control.ts'
import { judgePackaged } from './packaged-software.ts'

const names = [
  ...['nvidia-container-toolkit', 'nvidia-container-toolkit-base', 'nvidia-ctk', 'docker-ce', 'docker.io', 'docker', 'moby-engine'],
  ...['containerd', 'containerd.io', 'runc', 'podman'],
]

export default defineControl({
  id: 'container-software-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'Container runtime and NVIDIA toolkit have no known vulnerabilities',
  rationale:
    'The NVIDIA Container Toolkit runs as root while a container starts. CVE-2024-0132 and CVE-2025-23266 let a crafted image take over the host that way, and GPU hosts run images of many origins.',
  needs: ['updates'],
  uses: ['packages'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8', 'https://nvd.nist.gov/vuln/detail/CVE-2025-23266'],
  evaluate: ({ updates, packages }, context) => {
    const verdicts = judgePackaged(names, updates, packages.known ? packages.value : undefined, context)
    if (verdicts.length > 0) return verdicts
    const reason = 'No Docker, Podman, containerd, runc or NVIDIA Container Toolkit is installed as a package of this host.'
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'No container runtime is installed',
        reason,
        cite: [{ section: 'updates', line: 0 }],
      },
    ]
  },
})
