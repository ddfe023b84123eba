import type { DemoHost } from '../../demo/demo-host.ts'
import type { Sin } from '../corpus-host.ts'
import { on } from './host.ts'

/** Changes of the system around the services. */

export const withSystem = (change: (system: DemoHost['system']) => Partial<DemoHost['system']>): Sin =>
  on((host) => ({ ...host, system: { ...host.system, ...change(host.system) } }))

export const sysctl = (name: string, value: string): Sin => withSystem((system) => ({ sysctl: { ...system.sysctl, [name]: value } }))

export const withoutService = (name: string): Sin =>
  withSystem((system) => ({ services: system.services.filter((row) => !row.startsWith(name)) }))

export const withService = (row: string): Sin => withSystem((system) => ({ services: [...system.services, row] }))

export const sshd = (name: string, value: string): Sin =>
  on((host) => ({ ...host, sshd: [...host.sshd.filter((line) => !line.startsWith(`${name} `)), `${name} ${value}`] }))

export const member = (group: string, name: string): Sin =>
  on((host) => ({
    ...host,
    groups: host.groups.some((it) => it.name === group)
      ? host.groups.map((it) => (it.name === group ? { ...it, members: [...it.members, name] } : it))
      : [...host.groups, { name: group, gid: 999, members: [name] }],
  }))

export const mode = (path: string, bits: number): Sin =>
  on((host) => ({ ...host, files: new Map([...host.files].map(([name, it]) => [name, name === path ? { ...it, mode: bits } : it])) }))

export const withSoftware = (software: Partial<DemoHost['software']>): Sin =>
  on((host) => ({ ...host, software: { ...host.software, ...software } }))
