import type { HostKind } from './kind.ts'

/**
 * augenrules makes audit.rules of all files of rules.d, keeps the one from before as audit.rules.prev, and loads it (augenrules(8)). Both are kept for the
 * undo, which loads the old one. Rules that are locked (`-e 2`) stay until the next start of the host.
 */
export const auditRulesOnHost: HostKind = {
  tree: '/etc/audit',
  check: 'augenrules --check',
  tools: ['auditctl'],
  validate: `
case $(auditctl -s 2>&1) in *"enabled 2"*) gh_fail "invalid the audit rules are locked until the next start of the host" ;; esac
for gh_one in audit.rules audit.rules.prev; do [ ! -f "/etc/audit/$gh_one" ] || cp -a -- "/etc/audit/$gh_one" "$gh_base/$gh_one" || return 1; done`,
  activate: `
gh_said=$(timeout 60 augenrules --load 2>&1) || gh_fail "inactive augenrules: $(printf %s "$gh_said" | tr '\\n' ' ' | head -c 300)"`,
  reactivate: `
for gh_one in audit.rules audit.rules.prev; do
  if [ -f "$gh_base/$gh_one" ]; then cp -a -- "$gh_base/$gh_one" "/etc/audit/.gatehouse-$gh_one" && mv -fT -- "/etc/audit/.gatehouse-$gh_one" "/etc/audit/$gh_one" || gh_back=1
  else rm -f "/etc/audit/$gh_one" || gh_back=1; fi
done
sync /etc/audit
grep -qs '^-D' /etc/audit/audit.rules || auditctl -D >/dev/null 2>&1
[ ! -f /etc/audit/audit.rules ] || auditctl -R /etc/audit/audit.rules >/dev/null 2>&1 || gh_back=1`,
}
