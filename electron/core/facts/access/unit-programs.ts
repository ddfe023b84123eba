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
set -- /etc/systemd/system/*.wants/*@?*.service /etc/systemd/system/*.requires/*@?*.service /etc/systemd/system/*.service /run/systemd/system/*.service /usr/local/lib/systemd/system/*.service /etc/systemd/system/service.d/*.conf /run/systemd/system/service.d/*.conf /etc/systemd/system/*.service.d/*.conf /run/systemd/system/*.service.d/*.conf
set -f
started=$({ for file do case $file in */*@?*.service) [ -L "$file" ] ;; *) false ;; esac || [ -f "$file" ] && printf '%s\\n' "$file"; done; grep -rlE '^Exec[^/]*/([^blsu]|s[^b]|usr/lo)|^Exec[^/ ]*%[SCLEhTVtpiI]|^Exec.*[ "](/opt|/srv|/home|/data|/usr/local)/' /lib/systemd/system 2>/dev/null; } | awk '
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
function meant(text, unit,   name, at, sign, whole) {
  name = unit; sub(/[.]service$/, "", name)
  at = index(name, "@")
  stands["n"] = unit; stands["N"] = name; stands["p"] = at ? substr(name, 1, at - 1) : name
  stands["i"] = at && at < length(name) ? substr(name, at + 1) : "%i"
  stands["I"] = stands["i"]; gsub(/-/, "/", stands["I"])
  while (match(text, /%[A-Za-z%]/)) {
    sign = substr(text, RSTART + 1, 1)
    whole = whole substr(text, 1, RSTART - 1) (sign in stands ? stands[sign] : "%" sign)
    text = substr(text, RSTART + 2)
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
  for (from = 1; match(substr(value, from), /[ \\t];([ \\t]|$)/); from = at + 1) {
    at = from + RSTART - 1
    before = substr(value, 1, at - 1)
    if (gsub(/"/, "", before) % 2 || gsub(/\\047/, "", before) % 2) continue
    command(unit, key, substr(value, 1, at - 1))
    value = substr(value, at + 2); sub(/^[ \\t]+/, "", value)
    at = 0
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
function each(file, unit,   name, count, k, template) {
  count = split(unit in instances ? substr(instances[unit], 2) : unit, name, "/")
  for (k = 1; k <= count; k++) {
    if (file ~ /[.]service$/) { if (!(name[k] in known)) { known[name[k]]; take(file, name[k]) } continue }
    if (!(name[k] in known) && name[k] != "every service") {
      known[name[k]]; template = name[k]; sub(/@.*$/, "@.service", template)
      base = 1; take(template in lies ? lies[template] : "/lib/systemd/system/" template, name[k]); base = 0
    }
    take(file, name[k])
  }
}
function tell(i, path) {
  if (path ~ /^\\/(usr\\/)?(bin|sbin|lib|lib64|libexec)\\// || (lent[of[i]] && !root[i])) return
  if (!root[i] && user[of[i]] ~ /%/) { if (!(of[i] in unsaid)) print "=!\\t" of[i] "\\t"; unsaid[of[i]]; return }
  print "=" (root[i] || user[of[i]] == "" ? "root" : user[of[i]]) "\\t" of[i] "\\t" path
}
BEGIN {
  stands["%"] = "%"; stands["h"] = "/root"; stands["t"] = "/run"; stands["S"] = "/var/lib"; stands["C"] = "/var/cache"; stands["L"] = "/var/log"
  stands["E"] = "/etc"; stands["T"] = "/tmp"; stands["V"] = "/var/tmp"; stands["u"] = "root"; stands["U"] = "0"
}
{ unit = $0; sub(/[.]d\\/[^\\/]*[.]conf$/, "", unit); sub(/^.*\\//, "", unit) }
/[.](wants|requires)\\/[^\\/]*$/ { $0 = unit; sub(/@.*$/, "@.service"); if (index(instances[$0] "/", "/" unit "/") == 0) instances[$0] = instances[$0] "/" unit; next }
/[.]service$/ { if (!(unit in lies)) lies[unit] = $0; each($0, unit); next }
/[.]d\\/[^\\/]*[.]conf$/ { each($0, unit == "service" ? "every service" : unit) }
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
