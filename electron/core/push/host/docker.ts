import type { HostKind } from './kind.ts'

/**
 * Rules for what Docker forwards stand in a chain of their own, which DOCKER-USER leads to: Docker makes that chain where it is missing and leaves
 * what is in it alone (https://docs.docker.com/engine/network/firewall-iptables/). Docker itself goes on as it is.
 */
const LOAD = `
gh_published_off() {
  for gh_tool in iptables ip6tables; do
    command -v "$gh_tool" >/dev/null && "$gh_tool" -w -n -L GATEHOUSE-PUBLISHED >/dev/null 2>&1 || continue
    for gh_chain in DOCKER-USER INPUT; do
      while "$gh_tool" -w -D "$gh_chain" -j GATEHOUSE-PUBLISHED 2>/dev/null; do :; done
    done
    "$gh_tool" -w -F GATEHOUSE-PUBLISHED && "$gh_tool" -w -X GATEHOUSE-PUBLISHED || return 1
    # Stays where Docker, or somebody's rule, is in it.
    "$gh_tool" -w -X DOCKER-USER 2>/dev/null || :
  done
}
# Words of systemctl come in.
gh_published_load() {
  systemctl daemon-reload || return 1
  if [ -e "$gh_units/gatehouse-published-ports.service" ]; then systemctl "$@" gatehouse-published-ports.service
  else gh_published_off; fi
}`

export const dockerFirewallOnHost: HostKind = {
  tools: ['iptables-restore'],
  validate: `
gh_try_published() {
  [ "$8" = docker-firewall ] && [ "$7" != absent ] || return 0
  case $2 in
    *.service)
      mkdir "$gh_base/units" && cp -- "$gh_base/new.$1" "$gh_base/units/\${2##*/}" || return 1
      gh_said=$(systemd-analyze verify "$gh_base/units/\${2##*/}" 2>&1) || gh_invalid "$gh_said"
      rm -rf "$gh_base/units"
      ;;
    *4.rules)
      iptables -w -C FORWARD -j DOCKER-USER 2>/dev/null || gh_invalid "Docker leads nothing through its chain DOCKER-USER on this host"
      gh_said=$(iptables-restore -w --test --noflush <"$gh_base/new.$1" 2>&1) || gh_invalid "$gh_said"
      ;;
    *)
      ip6tables -w -n -L INPUT >/dev/null 2>&1 || return 0
      gh_said=$(ip6tables-restore -w --test --noflush <"$gh_base/new.$1" 2>&1) || gh_invalid "$gh_said"
      ;;
  esac
}
gh_files gh_try_published || return 1`,
  activate: `${LOAD}
gh_published_load restart || gh_fail "inactive the rules for published ports do not load"`,
  reactivate: `${LOAD}
gh_published_load --no-block restart || gh_back=1`,
}
