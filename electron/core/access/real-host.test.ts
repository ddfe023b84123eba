import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { accessFact } from '../facts/access/access.fact.ts'
import { collectAccess } from '../facts/access/collect.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known, unknown } from '../facts/fact.ts'
import type { FactDefinition, FactSources } from '../facts/fact-definition.ts'
import type { FactId } from '../facts/facts.ts'
import { collectPrivileged } from '../facts/privileged/collect.ts'
import { sudoersFact } from '../facts/privileged/privileged.fact.ts'
import type { SectionOutput, SectionSpec } from '../probe/section.ts'
import { hostAccess } from './host-access.ts'

/**
 * A host in a mount namespace: real sections as root, then each account really tries. Nothing of the machine is changed: /etc, /home, /srv, /run and
 * /usr/local are layers that end with the namespace.
 */
const possible =
  process.getuid?.() === 0 &&
  ['/usr/bin/sudo', '/usr/bin/setpriv'].every((path) => existsSync(path)) &&
  spawnSync('unshare', [
    '-m',
    'sh',
    '-c',
    'd=$(mktemp -d); mount -t tmpfs x $d && mkdir $d/u $d/w && mount -t overlay x -o lowerdir=/etc,upperdir=$d/u,workdir=$d/w /etc',
  ]).status === 0

/** Each account: what is planted for it, as shell, and whether it becomes root without a password. $n is its name. */
const planted: readonly (readonly [string, boolean, string])[] = [
  ['nothing', false, ''],
  ['sudo-all', true, 'rule "$n ALL=(ALL) NOPASSWD: ALL"'],
  ['sudo-alias', true, 'rule "User_Alias W1 = V1 : V1 = $n" "Cmnd_Alias C1 = C2 : C2 = /usr/bin/env" "W1 ALL=NOPASSWD: C1"'],
  ['sudo-group', true, 'into opsg; rule "%opsg ALL=(root) NOPASSWD: ALL"'],
  ['sudo-asks', false, 'rule "$n ALL=(ALL) ALL"'],
  ['sudo-host', false, 'rule "$n elsewhere=(ALL) NOPASSWD: ALL"'],
  ['sudo-denied', false, 'rule "$n ALL=NOPASSWD: ALL" "$n ALL=!ALL"'],
  ['sudo-exact', false, 'rule "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['sudo-but', false, 'rule "ALL,!root,!$n ALL=(nobody) NOPASSWD: /usr/bin/true"'],
  ['sudo-other', false, 'rule "$n ALL=(nothing) NOPASSWD: ALL"'],
  ['sudo-chain', true, 'rule "$n ALL=(sudo-all) NOPASSWD: /bin/sh"'],
  ['sudo-runas-group', false, 'rule "$n ALL=(:opsg) NOPASSWD: ALL"'],
  ['sudo-uid', true, 'rule "#$(id -u $n) ALL=NOPASSWD: /usr/bin/env"'],
  ['file-login', true, 'echo >/etc/profile.d/job.sh; into nobodys; chgrp nobodys /etc/profile.d/job.sh; chmod 664 /etc/profile.d/job.sh'],
  ['file-owner', true, 'echo >/etc/profile.d/own.sh; chown $n /etc/profile.d/own.sh; chmod 400 /etc/profile.d/own.sh'],
  [
    'file-closed',
    false,
    'mkdir /etc/udev/rules.d/in; into closedg; echo >/etc/udev/rules.d/in/x; chgrp closedg /etc/udev/rules.d/in/x; chmod 664 /etc/udev/rules.d/in/x; chmod 700 /etc/udev/rules.d/in',
  ],
  ['folder-group', true, 'into ldg; chgrp ldg /etc/ld.so.conf.d; chmod 775 /etc/ld.so.conf.d'],
  ['folder-sticky', false, 'into stg; mkdir /etc/pam.d/st; chgrp stg /etc/pam.d/st; chmod 1770 /etc/pam.d/st; chown root /etc/pam.d/st'],
  [
    'socket',
    true,
    'into sockg; python3 -c "import socket;socket.socket(socket.AF_UNIX).bind(\'/run/docker.sock\')"; chgrp sockg /run/docker.sock; chmod 660 /run/docker.sock',
  ],
  [
    'cron-program',
    true,
    'mkdir -p /srv/t; printf "#!/bin/sh\\n" >/srv/t/run; chown $n /srv/t/run; chmod 755 /srv/t/run; echo "1 1 * * * root /srv/t/run" >/etc/cron.d/prog',
  ],
  [
    'cron-folder',
    true,
    'mkdir -p /srv/u; into fold; chgrp fold /srv/u; chmod 775 /srv/u; printf "#!/bin/sh\\n" >/srv/u/run; chmod 755 /srv/u/run; echo "1 1 * * * root /srv/u/run" >/etc/cron.d/fold',
  ],
  ['home-of-root-user', true, 'into homeg; chgrp homeg /home/sudo-all; chmod 770 /home/sudo-all'],
  ['local-bin', true, 'into binw; chgrp binw /usr/local/sbin; chmod 775 /usr/local/sbin'],
  ['above-local-bin', true, 'into aboveg; chgrp aboveg /usr/local; chmod 775 /usr/local'],
  ['expired', false, 'rule "$n ALL=NOPASSWD: ALL"; usermod -e 1 $n'],
  ['default-user', true, 'rule "Defaults:$n !authenticate" "$n ALL=(ALL) ALL"'],
  ['default-alias', true, 'rule "User_Alias FREE = nobody, $n" "Defaults:FREE !authenticate" "$n ALL=(ALL) ALL"'],
  ['default-elsewhere', false, 'rule "Defaults@elsewhere !authenticate" "$n ALL=ALL"'],
  ['default-target', false, 'rule "Defaults>daemon !authenticate" "$n ALL=(ALL) ALL"'],
  ['runas-default', false, 'rule "Defaults:$n runas_default=nothing" "$n ALL=NOPASSWD: ALL"'],
  ['runas-chain', true, 'rule "Defaults:$n runas_default=sudo-all" "$n ALL=NOPASSWD: ALL"'],
  ['exempt', true, 'into exemptg; rule "Defaults exempt_group=exemptg" "$n ALL=ALL"'],
  ['others-password', false, 'rule "Defaults:$n targetpw" "$n ALL=ALL"'],
  ['same-uid', true, 'userdel -r $n; useradd -o -u $(id -u sudo-all) -M -s /bin/sh $n'],
  ['digest', true, 'rule "$n ALL=NOPASSWD: sha256:$(sha256sum /usr/bin/env | cut -c1-64) /usr/bin/env"'],
  ['all-but-su', true, 'rule "$n ALL=NOPASSWD: ALL, !/bin/su, !/usr/bin/su"'],
  ['not-not', true, 'rule "Cmnd_Alias SAFE = /usr/bin/id, !/usr/bin/env" "$n ALL=NOPASSWD: ALL, !SAFE"'],
  ['no-exec', false, 'rule "$n ALL=NOPASSWD: NOEXEC: /usr/bin/env"'],
  ['expression', true, 'rule "$n ALL=NOPASSWD: ^/usr/bin/(env|id)$"'],
  ['edits-root', true, 'rule "$n ALL=NOPASSWD: sudoedit /etc/cron.d/edited"'],
  [
    'edits-open',
    false,
    'mkdir /srv/open; chmod 777 /srv/open; ln -s /etc/cron.d /srv/open/d; rule "$n ALL=NOPASSWD: sudoedit /srv/open/*"',
  ],
  ['tee', true, 'rule "$n ALL=NOPASSWD: /usr/bin/tee -a /etc/cron.d/teed"'],
  ['lent-group', true, 'rule "$n ALL=(:disk) NOPASSWD: ALL"'],
  ['primary-group', true, 'groupadd pg; usermod -g pg $n; rule "%pg ALL=NOPASSWD: ALL"'],
  ['gid', true, 'rule "%#$(id -g $n) ALL=NOPASSWD: /usr/bin/env"'],
  ['drop-in-dot', false, 'echo "$n ALL=NOPASSWD: ALL" >/etc/sudoers.d/a.$n'],
  ['drop-in-open', false, 'echo "$n ALL=NOPASSWD: ALL" >/etc/sudoers.d/open-$n; chmod 646 /etc/sudoers.d/open-$n'],
  [
    'drop-in-group',
    false,
    'into dropg; echo "$n ALL=NOPASSWD: ALL" >/etc/sudoers.d/group-$n; chgrp dropg /etc/sudoers.d/group-$n; chmod 660 /etc/sudoers.d/group-$n',
  ],
  ['drop-in-root-group', true, 'echo "$n ALL=NOPASSWD: ALL" >/etc/sudoers.d/root-$n; chmod 660 /etc/sudoers.d/root-$n'],
  ['drop-in-owner', false, 'rule "$n ALL=NOPASSWD: ALL"; chown $n /etc/sudoers.d/gh-$n'],
  ['drop-in-tilde', false, 'echo "$n ALL=NOPASSWD: ALL" >/etc/sudoers.d/a$n~'],
  [
    'acl-mask',
    false,
    'into owng; echo >/etc/profile.d/acl.sh; chgrp owng /etc/profile.d/acl.sh; setfacl -m u:root:rw,g::r /etc/profile.d/acl.sh',
  ],
  ['acl-socket', true, 'setfacl -m u:$n:rw /run/docker.sock'],
  ['script-own', true, 'script; chown $n /srv/$n/run; rule "$n ALL=NOPASSWD: /srv/$n/run"'],
  ['script-folder', true, 'script; into scriptg; chgrp scriptg /srv/$n; chmod 775 /srv/$n; rule "$n ALL=NOPASSWD: /srv/$n/run --all"'],
  ['script-closed', false, 'script; rule "$n ALL=NOPASSWD: /srv/$n/run"'],
  [
    'script-digest',
    false,
    'script; chown $n /srv/$n/run; rule "$n ALL=NOPASSWD: sha256:$(sha256sum /srv/$n/run | cut -c1-64) /srv/$n/run"',
  ],
  ['shell-script', false, 'script; rule "$n ALL=NOPASSWD: /bin/sh /srv/$n/run"'],
  ['shell-script-own', true, 'script; chown $n /srv/$n/run; rule "$n ALL=NOPASSWD: /bin/sh /srv/$n/run"'],
  ['set-env', true, 'rule "$n ALL=NOPASSWD: SETENV: /usr/bin/id -u"'],
  ['set-env-default', true, 'rule "Defaults:$n setenv" "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['set-env-taken', false, 'rule "Defaults:$n setenv" "$n ALL=NOPASSWD: NOSETENV: /usr/bin/id -u"'],
  ['keeps-loader', true, 'rule "Defaults:$n env_keep += \\"LANG LD_PRELOAD\\"" "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['keeps-others', false, 'rule "Defaults:$n env_keep += \\"LANG PAGER\\"" "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['keeps-none', false, 'rule "Defaults:$n env_keep += LD_PRELOAD" "Defaults:$n env_keep -= LD_PRELOAD" "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['resets-none', false, 'rule "Defaults:$n !env_reset" "$n ALL=NOPASSWD: /usr/bin/id -u"'],
  ['capitals', true, 'rule "Capitals ALL=(ROOT) NOPASSWD: ALL"'],
  ['capital-group', true, 'into capitalg; rule "%CapitalG ALL=NOPASSWD: /usr/bin/env"'],
  [
    'twin-first',
    true,
    'groupadd twin1; groupadd -o -g $(getent group twin1 | cut -d: -f3) twin2; into twin2; rule "%twin1 ALL=NOPASSWD: /usr/bin/env"',
  ],
  [
    'twin-second',
    false,
    'groupadd twin3; groupadd -o -g $(getent group twin3 | cut -d: -f3) twin4; into twin4; rule "%twin4 ALL=NOPASSWD: /usr/bin/env"',
  ],
  [
    'twin-file',
    true,
    'groupadd twin5; groupadd -o -g $(getent group twin5 | cut -d: -f3) twin6; into twin6; echo >/etc/profile.d/twin.sh; chgrp twin5 /etc/profile.d/twin.sh; chmod 664 /etc/profile.d/twin.sh',
  ],
  ['any-root', true, 'rule "$n ALL= CHROOT=* NOPASSWD: /usr/bin/nice-name"'],
  ['any-root-default', true, 'rule "Defaults:$n runchroot=*" "$n ALL= NOPASSWD: /usr/bin/nice-name"'],
  [
    'own-root',
    true,
    'mkdir -p /srv/$n/usr/bin; cp /sbin/ldconfig /srv/$n/usr/bin/nice-name; chown -R $n /srv/$n; rule "$n ALL= CHROOT=/srv/$n NOPASSWD: /usr/bin/nice-name"',
  ],
  ['itself', false, 'rule "$n ALL=() NOPASSWD: ALL"'],
  ['su-trusted', true, 'into trustg; sed -i "1i auth sufficient pam_wheel.so trust group=trustg" /etc/pam.d/su'],
  ['su-commented', false, 'into ctrustg; sed -i "1i # auth sufficient pam_wheel.so trust group=ctrustg" /etc/pam.d/su'],
  ['setuid', true, 'into setuidg; install -m 4750 -g setuidg /usr/bin/find /usr/local/bin/find'],
  ['setuid-closed', false, 'install -m 4750 -g root /usr/bin/env /usr/local/bin/env'],
  ['setuid-harmless', false, 'into idg; install -m 4750 -g idg /usr/bin/id /usr/local/bin/id'],
  [
    'capable',
    true,
    'into capg; install -m 750 -g capg "$(readlink -f /usr/bin/python3)" /usr/local/bin/python3; setcap cap_setuid+ep /usr/local/bin/python3',
  ],
  [
    'capable-little',
    false,
    'into cap2g; install -m 750 -g cap2g "$(readlink -f /usr/bin/perl)" /usr/local/bin/perl; setcap cap_net_bind_service+ep /usr/local/bin/perl',
  ],
  ['libraries', true, 'mkdir /srv/lib; into libsg; chgrp libsg /srv/lib; chmod 775 /srv/lib; echo /srv/lib >/etc/ld.so.conf.d/srv.conf'],
  ['preloaded', true, 'mkdir /srv/pre; echo >/srv/pre/x.so; chown $n /srv/pre/x.so; echo /srv/pre/x.so >/etc/ld.so.preload'],
  [
    'cron-path',
    true,
    'mkdir /srv/cp; into cpg; chgrp cpg /srv/cp; chmod 775 /srv/cp; printf "PATH=/srv/cp:/usr/bin\n1 1 * * * root job --now\n" >/etc/cron.d/path',
  ],
  [
    'cron-path-whole',
    false,
    'mkdir /srv/cq; into cqg; chgrp cqg /srv/cq; chmod 775 /srv/cq; printf "PATH=/srv/cq\n1 1 * * * root /usr/bin/true\n" >/etc/cron.d/path2',
  ],
  ['anacrontab', true, 'into anag; echo >/etc/anacrontab; chgrp anag /etc/anacrontab; chmod 664 /etc/anacrontab'],
  [
    'dispatcher',
    true,
    'into dispg; mkdir -p /etc/NetworkManager/dispatcher.d; echo >/etc/NetworkManager/dispatcher.d/x; chgrp dispg /etc/NetworkManager/dispatcher.d/x; chmod 775 /etc/NetworkManager/dispatcher.d/x',
  ],
  ['read-only', false, 'into rog; chgrp rog /etc/sudo.conf 2>/dev/null; chmod 640 /etc/sudo.conf 2>/dev/null; true'],
]

/** What each account really can write of what was planted, or become through sudo. */
const tries = `# setpriv holds root's capabilities until it starts something, so that it could start what the account may not.
as() { n=$1; shift; setpriv --reuid "$n" --regid "$n" --init-groups -- /bin/sh -c 'exec "$@"' sh "$@"; }
can() { n=$1; shift; setpriv --reuid "$n" --regid "$n" --init-groups -- "$@" >/dev/null 2>&1; }
root() {
  n=$1
  [ "$(setpriv --reuid "$n" --regid "$n" --init-groups -- sudo -n /usr/bin/env id -u 2>/dev/null)" = 0 ] && return 0
  [ "$(setpriv --reuid "$n" --regid "$n" --init-groups -- sudo -n -u sudo-all /bin/sh -c 'sudo -n id -u' 2>/dev/null)" = 0 ] && return 0
  for path in /etc/profile.d/job.sh /etc/profile.d/own.sh /etc/udev/rules.d/in/x /etc/ld.so.conf.d /run/docker.sock /srv/t/run /srv/u/run /home/sudo-all /usr/local/sbin /usr/local /etc/sudo.conf /etc/sudoers.d /etc/profile.d/acl.sh; do
    can "$n" test -w "$path" && return 0
    # The owner may give the right to itself; whoever writes the folder puts another file in its place.
    can "$n" chmod u+w "$path" && return 0
  done
  can "$n" touch /srv/u/.try && return 0
  for path in /srv/lib /srv/pre/x.so /srv/cp /etc/anacrontab /etc/profile.d/twin.sh /etc/NetworkManager/dispatcher.d/x; do can "$n" test -w "$path" && return 0; done
  # What it may write, and then runs as root; with a digest sudo refuses the new text.
  if can "$n" test -w "/srv/$n/run" || can "$n" mv "/srv/$n/run" "/srv/$n/old"; then
    cp "/srv/$n/run" "/srv/$n/kept" 2>/dev/null || cp "/srv/$n/old" "/srv/$n/kept"
    can "$n" sh -c 'printf "#!/bin/sh\\nid -u\\n" >"$1"; chmod 755 "$1"' sh "/srv/$n/run"
    for by in "" --all; do [ "$(as "$n" sudo -n "/srv/$n/run" $by 2>/dev/null)" = 0 ] && return 0; done
    [ "$(as "$n" sudo -n /bin/sh "/srv/$n/run" 2>/dev/null)" = 0 ] && return 0
  fi
  # What it calls its root directory has a program of its own, which is one without libraries that writes a file.
  for own in "/srv/$n" "/home/$n"; do
    can "$n" mkdir -p "$own/usr/bin" && can "$n" cp /sbin/ldconfig "$own/usr/bin/nice-name" || continue
    for by in "-R $own" ""; do
      can "$n" sudo -n $by /usr/bin/nice-name -X -C /made -f /none
      [ "$(stat -c %U "$own/made" 2>/dev/null)" = root ] && return 0
    done
  done
  # The loader of a program that runs as root says that it would have taken the library.
  case $(as "$n" sudo -n LD_PRELOAD=/srv/none.so /usr/bin/id -u 2>&1) in *"none.so"*"cannot be preloaded"*0) return 0 ;; esac
  # Refused, it waits for seconds.
  case $n in su-*) [ "$(as "$n" su -c 'id -u' </dev/null 2>/dev/null)" = 0 ] && return 0 ;; esac
  [ "$(as "$n" /usr/local/bin/find /srv -maxdepth 0 -exec id -u ';' 2>/dev/null)" = 0 ] && return 0
  [ "$(as "$n" /usr/local/bin/env id -u 2>/dev/null)" = 0 ] && return 0
  [ "$(as "$n" /usr/local/bin/python3 -c 'import os; os.setuid(0); print(os.getuid())' 2>/dev/null)" = 0 ] && return 0
  [ "$(as "$n" /usr/local/bin/perl -e '$> = 0; print $>' 2>/dev/null)" = 0 ] && return 0
  for path in /etc/cron.d/edited /srv/open/d/job; do can "$n" env SUDO_EDITOR=/usr/bin/true sudoedit -n -u root "$path" && return 0; done
  can "$n" sudo -n /usr/bin/tee -a /etc/cron.d/teed </dev/null && return 0
  [ "$(setpriv --reuid "$n" --regid "$n" --init-groups -- sudo -n -g disk /usr/bin/id -gn 2>/dev/null)" = disk ] && return 0
  can "$n" rm -f /etc/pam.d/st/never && can "$n" mv /etc/pam.d/common-auth /etc/pam.d/st/x && return 0
  return 1
}`

const functions = ({ privileged }: { readonly privileged: readonly { readonly argv: readonly string[] }[] }): string => {
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
  return `gh_sudo() { case $1 in\n${privileged.map(({ argv }, at) => `${at + 1}) ${argv.map(quote).join(' ')} ;;`).join('\n')}\nesac; }\n`
}

test.runIf(possible)(`${planted.length} accounts: what is said of each is what it really can`, { timeout: 400_000 }, () => {
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'x',
    identities: { audit: { user: 'a' } },
    hosts: [{ name: 'h', address: '10.0.0.1' }],
  })
  const context = { fleet, host: fleet.hosts[0], modelPaths: [] } as unknown as Parameters<typeof collectAccess>[0]
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-real-'))
  try {
    const specs = [...collectAccess(context), ...collectPrivileged()] as Extract<SectionSpec, { kind: 'script' }>[]
    for (const spec of specs)
      writeFileSync(
        join(folder, spec.id),
        `${functions(spec)}set -- ${spec.parameters.map((word) => `'${word}'`).join(' ')}\n${spec.script}`,
      )
    const setUp = `
rule() { for r; do printf '%s\\n' "$r"; done >>/etc/sudoers.d/gh-$n; }
script() { mkdir "/srv/$n"; printf '#!/bin/sh\\n' >"/srv/$n/run"; chmod 755 "/srv/$n/run"; }
into() { getent group "$1" >/dev/null || groupadd "$1"; usermod -aG "$1" "$n"; }
printf 'root ALL=(ALL:ALL) ALL\\n@includedir /etc/sudoers.d\\n' >/etc/sudoers; rm -f /etc/sudoers.d/*; mkdir -p /etc/cron.d /etc/udev/rules.d
${planted.map(([name]) => `useradd -m -s /bin/sh ${name}`).join('\n')}
${planted.map(([name, , what]) => `n=${name}; ${what}`).join('\n')}
chmod 440 /etc/sudoers.d/gh-*
mkdir -p /etc/oauth2-proxy; printf '# who\\nAda@x.org\\n"bob@x.org",note\\n' >/etc/oauth2-proxy/emails.txt; chmod 600 /etc/oauth2-proxy/emails.txt`
    const script = `set -u; d=$1; mkdir -p $d/l; mount -t tmpfs x $d/l
for p in /etc /usr/local /srv; do k=$(echo $p | tr / _); mkdir $d/l/u$k $d/l/w$k; mount -t overlay x -o lowerdir=$p,upperdir=$d/l/u$k,workdir=$d/l/w$k $p || exit 9; done
mount -t tmpfs x /home; mount -t tmpfs x /run; chmod 755 /home /run
exec 3>&1 >/dev/null 2>$d/setup.err
${setUp}
exec >&3
${tries}
printf '@@passwd\\n'; getent passwd; printf '@@group\\n'; getent group
printf '@@access\\n'; sh $d/access </dev/null 2>/dev/null; printf '@@privileged\\n'; sh $d/privileged </dev/null 2>/dev/null
printf '@@real\\n'; for n in ${planted.map(([name]) => name).join(' ')}; do root $n && echo $n yes || echo $n no; done`
    const { stdout, status } = spawnSync('unshare', ['-m', 'bash', '-c', script, 'bash', folder], {
      encoding: 'utf8',
      maxBuffer: 1e8,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    })
    expect(status).toBe(0)
    const part = (name: string) => stdout.split(`@@${name}\n`)[1]?.split('\n@@')[0] ?? ''
    const accounts = { accounts: parsePasswd(part('passwd')), groups: parseGroup(part('group')) }
    const read = <K extends FactId>(fact: FactDefinition<K>) =>
      fact.read({
        section: (id: string) => ({ id, state: 'ok', stdout: part(id), command: id }) as unknown as SectionOutput,
        fact: () => known(accounts),
      } as unknown as FactSources)
    const nothing = unknown('', [])
    const access = read(accessFact)
    expect(access.known && access.value.mailAddresses?.map(({ address }) => address)).toEqual(['ada@x.org', 'bob@x.org'])
    const said = hostAccess(
      {
        ...{
          accounts,
          access,
          sudoers: read(sudoersFact),
          units: known([]),
          services: known([]),
          system: nothing,
          network: nothing,
          processes: nothing,
        },
        ...{
          sshd: nothing,
          'sshd-matches': nothing,
          'model-files': nothing,
          'guarded-files': nothing,
          'oauth2-proxy': known([]),
          nginx: unknown('', []),
          programs: known([]),
        },
      },
      Date.now(),
    )
    const really = part('real')
    const rows = planted.map(([name, expected]) => {
      const root = said.accounts.find((account) => account.name === name)?.holdings.find(({ capability }) => capability === 'become-root')
      return {
        name,
        expected,
        said: root !== undefined && root.condition === undefined,
        really: new RegExp(`^${name} yes$`, 'm').test(really),
      }
    })
    expect(rows.filter((row) => row.said !== row.really || row.said !== row.expected)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
