import type { HostKind } from './kind.ts'

/** Units that are masked are stopped, too; taken back, or undone, those that ran before run again (systemctl(1), mask). */
export const maskOnHost: HostKind = {
  validate: `
gh_note_unit() { [ "$8" != unit-mask ] || ! systemctl --quiet is-active "\${2##*/}" || echo "\${2##*/}" >>"$gh_base/active"; }
gh_files gh_note_unit || return 1`,
  activate: `
gh_unit_off() {
  case "$8 $7" in
    "unit-mask link:"*)
      timeout 60 systemctl stop -- "\${2##*/}" 2>/dev/null
      ! systemctl --quiet is-active "\${2##*/}" || gh_fail "inactive \${2##*/} does not stop"
      ;;
  esac
}
gh_files gh_unit_off
systemctl daemon-reload || gh_fail "inactive daemon-reload failed"
if [ -n "$gh_reverts" ] && [ -e "$gh_history/$gh_reverts/active" ]; then
  while read -r gh_one; do timeout 60 systemctl start -- "$gh_one" || gh_fail "inactive $gh_one does not start"; done <"$gh_history/$gh_reverts/active"
fi`,
  reactivate: `
systemctl daemon-reload || gh_back=1
if [ -e "$gh_base/active" ]; then while read -r gh_one; do systemctl --no-block start -- "$gh_one" || gh_back=1; done <"$gh_base/active"; fi`,
}
