import type { SectionSpec } from '#core/probe/section.ts'
import { type Answer, lines } from '../answer.ts'
import { linesBelow, printedLines, type WrittenLine } from '../configuration-files.ts'
import { auditKeyOptions, type DemoHost } from '../demo-host.ts'

const folders = ['/', '/etc', '/etc/ssl', '/var', '/var/log']

const numbered = (file: string, all: readonly string[]) => all.map((text, index) => `=${file}:${index + 1}:${text}`)

/** Section `os`: kernel settings, storage, services, devices. */
export function os(host: DemoHost, section: SectionSpec): Answer {
  const { system } = host
  const paths = section.kind === 'script' ? section.parameters.slice(3) : []
  const { storage, swap } = system
  const devices = host.gpus.flatMap((_, index) => [`/dev/nvidia${index}`])
  if (devices.length > 0) devices.push('/dev/nvidiactl', '/dev/nvidia-uvm')
  return lines([
    '@sysctl',
    ...Object.entries(system.sysctl).map(([name, value]) => `=${name} ${value}`),
    '@security-modules',
    '=lockdown,capability,landlock,yama,apparmor',
    '@apparmor-enabled',
    '=Y',
    '@apparmor-mode',
    '=enforce',
    '@lockdown',
    `=${system.lockedDown ? 'none [integrity] confidentiality' : '[none] integrity confidentiality'}`,
    '@modules-signed',
    `=${system.lockedDown ? 'Y' : 'N'}`,
    '@swaps',
    ...(swap ? [`@swap ${swap.kind} ${swap.source} - ${swap.path}`, ...asTree(swap.chain)] : []),
    ...paths
      .filter((path) => host.files.get(path)?.type === 'directory')
      .flatMap((path) => [`@file-system ${storage.fileSystem} ${storage.source} ${storage.mountedOn} ${path}`, ...asTree(storage.chain)]),
    '@devices',
    ...folders.map((path) => `=directory/755/root/root/${path}`),
    ...devices.map((path) => `=character special file/${system.deviceMode.toString(8)}/root/${system.deviceGroup}/${path}`),
    '@lacks',
    '@authorized-keys',
    `=/home/${host.account.name}/.ssh/authorized_keys:1:${auditKeyOptions(host)}ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx7... gatehouse`,
    '@logrotate',
    ...numbered('/etc/logrotate.conf', ['weekly', 'rotate 4', 'create', 'include /etc/logrotate.d']),
    ...printedLines(withoutScripts(linesBelow(host, '/etc/logrotate.d'))),
    '@filter',
    ...filterFiles(host).flatMap(([path, content]) => [
      `@filter-file ${path}`,
      ...content.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [`=${line}`])),
    ]),
    '@forwarding',
    ...system.forwarding.map((line) => `=${line}`),
    `@journal ${system.persistentJournal ? 'directory' : ''}`,
    '@coredump',
    ...(system.coredumps === 'none' ? ['=Storage=none'] : []),
    '@clock',
    `=NTPSynchronized=${system.clockSynchronised ? 'yes' : 'no'}`,
    '@services',
    ...servicesOf(host).map((row) => `=${maskedBy(host, row)}`),
    '@timers',
    ...(host.software.automaticUpdates ? ['=apt-daily.timer', '=apt-daily-upgrade.timer'] : ['=apt-daily.timer']),
  ])
}

/** What loads rules when the host starts; those that a description gives in the words of nft are saved where its service finds them. */
function filterFiles({ files, firewall: { nft } }: DemoHost): readonly (readonly [string, string])[] {
  const saved = files.get('/etc/nftables.conf')?.content ?? (nft === '' ? undefined : `flush ruleset\n${nft}`)
  const ufw = ['/etc/default/ufw', '/etc/ufw/ufw.conf'].map((path) => [path, files.get(path)?.content] as const)
  return [...ufw, ['/etc/nftables.conf', saved] as const].flatMap(([path, content]) => (content === undefined ? [] : [[path, content]]))
}

/** As a host that has rules for it has the service of nftables. */
function servicesOf(host: DemoHost): readonly string[] {
  const { services } = host.system
  const loads = filterFiles(host).some(([path]) => path === '/etc/nftables.conf')
  const told = services.some((row) => row.startsWith('nftables.service '))
  return loads && !told ? [...services, 'nftables.service loaded active enabled'] : services
}

/** Each on the one after it, as `lsblk -nsi` draws it. */
const asTree = (chain: readonly string[]): readonly string[] =>
  chain.map((row, depth) => `=${depth === 0 ? '' : `${'  '.repeat(depth - 1)}\`-`}${row}`)

/** The section leaves out what logrotate runs. */
function withoutScripts(lines: readonly WrittenLine[]): readonly WrittenLine[] {
  let inside = false
  return lines.filter(({ line }) => {
    const word = line.trim()
    const hidden = inside
    inside = /^(?:pre|post|first|last)(?:rotate|action)$|^preremove$/.test(word) || (inside && word !== 'endscript')
    return !hidden && !inside
  })
}

/** systemctl(1), mask: a link to /dev/null where the unit would lie. */
function maskedBy({ files }: DemoHost, row: string): string {
  const [unit = ''] = row.split(' ')
  return files.get(`/etc/systemd/system/${unit}`)?.target === '/dev/null' ? `${unit} masked inactive masked` : row
}
