/**
 * Shell function for scripts that ask systemd for units by name. systemd makes an object of every unit that it is asked for and looks through all its
 * folders, 2 ms for each that is not there: so of names that no folder has (systemd.unit(5), unit file load path), only those that run are asked. Of services their control
 * group tells that (systemd.slice(5): `system.slice`, unless they say otherwise), of others, and where no such group is to be seen, a pattern, which systemd holds
 * against each unit that is loaded. Where the usual folders are not there, all are asked.
 *
 * `ask_units NAME…` sets `asked`, words apart by blanks. `roots`: the folders of units that are there. Wants the usual IFS.
 */
export const askUnits = `ask_units() {
roots= asked= d=systemd/system
for root in /etc/$d /run/$d /usr/local/lib/$d /usr/lib/$d /lib/$d /run/systemd/generator /run/systemd/generator.early /run/systemd/generator.late /run/systemd/transient /etc/$d.control /run/$d.control /etc/$d.attached /run/$d.attached; do
  [ -d "$root" ] && ! [ -L "\${root%/$d}" ] && roots="$roots $root"
done
case "$roots " in *" /usr/lib/$d "* | *" /lib/$d "*) ;; *) asked="$*"; return ;; esac
for g in /sys/fs/cgroup/system.slice /sys/fs/cgroup/systemd/system.slice -; do [ -d "$g" ] && break; done
for unit do
  for root in $roots; do
    if [ -e "$root/$unit" ] || [ -L "$root/$unit" ]; then asked="$asked $unit"; continue 2; fi
  done
  case $g:$unit in
    /*.service) ! [ -d "$g/$unit" ] || asked="$asked $unit" ;;
    *) asked="$asked \${unit%?}[\${unit##*\${unit%?}}]" ;;
  esac
done
}
`
