import type { HostKind } from './kind.ts'

/**
 * ufw-init loads what lies in /etc/ufw and writes nothing; `ufw reload` would write the files anew. What was a policy of the kernel before ufw
 * held is written down, since `force-stop` leaves every chain open (ufw-init-functions of ufw 0.36).
 */
const UFW = `
gh_ufw() {
  for gh_init in /usr/lib/ufw/ufw-init /lib/ufw/ufw-init /usr/libexec/ufw/ufw-init; do
    [ -x "$gh_init" ] || continue
    timeout 60 "$gh_init" "$1" >/dev/null 2>&1
    return
  done
  return 1
}
# Opens for a moment, as every reload of ufw does. Where it was off, policies become again what they were.
gh_ufw_load() {
  gh_ufw force-stop || return 1
  if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf; then gh_ufw start; return; fi
  for gh_tool in iptables ip6tables; do
    [ ! -e "$1/policies.$gh_tool" ] || while read -r gh_policy; do $gh_tool $gh_policy || return 1; done <"$1/policies.$gh_tool"
  done
}`

/**
 * Beside ufw, firewalld has rules of its own; ufw.service and nftables.service come in no order at the start of the host, and a `flush` of the latter takes
 * those of ufw along.
 */
export const ufwOnHost: HostKind = {
  rivalUnits: ['firewalld.service'],
  rivals: `
! gh_comes nftables.service || { [ -r /etc/nftables.conf ] && ! grep -Eq '^[^#]*\\b(flush|include)\\b' /etc/nftables.conf; } || gh_rival nftables.service`,
  tree: '/etc/ufw',
  tools: ['ufw', 'iptables-restore'],
  check: `/bin/sh -c 'ufw --dry-run reload >/dev/null && iptables-restore -n -t </etc/ufw/user.rules && { ! ip6tables -L INPUT -n >/dev/null 2>&1 || ip6tables-restore -n -t </etc/ufw/user6.rules; }'`,
  validate: `
for gh_tool in iptables ip6tables; do
  for gh_chain in INPUT FORWARD OUTPUT; do $gh_tool -S "$gh_chain" 2>/dev/null | grep '^-P'; done >"$gh_base/policies.$gh_tool"
done`,
  activate: `${UFW}
gh_ufw_load "$gh_history/$gh_reverts" || gh_fail "inactive ufw does not load its rules"`,
  reactivate: `${UFW}
gh_ufw_load "$gh_base" || gh_back=1`,
}

/**
 * The file holds one table, which it replaces. The service is not started for it: stopping that one flushes the rules of everybody (nft(8),
 * nftables.service). So may its old file, which is loaded again only where it was in use and is not any more: the service has begun with the new one since.
 * The tables of iptables that it takes, where Docker has its chains, are put back: as at a start of the host it comes before them.
 */
const NFT = `
gh_nft_began() {
  ! systemctl --quiet is-active nftables.service || echo "$(cat /proc/sys/kernel/random/boot_id) $(gh_property nftables.service ActiveEnterTimestampMonotonic)"
}
# Tables that are gone since, of the tools that made them: those of iptables hold what nft prints but does not read.
gh_nft_lost() {
  for gh_table in filter nat mangle raw security; do
    ! nft list table "$2" "$gh_table" >/dev/null 2>&1 || continue
    gh_lines=$(printf '%s\\n' "$3" | sed -n "/^\\*$gh_table$/,/^COMMIT$/p")
    [ -z "$gh_lines" ] || printf '%s\\n' "$gh_lines" | "$1-restore" -w || return 1
  done
}
gh_nft_load() {
  gh_four=$(iptables-save 2>/dev/null)
  gh_six=$(ip6tables-save 2>/dev/null)
  nft -f /etc/nftables.conf && gh_nft_lost iptables ip "$gh_four" && gh_nft_lost ip6tables ip6 "$gh_six"
}
gh_nft_old() {
  nft delete table inet gatehouse 2>/dev/null
  gh_began=$(cat "$1/nft-began" 2>/dev/null)
  if [ -e "$1/nft-table" ] || { [ -n "$gh_began" ] && [ "$gh_began" != "$(gh_nft_began)" ]; }; then gh_nft_load; fi
}`

/** firewalld.service has `Conflicts=nftables.service`: systemd starts one of them, and stopping that of nftables flushes all rules. */
export const nftablesOnHost: HostKind = {
  rivalUnits: ['firewalld.service'],
  tools: ['nft'],
  validate: `${NFT}
gh_nft_try() {
  [ "$8" = nftables ] && [ "$7" != absent ] || return 0
  gh_said=$(nft -c -f "$gh_base/new.$1" 2>&1) || gh_invalid "$gh_said"
}
gh_files gh_nft_try || return 1
! nft list table inet gatehouse >/dev/null 2>&1 || : >"$gh_base/nft-table"
gh_nft_began >"$gh_base/nft-began" || return 1`,
  activate: `${NFT}
if [ -n "$gh_reverts" ]; then gh_nft_old "$gh_history/$gh_reverts" || gh_fail "inactive nft does not load the old rules"
else nft -f /etc/nftables.conf || gh_fail "inactive nft does not load its rules"; fi`,
  reactivate: `${NFT}
gh_nft_old "$gh_base" || gh_back=1`,
}
