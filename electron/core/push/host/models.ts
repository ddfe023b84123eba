import { shellQuote } from '../../probe/shell-quote.ts'
import type { HostKind } from './kind.ts'

/**
 * Owner and mode of every file in a folder that a service may change while root works there. So it is done in a mount namespace in which nothing
 * can be written but the folder itself, bound from where it really is: a link that somebody puts in the way leads to what is read-only. File
 * systems that are mounted below are left out. Words: what to do, folder, where to bind it, and what that needs. A list goes to descriptor 3.
 */
const INSIDE = `what=$1 folder=$2 tree=$3
cd -P -- "$folder" && [ "$(pwd -P)" = "$folder" ] || { echo "$folder is not where it says"; exit 1; }
mkdir -p "$tree" && mount --bind . "$tree" && cd "$tree" || exit 1
sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* \\([^ ]*\\) .* - \\([^ ]*\\) .*/\\2 \\1/p' /proc/self/mountinfo | while read -r kind at; do
  case $kind in proc|sysfs|cgroup*|devpts|mqueue|hugetlbfs|debugfs|tracefs|bpf|securityfs|configfs|fusectl|pstore|autofs|binfmt_misc|efivarfs|nsfs) continue ;; esac
  [ "$at" = "$tree" ] || mount -o remount,bind,ro "$(printf %b "$at")" || exit 1
done || exit 1
# Those of one kind, owner and mode; what is gone, or is a link now, is none of them.
named() {
  grep "^$type $own $mode [.]/" "$list" | cut -d ' ' -f 4- | sed 's|/$||' | while IFS= read -r path; do
    if [ "$type" = l ]; then [ -h "$path" ]; else [ ! -h "$path" ] && [ -e "$path" ]; fi && printf '%s\\0' "$path"
  done
}
case $what in
  list)
    [ -z "$(find . -xdev -name '*
*')" ] || { echo "a name in $folder has an end of line"; exit 1; }
    [ -z "$(find . -xdev -type f -links +1)" ] || { echo "a file in $folder has a second name"; exit 1; }
    [ "$(find . -xdev | head -n 20001 | wc -l)" -le 20000 ] || { echo "$folder holds more than 20000 files"; exit 1; }
    find . -xdev -printf '%y %U:%G %m %p/\\n' >&3
    ;;
  give)
    find . -xdev -exec chown -h -- "$4" {} + && find . -xdev -type d -exec chmod 0750 {} + && find . -xdev -type f -exec chmod 0640 {} +
    ;;
  back)
    list=$4
    cut -d ' ' -f 1-3 "$list" | sort -u | while read -r type own mode; do
      named | xargs -0 -r chown -h -- "$own" || exit 1
      [ "$type" = l ] || named | xargs -0 -r chmod -- "$mode" || exit 1
    done
    ;;
esac`

const SHARED = `
gh_in_folder() { unshare --mount --propagation private /bin/sh -c ${shellQuote(INSIDE)} sh "$1" "$2" "$gh_base/tree" "$3" 2>&1; }
gh_model_lines() { cat "$@" 2>/dev/null | sed -n 's/^Z \\([^ ]*\\) [^ ]* \\([^ ]*\\) \\([^ ]*\\) .*/\\1 \\2:\\3/p'; }
# As the lists say that are kept in $1.
gh_owners_back() {
  [ -e "$1/owners/folders" ] || return 0
  gh_missed=0
  while read -r gh_line; do
    [ ! -d "\${gh_line#*:}" ] || gh_in_folder back "\${gh_line#*:}" "$1/owners/\${gh_line%%:*}" || gh_missed=1
  done <"$1/owners/folders"
  return "$gh_missed"
}`

/** The undo gives back what the list of the host says; so does a push that takes this one back. */
export const modelOwnersOnHost: HostKind = {
  validate: `${SHARED}
gh_list_owners() {
  [ "$8" = model-owners ] || return 0
  mkdir "$gh_base/owners" && gh_model_lines "$gh_base/new.$1" "$gh_base/old.$1" | cut -d ' ' -f 1 | sort -u | grep -n / >"$gh_base/owners/folders" || return 1
  while read -r gh_line; do
    gh_said=$(gh_in_folder list "\${gh_line#*:}" "" 3>"$gh_base/owners/\${gh_line%%:*}") || gh_invalid "$gh_said"
  done <"$gh_base/owners/folders"
}
gh_files gh_list_owners || return 1`,
  activate: `${SHARED}
gh_give_owners() {
  [ "$8" = model-owners ] && [ "$7" != absent ] || return 0
  gh_model_lines "$2" >"$gh_base/owners/given"
  while read -r gh_line; do
    gh_said=$(gh_in_folder give "\${gh_line% *}" "\${gh_line#* }") || gh_fail "inactive owners in \${gh_line% *}: $(printf %s "$gh_said" | tr '\\n' ' ' | head -c 300)"
  done <"$gh_base/owners/given"
}
if [ -n "$gh_reverts" ]; then gh_owners_back "$gh_history/$gh_reverts" || gh_fail "inactive owners do not become what they were"
else gh_files gh_give_owners; fi`,
  reactivate: `${SHARED}
gh_owners_back "$gh_base" || gh_back=1`,
}
