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
  set -- $(systemctl show --no-pager -p Unit -- '*.timer' 2>/dev/null | sed -n 's/^Unit=//p' | grep '^[][A-Za-z0-9:_.@\\\\-]*\\.service$' | sort -u | head -n 200)
  printf '@timed %s\\n' "$#"
  if [ $# -gt 0 ]; then
    timed=$(systemctl show --no-pager -p Id,ExecStart,ExecStartPre,ExecStartPost -- "$@" 2>/dev/null)
    printf '%s\\n\\n' "$timed" | sed 's|://[^/@[:space:]]*@|://****@|g' | list
  fi
else printf '@timed none\\n'
fi
set +f
set -- /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*
set -f
set -- "$@" $programs $(printf '%s\\n' "$timed" | grep -oE '(^|[[:space:]=])/[A-Za-z0-9_./+-]+' | sed 's/^[^/]*//' | sort -u | head -n 400)
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
printf '@scripts\\n'
printf %s "$scripts" | sort -u | list
printf '@scripts-unread\\n'
printf %s "$unread" | sort -u | list
printf '@fetches\\n'
set -- $(printf %s "$scripts" | sort -u)
[ $# -eq 0 ] || grep -HnE -e "$fetches" -- "$@" /dev/null 2>/dev/null | cut -c1-400 | list
`
