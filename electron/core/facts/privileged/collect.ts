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

/** One awk for all of them. What each printed stands between lines that begin with the nonce of this run, which no text of the host can know. */
const SCRIPT = `{
  number=0
  for name in audit-loaded audit-state audit-written sudoers shadow sshd-config; do
    number=$((number + 1))
    printf '%s<%s\\n' "$gh_k" "$name"
    gh_sudo "$number" 2>&1
    printf '\\n%s>%s\\n' "$gh_k" "$?"
  done
} | awk 'BEGIN { opens = ENVIRON["gh_k"] "<"; ends = ENVIRON["gh_k"] ">" }
  index($0, opens) == 1 {
    name = substr($0, length(opens) + 1); n = 0
    skip = name == "sudoers" ? ":[0-9]+:[ \\t]*(#$|#[^i0-9])" : ":[0-9]+:[ \\t]*#"
    next
  }
  index($0, ends) == 1 { print "@" name " " substr($0, length(ends) + 1); for (i = 1; i <= n; i++) print row[i]; next }
  $0 != "" && $0 !~ skip && n < 3000 { row[++n] = "=" substr($0, 1, 2000) }'
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
