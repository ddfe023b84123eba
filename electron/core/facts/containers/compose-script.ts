/**
 * Shell: `composed TEXT` tells of each file of Compose that containers were made from (a label of theirs), of the `.env` beside it, and of what `env_file:`, `include:` and `extends:` name there or elsewhere, where every account may read it, the names of what it
 * sets to a secret, and the file of Compose; never a value. References to variables without a secret of their own (`${KEY:-secret}`, Compose's interpolation), switches, paths, public keys and what guides print are none.
 */
export const composeScript = `composed() { (
  set -f
  IFS=',
'
  seen=
  for made in $(printf '%s\\n' "$1" | sed -n 's/.*\\(config_files\\|"Compose"\\)[=": ]*\\(\\/[^"]*\\).*/\\2/p'); do
    case $made in /*.y*ml) ;; *) continue ;; esac
    more= within=
    [ ! -r "$made" ] || while IFS= read -r a; do
      IFS=" \\"',[]{}"
      for a in $a; do
        case $a in
          '#'*) break ;;
          env_file: | path: | include: | file:) within=1 ;;
          *:) within= ;;
          *)
            [ "$within" ] || case $a in ./*.env | ./*.env:/*) ;; *) continue ;; esac
            a=\${a#*:-} a=\${a#./}
            case $a in /*) ;; *) a=\${made%/*}/$a ;; esac
            more="$more,\${a%:/*}"
            ;;
        esac
      done
    done <"$made"
    IFS=,
    for file in "$made" "\${made%/*}"/.env $more; do
      [ -f "$file" ] || continue
      case $seen in *"|$file|"*) continue ;; esac
      seen="$seen|$file|" up=\${file%/*}
      set --
      while [ -n "$up" ]; do set -- "$@" "$up"; up=\${up%/*}; done
      closed=$(find -H "$file" "$@" -prune \\( -type d ! -perm -001 -o ! -type d ! -perm -004 \\) 2>/dev/null) && [ -z "$closed" ] && printf '@compose %s\\t%s\\n' "$file" "$made" && sed "/\\(:-\\|[=: \\"']\\)$known[\\"' }]*\\$/d;/: *[[{&]/s/[][{},]/\\n/g" "$file" | awk '
        function tell(name) { sub(/["\\047 \\t]*[=:, ].*/, "", name); gsub(/["\\047]/, "", name); print "=" substr(name, 1, 100) }
        { sub(/^[ \\t]*(-[ \\t]+|export )?["\\047]*/, "") }
        held != "" { if (/^([^-$]|[$][{][A-Za-z0-9_]+:?-[^-}$])/) tell(held); held = "" }
        /^--[a-z_-]*(key|keys|token|secret|password)["\\047 ]*$/ { held = $0; next }
        /^[A-Z_]*PUBLIC_|[=:][ \\t]*["\\047]*(\\/[a-z]+\\/[a-z].*|[Tt]rue|TRUE|[Ff]alse|FALSE|[01])["\\047 \\t]*$/ { next }
        /^[A-Za-z0-9_]*(KEYS?|TOKEN|SECRET|PASSWORD|PASSWD)["\\047]*[ \\t]*[=:][ \\t]*["\\047]*([^"\\047 \\t$#]|[$][{][A-Za-z0-9_]+:?-[^}$])/ { tell($0); next }
        /^[A-Za-z0-9_]+["\\047]*[ \\t]*[=:][ \\t]*["\\047]*[a-z+]+:\\/\\/[^\\/:@ ]*:[^\\/@$ ]+@/ { tell($0); next }
        match($0, /--[a-z_-]*(key|keys|token|secret|password)["\\047=, ]+([^-$"\\047=, ]|[$][{][A-Za-z0-9_]+:?-[^}$])/) { tell(substr($0, RSTART)) }'
    done
  done
) }
`
