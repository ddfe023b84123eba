/**
 * Piece of the `access` script, one awk for both: which file systems are mounted nosuid, and the first name of each line of /etc/hosts that names this host otherwise,
 * by which sudo may know it (sudoers(5), fqdn).
 */
export const mountsScript = `echo @nosuid
awk '$2 ~ /^\\/([hosv]|usr|$)/ && $2 !~ /^\\/var\\/lib\\/(docker|containers|kubelet)\\// { print "=" ("," $4 "," ~ /,nosuid,/ ? "-" : "+") $2 }
END {
  print "@host-names"
  if ((getline own < "/proc/sys/kernel/hostname") > 0) while ((getline < "/etc/hosts") > 0) {
    sub(/#.*/, "")
    for (i = 3; i <= NF; i++) if (tolower($i) == tolower(own)) { if (n++ < 20) print "=" substr($2, 1, 255); break }
  }
}' /proc/mounts 2>/dev/null
`
