import { defineControl } from '../../control.ts'
import { judgeSettings, type Setting } from './sysctl-words.ts'

const off = (value: string): boolean => value === '0'

export default defineControl({
  id: 'network-settings-hardened',
  item: 'INF-7',
  severity: 'low',
  title: 'The host neither routes nor takes routes from strangers',
  rationale:
    'A GPU server that forwards packets joins the segments that the firewall keeps apart. Redirects and source routes let a neighbour send its traffic past the firewall, and with route_localnet to what listens on 127.0.0.1 alone. Docker, Kubernetes and Tailscale need forwarding, so there neither that nor route_localnet is asked for.',
  steps: 'Write them into a file of /etc/sysctl.d and run sysctl --system.',
  needs: ['os'],
  uses: ['containers', 'processes'],
  references: ['NIST-800-53:SC-7', 'CIS-8:4.1', 'https://docs.kernel.org/networking/ip-sysctl.html'],
  evaluate: ({ os, containers, processes }) => {
    const routes =
      (containers.known && containers.value.runtimes.length > 0) ||
      (processes.known &&
        processes.value.some(({ name }) => /^(?:dockerd|containerd|podman|kubelet|k3s|tailscaled|wireguard|conmon)/.test(name)))
    const mayRoute = routes || !containers.known || !processes.known
    const settings = Object.keys(os.sysctl).flatMap((name): Setting[] => {
      if (forwards(name, os.sysctl) || /^net\/ipv4\/conf\/(?!lo\/)[^/]+\/route_localnet$/.test(name))
        return mayRoute ? [] : [{ name, holds: off, expected: '0' }]
      const match = /^net\/ipv([46])\/conf\/([^/]+)\/(rp_filter|accept_redirects|accept_source_route)$/.exec(name)
      if (!match) return []
      const [, family, device = '', setting] = match
      // Of both the larger value counts for rp_filter, and `all` decides for every device about source routes.
      if (setting === 'rp_filter') return device === 'all' ? [{ name, holds: () => filtersPaths(os.sysctl), expected: '1 or 2' }] : []
      const isOwn = setting === 'accept_redirects' && device !== 'lo' && countsForRedirects(family === '6' ? 6 : 4, device, os.sysctl)
      if (device !== 'all' && device !== 'default' && !isOwn) return []
      return family === '6' && setting === 'accept_source_route'
        ? [{ name, holds: (value) => Number(value) <= 0, expected: '0' }]
        : [{ name, holds: off, expected: '0' }]
    })
    if (settings.length === 0)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Network settings could not be read',
          reason: 'No setting below /proc/sys/net was shown.',
          cite: [],
        },
      ]
    return [
      judgeSettings(os, settings, {
        pass: 'Network settings are tight',
        open: (count) => `${count} network setting${count === 1 ? ' is' : 's are'} loose`,
      }),
    ]
  },
})

type Sysctl = Readonly<Record<string, { readonly value: string }>>

/**
 * In IPv4 each device decides for what comes in by it (IN_DEV_FORWARD, net/ipv4/route.c); where `ip_forward` is on, all of them were set with it. In IPv6 `all` does,
 * and the `force_forwarding` of a device since Linux 6.17 (ip-sysctl).
 */
function forwards(name: string, sysctl: Sysctl): boolean {
  if (name === 'net/ipv4/ip_forward' || name === 'net/ipv6/conf/all/forwarding') return true
  const device = /^net\/ipv(?:4\/conf\/([^/]+)\/forwarding|6\/conf\/[^/]+\/force_forwarding)$/.exec(name)
  return device !== null && !(device[1] !== undefined && (/^(?:all|lo)$/.test(device[1]) || sysctl['net/ipv4/ip_forward']?.value === '1'))
}

/**
 * A device that forwards takes redirects in IPv4 where `all` takes them as well, and in IPv6 none; any other takes them by its own setting (IN_DEV_RX_REDIRECTS,
 * include/linux/inetdevice.h; rt6_do_redirect, net/ipv6/route.c). An interface that is up before the files of sysctl.d are read keeps the default of the kernel, which is 1.
 */
const countsForRedirects = (family: 4 | 6, device: string, sysctl: Sysctl): boolean =>
  sysctl[`net/ipv${family}/conf/${family === 4 ? device : 'all'}/forwarding`]?.value !== '1'

/** The larger of `all` and the device's own counts (ip-sysctl): on when `all` is, or every device but the loopback is. */
function filtersPaths(sysctl: Sysctl): boolean {
  const value = (device: string) => Number(sysctl[`net/ipv4/conf/${device}/rp_filter`]?.value ?? '0')
  if (value('all') > 0) return true
  const devices = Object.keys(sysctl).flatMap((name) => /^net\/ipv4\/conf\/([^/]+)\/rp_filter$/.exec(name)?.[1] ?? [])
  return devices.filter((device) => !['all', 'default', 'lo'].includes(device)).every((device) => value(device) > 0) && value('default') > 0
}
