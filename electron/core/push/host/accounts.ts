import type { HostKind } from './kind.ts'

/**
 * `/etc/passwd`, `/etc/shadow`, `/etc/group` and `/etc/gshadow` with other lines: pwck(8) and grpck(8) read the old and the new files side by side. What they found
 * before is no fault of ours; anything else is.
 */
export const accountFilesOnHost: HostKind = {
  tools: ['awk', 'pwck', 'grpck'],
  validate: `
gh_account_file() {
  [ -e "$gh_base/new.$1" ] || return 0
  case $2 in /etc/passwd) gh_passwd=$1 ;; /etc/shadow) gh_shadow=$1 ;; /etc/group) gh_group=$1 ;; /etc/gshadow) gh_gshadow=$1 ;; esac
}
gh_accounts_said() {
  [ -z "$gh_shadow" ] || { pwck -q -r "\${gh_passwd:+$gh_base/$1.}\${gh_passwd:-/etc/passwd}" "$gh_base/$1.$gh_shadow"; echo "$?"; }
  [ -z "$gh_group" ] || { grpck -r "$gh_base/$1.$gh_group" \${gh_gshadow:+"$gh_base/$1.$gh_gshadow"}; echo "$?"; }
}
gh_check_accounts() {
  gh_passwd= gh_shadow= gh_group= gh_gshadow=
  gh_files gh_account_file
  gh_was=$(gh_accounts_said old 2>&1)
  gh_said=$(gh_accounts_said new 2>&1 | sed "s|$gh_base/new[.]|$gh_base/old.|g")
  [ "$gh_said" = "$gh_was" ] || gh_invalid "$gh_said"
}
gh_check_accounts || return 1`,
}
