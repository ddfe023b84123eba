import { componentsOf } from '#core/facts/path-entry.ts'
import { type Answering, printed } from '../answer.ts'
import type { DemoFile, DemoHost, DemoUnit } from '../demo-host.ts'
import { environmentFilesOf } from '../unit-drop-ins.ts'

/** `systemctl show`: one block of properties per unit, an empty line between; then environment files, `systemd-analyze security`, modes. */
export const units: Answering = (host) => printed(`${host.units.map(properties).join('\n')}\n${beside(host)}`)

const properties = ({ id, properties: all }: DemoUnit): string =>
  Object.entries({
    Id: id,
    NeedDaemonReload: 'no',
    AmbientCapabilities: '',
    PrivateDevices: 'no',
    LimitCORE: 'infinity',
    ...all,
    ...restarts(all),
  })
    .flatMap(([key, value]) => value.split('\n').map((line) => `${key}=${line}\n`))
    .join('')

/** Printed last, so that lines of the others stay where they are. */
const restarts = ({ Restart = 'on-failure', NRestarts = '0' }: DemoUnit['properties']) => ({ Restart, NRestarts })

function beside(host: DemoHost): string {
  const environmentFiles = host.units.flatMap(environmentFilesOf)
  const files = host.units.flatMap((unit) => [
    unit.properties.FragmentPath ?? '',
    ...(unit.properties.DropInPaths ?? '').split(' '),
    ...environmentFilesOf(unit),
    /path=(\S+) ;/.exec(unit.properties.ExecStart ?? '')?.[1] ?? '',
  ])
  const paths = [...new Set(files.filter((path) => path.startsWith('/')).flatMap(componentsOf))].sort()
  const lines = [
    ...environmentFiles.map((path) => `@envfile-unreadable ${path}`),
    ...host.units.flatMap(({ id, security }) => (security ? [`@security ${id}`, ...security.map((row) => `=${row}`)] : [])),
    '@paths',
    ...paths.map((path) => `=${entryOf(host, path, files.includes(path))}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

const words = { directory: 'directory', file: 'regular file', symlink: 'symbolic link' } as const

/** What `stat` prints: as the host says, else as a package installs it. */
export function entryOf(host: DemoHost, path: string, isFile: boolean): string {
  const given: DemoFile | undefined = host.files.get(path)
  const entry = given ?? {
    type: isFile ? ('file' as const) : ('directory' as const),
    mode: isFile ? 0o644 : 0o755,
    owner: 'root',
    group: 'root',
  }
  return `${words[entry.type]}/${entry.mode.toString(8)}/${entry.owner}/${entry.group}/${path}`
}
