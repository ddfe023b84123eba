import { defineControl } from '../../control.ts'
import { ageOfList, MAX_LIST_DAYS, proxmoxOf } from './packaged-software.ts'
import { titled } from './version-verdict.ts'

export default defineControl({
  id: 'os-security-updates-installed',
  item: 'OPS-1',
  severity: 'high',
  title: 'Security updates of the distribution are installed',
  rationale:
    'Kernel, OpenSSL, glibc and sudo are patched by the distribution, often under an old-looking version. An update that waits in the list is a published hole with a published fix.',
  steps: 'Install the security updates, and restart what uses them.',
  needs: ['updates'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8'],
  evaluate: ({ updates }, { now }) => {
    const { pending, ofUnknownStream, unknown, listsMs, listLine, installed, withoutPro, behindPro } = updates
    const base = { subject: '' }
    const dated = listLine === undefined ? [] : [{ section: 'updates', line: listLine }]
    if (pending.length > 0) {
      const names = [...new Set(pending.map(({ name }) => name))]
      return [
        {
          ...base,
          status: 'fail',
          title: titled(`${names.length} security ${names.length === 1 ? 'update is' : 'updates are'} pending`),
          reason: `${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''} ${names.length === 1 ? 'is' : 'are'} older than in the security archive of the distribution.`,
          cite: [
            ...pending
              .slice(0, 8)
              .map(({ line, available }) => ({ section: 'updates', line, token: available, note: `Expected ${available}.` })),
            ...dated,
          ],
        },
      ]
    }
    if (unknown !== undefined || listsMs === undefined) {
      const reason = `Pending updates are not known: ${unknown ?? 'the age of the package lists could not be read'}.`
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Security updates could not be judged',
          reason,
          cite: [{ section: 'updates', line: 0 }],
        },
      ]
    }
    if (ofUnknownStream.length > 0) {
      const names = [...new Set(ofUnknownStream.map(({ name }) => name))]
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Updates of module streams are not known',
          reason: `The list has newer builds of ${names.slice(0, 10).join(', ')}, and does not state of which module stream: they may be no update of the stream that is installed.`,
          cite: ofUnknownStream.slice(0, 8).map(({ line, available }) => ({ section: 'updates', line, token: available })),
        },
      ]
    }
    const days = ageOfList(listsMs, now)
    if (days < 0) {
      const reason = `The security list says that it was made on ${dayOf(listsMs)}, which is yet to come, so how old it is is not known.`
      return [{ ...base, status: 'not-evaluated', title: 'The security list is of a day to come', reason, cite: dated }]
    }
    if (days > MAX_LIST_DAYS) {
      return [
        {
          ...base,
          status: 'warning',
          title: `The security list is ${days} days old`,
          reason: `No update is pending by a list that the archive made ${days} days ago. Expected at most ${MAX_LIST_DAYS} days, since what came later is not in it.`,
          hint: 'Let the host refresh its package lists, from an internal mirror where it has no way out. Lists of a snapshot, or of a minor release that it is kept at (releasever of dnf), get no newer: move it on.',
          cite: dated.map((one) => ({ ...one, note: `Expected within ${MAX_LIST_DAYS} days.` })),
        },
      ]
    }
    const proxmox = proxmoxOf(updates)
    if (proxmox) {
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Updates of Proxmox are not known',
          reason: `No update of the distribution is pending. The kernel, QEMU and LXC of Proxmox VE ${proxmox.version} come from its own archive, which does not tell security updates apart.`,
          hint: 'apt list --upgradable names what that archive has.',
          cite: [{ section: 'updates', line: proxmox.line, token: proxmox.version }, ...dated],
        },
      ]
    }
    if (behindPro) {
      const { count, line } = behindPro
      return [
        {
          ...base,
          status: 'warning',
          title: titled(`${count} security ${count === 1 ? 'fix comes' : 'fixes come'} by Ubuntu Pro alone`),
          reason: `None of the ${installed} installed packages is older than in the open security archive. By the count of update-notifier, Canonical has ${count} security ${count === 1 ? 'update' : 'updates'} more for hosts that are attached to Ubuntu Pro (ESM); apt does not install those here.`,
          hint: 'pro security-status names them. Attach the host (pro attach), take the software from its maker, or accept the rest.',
          cite: [{ section: 'updates', line }, ...dated],
        },
      ]
    }
    const rest = withoutPro ? ' What Canonical fixes for Ubuntu Pro alone (ESM) is not in it.' : ''
    const reason = `None of the ${installed} installed packages is older than in the security archive of ${dayOf(listsMs)}.${rest}`
    return [{ ...base, status: 'pass', title: 'No security update is pending', reason, cite: dated }]
  },
})

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
