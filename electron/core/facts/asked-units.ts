/**
 * Shell function for scripts that ask systemd for units by name. systemd makes an object of every unit that it is asked for and looks through all its
 * folders, 2 ms for each that is not there: so of names that no folder has (systemd.unit(5), unit file load path), only those that are loaded are asked,
 * which a pattern does. Where the usual folders are not there, all are asked.
 *
 * `ask_units NAME…` sets `asked`, words apart by blanks. `roots`: the folders of units that are there. Wants the usual IFS.
 */
export const askUnits = `ask_units() {
roots= asked=
for root in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system /run/systemd/generator /run/systemd/generator.early /run/systemd/generator.late /run/systemd/transient /etc/systemd/system.control /run/systemd/system.control /etc/systemd/system.attached /run/systemd/system.attached; do
  [ -d "$root" ] && ! [ -L "\${root%/systemd/system}" ] && roots="$roots $root"
done
case "$roots " in *' /usr/lib/systemd/system '* | *' /lib/systemd/system '*) ;; *) asked="$*"; return ;; esac
for unit do
  for root in $roots; do
    if [ -e "$root/$unit" ] || [ -L "$root/$unit" ]; then asked="$asked $unit"; continue 2; fi
  done
  asked="$asked \${unit%?}[\${unit##*\${unit%?}}]"
done
}
`
