import { rootOwned, rootRuns, rootSockets } from '../../../facts/access/collect.ts'
import { splitQuoted } from '../../../facts/units/words.ts'
import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

/** Whoever writes one of these writes programs, settings or keys of the machine, or what all services share. Caches and state are not among them. */
const ofTheMachine: ReadonlySet<string> = new Set([
  ...[
    '/',
    '/etc',
    '/usr',
    '/bin',
    '/sbin',
    '/lib',
    '/lib64',
    '/boot',
    '/root',
    '/home',
    '/dev',
    '/sys',
    '/proc',
    '/run',
    '/var',
    '/opt',
    '/srv',
  ],
  ...[
    '/mnt',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
    '/usr/share',
    '/usr/local',
    '/usr/local/bin',
    '/usr/local/sbin',
    '/usr/local/lib',
  ],
  ...['/etc/systemd', '/etc/systemd/system', '/etc/ssh', '/etc/sudoers.d', '/etc/cron.d', '/etc/nginx', '/etc/ld.so.conf.d', '/etc/pam.d'],
  ...['/run/systemd', '/var/lib', '/var/spool/cron', '/usr/lib/systemd', '/usr/lib/systemd/system'],
])

/**
 * What root runs, reads or obeys, and all below it. Libraries of an engine lie below /usr/local/lib, and what daemons of root keep below /var/lib is theirs alone.
 */
const ofRoot: readonly string[] = [
  ...rootOwned,
  ...rootRuns.filter((path) => path !== '/usr/local/lib'),
  ...rootSockets,
  ...[
    '/boot',
    '/sys',
    '/proc',
    '/usr/bin',
    '/usr/sbin',
    '/bin',
    '/sbin',
    '/usr/lib/systemd',
    '/etc/nginx',
    '/etc/apt',
    '/etc/dnf',
    '/etc/ssl',
    '/etc/pki',
  ],
  ...['docker', 'containerd', 'containers', 'kubelet', 'rancher', 'dpkg', 'rpm', 'libvirt', 'lxd', 'incus', 'systemd', 'sudo'].map(
    (name) => `/var/lib/${name}`,
  ),
]

/** The same folder by another name (hier(7), file-hierarchy(7)). */
const plain = (path: string): string => path.replace(/^\/var\/run(?=\/|$)/, '/run')

const isOfTheMachine = (path: string): boolean => {
  const own = plain(path)
  return ofTheMachine.has(own) || ofRoot.some((known) => own === known || own.startsWith(`${known}/`))
}

export default defineControl({
  id: 'inference-unit-writes-own-paths',
  item: 'INF-5',
  severity: 'medium',
  title: 'Units of inference servers write only to directories of their own',
  rationale:
    'ReadWritePaths= opens holes in ProtectSystem=. A hole as wide as / or /etc lets a server that was taken over write programs, units and keys, as if there were no sandbox.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-7', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemd.exec.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      if (!printed(unit, 'ProtectSystem')) {
        const reason = `systemctl did not print ProtectSystem= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's write access could not be read", reason, cite: [] }
      }
      if (!/^(?:strict|full|yes)$/.test(unit.properties.ProtectSystem ?? '')) {
        const reason = `${unit.id} has no ProtectSystem=, so there is nothing to open; inference-unit-sandboxed judges that.`
        return { status: 'not-applicable', title: 'The unit restricts no writing', reason, cite: citeUnit(unit, 'ProtectSystem') }
      }
      const writable = (['ReadWritePaths', 'BindPaths'] as const).flatMap((property) =>
        splitQuoted(unit.properties[property] ?? '').map((word) => ({ property, path: clean(word) })),
      )
      const broad = writable.filter(({ path }) => isOfTheMachine(path))
      if (broad.length === 0 && !printed(unit, 'ReadWritePaths')) {
        const reason = `systemctl did not print ReadWritePaths= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's write access could not be read", reason, cite: [] }
      }
      if (broad.length === 0) {
        const paths = writable.map(({ path }) => path)
        const reason = `${unit.id} opens ${paths.length > 0 ? paths.slice(0, 6).join(', ') : 'nothing'} for writing.`
        return { status: 'pass', title: 'Writes only to its own directories', reason, cite: citeUnit(unit, 'ReadWritePaths') }
      }
      return {
        status: 'fail',
        title: 'The unit may write system directories',
        reason: `${unit.id} opens ${broad.map(({ path }) => path).join(', ')} for writing. Expected only directories of its own.`,
        cite: broad.flatMap(({ property, path }) => citeUnit(unit, property, { token: path, note: 'Expected a directory of its own.' })),
      }
    }),
})

/** `-/var/cache/vllm` and `+/srv` carry prefixes, `/a:/b:rbind` of BindPaths= a target; what is written to is the source on the host. */
const clean = (word: string): string => (word.replace(/^[-+]+/, '').split(':')[0] ?? '').replace(/(?<=.)\/+$/, '')
