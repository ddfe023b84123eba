import { type Answer, lines } from '../answer.ts'
import { linesBelow, printedLines } from '../configuration-files.ts'
import type { DemoFile, DemoHost } from '../demo-host.ts'

const letters = { directory: 'd', file: 'f', symlink: 'l' } as const

/** Section `privileged`: each command refused, or what it prints. */
export function privileged(host: DemoHost): Answer {
  const names = ['audit-loaded', 'audit-state', 'audit-written', 'sudoers', 'shadow', 'sshd-config', 'files']
  if (!host.sudo) return lines(names.map((name) => `@${name} 126`))
  const { auditRules, sudoers } = host.system
  const audit = linesBelow(host, '/etc/audit/rules.d')
  const numbered = (file: string, all: readonly string[]) => all.map((text, index) => `=${file}:${index + 1}:${text}`)
  return lines([
    ...(auditRules === undefined
      ? ['@audit-loaded 127', '@audit-state 127', '@audit-written 2']
      : [
          '@audit-loaded 0',
          ...audit.map(({ line }) => `=${line}`),
          '@audit-state 0',
          '=enabled 1',
          '@audit-written 0',
          ...printedLines(audit),
        ]),
    '@sudoers 0',
    ...numbered('/etc/sudoers', [...sudoers, ...(host.sudoRules ?? [])]),
    ...printedLines(linesBelow(host, '/etc/sudoers.d')),
    '@sshd-config 0',
    '=/etc/ssh/sshd_config:12:Include /etc/ssh/sshd_config.d/*.conf',
    '=/etc/ssh/sshd_config:85:UsePAM yes',
    '@files 0',
    ...listing(host),
  ])
}

/** `find` of the folders that the demo hosts have. */
function listing(host: DemoHost): readonly string[] {
  const below = [...host.files].filter(([path]) => /^\/(?:etc\/(?:nginx|caddy|ssl\/private)|var\/lib\/caddy)(?:\/|$)/.test(path))
  if (host.nginx === undefined) return [...below.map(row), '=#1']
  const directory: DemoFile = { type: 'directory', owner: 'root', group: 'root', mode: 0o755, size: 4096 }
  const logs: readonly [string, DemoFile][] = ['access.log', 'error.log', 'ai-access.log'].map((name) => [
    `/var/log/nginx/${name}`,
    { type: 'file', owner: 'www-data', group: 'adm', mode: 0o640, size: 1 },
  ])
  const all: readonly (readonly [string, DemoFile])[] = [
    ['/etc/nginx', directory],
    ['/etc/ssl/private', { ...directory, mode: 0o710, group: 'ssl-cert' }],
    ...below,
    ['/var/log/nginx', { ...directory, group: 'adm' }],
    ...logs,
    ...[...host.files].filter(([path]) => path.startsWith('/var/log/nginx/')),
  ]
  return [...all.map(row), '=#1']
}

const row = ([path, { type, mode, owner, group }]: readonly [string, DemoFile]): string =>
  `=${letters[type]}/${mode.toString(8)}/${owner}/${group}/${path}`
