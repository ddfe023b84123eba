import type { Advisory } from '#shared/model/advisory.ts'
import { driverPackage } from '../../../advisories/package-names.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { judgeVersion } from './version-verdict.ts'

export default defineControl({
  id: 'gpu-driver-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'The GPU driver has no known vulnerability and its branch gets fixes',
  rationale:
    'The driver is kernel code that every process with access to /dev/nvidia* can call, containers included. Its bulletins list ways from such a process to root, and only for branches that are still maintained.',
  steps: 'Move to a release with the fixes, of a branch that still gets them, and restart the host.',
  needs: ['packages', 'gpus'],
  uses: ['system'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8', 'https://www.nvidia.com/en-us/security/'],
  evaluate: ({ packages, gpus, system }, { advisories }) => {
    const seen = gpus.find(({ driverVersion }) => driverVersion !== undefined)
    const version = packages.driver?.version ?? seen?.driverVersion
    if (version === undefined) {
      const reason = 'The kernel has no NVIDIA driver loaded. Drivers of other makers are not followed.'
      return [
        { status: 'not-applicable', subject: '', title: 'No NVIDIA driver is loaded', reason, cite: [{ section: 'software', line: 0 }] },
      ]
    }
    const cite = packages.driver ? { section: 'software', line: packages.driver.line } : { section: 'gpus', line: 1 }
    // Jetson Linux has branches of its own (540), which the bulletins about GPU drivers do not list: its fixes come with JetPack.
    if (system.known && /-tegra$/.test(system.value.kernel))
      return [
        {
          status: 'not-evaluated',
          subject: 'nvidia-driver',
          title: 'The driver of a Jetson is not followed',
          reason: `Driver ${version} is part of Jetson Linux (kernel ${system.value.kernel}), whose bulletins go by its own releases.`,
          hint: 'Hold the release (/etc/nv_tegra_release) against the bulletins about Jetson Linux.',
          cite: [cite],
        },
      ]
    const verdict = judgeVersion({ subject: 'nvidia-driver', label: 'NVIDIA driver', names: [driverPackage], version, cite }, advisories)
    return [judgeBranch(version, advisories.about(driverPackage), verdict)]
  },
})

/**
 * NVIDIA fixes branches (535, 580, 595 …), and a bulletin lists those that are maintained. A branch that is missing from every bulletin that
 * lists the newest one gets no fixes: "upgrade to the latest branch release" (bulletin 5821, notes).
 */
function judgeBranch(version: string, about: readonly Advisory[], otherwise: Verdict): Verdict {
  const branch = Number(version.split('.')[0])
  const listed = about.map((advisory) => branchesOf(advisory))
  const newest = Math.max(0, ...listed.flat())
  const maintained = new Set(listed.filter((branches) => branches.includes(newest)).flat())
  if (!/^\d+\./.test(version) || newest === 0 || branch > newest || maintained.has(branch)) return otherwise
  const names = [...maintained].toSorted((a, b) => a - b).map((one) => `R${one}`)
  return {
    ...otherwise,
    status: 'fail',
    severity: otherwise.severity === 'critical' ? 'critical' : 'high',
    title: `Driver branch R${branch} gets no fixes any more`,
    reason: `The bulletins that list R${newest} have fixes for ${names.join(', ')}; R${branch} is not among them, so new holes of it are neither listed nor mended.${otherwise.status === 'fail' ? ` ${otherwise.reason}` : ''}`,
    hint: `Move to a release of ${names.join(' or ')}.`,
    cite: otherwise.cite.map((one) => ({ ...one, note: `Branch R${branch}. Expected one of ${names.join(', ')}.` })),
  }
}

const branchesOf = ({ affected }: Advisory): number[] =>
  affected
    .flatMap(({ ranges = [] }) => ranges)
    .flatMap(({ events }) => events)
    .flatMap(({ introduced }) => (introduced === undefined || introduced === '0' ? [] : [Number(introduced.split('.')[0])]))
