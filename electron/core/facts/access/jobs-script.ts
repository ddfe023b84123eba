/** Rows of one list: what stands behind them was not seen. */
export const MAX_ROWS = 4000

/**
 * Extended regular expression of what fetches models: the programs of Ollama, Hugging Face, ModelScope, LocalAI, LM Studio and Docker, Ollama’s
 * route, git-lfs, and addresses of hubs handed to curl, wget or git. Read by grep on the host and by JavaScript alike.
 */
export const fetchPattern = [
  '(^|[^A-Za-z0-9_.-])ollama +(pull|run) +[^ ]',
  '(^|[^A-Za-z0-9_.-])(huggingface-cli|hf|modelscope) +download( |$)',
  '(snapshot_download|hf_hub_download) *[(]',
  '(^|[^A-Za-z0-9_.-])(local-ai|lms) +(models +install|get) +[^ ]',
  'docker +model +pull +[^ ]',
  '(curl|wget|http|xh) .*/api/pull',
  '(^|[^A-Za-z0-9_.-])git +lfs +(pull|fetch|clone)',
  '(curl|wget|aria2c|git) .*(huggingface[.]co|//hf[.]co|hf-mirror[.]com|modelscope[.]cn|modelscope[.]ai|registry[.]ollama[.]ai|civitai[.]com)/',
].join('|')

/**
 * Piece of the `access` script, which has set `programs` (paths in jobs of cron), `fetches` (the pattern) and a line feed as IFS. Prints what
 * timers start, and of each script that cron or a timer may run the lines that fetch models, or that it could not be read. Programs of the
 * distribution and what has no `#!` are not looked into. Paths hold no sign that could begin a block.
 */
export const jobsScript = `timed=
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
  set -- $(systemctl show --no-pager -p Unit -- '*.timer' 2>/dev/null | awk '/^Unit=[][A-Za-z0-9:_.@\\\\-]*[.]service$/ && !($0 in seen) && n < 200 { seen[$0]; unit = substr($0, 6); for (i = ++n; i > 1 && all[i - 1] "" > unit ""; i--) all[i] = all[i - 1]; all[i] = unit } END { for (i = 1; i <= n; i++) print all[i] }')
  printf '@timed %s\\n' "$#"
  if [ $# -gt 0 ]; then
    # What they start; then, behind a line that none of these can be, the programs in it.
    timed=$(systemctl show --no-pager -p Id,ExecStart,ExecStartPre,ExecStartPost -- "$@" 2>/dev/null | awk '{
        gsub(/:\\/\\/[^\\/ \\t]*@/, "://****@")
        if (NR < ${MAX_ROWS}) print "=" substr($0, 1, 4000)
        while (match($0, /(^|[ \\t=])\\/[A-Za-z0-9_.\\/+-]+/)) {
          path = substr($0, RSTART, RLENGTH); sub(/^[^\\/]*/, "", path)
          if (!(path in seen) && m < 400) { seen[path]; program[++m] = path }
          $0 = substr($0, RSTART + RLENGTH)
        }
      }
      END { print "="; print "!"; for (i = 1; i <= m; i++) print program[i] }')
    printf '%s\\n' "\${timed%"
!"*}"
    timed=\${timed##*"
!"}
  fi
else echo @timed none
fi
set +f
set -- /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*
set -f
set -- "$@" $programs $timed
unread= scripts=
for file in "$@"; do
  case $file in
    *[!A-Za-z0-9_./+-]* | /bin/* | /sbin/* | /lib/* | /usr/bin/* | /usr/sbin/* | /usr/lib/* | /usr/libexec/* | /dev/* | /proc/*) continue ;;
  esac
  if [ -f "$file" ] && [ -r "$file" ]; then
    first=
    IFS= read -r first 2>/dev/null <"$file"
    case $first in '#!'*) scripts="$scripts$file
" ;; esac
  elif [ -e "$file" ]; then
    [ -f "$file" ] && unread="$unread$file
"
  else
    # Only behind a folder that the account may not enter is it not known whether there is one.
    parent=\${file%/*}
    while [ -n "$parent" ] && ! [ -e "$parent" ]; do parent=\${parent%/*}; done
    [ -z "$parent" ] || [ -x "$parent" ] || unread="$unread$file
"
  fi
done
set -- $scripts
echo @scripts
[ $# -eq 0 ] || printf '=%s\\n' "$@"
echo @scripts-unread
[ -z "$unread" ] || printf '=%s\\n' $unread
echo @fetches
[ $# -eq 0 ] || set -- $(grep -HnE -e "$fetches" -- "$@" /dev/null 2>/dev/null)
[ $# -eq 0 ] || printf '%s\\n' "$@" | awk 'NR > ${MAX_ROWS} { exit } { print "=" substr($0, 1, 400) }'
`
