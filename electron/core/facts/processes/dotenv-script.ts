/**
 * Of LocalAI, which is in no container: `@dotenv PID` for each file of variables that it reads by itself, in that order (main.go), with the rows that matter; `unread`
 * where one may not be read. Those below its home, and a folder of another account that is closed, are not looked for.
 */
export const dotenvScript = `[ -n "$contained" ] || case $rest in *[Ll]ocal*[Aa][Ii]*)
  for file in "/proc/$pid/cwd/.env" "/proc/$pid/cwd/localai.env" /etc/localai.env; do
    if [ -f "$file" ] && [ -r "$file" ]; then
      printf '@dotenv %s\\n' "$pid"
      sed -n 's/^[[:blank:]]*\\(export[[:blank:]]\\)\\{0,1\\}[[:blank:]]*\\([A-Za-z_][A-Za-z0-9_]*\\)[[:blank:]]*=[[:blank:]]*/\\2=/p' "$file" | grep -E "$variables" | cut -c 1-1000 | sed 's/^/=/;100q'
    elif [ -e "$file" ]; then printf '@dotenv %s unread\\n' "$pid"; fi
  done ;; esac`
