import type { Os } from './os.ts'

/**
 * Interfaces by which the kernel takes what is sent to 127.0.0.0/8 from outside, and `all` (IN_DEV_ROUTE_LOCALNET, of which one is enough). Undefined where no setting was read.
 */
export function routesLoopback({ sysctl }: Pick<Os, 'sysctl'>): readonly string[] | undefined {
  const settings = Object.entries(sysctl).flatMap(([name, { value }]) => {
    const device = /^net\/ipv4\/conf\/(?!(?:default|lo)\/)(.*)\/route_localnet$/.exec(name)?.[1]
    return device === undefined ? [] : [{ device, value }]
  })
  return settings.length === 0 ? undefined : settings.filter(({ value }) => value !== '0').map(({ device }) => device)
}
