import type { HostKind } from './kind.ts'

/**
 * Reads what a push brings (`mine`), then files that hold against it: drop-ins of a later name, and with `variables` files of EnvironmentFile=, which
 * are stronger than any Environment= (systemd.exec(5)). Prints the first file and setting by which ours would not hold. Of settings that add up over
 * their lines (systemd.exec(5), systemd.service(5)) only an empty one takes ours away.
 */
const OUTDOES = `
function told(what) { if (!said++) print FILENAME " sets " what }
function plain(text) { gsub(/["\\047]/, "", text); sub(/^[ \\t]+/, "", text); sub(/[ \\t\\r]+$/, "", text); return text }
{
  while (/\\\\$/ && (getline more) > 0) { sub(/\\\\$/, " "); $0 = $0 more }
  if (/^[ \\t]*([#;]|$)/) next
  if (/^[ \\t]*\\[/) { section = plain($0); next }
  at = index($0, "=")
  if (at == 0) next
  key = plain(substr($0, 1, at - 1))
  value = plain(substr($0, at + 1))
}
variables { if (key in variable && value != variable[key]) told(key); next }
key == "Environment" {
  if (value == "" && !mine && set) told("Environment anew")
  words = split(value, word, /[ \\t]+/)
  for (one = 1; one <= words; one++) {
    at = index(word[one], "=")
    name = substr(word[one], 1, at - 1)
    if (mine) { variable[name] = substr(word[one], at + 1); set = 1 }
    else if (name in variable && variable[name] != substr(word[one], at + 1)) told(name)
  }
  next
}
mine { setting[section, key] = value; next }
(section, key) in setting {
  adds = key ~ /^(EnvironmentFile|PassEnvironment|UnsetEnvironment|SupplementaryGroups|.*Paths|.*Directory|DeviceAllow|SystemCall.*|.*Capabilit.*|Restrict(AddressFamilies|Namespaces|NetworkInterfaces)|.*FileSystems?|.*Images|SocketBind.*|IPAddress.*|(Load|Set|Import)Credential.*|Exec(Condition|StartPre|StartPost|Reload|Stop|StopPost)|[A-Z][a-z]+)$/ && key !~ /^(User|Group|Type|Restart|Nice|Slice|WorkingDirectory|RootDirectory)$/
  if (adds ? value == "" : value != "" && value != setting[section, key]) told(key)
}
`

/** One that goes, because it was not there before the push that is taken back, is not among them. */
export const dropInsOnHost: HostKind = {
  tools: ['awk'],
  validate: `
gh_beside() { case "$8 $7" in "systemd-drop-in absent") ;; systemd-drop-in*) cp -- "$gh_base/new.$1" "$gh_verify/$gh_unit.d/\${2##*/}" ;; esac; }
# systemd-analyze reads the unit and the drop-ins that lie beside it. What it finds without ours is no fault of ours.
gh_check_drop_ins() {
  gh_verify=$gh_base/units gh_fragment=$(gh_property "$gh_unit" FragmentPath)
  [ -f "$gh_fragment" ] || gh_fail "no-unit $gh_unit has no unit file"
  # What others wrote there would hold with ours, and the undo could not take that back.
  [ "$(gh_property "$gh_unit" NeedDaemonReload)" != yes ] || gh_invalid "files of $gh_unit changed since systemd read them, and a push would have them hold, which its undo could not take back. Read the change, run systemctl daemon-reload, restart the unit, then plan again"
  mkdir "$gh_verify" "$gh_verify/$gh_unit.d" && cp -- "$gh_fragment" "$gh_verify/$gh_unit" || return 1
  gh_files gh_beside || return 1
  if gh_said=$(systemd-analyze verify "$gh_verify/$gh_unit" 2>&1); then gh_is=0; else gh_is=1; fi
  case $gh_said in *"$gh_verify/$gh_unit.d/"*) gh_invalid "$gh_said" ;; esac
  if [ "$gh_is" = 1 ]; then
    rm -f "$gh_verify/$gh_unit.d"/*
    systemd-analyze verify "$gh_verify/$gh_unit" >/dev/null 2>&1 && gh_invalid "$gh_said"
  fi
  rm -rf "$gh_verify"
}
gh_check_drop_ins || return 1
# Of what sets the same, the drop-in of the last name holds, wherever it lies (systemd.unit(5)).
gh_later() {
  for gh_each in $(gh_property "$gh_unit" DropInPaths); do
    if [ -r "$gh_each" ] && awk 'BEGIN { exit !(ARGV[1] "" > ARGV[2] "") }' "\${gh_each##*/}" "$1"; then printf '%s\\n' "$gh_each"; fi
  done
}
gh_variables() {
  gh_property "$gh_unit" EnvironmentFiles | sed 's/ (ignore_errors=.*//' | while read -r gh_each; do [ ! -r "$gh_each" ] || printf '%s\\n' "$gh_each"; done
}
gh_outdone() {
  case "$8 $7" in "systemd-drop-in absent") return 0 ;; systemd-drop-in*) ;; *) return 0 ;; esac
  gh_by=$(awk '${OUTDOES}' mine=1 "$gh_base/new.$1" mine= $(gh_later "\${2##*/}") variables=1 $(gh_variables) </dev/null)
  [ -z "$gh_by" ] || gh_invalid "$2 would not hold, since $gh_by, and for systemd that file is the stronger one. Take it out there, then plan again"
}
[ -n "$gh_reverts" ] || gh_files gh_outdone || return 1`,
  activate: `
systemctl daemon-reload || gh_fail "inactive daemon-reload failed"
# Half of the time until the undo, as the rest is for the looks; one that is up only then is no unit that does not start.
gh_wait=$(($gh_seconds / 2))
[ "$gh_wait" -ge 60 ] || gh_wait=60
timeout "$gh_wait" systemctl restart -- "$gh_unit"
case $? in 0) ;; 124) gh_fail "inactive $gh_unit did not end and begin anew within $gh_wait s; half of --undo-after is waited" ;; *) gh_fail "inactive $gh_unit does not start" ;; esac`,
  reactivate: 'systemctl daemon-reload || gh_back=1\nsystemctl --no-block restart -- "$gh_unit" || gh_back=1',
}
