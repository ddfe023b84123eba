import { rootOwned, rootRuns, rootSockets } from '../../../facts/access/collect.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { pathOf, splitQuoted } from '../../../facts/units/words.ts'
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
      const named = (['ReadWritePaths', 'BindPaths'] as const).flatMap((property) =>
        splitQuoted(unit.properties[property] ?? '').map((word) => {
          const path = pathOf(word)
          const real = unit.links?.[path] ?? path
          return {
            property,
            path,
            said: real === path ? path : `${path} (${real})`,
            isBroad: isOfTheMachine(path) || isOfTheMachine(real),
            real,
          }
        }),
      )
      const isOpened = openedBy(unit)
      const broad = named.filter(({ isBroad, property, real }) => isBroad && isOpened(plain(real), property))
      if (broad.length === 0 && !printed(unit, 'ReadWritePaths')) {
        const reason = `systemctl did not print ReadWritePaths= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's write access could not be read", reason, cite: [] }
      }
      if (broad.length === 0) {
        const [own, idle] = [named.filter(({ isBroad }) => !isBroad), named.filter(({ isBroad }) => isBroad)]
        const list = (all: typeof named) =>
          all
            .slice(0, 6)
            .map(({ said }) => said)
            .join(', ')
        const reason = `${unit.id} opens ${own.length > 0 ? list(own) : 'nothing'} for writing.${
          idle.length > 0 ? ` That it names ${list(idle)} opens nothing that ProtectSystem= and the like close.` : ''
        }`
        return { status: 'pass', title: 'Writes only to its own directories', reason, cite: citeUnit(unit, 'ReadWritePaths') }
      }
      return {
        status: 'fail',
        title: 'The unit may write system directories',
        reason: `${unit.id} opens ${broad.map(({ said }) => said).join(', ')} for writing. Expected only directories of its own.`,
        cite: broad.flatMap(({ property, path }) => citeUnit(unit, property, { token: path, note: 'Expected a directory of its own.' })),
      }
    }),
})

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)

/**
 * Does a path of ReadWritePaths= or BindPaths= open what other settings close (systemd.exec(5))? Of the folders that these name the deepest one counts. Where
 * ReadWritePaths= names the very folder that is closed, it stays closed (systemd 252 and 257); `tmpfs` gives way.
 */
function openedBy({ properties }: Unit): (path: string, property: 'ReadWritePaths' | 'BindPaths') => boolean {
  const { ProtectSystem: system = '', ProtectHome: home = '' } = properties
  const homes = ['/home', '/root', '/run/user']
  const closed = [
    ...(system === 'strict' ? ['/'] : ['/usr', '/boot', '/efi', ...(system === 'full' ? ['/etc'] : [])]),
    ...(/^(?:yes|read-only)$/.test(home) ? homes : []),
    ...(properties.ProtectKernelTunables === 'yes' ? ['/sys', '/proc/sys'] : []),
    ...(/^(?:|no)$/.test(properties.ProtectControlGroups ?? '') ? [] : ['/sys/fs/cgroup']),
  ]
  const open = [...(system === 'strict' ? ['/dev', '/proc', '/sys'] : []), ...(/^(?:|no)$/.test(home) ? homes : [])]
  return (path, property) => {
    const [deepest] = [...closed, ...open].filter((folder) => isWithin(path, folder)).sort((a, b) => b.length - a.length)
    const isClosed = deepest === undefined ? home === 'tmpfs' && homes.includes(path) : closed.includes(deepest)
    if (property === 'BindPaths') return isClosed || closed.some((folder) => isWithin(folder, path))
    return isClosed && deepest !== path
  }
}
