import { type PrivilegedCommand, type SectionSpec, script } from '../../probe/section.ts'

/** Folders whose owners and modes matter: proxies and their keys, login programs, logs. Those that do not exist are passed over. */
export const guardedFolders = [
  ...['/etc/nginx', '/etc/caddy', '/etc/haproxy', '/etc/oauth2-proxy', '/etc/ssl/private', '/etc/pki/tls/private', '/etc/pki/nginx'],
  ...['/etc/letsencrypt/live', '/etc/letsencrypt/archive', '/etc/vllm', '/etc/ollama'],
  ...['/var/log/nginx', '/var/log/caddy', '/var/log/audit', '/var/log/auth.log', '/var/log/secure'],
  // Home of Caddy's account: the keys that it gets for itself lie seven folders deep, and the configuration that it saves.
  '/var/lib/caddy',
] as const

/** Rows of the list of files: what stands behind them was not seen. */
export const MAX_FILES = 5000

const grep = (...words: readonly string[]): PrivilegedCommand => ({ argv: ['/usr/bin/grep', ...words], alternatives: ['/bin/grep'] })

/** The order is that of `gh_sudo` in the script. All of them only read; none prints a password hash or a key. */
const commands: readonly PrivilegedCommand[] = [
  { argv: ['/usr/sbin/auditctl', '-l'], alternatives: ['/sbin/auditctl'] },
  { argv: ['/usr/sbin/auditctl', '-s'], alternatives: ['/sbin/auditctl'] },
  grep('-Rn', '.', '/etc/audit/rules.d'),
  grep('-Rn', '.', '/etc/sudoers', '/etc/sudoers.d'),
  grep('-Eo', '^[^:]*::', '/etc/shadow'),
  grep('-Rn', '.', '/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d'),
  {
    argv: [
      '/usr/bin/find',
      ...guardedFolders,
      ...['-maxdepth', '7', '-printf', '%y/%m/%u/%g/', '-print0', '-type', 'l', '-printf', '%l', '-print0'],
    ],
  },
]

/** One awk does what grep, head, cut and sed would: of several short programs in a row the start is what costs. */
const SCRIPT = `read_as_root() {
  text=$(gh_sudo "$1" 2>&1)
  printf '@%s %s\\n' "$2" "$?"
  [ -z "$text" ] || printf '%s\\n' "$text" | awk -v "skip=:[0-9]+:[ \\t]*($3)" '$0 !~ skip { if (++n > 3000) exit; print "=" substr($0, 1, 2000) }'
}
read_as_root 1 audit-loaded '#'
read_as_root 2 audit-state '#'
read_as_root 3 audit-written '#'
read_as_root 4 sudoers '#$|#[^i0-9]'
read_as_root 5 shadow '#'
read_as_root 6 sshd-config '#'
list=$({ gh_sudo 7 2>/dev/null; printf '\\000#%s' "$?"; } | tr '\\012\\000' '\\001\\012')
printf '@files %s\\n' "\${list##*#}"
printf '%s\\n' "$list" | awk 'NR > ${MAX_FILES} { exit } { print "=" substr($0, 1, 1000) }'
exit 0
`

/** One section for all small things that only root may read; the facts beside it share it. */
export const collectPrivileged = (): readonly SectionSpec[] => [
  script({
    id: 'privileged',
    expectedMs: 50,
    display:
      'sudo auditctl -l, auditctl -s; grep in audit rules, sudoers, shadow (accounts without password), sshd_config; find of key and log folders',
    script: SCRIPT,
    privileged: commands,
    // Seven calls of sudo, each of which waits for DNS where it cannot resolve the name of its host.
    timeoutMs: 40_000,
    maxBytes: 1_048_576,
  }),
]
