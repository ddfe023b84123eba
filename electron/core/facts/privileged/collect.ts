import { type PrivilegedCommand, type SectionSpec, script } from '../../probe/section.ts'
import { statFormat } from '../path-entry.ts'

/** Folders whose owners and modes matter: proxies and their keys, login programs, logs. Those that do not exist are passed over. */
export const guardedFolders = [
  ...['/etc/nginx', '/etc/caddy', '/etc/haproxy', '/etc/oauth2-proxy', '/etc/ssl/private', '/etc/pki/tls/private', '/etc/pki/nginx'],
  ...['/etc/letsencrypt/live', '/etc/letsencrypt/archive', '/etc/vllm', '/etc/ollama'],
  // Where the templates put keys.
  '/etc/gatehouse',
  ...['/var/log/nginx', '/var/log/caddy', '/var/log/audit', '/var/log/auth.log', '/var/log/secure'],
  // Home of Caddy's account: the keys that it gets for itself lie seven folders deep, and the configuration that it saves.
  '/var/lib/caddy',
] as const

/** Rows of the list of files: what stands behind them was not seen. */
export const MAX_FILES = 5000

const grep = (...words: readonly string[]): PrivilegedCommand => ({ argv: ['/usr/bin/grep', ...words], alternatives: ['/bin/grep'] })

/** What RHEL's sshd_config includes: algorithms, which update-crypto-policies(8) writes for everybody to read. */
export const CRYPTO_POLICY = '/etc/crypto-policies/back-ends/opensshserver.config'

/** Which plugins sudo asks instead of its own, or with which other file of rules (sudo.conf(5)). sudo-rs has none. */
export const SUDO_CONF = '/etc/sudo.conf'

/** Whether ufw is on (ufw(8)): then what lies beside it is loaded when the host starts. */
export const UFW_CONF = '/etc/ufw/ufw.conf'

/** Rows of each kind; the last one says so where there are more. */
const MAX_ROWS = 3000
/** Characters of a row; Gatehouse's own rules have 3,300. A longer one is left out and says so, since half a rule of sudo is another rule. */
const MAX_ROW_LENGTH = 16_000
export const TOO_LONG = '<too long>'

/** The order is that of `gh_sudo` in the script. All of them only read; none prints a password hash or a key. */
const commands: readonly PrivilegedCommand[] = [
  { argv: ['/usr/sbin/auditctl', '-l'], alternatives: ['/sbin/auditctl'] },
  { argv: ['/usr/sbin/auditctl', '-s'], alternatives: ['/sbin/auditctl'] },
  grep(
    ...['-Rn', '.', '/etc/audit/rules.d', '/etc/sudoers', '/etc/sudoers.d', '/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d'],
    ...['before', 'before6', 'after', 'after6', 'user', 'user6'].map((name) => `/etc/ufw/${name}.rules`),
  ),
  {
    argv: [
      '/usr/bin/find',
      ...guardedFolders,
      ...['-maxdepth', '7', '-printf', '%y/%m/%u/%g/', '-print0', '-type', 'l', '-printf', '%l', '-print0'],
    ],
  },
]

/**
 * One awk for all of them. What each printed stands between lines that begin with the nonce of this run, which no text of the host can know. Files of
 * four kinds come from one grep, since each sudo costs more than what it runs: a row, or what grep says of a file, goes where the path in front of it belongs. Those of ufw
 * count where it is on, since otherwise it loads none of them.
 */
const SCRIPT = `if [ "\${gh_rs:--}" != - ]; then printf '@sudo-rs '; [ -e /etc/sudoers-rs ]; echo "$?"
elif [ -e ${SUDO_CONF} ] && ! [ -r ${SUDO_CONF} ]; then echo '@sudo-plugin'
elif [ -e ${SUDO_CONF} ]; then
  # A line that ends with a backslash goes on in the next one, but no comment does (sudo_parseln, lib/util/parseln.c).
  awk '/^[ \\t]*#/ { next }
    { $0 = held $0; held = "" }
    sub(/\\\\$/, "") { held = $0; next }
    tolower($1) == "plugin" { sub(/^[ \\t]*[^ \\t]+[ \\t]*/, ""); sub(/[ \\t]+$/, ""); print "@sudo-plugin " $0 }' ${SUDO_CONF}
fi
{
  number=0
  for name in audit-loaded audit-state files listed; do
    number=$((number + 1))
    printf '%s<%s\\n' "$gh_k" "$name"
    [ $name != files ] || ! [ -r ${CRYPTO_POLICY} ] || grep -Hn . ${CRYPTO_POLICY}
    case $name in
      listed) { gh_sudo 4 2>/dev/null; printf '\\000#%s' "$?"; } | tr '\\012\\000' '\\001\\012' ;;
      *) gh_sudo "$number" 2>&1 ;;
    esac
    printf '\\n%s>%s\\n' "$gh_k" "$?"
  done
} | awk 'BEGIN { opens = ENVIRON["gh_k"] "<"; ends = ENVIRON["gh_k"] ">" }
  function isOn(  row) { while ((getline row < "${UFW_CONF}") > 0) if (row ~ /^ENABLED=.*[yY][eE][sS]/) return 1 }
  function put(block) { print "@" block " " code[block]; for (i = 1; i <= n[block]; i++) print row[block, i] }
  function add(block, skip) {
    if ($0 ~ skip) return
    if (n[block] < ${MAX_ROWS} && length($0) <= ${MAX_ROW_LENGTH}) row[block, ++n[block]] = "=" $0
    else { if (n[block] < ${MAX_ROWS}) n[block]++; row[block, n[block]] = "=" substr($0, 1, 200) "${TOO_LONG}" }
  }
  # Programs of rules that the distribution does not bring, with the folders above: who may write them runs what they like.
  function named(  line, path, part, i, p) {
    line = $0; sub(/^[^:]*:[0-9]+:/, "", line)
    while (match(line, /[ \\t,:=!"]\\/[A-Za-z0-9_.\\/+-]+/)) {
      path = substr(line, RSTART + 1, RLENGTH - 1); line = substr(line, RSTART + RLENGTH)
      if (path ~ /^\\/((usr\\/)?(s?bin|lib)|etc|dev|proc)\\//) continue
      p = ""; split(path, part, "/")
      for (i = 2; part[i] != "" && i < 20; i++) { p = p "/" part[i]; if (!(p in seen) && m++ < 400) { seen[p]; paths = paths " " p } }
    }
  }
  index($0, opens) == 1 { name = substr($0, length(opens) + 1); next }
  index($0, ends) == 1 {
    if (name == "listed") next
    code[name] = substr($0, length(ends) + 1)
    if (name != "files") { put(name); next }
    code["audit-written"] = code["sudoers"] = code["sshd-config"] = code["ufw"] = code[name]
    put("audit-written"); put("sudoers"); if (isOn()) put("ufw"); next
  }
  # Of the list that went through tr the last line is how its command ended.
  name == "listed" { if (lines++ && entries < ${MAX_FILES}) entry[++entries] = "=" substr(held, 1, 1000); held = $0; next }
  $0 == "" { next }
  name != "files" { add(name, ":[0-9]+:[ \\t]*#"); next }
  /^([a-z\\/]*grep: )?\\/etc\\/audit\\// { add("audit-written", ":[0-9]+:[ \\t]*#"); next }
  /^([a-z\\/]*grep: )?\\/etc\\/sudoers/ { add("sudoers", ":[0-9]+:[ \\t]*(#$|#[^i0-9])"); named(); next }
  /^([a-z\\/]*grep: )?\\/etc\\/(ssh|crypto-policies)\\// { add("sshd-config", ":[0-9]+:[ \\t]*#"); next }
  /^([a-z\\/]*grep: )?\\/etc\\/ufw\\// { add("ufw", "^([a-z/]*grep: |[^:]*:[0-9]+:#)"); next }
  # What stands for all of them: the words of sudo, or a program that is missing.
  { add("audit-written", "^$"); add("sudoers", "^$"); add("sshd-config", "^$"); add("ufw", "^$") }
  END { put("sshd-config"); if (m) { print "@sudo-paths"; fflush(); system("exec stat -L -c \\047=${statFormat}\\047 --" paths " 2>/dev/null") }
    print "@files " substr(held, 2); for (i = 1; i <= entries; i++) print entry[i] }'
exit 0
`

/** One section for all small things that only root may read; the facts beside it share it. */
export const collectPrivileged = (): readonly SectionSpec[] => [
  script({
    id: 'privileged',
    expectedMs: 40,
    display: 'sudo auditctl -l, auditctl -s; grep in audit rules, sudoers, sshd_config, /etc/ufw/*.rules; find of key and log folders',
    script: SCRIPT,
    privileged: commands,
    // Four calls of sudo, each of which waits for DNS where it cannot resolve the name of its host.
    timeoutMs: 40_000,
    maxBytes: 1_048_576,
  }),
]
