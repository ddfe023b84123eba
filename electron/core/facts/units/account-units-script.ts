/**
 * Piece of the `units` script: files of units and Quadlets that name an engine, in folders that hold for all managers of accounts (systemd.unit(5), podman-systemd.unit(5)) and in
 * homes of those accounts whose manager starts with the host. `=enabled PATH`, `=file PATH`, and `=unread ACCOUNT` where its folders are closed to the audit account.
 * The shell itself looks; grep is started where there is such a file. Wants `$pattern`.
 */
export const accountUnitsScript = `echo @account-units
set +f
set -- /etc/systemd/user/*.service /usr/local/lib/systemd/user/*.service /etc/containers/systemd/users/*.[ckp]* /etc/containers/systemd/users/*/*.[ckp]*
for account in /var/lib/systemd/linger/*; do
  account=\${account##*/}
  case $account in '' | -* | *[!A-Za-z0-9_.-]*) continue ;; esac
  eval "home=~$account"
  case $home in /*) ;; *) continue ;; esac
  for folder in "$home/.config/systemd/user" "$home/.config/containers/systemd"; do
    # One that is not there is none; whether it is there, the folders above may hide.
    for above in "$home" "$home/.config" "\${folder%/*}" "$folder"; do
      [ -e "$above" ] && ! { [ -x "$above" ] && { [ "$above" != "$folder" ] || [ -r "$above" ]; }; } && printf '=unread %s\\n' "$account" && break 2
    done
    set -- "$@" "$folder"/*.service "$folder"/*.[ckp]*
  done
done
for file do shift; [ -f "$file" ] && set -- "$@" "$file"; done
set -f
[ "$#" = 0 ] || for file in $(grep -lsEi "^(Exec[A-Za-z]*|Environment|Image) *=.*($pattern)" "$@"); do
  state=file
  set +f
  for link in "\${file%/*}"/*.wants/"\${file##*/}"; do [ -L "$link" ] && state=enabled; done
  set -f
  printf '=%s %s\\n' "$state" "$file"
done
`
