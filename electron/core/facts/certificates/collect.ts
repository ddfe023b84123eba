import { type SectionSpec, script } from '../../probe/section.ts'
import { nginxDump } from '../nginx/collect.ts'

/**
 * One awk reads the dump: it prints the certificates (never a key that shares the file) of every `ssl_certificate`, then one line
 * `#try ADDRESS PORT NAME FIRST` per TLS port and name. The reader of the fact knows the real syntax and reports whatever awk missed.
 * Written for the awk of POSIX, since Debian has mawk and Alpine busybox.
 */
const readDump = String.raw`
function unquote(w) { gsub(/^["']|["']$/, "", w); return w }
function certificate(path,   line, inside, found, got) {
  if (path ~ /^(data|engine|store):/ || path ~ /[$]/ || seen[path]++ || ++files > 32) return
  if (path !~ /^\//) path = prefix path
  print "#certificate " path
  while ((got = (getline line < path)) > 0) {
    if (line ~ /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/) inside = 1
    # No line of a certificate begins like ours.
    if (inside && line !~ /^#/ && ++printed <= 4000) print line
    if (line ~ /-----END (TRUSTED |X509 )?CERTIFICATE-----/) { inside = 0; found = 1 }
  }
  if (got < 0) print "#unreadable " path
  else { close(path); if (!found) print "#empty " path }
}
function endserver(   i, j, name, where) {
  for (i = 1; i <= nl; i++) {
    if (nn == 0) names[++nn] = "-"
    for (j = 1; j <= nn && j <= 2; j++) {
      name = names[j]; sub(/^\*\./, "gatehouse-probe.", name)
      if (name ~ /[^A-Za-z0-9.-]/ || name == "_" || name == "") name = "-"
      # One answer over loopback is enough, whether by IPv4 or IPv6.
      where = address[i] == "[::1]" ? "127.0.0.1" : address[i]
      if (asked[where, port[i], name]++ || tries >= 8) continue
      tryaddress[++tries] = address[i]; tryport[tries] = port[i]; tryname[tries] = name
    }
  }
  nl = 0; nn = 0
}
/^# configuration file \/.*:$/ && !prefix { prefix = $4; sub(/[^\/]*$/, "", prefix) }
{
  text = $0; sub(/(^|[ \t])#.*$/, "", text); gsub(/\r/, "", text); gsub(/[{};]/, " & ", text)
  n = split(text, w, /[ \t]+/)
  for (i = 1; i <= n; i++) {
    if (w[i] == "") continue
    if (w[i] == ";" || w[i] == "{" || w[i] == "}") {
      if (words[1] == "ssl_certificate" && nw == 2) certificate(unquote(words[2]))
      if (words[1] == "server" && w[i] == "{") endserver()
      if (words[1] == "server_name") for (k = 2; k <= nw && nn < 2; k++) names[++nn] = unquote(words[k])
      if (words[1] == "listen" && nl < 4) {
        tls = 0; for (k = 3; k <= nw; k++) if (words[k] == "ssl") tls = 1
        a = unquote(words[2]); p = "443"
        if (a !~ /^unix:/ && tls) {
          if (match(a, /:[0-9]+$/)) { p = substr(a, RSTART + 1); a = substr(a, 1, RSTART - 1) }
          else if (a ~ /^[0-9]+$/) { p = a; a = "*" }
          if (a == "*" || a == "0.0.0.0" || a == "localhost") a = "127.0.0.1"
          if (a == "[::]") a = "[::1]"
          if (a ~ /^[][0-9A-Fa-f.:]+$/) { address[++nl] = a; port[nl] = p }
        }
      }
      nw = 0; words[1] = ""
    } else words[++nw] = w[i]
  }
}
END {
  if (NR == 0) exit 4
  endserver()
  # A catch-all without a name may refuse every handshake, so versions are asked under a name where there is one.
  for (i = 1; i <= tries; i++) if (tryname[i] != "-" && !(tryport[i] in pick)) pick[tryport[i]] = i
  for (i = 1; i <= tries; i++) if (!(tryport[i] in pick)) pick[tryport[i]] = i
  for (i = 1; i <= tries; i++) print "#try " tryaddress[i] " " tryport[i] " " tryname[i] " " (pick[tryport[i]] == i)
}`

/**
 * Versions are asked once per port (nginx takes them from its default server), the certificate once per name: that of the newest version
 * that is asked, which is the one that a client gets. A port on which a client without a name got TLS 1.3 is not asked for it again. One awk reads all answers. Who does not answer once is not asked again; where somebody
 * answers, the limit of the section is enough, since a `timeout` for each question is a quarter of what it takes. Ends with 4 when there was no dump to read.
 */
const probe = String.raw`
gh_try() {
  gh_said=
  [ -z "$gh_hung" ] || return
  case $gh_heard in *" $gh_at "*) gh_within= ;; *) gh_within=$gh_limit ;; esac
  gh_said=$($gh_within openssl s_client -connect "$gh_at" $gh_sni "$@" -showcerts </dev/null 2>&1) || [ "$?" -ne 124 ] || { gh_hung=1; return; }
  gh_heard="$gh_heard $gh_at "
}
gh_tell() { printf '%s\n\n#end %s\n' "$gh_said" "$1"; }
gh_ask() {
  gh_hung= gh_at=$1:$2
  printf '#at %s %s\n' "$2" "$3"
  if [ "$4" = any ]; then
    gh_try; gh_tell any
    case $gh_said in *'New, TLSv1.3, Cipher is T'*) gh_newest="$gh_newest $2 " ;; esac
  else
    # Most servers refuse both of the old versions, and say so to one who offers both.
    gh_try -cipher DEFAULT@SECLEVEL=0 -min_protocol TLSv1 -max_protocol TLSv1.1
    case $gh_said in
      *'alert protocol version'*) gh_tell tls1; gh_tell tls1_1; gh_versions='tls1_2 tls1_3' ;;
      *) gh_versions='tls1 tls1_1 tls1_2 tls1_3' ;;
    esac
    for gh_version in $gh_versions; do
      case $gh_version:$gh_newest in
        tls1_3:*" $2 "*) gh_said=; gh_tell known ;;
        *) gh_try -cipher DEFAULT@SECLEVEL=0 "-$gh_version"; gh_tell "$gh_version" ;;
      esac
    done
  fi
}
# Without these every openssl would read the whole CA bundle, which takes ten times as long as the handshake, and settings, which a sixth of it goes for.
SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null OPENSSL_CONF=/dev/null; export SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF
command -v timeout >/dev/null 2>&1 && gh_limit='timeout 3' || gh_limit=
gh_heard= gh_newest=
gh_tries=
gh_all=$(LC_ALL=C awk "$1") || exit 4
set -f
IFS='
'
for gh_line in $gh_all; do
  case $gh_line in
    '#try '*) gh_tries="$gh_tries $gh_line" ;;
    *) printf '%s\n' "$gh_line" ;;
  esac
done
unset IFS
command -v openssl >/dev/null 2>&1 || { echo '#no-openssl'; exit 0; }
set -- $gh_tries
while [ "$#" -ge 5 ]; do
  gh_sni=-noservername; [ "$4" = - ] || gh_sni="-servername $4"
  gh_which=any; [ "$5" = 1 ] && gh_which=each
  gh_ask "$2" "$3" "$4" "$gh_which"
  shift 5
done | awk '
  function served() { if (where != "") printf "#served %s\n%s", where, last; last = words = chain = ""; inside = n = 0 }
  /^#at / { served(); port = $2; where = $2 " " $3; next }
  /^#end any/ && words ~ /New, TLSv1.3, Cipher is T/ { newest[port] = words }
  /^#end / { if ($2 != "any") print "#version " where " " ($2 == "known" ? "tls1_3 " newest[port] : $2 " " words); if (chain != "") last = chain; words = chain = ""; inside = n = 0; next }
  /-----BEGIN CERT/ { inside = 1 }
  inside && ++n <= 200 { chain = chain $0 "\n" }
  /-----END CERT/ { inside = 0 }
  /^New, /||/error:/||/unknown option|Unknown option|connect:|errno=/ { words = words substr($0, 1, 160) " " }
  END { served() }'
exit 0
`

/** Reads what section `nginx` prints, so it needs no sudo right: certificates are read as the audit account, keys never. */
export const sections = (): readonly SectionSpec[] => [
  nginxDump,
  script({
    id: 'certificates',
    reads: nginxDump.id,
    expectedMs: 60,
    script: probe,
    parameters: [readDump],
    display: 'certificates named by sudo nginx -T; openssl s_client against its TLS ports on loopback',
    maxBytes: 524_288,
    timeoutMs: 12_000,
  }),
]
