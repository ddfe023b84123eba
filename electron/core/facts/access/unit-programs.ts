import type { BlockRow } from '../blocks.ts'

/** A program that a unit of the admin starts. */
export interface UnitProgram {
  readonly unit: string
  /** Name or uid, as User= has it. */
  readonly account: string
  readonly path: string
  readonly line: number
}

export interface UnitPrograms {
  readonly programs: readonly UnitProgram[]
  /** Units with a file that the audit account may not read. */
  readonly unread: readonly string[]
}

const INTERPRETER =
  '(^|\\/)(sh|bash|dash|ash|busybox|zsh|ksh|env|nice|ionice|chrt|taskset|numactl|timeout|stdbuf|flock|python[0-9.]*|perl|ruby|node|java|php)$'
/** These do what a file says that lies where they are started. */
const ORDERED = '(^|\\/)((docker|podman)(-compose)?|np[mx]|yarn|pnpm|make|just|uv|poetry|cargo|go)$'
const PATH = '\\/[A-Za-z0-9_.\\/+@-]+'

/**
 * Piece of the `access` script; leaves `$started`: `=ACCOUNT<tab>UNIT<tab>PATH` for the programs of units that lie where the admin writes them, with their
 * drop-ins, those for every service (`service.d`) among them, and of those of packages whose programs lie elsewhere than the distribution has them (systemd.unit(5), systemd.service(5)); `=!<tab>UNIT<tab>` for one that could not be read, or
 * whose account only says who starts it (`User=%i`). Instances of a template are those that are switched on or have drop-ins. Of a command only its program is told, and what a shell or an
 * interpreter is given first: its other words may be secrets. Programs of the distribution are root's, and left out. `+` and `!` before a command give it to root
 * whatever User= says, and PermissionsStartOnly= all but ExecStart=; of a file of variables, by which one loads libraries, the path is told as well; an empty assignment takes back what was said before. What a program is given relative to where it is started lies in WorkingDirectory=, and so does what
 * Docker Compose, npm or make do as it says.
 */
export const unitProgramsScript = `set +f
set -- /etc/systemd/system/*.[wr]*s/*@?*.service /etc/systemd/system/*.service /run/systemd/system/*.service /usr/local/lib/systemd/system/*.service /etc/systemd/system/*service.d/*.conf /run/systemd/system/*service.d/*.conf
set -f
started=$({ for file do case $file in *.[wr]*s/*) ;; *) [ -f "$file" ] || continue ;; esac; printf '%s\\n' "$file"; done; grep -rlE '^Exec[^/]*/([^blsu]|s[^b]|usr/lo)|^Exec[^/ ]*%[SCLEhTVtpiI]|^Exec.*[ "](/opt|/srv|/home|/data|/usr/local)/' /lib/systemd/system 2>/dev/null; } | awk '
function note(unit, key, above, path) { if (n < 400) { n++; of[n] = unit; kind[n] = key; root[n] = above; program[n] = path } }
# What it takes from the folder that it is started in: a file of it, or the folder itself.
function here(head, value,   word, count, i) {
  if (head ~ /${ORDERED}/) return (head !~ /(docker|podman)$/ || value ~ / compose /) && value !~ /[ =](-f|-C|--file|--cwd|--prefix|--directory|--project-directory)[ =]*\\// ? "." : ""
  if (head !~ /(^|\\/)((ba|da|z|k)?sh|python[0-9.]*|perl|ruby|node|php)$/) return ""
  count = split(value, word, /[ \\t]+/)
  for (i = 2; i <= count && word[i] ~ /^-/; i++) {
    if (word[i] ~ /^-[A-Za-z]*[IP]/) return ""
    if (word[i] ~ /^-[A-Za-z]*m$/ && head ~ /python/) return "."
    if (word[i] ~ /^-[A-Za-z]*[ce]$/) return ""
  }
  return i <= count && word[i] ~ /^[A-Za-z0-9_.][A-Za-z0-9_.\\/+@-]*$/ ? "./" word[i] : ""
}
# Words with a percent sign, as the manager of the system reads them (systemd.unit(5), Specifiers).
function meant(text, unit,   name, at, whole) {
  name = unit; sub(/[.]service$/, "", name)
  at = index(name "@", "@")
  is["n"] = unit; is["N"] = name; is["p"] = substr(name, 1, at - 1)
  is["I"] = is["i"] = at < length(name) ? substr(name, at + 1) : "%i"; gsub(/-/, "/", is["I"])
  for (; match(text, /%[A-Za-z%]/); text = substr(text, RSTART + 2)) {
    name = substr(text, RSTART + 1, 1)
    whole = whole substr(text, 1, RSTART - 1) (name in is ? is[name] : "%" name)
  }
  return whole text
}
function command(unit, key, value,   above, head, path, before, last) {
  # Of !! the kernel makes an account with capabilities, not root.
  above = value ~ /^[-@:|]*([+]|![^!])/
  sub(/^[-@:|+!]+/, "", value)
  head = value; sub(/[ \\t].*/, "", head); gsub(/["\\047]/, "", head)
  path = here(head, value)
  if (path != "") note(unit, key, above, path)
  # A bare name is looked for where the distribution keeps its programs, or in ExecSearchPath=.
  if (head ~ /^[A-Za-z0-9_.+@-]+$/) note(unit, key, above, "?" head)
  if (head !~ /^\\// && head !~ /${INTERPRETER}/) return
  while (match(value, /(^|[ \\t"\\047;&|(])${PATH}/)) {
    before = substr(value, 1, RSTART)
    path = substr(value, RSTART, RLENGTH); sub(/^[^\\/]/, "", path)
    value = substr(value, RSTART + RLENGTH)
    if (before ~ /(^|[ \\t"\\047;&|(])cd[ \\t]+$/) { if (value ~ /[ ;&|]([.]\\/|(sh|node|python[0-9.]*) [^-\\/ ]|npm |yarn |make|docker[- ]compose)/) note(unit, key, above, path); continue }
    # The file that is locked.
    if (last ~ /flock$/) { last = ""; continue }
    note(unit, key, above, path)
    last = path
    if (path !~ /${INTERPRETER}/) break
  }
}
# Of several commands in one line each is told; a semicolon in quotes parts none.
function commands(unit, key, value,   from, at, before) {
  for (from = 1; match(substr(value, from), /[ \\t];([ \\t]|$)/); ) {
    at = from + RSTART - 1; from = at + 1
    before = substr(value, 1, at - 1)
    if (gsub(/"/, "", before) % 2 || gsub(/\\047/, "", before) % 2) continue
    command(unit, key, substr(value, 1, at - 1))
    value = substr(value, at + 2); sub(/^[ \\t]+/, "", value); from = 1
  }
  if (value != "") command(unit, key, value)
}
function take(file, unit,   got, line, whole, key, value, i, counts) {
  while ((got = (getline line < file)) > 0) {
    if (line ~ /^[ \\t]*[#;]/) continue
    if (line ~ /\\\\$/) { whole = whole substr(line, 1, length(line) - 1) " "; continue }
    line = whole line; whole = ""
    if (line ~ /^[ \\t]*\\[/) { counts = line ~ /^[ \\t]*\\[Service\\]/; continue }
    if (!counts || !match(line, /^[ \\t]*[A-Za-z]+[ \\t]*=[ \\t]*/)) continue
    key = substr(line, 1, RLENGTH); value = substr(line, RLENGTH + 1); gsub(/[ \\t=]/, "", key)
    if (value ~ /%/) value = meant(value, unit)
    if (key == "User") { sub(/[ \\t]+$/, "", value); user[unit] = value }
    on = value ~ /^(1|y|t|on)/
    if (key == "DynamicUser") lent[unit] = on
    if (key == "WorkingDirectory") { gsub(/^-|[ \\t]+$/, "", value); at[unit] = value }
    if (key == "RootDirectory") { gsub(/^-|\\/*[ \\t]*$/, "", value); below[unit] = value }
    if (key == "RootImage" && value ~ /^\\//) { sub(/[ \\t]+$/, "", value); note(unit, key, 0, value) }
    if (key == "ExecSearchPath") search[unit] = value == "" ? "" : search[unit] ":" value
    if (key == "PermissionsStartOnly") first[unit] = on
    if (key !~ /^Exec(Condition|Start|StartPre|StartPost|Reload|Stop|StopPost)$|^EnvironmentFile$/) continue
    if (value == "") { for (i = 1; i <= n; i++) if (of[i] == unit && kind[i] == key) kind[i] = ""; continue }
    commands(unit, key, value)
  }
  close(file)
  # The file of the package, which everybody may read, may lie elsewhere, or be made by a generator.
  if (got < 0 && !base) print "=!\\t" unit "\\t"
}
# A template is as many units as it has instances.
function each(file, unit,   name, count, k, above) {
  count = split(unit in instances ? substr(instances[unit], 2) : unit, name, "/")
  for (k = 1; k <= count; k++) {
    unit = above = name[k]; sub(/@.*/, "@.service", above)
    base = file !~ /e$/
    if (!(unit in known) && unit != "every service") take(base ? (above in lies ? lies[above] : "/lib/systemd/system/" above) : file, unit)
    known[unit]
    if (base) { base = 0; take(file, unit) }
  }
}
function tell(i, path) {
  if (path ~ /^\\/(usr\\/)?(bin|sbin|lib|lib64|libexec)\\// || (lent[of[i]] && !root[i])) return
  if (!root[i] && user[of[i]] ~ /%/) { if (!(of[i] in unsaid)) print "=!\\t" of[i] "\\t"; unsaid[of[i]]; return }
  print "=" (root[i] || user[of[i]] == "" ? "root" : user[of[i]]) "\\t" of[i] "\\t" path
}
BEGIN { split("% % h /root t /run S /var/lib C /var/cache L /var/log E /etc T /tmp V /var/tmp u root U 0", w, " "); for (i = 1; i < 24; i += 2) is[w[i]] = w[i + 1] }
{ unit = $0; sub(/[.]d\\/[^\\/]*[.]conf$/, "", unit); sub(/^.*\\//, "", unit) }
/[.][wr][^\\/]*s\\/[^\\/]*$/ { $0 = unit; sub(/@.*/, "@.service"); instances[$0] = instances[$0] "/" unit; next }
/e$/ { if (!(unit in lies)) lies[unit] = $0 }
/[.]service$|[.]d\\/[^\\/]*[.]conf$/ { each($0, unit == "service" ? "every service" : unit) }
END {
  for (i = 1; i <= n; i++) {
    if (program[i] ~ /^[.]/) {
      if (at[of[i]] !~ /^\\/[^%]*$/) continue
      gsub(/^([.]\\/)+|^[.]$/, "", program[i])
      program[i] = at[of[i]] (program[i] == "" ? "" : "/" program[i])
    }
    if (first[of[i]] && kind[i] ~ /^Exec(Con|StartP|R|Sto)/) root[i] = 1
    if (kind[i] == "") continue
    if (sub(/^[?]/, "", program[i])) {
      count = split(search[of[i]], folder, ":")
      for (k = 2; k <= count; k++) if (folder[k] ~ /^\\/[^%]*$/) tell(i, below[of[i]] folder[k] "/" program[i])
      continue
    }
    tell(i, program[i])
    # What it starts lies in its own root; a file of variables does not.
    if (below[of[i]] ~ /^\\/[^%]*$/ && kind[i] ~ /^Exec/) tell(i, below[of[i]] program[i])
  }
}')
echo @unit-programs
[ -z "$started" ] || printf '%s\\n' "$started"
`

/** The rows of `@unit-programs`. */
export const parseUnitPrograms = (rows: readonly BlockRow[]): UnitPrograms => {
  const parts = rows.flatMap(({ text, line }) => {
    const [, account = '', unit = '', path = ''] = /^([^\t]{1,256})\t([^\t]{1,256})\t(\/[^\t]{1,1000})?$/.exec(text) ?? []
    return account === '' ? [] : [{ account, unit, path, line }]
  })
  return {
    programs: parts.filter(({ account, path }) => account !== '!' && path !== ''),
    unread: parts.flatMap(({ account, unit }) => (account === '!' ? unit : [])),
  }
}
