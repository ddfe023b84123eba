import { spareRuntime } from './spare.ts'

/** Takes away what an ended push left. Never one that is under way. What was there before the last twenty is kept, for a push that takes them back. */
export const clearRuntime = `${spareRuntime}
gh_keep() {
  mkdir -p -m 700 "$gh_history" && rm -f "$gh_base"/new.* "$gh_base"/.ready.* "$gh_base/undo" "$gh_base/due" "$gh_base/lock" "$gh_base/wants" && mv -T -- "$gh_base" "$gh_history/$gh_id" || return 1
  ls -1t "$gh_history" | tail -n +21 | while read -r gh_old; do rm -rf "$gh_history/$gh_old"; done
  sync "$gh_history/$gh_id" "$gh_history" "\${gh_history%/*}"
}
gh_step() {
  if gh_mine && ! gh_held; then
    gh_files gh_no_spare
    if [ -e "$gh_base/committed" ]; then gh_keep || rm -rf "$gh_base"
    elif [ -e "$gh_base/undone" ]; then rm -rf "$gh_base"; fi
  fi
  gh_say end
}
`
