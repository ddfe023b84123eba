import { type SectionSpec, script } from '../../probe/section.ts'

/** Packages whose version is wanted by itself, as the distributions and the vendors' own archives name them. */
const wanted = [
  ...['nginx', 'nginx-core', 'nginx-full', 'nginx-light', 'nginx-extras', 'openssh-server', 'sudo', 'caddy', 'oauth2-proxy', 'haproxy'],
  ...['docker.io', 'docker-ce', 'docker', 'moby-engine', 'containerd', 'containerd.io', 'runc', 'podman'],
  ...['nvidia-container-toolkit', 'nvidia-container-toolkit-base', 'libnvidia-container1', 'unattended-upgrades', 'dnf-automatic'],
  ...['dnf5-plugin-automatic', 'rpm-ostree', 'pve-manager'],
]

/**
 * What is installed, and every version that the cached lists of the distribution's security archive hold for an installed package, when it
 * is another one. Which is newer is decided in Gatehouse. Far cheaper than a simulated upgrade, and holds and pins hide nothing. Needs
 * neither root nor network, and writes nothing: `apt-helper cat-file` and `zcat` only unpack.
 * Ubuntu: what update-notifier counted that comes with Ubuntu Pro alone (`@esm`); until a host is attached to it, apt has no list of that.
 * Debian, Ubuntu: the archives whose Release file says "-security" or "Debian-Security". RPM: updateinfo.xml in the cache of dnf or zypper, and whether
 * it names what every system has (the last of the counts): EPEL has such a list where CentOS Stream or a mirror has none. What SUSE took back stays in its list (`retracted`).
 * A package of a module stream is replaced by builds of the same stream only, and never by one that is of none (or the other way round); where the list does not
 * state the stream, nobody knows. Not every repository breaks its lines.
 * Blocks begin with `@`; rows of one package with `i` (wanted), `h` (held, wanted or not), `u` (in a security list), `m` (there, of a module stream that is not stated),
 * `k` (a kernel of the series and kind that runs, with what is installed of it and what a security list has: each has a package of its own, so where none depends on
 * the newest, no package of an installed name is newer), fields apart by tabs.
 */
const SCRIPT = `wanted=" $* "
if command -v dpkg-query >/dev/null && { [ -s /var/lib/dpkg/status ] || ! command -v rpm >/dev/null; }; then
  echo @dpkg
  sed -n 's/^[A-Z]*_CODENAME=/@codename /p;s/^\\([0-9]*\\) additional security updates* can .* ESM \\([A-Z][a-z]*\\).*/@esm \\1 \\2/p' /etc/os-release /var/lib/update-notifier/updates-available 2>/dev/null
  lists=/var/lib/apt/lists security=
  read -r kernel </proc/sys/kernel/osrelease
  read -r built </proc/sys/kernel/version
  echo "@running $kernel $built"
  for release in "$lists"/*_InRelease "$lists"/*_Release; do
    [ -r "$release" ] || continue
    head=$(sed -n '/^\\(MD5Sum\\|SHA[0-9]*\\):/q;/^\\(Origin\\|Label\\|Suite\\|Codename\\|Date\\|Valid-Until\\):/p' "$release")
    printf '@release %s\\n' "\${release##*/}"
    set -f
    IFS='
'
    for row in \${head:-''}; do printf '=%.200s\\n' "$row"; done
    unset IFS
    set +f
    case $head in
      *'Label: Debian-Security'* | *'Suite: '*-security* | *'Codename: '*-security*) security="$security \${release%_*}" ;;
    esac
  done
  echo @packages
  set -f
  {
    dpkg-query -W -f 'I \${Package} \${Architecture} \${Version} \${db:Status-Abbrev}\\t\${Maintainer}\\n' 2>/dev/null
    echo E
    for prefix in $security; do
      set +f
      for file in "$prefix"_*_Packages*; do
        [ -r "$file" ] || continue
        case $file in *_Packages) cat "$file" ;; *) /usr/lib/apt/apt-helper cat-file "$file" ;; esac
        printf '\\n'
      done
      set -f
    done 2>/dev/null
  } | awk -v W="$wanted" -v "R=$kernel" 'BEGIN { OFS = "\\t"; R = alike(R) }
    function alike(r) { match(r, /^[0-9]+[.][0-9]+/); return substr(r, 1, RLENGTH) (sub(/^[^-]*(-[0-9][0-9a-z.]*)?-/, " ", r) r) }
    function image(p) { return p ~ /^linux-image-[0-9]/ && alike(substr(p, 13)) == R }
    /^E$/ { lists = 1; next }
    !lists {
      if ($5 !~ /^.i/) next
      count++; have[$2 " " $3] = $4
      k = $5 ~ /^h/ ? "h" : index(W, " " $2 " ") ? "i" : ""
      if (k) { m = $0; sub(/^[^\\t]*\\t/, "", m); print k, $2, $3, $4, m }
      if (image($2)) print "k", $2, $3, $4
      next
    }
    /^Package: / { p = $2 } /^Version: / { v = $2 } /^Architecture: / { a = $2 }
    /^$/ { k = p " " a; if (p != "" && (k in have) && have[k] != v) print "u", p, a, have[k], v; else if (image(p) && !(k in have)) print "k", p, a, "", v; if (p != "") seen++; p = "" }
    END { print "@counts " count + 0 " " seen + 0 }'
elif command -v rpm >/dev/null; then
  echo @rpm
  cache=/var/cache info='repodata/*updateinfo.xml*' index=repodata/repomd.xml
  files=$(ls -1 $cache/dnf/*/$info $cache/libdnf5/*/$info $cache/yum/*/$info $cache/zypp/raw/*/$info 2>/dev/null | head -n 50)
  for mark in $cache/dnf/*/$index $cache/libdnf5/*/$index $cache/zypp/raw/*/$index; do
    [ -r "$mark" ] && printf '@repomd %s %s\\n' "$(sed -n 's|.*<revision>\\([0-9]\\{1,12\\}\\)</revision>.*|\\1|p' "$mark" | head -n 1)" "\${mark%/repodata/*}"
  done
  printf '%s\\n' "$files" | grep . | sed 's/^/@updateinfo /'
  echo @packages
  {
    row='I %{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}'
    rpm -qa --qf "$row %{MODULARITYLABEL}\\t%{VENDOR}\\n" 2>/dev/null || rpm -qa --qf "$row (none)\\t%{VENDOR}\\n" 2>/dev/null
    echo E
    printf '%s\\n' "$files" | grep . | while IFS= read -r file; do
      case $file in *.gz) zcat "$file" ;; *.xz) xzcat "$file" ;; *.zst) zstdcat "$file" ;; *.xml) cat "$file" ;; *) false ;; esac && printf '\\nF %s\\n' "$file"
    done 2>/dev/null
  } | awk -v W="$wanted" 'BEGIN { OFS = "\\t" }
    function field(name) { return match(part, " " name "=\\"[^\\"]*\\"") ? substr(part, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    function offered(   k, v, n, i, all, fits, modular) {
      k = field("name") " " field("arch")
      if (!(k in have)) return
      if (k ~ /^(glibc|systemd|kernel)[ -]/) own = 1
      v = (field("epoch") == "" ? "0" : field("epoch")) ":" field("version") "-" field("release")
      if (index(have[k] " ", " " v " ") || done[k v]++) return
      n = split(substr(have[k], 2), all, " ")
      for (i = 1; i <= n; i++) if (label[k, all[i]] != "(none)") modular = 1; else fits = 1
      if (modular && stream != "") { fits = 0; for (i = 1; i <= n; i++) if (index(label[k, all[i]], stream ":") == 1) fits = 1 }
      else if (stream != "") fits = 0
      if (fits || modular && stream == "" && v ~ /[.]module[_+]/) print fits ? "u" : "m", field("name"), field("arch"), substr(have[k], 2), v
    }
    /^E$/ { lists = 1; next }
    !lists {
      count++
      have[$2 " " $3] = have[$2 " " $3] " " $4
      label[$2 " " $3, $4] = $5
      if (index(W, " " $2 " ")) { m = $0; sub(/^[^\\t]*\\t/, "", m); print "i", $2, $3, $4, m }
      next
    }
    /^F / { print "@read " substr($0, 3); next }
    {
      parts = split($0, piece, "<")
      for (p = 1; p <= parts; p++) {
        part = piece[p]
        if (part ~ /^update /) { security = field("type") == "security" && field("status") != "retracted"; stream = "" }
        else if (part ~ /^\\/?collection/) stream = ""
        else if (part ~ /^module /) stream = field("name") ":" field("stream")
        else if (part ~ /^package / && security) { seen++; offered() }
      }
    }
    END { print "@counts " count + 0 " " seen + 0 " " own + 0 }'
else echo @none
fi
exit 0
`

const updates = script({
  id: 'updates',
  expectedMs: 15,
  display: 'dpkg-query -W, cached apt lists; rpm -qa, cached updateinfo',
  script: SCRIPT,
  parameters: wanted,
  timeoutMs: 20_000,
  maxBytes: 2_097_152,
})

/** Installed packages and the updates that the caches of the host know of: nothing is downloaded. */
export const collectUpdates = (): readonly SectionSpec[] => [updates]
