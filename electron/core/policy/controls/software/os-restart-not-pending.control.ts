import { compareDebian } from '../../../advisories/versions/debian.ts'
import { compareRpmParts } from '../../../advisories/versions/rpm.ts'
import { defineControl } from '../../control.ts'
import { titled } from './version-verdict.ts'

export default defineControl({
  id: 'os-restart-not-pending',
  item: 'OPS-1',
  severity: 'medium',
  title: 'The newest installed kernel is the one that runs',
  rationale:
    'An updated kernel protects only after a restart. GPU servers run for months, and the hole that the update closed stays open all that time.',
  steps: 'Restart the host in a maintenance window.',
  needs: ['sources', 'system'],
  uses: ['updates'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8'],
  evaluate: ({ sources, system, updates }) => {
    const base = { subject: '' }
    if (sources.restartRequired !== undefined) {
      return [
        {
          ...base,
          status: 'fail',
          title: 'The host waits for a restart',
          reason: 'An update left /run/reboot-required: what runs is older than what is installed.',
          cite: [{ section: 'software', line: sources.restartRequired, note: 'Expected no such file.' }],
        },
      ]
    }
    const rebuilt = updates.known ? updates.value.rebuiltKernel : undefined
    if (rebuilt) {
      return [
        {
          ...base,
          status: 'fail',
          title: titled(`An older build of ${system.kernel} runs`),
          reason: `Build ${rebuilt.running} of ${system.kernel} runs, and ${rebuilt.installed} is installed under the same name. Expected the newest to run.`,
          cite: [{ section: 'updates', line: rebuilt.line, token: rebuilt.installed, note: 'Installed and not running.' }],
        },
      ]
    }
    // With what follows the release, a name has more dashes than a version of RPM: `6.4.0-150600.23.25-default`.
    const compare = updates.known && updates.value.manager === 'dpkg' ? compareDebian : compareRpmParts
    const flavour = flavourOf(system.kernel)
    const same = sources.kernels.filter(({ release }) => flavourOf(release) === flavour)
    const newest = same.toSorted((a, b) => -(compare(a.release, b.release) ?? 0))[0]
    const running = same.find(({ release }) => release === system.kernel)
    const odd = same.length > 1 ? same.find(({ release }) => compare(release, release) === undefined) : undefined
    if (newest === undefined || running === undefined || odd) {
      const reason =
        odd && running
          ? `The name ${odd.release} of a kernel below /boot has no place in the order of versions, so nothing tells whether ${system.kernel} is the newest.`
          : `The running kernel ${system.kernel} is not among those below /boot, so nothing tells whether it is the newest.`
      return [
        { ...base, status: 'not-evaluated', title: 'The newest kernel is not known', reason, cite: [{ section: 'software', line: 0 }] },
      ]
    }
    if (newest.release !== running.release) {
      return [
        {
          ...base,
          status: 'fail',
          title: titled(`Kernel ${system.kernel} runs, a newer waits`),
          reason: `${system.kernel} runs, and ${newest.release} is installed. Expected the newest to run.`,
          cite: [
            { section: 'software', line: newest.line, token: newest.release, note: 'Installed and not running.' },
            { section: 'system', line: 3 },
          ],
        },
      ]
    }
    const reason = `${system.kernel} runs, the newest of its kind below /boot.`
    return [
      {
        ...base,
        status: 'pass',
        title: titled('The newest installed kernel runs'),
        reason,
        cite: [{ section: 'software', line: running.line }],
      },
    ]
  },
})

/**
 * `amd64` of `6.1.0-41-amd64`, `generic` of `6.8.0-87-generic`, `el.x86_64` of `5.14.0-503.el9.x86_64`, `el.aarch64+64k`: kinds that do not replace each
 * other. The number of the release is none: an upgrade of the whole system brings that of the next.
 */
const flavourOf = (release: string): string =>
  (/[-.]((?:el|fc|amzn)\d+(?:_\d+)*\.[\w.+]+|[a-z][\w-]*)$/.exec(release)?.[1] ?? '').replace(/^(el|fc|amzn)\d+(?:_\d+)*(?=\.)/, '$1')
