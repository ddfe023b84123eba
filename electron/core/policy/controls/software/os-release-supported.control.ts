import lifecycles from '#assets/advisories/os-lifecycles.json' with { type: 'json' }
import { DAY_MS } from '#shared/day.ts'
import { defineControl } from '../../control.ts'
import { proxmoxOf } from './packaged-software.ts'
import { titled } from './version-verdict.ts'

const WARN_DAYS = 90

/** End of security fixes without a paid contract, by `ID` and `VERSION_ID` of os-release(5). */
const ends: Readonly<Record<string, Readonly<Record<string, string>>>> = lifecycles.ends

export default defineControl({
  id: 'os-release-supported',
  item: 'OPS-1',
  severity: 'high',
  title: 'The release of the operating system gets security fixes',
  rationale:
    'After its end a release gets no fixes at all, so that holes of the kernel, OpenSSL and sudo stay open while exploits collect.',
  steps: 'Move to a supported release. Where a contract extends support, waive this with its end as the expiry.',
  needs: ['system'],
  uses: ['updates'],
  references: ['NIST-800-53:SA-22', 'CIS-8:2.2', 'ISO-27001:A.8.8'],
  evaluate: ({ system, updates }, { now }) => {
    const { os, osId, osVersion } = system
    const cite = [{ section: 'system', line: 0 }]
    const end = endOf(osId, osVersion)
    if (end === undefined) {
      const reason = `Gatehouse does not know how long ${os} (${osId} ${osVersion || 'without a version'}) gets fixes.`
      return [{ subject: '', status: 'not-evaluated', title: 'The end of this release is not known', reason, cite }]
    }
    const days = Math.floor((Date.parse(`${end}T23:59:59Z`) - now) / DAY_MS)
    if (days < 0) {
      return [
        {
          subject: '',
          status: 'fail',
          title: titled(`${os} gets no fixes since ${end}`),
          reason: `Security fixes of ${os} ended on ${end}, unless a contract (ESM, ELTS, ELS) extends them.`,
          cite,
        },
      ]
    }
    const proxmox = updates.known ? proxmoxOf(updates.value) : undefined
    if (proxmox) {
      const reason = `${os} gets security fixes until ${end}. How long Proxmox VE ${proxmox.version} does, whose kernel runs here, Gatehouse does not know.`
      const own = [...cite, { section: 'updates', line: proxmox.line }]
      return [{ subject: '', status: 'not-evaluated', title: 'How long Proxmox gets fixes is not known', reason, cite: own }]
    }
    const until = `${os} gets security fixes until ${end}`
    if (days <= WARN_DAYS) {
      return [
        {
          subject: '',
          status: 'warning',
          title: titled(`Fixes end in ${days} days`),
          reason: `${until}, in ${days} days.`,
          hint: 'Plan the move to the next release.',
          cite,
        },
      ]
    }
    return [{ subject: '', status: 'pass', title: titled(`Gets fixes until ${end}`), reason: `${until}.`, cite }]
  },
})

/** Point releases share the end of the release above them: `9.4` → `9`, `3.20.3` → `3.20`. */
function endOf(id: string, version: string): string | undefined {
  for (let rest = version; rest !== ''; rest = rest.split('.').slice(0, -1).join('.')) {
    const end = ends[id]?.[rest]
    if (end !== undefined) return end
  }
  return undefined
}
