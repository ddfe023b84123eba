import { type SectionSpec, script } from '../../probe/section.ts'
import { MAX_JOINED } from './parse-joined.ts'
import { LISTING } from './parse-sources.ts'

const LIST = 'if command -v getent >/dev/null 2>&1; then getent "$1"; else cat "/etc/$1"; fi\n'

/**
 * Behind the groups: what nsswitch.conf(5) asks besides the files, and which parts of SSSD answer. RHEL names `sss` on every host, and where its socket
 * is not there nobody answers (sssd(8)). `passwd:` is renamed: what stands behind that word is masked as a password. Records of systemd-userdbd give memberships that no list of groups shows (nss-systemd(8)).
 * A directory that lists no group tells all the same of one account in which groups it is: that is asked for the accounts of this host’s own file, since an account of
 * /etc/passwd may be in a group of LDAP. Only getent of glibc knows `initgroups`.
 */
const SOURCES = `echo @sources
for f in /etc/nsswitch.conf /usr/etc/nsswitch.conf; do
[ -e "$f" ] || continue
n=$(sed -n -e 's/^[[:blank:]]*passwd/accounts/' -e 's/^[[:blank:]]*\\([a-z_]*\\)[[:blank:]]*:/=\\1:/p' "$f" 2>/dev/null) || printf '@unread %s\\n' "$f"
printf '%s\\n' "$n"
break
done
for s in nss sudo; do
if [ -S "/var/lib/sss/pipes/$s" ] || { [ -d /var/lib/sss/pipes ] && ! [ -x /var/lib/sss/pipes ]; }; then printf '@answers %s\\n' "$s"; fi
done
for f in /etc/userdb/*.membership /run/userdb/*.membership /usr/lib/userdb/*.membership; do
[ -e "$f" ] && printf '@membership %s\\n' "$f"
done
k= a=
set -f
for w in $n; do
case $w in
=*) k=$w ;;
*]|\\[*|${LISTING}) ;;
*) case $k in =accounts*|=group*|=initgroups*) a=1 ;; esac
esac
done
set +f
if [ -n "$a" ]; then
j=$(getent initgroups $(sed -n '1,${MAX_JOINED}s/:.*//p' /etc/passwd) 2>/dev/null) && printf '%s\\n' "$j" | sed 's/^/@in /'
getent group $(printf '%s\\n' "$j" | awk '{ for (i = 2; i <= NF; i++) if (!s[$i]++) print $i }')
fi
exit 0
`

/** `getent` also asks LDAP and SSSD; the file is what is left where it does not exist. */
const database = (id: string, name: 'passwd' | 'group', display: string, more = '') =>
  script({ id, script: `${LIST}${more}`, parameters: [name], display })

/**
 * Accounts and groups as the name service of the host has them, those of a directory included as far as it lists them (nsswitch.conf(5),
 * `enumerate` of sssd.conf(5)).
 */
export const collectAccounts = (): readonly SectionSpec[] => [
  database('accounts', 'passwd', 'getent passwd'),
  database('groups', 'group', 'getent group; lines of /etc/nsswitch.conf', SOURCES),
]
