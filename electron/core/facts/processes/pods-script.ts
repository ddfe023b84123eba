/**
 * For a cgroup `$group` of process `$pid` below kubepods: `@pod PID path` for the log of its container in /var/log/containers, which the kubelet makes for all to
 * list, and for the folder of its pod in /var/log/pods, which newer ones keep to root; `unread` when neither may be listed, `absent` when neither names it. Only names are
 * read, by the shell itself: no program is started. The id is the last word of 64 hexadecimal digits, the uid what follows the last `pod`.
 */
export const podsScript = `case $group in *kubepods*)
  id= uid=\${group##*pod} found=absent
  set -f
  IFS=/:-.
  for part in $group; do case $part in *[!0-9a-f]*) ;; *) [ "\${#part}" = 64 ] && id=$part ;; esac; done
  IFS=_
  set -- \${uid%%[./]*}
  IFS=-
  uid="$*"
  unset IFS
  set +f
  [ -r /var/log/containers ] || [ -r /var/log/pods ] || found=unread
  for path in /var/log/containers/*-"$id".log /var/log/pods/*_"$uid"; do
    [ -L "$path" ] || [ -d "$path" ] || continue
    case \${path##*/} in *[!a-z0-9._-]*) continue ;; esac
    found=
    printf '@pod %s %s\\n' "$pid" "$path"
  done
  [ -z "$found" ] || printf '@pod %s %s\\n' "$pid" "$found"
;; esac`
