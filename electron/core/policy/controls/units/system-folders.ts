import { rootOwned, rootRuns, rootSockets } from '../../../facts/access/collect.ts'
import { isWithin } from '../../../is-within.ts'

/** Whoever writes one of these writes programs, settings or keys of the machine, or what all services share. Caches and state are not among them. */
const ofTheMachine: ReadonlySet<string> = new Set([
  ...['/', '/etc', '/usr', '/boot', '/root', '/home', '/dev', '/sys', '/proc', '/run', '/run/user', '/var', '/opt', '/srv', '/mnt'],
  ...['bin', 'sbin', 'lib', 'lib64', 'share', 'local', 'local/bin', 'local/sbin', 'local/lib'].map((name) => `/usr/${name}`),
  ...['/var/lib', '/var/lib/private', '/var/cache', '/var/log', '/var/spool'],
])

/**
 * What root runs, reads or obeys, and all below it. Libraries of an engine lie below /usr/local/lib, and what daemons of root keep below /var/lib is theirs alone.
 */
const ofRoot: readonly string[] = [
  ...rootOwned,
  ...rootRuns.filter((path) => path !== '/usr/local/lib'),
  ...rootSockets,
  ...['/boot', '/sys', '/proc', '/usr/bin', '/usr/sbin', '/etc/nginx', '/etc/apt', '/etc/dnf', '/etc/ssl', '/etc/pki'],
  ...['systemd', 'udev', 'modules', 'python3', 'x86_64-linux-gnu', 'aarch64-linux-gnu'].map((name) => `/usr/lib/${name}`),
  '/usr/libexec',
  ...['docker', 'containerd', 'containers', 'crio', 'kubelet', 'rancher', 'k0s', 'libvirt', 'lxd', 'incus', 'machines', 'portables'].map(
    (name) => `/var/lib/${name}`,
  ),
  ...['dpkg', 'rpm', 'apt', 'dnf', 'pacman', 'snapd', 'flatpak', 'dkms', 'PackageKit', 'alternatives', 'pam', 'systemd', 'sudo'].map(
    (name) => `/var/lib/${name}`,
  ),
  ...['polkit-1', 'sss', 'AccountsService', 'NetworkManager', 'cloud'].map((name) => `/var/lib/${name}`),
  ...['systemd', 'udev', 'dbus', 'credentials', 'initramfs', 'tmpfiles.d', 'sysctl.d', 'modprobe.d', 'sudo', 'cdi', 'docker', 'runc'].map(
    (name) => `/run/${name}`,
  ),
  // What apt holds true of packages, and what tells who did what.
  ...['/var/cache/apt', '/var/log/audit', '/var/log/journal'],
]

/** The same folder by another name (hier(7), file-hierarchy(7)). */
export const plain = (path: string): string =>
  path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/^\/(?=(?:bin|sbin|lib|lib64)(?:\/|$))/, '/usr/')

/** Is it one of these, below one, or above one: whoever writes a folder puts another in the place of what lies there. */
export const isOfTheMachine = (path: string): boolean => {
  const own = plain(path)
  return ofTheMachine.has(own) || ofRoot.some((known) => isWithin(own, known) || isWithin(known, own))
}
