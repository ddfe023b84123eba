import type { FileKind } from '#shared/model/push-template.ts'
import { shellQuote } from '../../probe/shell-quote.ts'
import type { HostFile } from '../templates/host-file.ts'
import { kinds } from '../templates/kinds.ts'
import { accountFilesOnHost } from './accounts.ts'
import { auditRulesOnHost } from './audit-rules.ts'
import { dockerFirewallOnHost } from './docker.ts'
import { dropInsOnHost } from './drop-ins.ts'
import { nftablesOnHost, ufwOnHost } from './firewalls.ts'
import type { HostKind } from './kind.ts'
import { logrotateOnHost } from './logrotate.ts'
import { modelOwnersOnHost } from './models.ts'
import { sshdOnHost } from './sshd.ts'
import { maskOnHost } from './units.ts'

/** `nginx -t`; 97 is EAFNOSUPPORT of errno(3). */
const NGINX = `said=$(nginx -q -t 2>&1) && exit
case $said in *"socket() [::]"*"(97: "*) echo "the host has no IPv6: a copy of the template without its lines listen [::] can be approved for it." ;; esac
printf "%s\\n" "$said"
exit 1`

/** A reload that would be refused leaves what was pushed in the processes that run, under files that are the old ones. One that does not run yet begins with these. */
const reloadOld = (unit: string, check: string): string =>
  `{ { [ "$(gh_pid_of ${unit})" = 0 ] || ${check} 2>/dev/null; } && gh_reload_old ${unit}; } || gh_back=1`

/**
 * What each kind of file is checked with before, and what makes it hold: fixed POSIX sh beside that of the steps, in the order of this list.
 * The tool that checks reads the tree as it will be, at its real path, in a mount namespace of its own: nobody else sees it.
 */
const hostKinds: Readonly<Record<FileKind, HostKind>> = {
  plain: {},
  htpasswd: {},
  'systemd-drop-in': dropInsOnHost,
  nginx: {
    tree: '/etc/nginx',
    hides: '/var/log/nginx',
    tools: ['nginx'],
    check: `/bin/sh -c ${shellQuote(NGINX)}`,
    undoReadsAll: true,
    // The master keeps its old workers when the new configuration does not load, and its unit stays active.
    activate: `
gh_master=$(gh_pid_of nginx.service)
gh_workers() { pgrep -P "$gh_master" | tr '\\n' ' '; }
gh_old=" $(gh_workers) " gh_tries=0
gh_reload nginx.service || gh_fail "inactive nginx.service does not reload"
while [ "$gh_proof" = none ]; do
  gh_tries=$((gh_tries + 1))
  # What nginx -t does not try: to listen where somebody else does.
  [ "$gh_tries" -le 100 ] || gh_fail "inactive nginx goes on with its old configuration: $(tail -n 50 /var/log/nginx/error.log 2>/dev/null | grep -F '[emerg]' | grep -vF 'still could not bind()' | tail -n 1 | head -c 300)"
  sleep 0.1
  # Workers come first, before those that mind a cache.
  for gh_one in $(gh_workers); do case "$gh_proof $gh_old" in "none "*" $gh_one "*) ;; "none "*) gh_proof=$gh_one ;; esac; done
done`,
    reactivate: reloadOld('nginx.service', 'nginx -q -t'),
  },
  caddy: {
    tree: '/etc/caddy',
    hides: '/var/log/caddy',
    // Its libraries make folders below HOME unless they are told of one that is there.
    check:
      'env STEPPATH=/ HOME=/dev/null XDG_CONFIG_HOME=/dev/null XDG_DATA_HOME=/dev/null caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile',
    // A load is a transaction: what does not load leaves the old configuration as it is, and the reload fails.
    activate: 'timeout 30 systemctl reload-or-restart caddy.service || gh_fail "inactive caddy.service does not reload"',
    reactivate: 'systemctl --no-block reload-or-restart caddy.service || gh_back=1',
  },
  'sshd-drop-in': {
    ...sshdOnHost,
    activate: 'gh_reload "$gh_unit" || gh_fail "inactive $gh_unit does not reload"',
    reactivate: reloadOld('"$gh_unit"', 'sshd -t'),
  },
  sudoers: {
    tree: '/etc/sudoers.d',
    check: 'visudo -c -q',
    activate: 'visudo -c -q >/dev/null 2>&1 || gh_fail "inactive visudo refuses what is there"',
  },
  logrotate: logrotateOnHost,
  ufw: ufwOnHost,
  nftables: nftablesOnHost,
  'audit-rules': auditRulesOnHost,
  'account-files': accountFilesOnHost,
  'login-files': {},
  lingering: {},
  'unit-mask': maskOnHost,
  'docker-firewall': dockerFirewallOnHost,
  'model-owners': modelOwnersOnHost,
  'unit-enable': {
    activate: 'systemctl daemon-reload || gh_fail "inactive daemon-reload failed"',
    reactivate: 'systemctl daemon-reload || gh_back=1',
  },
}

/** Tree, folder to hide (may be empty), base, then pairs of what comes (empty: nothing) and where; `--`; the tool. */
const INSIDE = `tree=$1 hidden=$2 base=$3
shift 3
mount -t tmpfs -o mode=755,size=64m gatehouse "$base/verify" && cp -a -- "$tree/." "$base/verify" || exit 97
while [ "$1" != -- ]; do
  at=$base/verify/\${2#"$tree"/}
  rm -f -- "$at" && { [ -z "$1" ] || { mkdir -p -m 755 "\${at%/*}" && cp -a -- "$1" "$at"; }; } || exit 97
  shift 2
done
shift
mount --bind "$base/verify" "$tree" || exit 97
if [ -d "$hidden" ]; then
  folders=$(find "$hidden" -type d) && mount -t tmpfs -o mode=755,size=64m gatehouse "$hidden" && echo "$folders" | while read -r one; do mkdir -p -- "$one"; done || exit 97
fi
exec "$@"`

const kindsOf = (files: readonly Pick<HostFile, 'kind'>[]): readonly (readonly [FileKind, HostKind])[] =>
  (Object.entries(hostKinds) as [FileKind, HostKind][]).filter(([kind]) => files.some((file) => file.kind === kind))

/** `gh_rivals`: says which units of the host stand against a push of these files. `gh_comes`: does it run, or come with the next start? */
export const rivalsFunction = (files: readonly Pick<HostFile, 'kind'>[]): string =>
  `gh_rival() { gh_say "rival $1"; }
gh_comes() { systemctl --quiet is-active "$1" 2>/dev/null || systemctl --quiet is-enabled "$1" >/dev/null 2>&1; }
gh_rivals() {\n:\n${[
    ...rivalUnitsFor(files).map((unit) => `! gh_comes ${unit} || gh_rival ${unit}`),
    ...kindsOf(files).map(([, { rivals = '' }]) => rivals),
  ].join('\n')}\n}\n`

/** Units that stand against a push of these files wherever they run or come with the host. Pure. */
export const rivalUnitsFor = (files: readonly Pick<HostFile, 'kind'>[]): readonly string[] => [
  ...new Set(kindsOf(files).flatMap(([, { rivalUnits = [] }]) => rivalUnits)),
]

const toolOf = (check: string): string => check.split(' ').find((word) => word !== 'env' && !word.includes('=')) ?? ''

/** Programs that a push of these files needs, beside what every push does. Pure. */
export const toolsFor = (files: readonly Pick<HostFile, 'kind'>[]): readonly string[] => [
  ...new Set(
    kindsOf(files).flatMap(([, { check, tools = [] }]) =>
      check === undefined ? tools : [...tools, ...(check.startsWith('/') ? [] : [toolOf(check)]), 'unshare'],
    ),
  ),
]

function stagedCheck(
  kind: FileKind,
  { tree = '', hides = '', check = '', isToldFiles, undoReadsAll }: HostKind,
  files: readonly HostFile[],
): string {
  const pairs = files.flatMap((file, index) => {
    if (file.kind !== kind || !file.path.startsWith(`${tree}/`) || (file.after.startsWith('kept:') && file.before !== 'absent')) return []
    return [file.after === 'absent' ? "''" : `"$gh_base/new.${index + 1}"`, shellQuote(file.path)]
  })
  const told = isToldFiles
    ? files.flatMap((file) => (file.kind === kind && file.after !== 'absent' ? [` ${shellQuote(file.path)}`] : []))
    : []
  const tried = (changes: readonly string[]): string =>
    `gh_try ${kind} ${[shellQuote(tree), shellQuote(hides), '"$gh_base"', ...changes].join(' ')} -- ${check}${told.join('')} || return 1`
  // What only adds is tried with all that is there.
  const returns = files.some((file) => file.kind === kind && file.before !== 'absent' && file.before !== file.after)
  const standing =
    undoReadsAll && returns ? [`gh_about='as it is now, so the undo could not have it read again: '`, tried([]), 'gh_about='] : []
  return [...standing, tried(pairs)].join('\n')
}

/** `gh_validate`: refuses with `invalid` and what the tool said; 1 when it could not be asked. */
export function validateFunction(files: readonly HostFile[]): string {
  const checks = kindsOf(files).map(([kind, host]) =>
    [
      ...(kinds[kind].needsSystemd ? [`gh_systemd || gh_fail "no-systemd what a file of the kind ${kind} does is asked of systemd"`] : []),
      ...[host.validate ?? '', host.check === undefined ? '' : stagedCheck(kind, host, files)],
    ].join('\n'),
  )
  return `
gh_invalid() { gh_fail "invalid $(printf %s "$1" | tr '\\n' ' ' | head -c 400)"; }
gh_try() {
  gh_kind=$1
  shift
  mkdir -p "$gh_base/verify" || return 1
  gh_said=$(timeout 60 unshare --mount --propagation private /bin/sh -c ${shellQuote(INSIDE)} sh "$@" 2>&1); gh_is=$?
  [ "$gh_is" != 97 ] || gh_fail "not-staged the $gh_kind files cannot be laid over for a check: $(printf %s "$gh_said" | tr '\\n' ' ' | head -c 300)"
  [ "$gh_is" = 0 ] || gh_invalid "$gh_about$gh_said"
}
gh_about=
gh_validate() {
:
${checks.join('\n')}
}
`
}

/** `gh_activate`: makes the new state hold, or fails with `inactive`. */
export const activateFunction = (files: readonly HostFile[]): string =>
  `gh_activate() {\n:\n${kindsOf(files)
    .map(([, { activate = '' }]) => activate)
    .join('\n')}\n}\n`

/** `gh_reactivate`: makes the old state hold again; 1 when it must be tried again. */
export const reactivateFunction = (files: readonly HostFile[]): string =>
  `gh_reactivate() {\ngh_back=0\n${kindsOf(files)
    .map(([, { reactivate = '' }]) => reactivate)
    .join('\n')}\nreturn "$gh_back"\n}\n`
