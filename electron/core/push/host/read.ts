import { editRuntime } from './edits.ts'

const reading = `
gh_read() {
  gh_now=$(gh_state "$2" "$6 $7")
  if [ "$gh_now" = unreadable ] && [ -f "$2" ] && [ ! -r "$2" ]; then gh_now=unread:$(stat -c %u:%g:%a -- "$2"); fi
  gh_say "file $1 $gh_now"
  if [ -n "$9" ]; then gh_foreseen "$@"; return 0; fi
  case $gh_now in kept:*|link:*|unread:*) ;; *:*) [ "$(wc -c <"$2")" -le 65536 ] && base64 <"$2" | while read -r gh_line; do gh_say "content $1 $gh_line"; done ;; esac
  return 0
}
gh_step() {
  gh_files gh_read
  gh_say "unit $(gh_unit_state)"
  gh_say "init $(gh_init)"
  for gh_tool in $gh_tools; do command -v "$gh_tool" >/dev/null || gh_say "lacks $gh_tool"; done
  ! gh_systemd || gh_rivals
  # What is read may be undone yet. Who it is root alone may read.
  if [ -d "$gh_base" ] && gh_armed; then gh_say "open $(gh_who_holds) $(cat "$gh_base/since" 2>/dev/null || stat -c %W -- "$gh_base") $(cat "$gh_base/who" 2>/dev/null)" && gh_say armed; fi
  gh_say end
}
`

/**
 * Without any right: what a plan is made from. The content of what is there follows its state, in base64. Of a file that this account may not read
 * the state is `unread:uid:gid:mode`.
 */
export const readRuntime = `gh_foreseen() { :; }
${reading}`

/** The same as root, who may say what an edit would make of a file. */
export const inspectRuntime = `${editRuntime}
# What an edit would make of the file, and which lines: the content stays here.
gh_foreseen() {
  case $gh_now in absent|other|unreadable|unread:*|link:*|kept:*) return 0 ;; esac
  command -v awk >/dev/null || return 0
  gh_sum=$(gh_edit "$9" "\${10}" "" <"$2" | sha256sum) && gh_say "edited $1 \${gh_sum%% *}:\${gh_now#*:}"
  gh_edit "$9" "\${10}" told <"$2" | head -n 100 | while read -r gh_line; do gh_say "changes $1 $gh_line"; done
}
${reading}`

export const lookRuntime = 'gh_step() { gh_look; gh_say end; }\n'
