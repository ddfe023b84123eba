import type { HostServices } from '#shared/model/host-services.ts'
import type { OperableUnit } from '#shared/model/operate.ts'
import { podWords } from '#shared/model/pod.ts'

/**
 * Names that systemd takes literally: no glob (`*?[`), nothing that could pose as an option, a service and no other kind of unit
 * (unit_name_is_valid(), systemd.unit(5)).
 */
const unitName = /^(?!-)[A-Za-z0-9:_.\\@-]{1,247}\.service$/
/** Whatever was found below these: to stop one takes away the way in, or much else with it. */
const notHere =
  /^(?:systemd-|ssh|dbus|getty|serial-getty|user@|network|NetworkManager|docker|containerd|podman|crio?|kubelet\.|k3s(?:-agent)?\.|rke2-|k0s(?:controller|worker)\.|snap\.microk8s\.|atd|anacron)/

/** A service by its full name, without a wildcard, a path or an option in it: it becomes a word of a command. */
export const isUnitName = (name: string): boolean => unitName.test(name)

/** Services of the last look that an operator may start, stop and restart, engines first. A unit is named once. Pure. */
export function operableUnits({ services }: Pick<HostServices, 'services'>): OperableUnit[] {
  const units = new Map<string, OperableUnit>()
  for (const { how, unit, name, binds } of services) {
    if (how !== 'unit' || unit === undefined || !isUnitName(unit) || notHere.test(unit)) continue
    const ports = binds.map(({ port }) => port).filter((port) => port > 0)
    const other = units.get(unit)
    units.set(unit, { unit, name: other?.name ?? name, ports: [...new Set([...(other?.ports ?? []), ...ports])].sort((a, b) => a - b) })
  }
  return [...units.values()]
}

/** Why what was asked for is no unit, when it is a pod of the last look: by its whole name, its name alone, or its uid. Pure. */
export function whyNotOperable({ services }: Pick<HostServices, 'services'>, asked: string): string | undefined {
  const pod = services.find((one) => one.pod && [podWords(one.pod), one.pod.name, one.pod.uid].includes(asked))?.pod
  return pod && `${podWords(pod)} is a pod: its cluster starts it again, so stop or restart it there (kubectl)`
}
