/**
 * awk: prints JSON broken into lines, and masks what a client has to send, by where it stands: values of `header` and `query` matchers, patterns of
 * `header_regexp`, expressions, and lists under names of secrets. What the model asks of them stays: the word that a token is announced with,
 * `*`, the name of a variable or file, and whether a part is long enough for a secret (`masked`, and `maskedrandom` where it looks like a key) or not (`short`, as are
 * addresses and names, which others know), or is one that guides print (`change-me`, see `placeholder-keys.ts`). In a pattern Caddy takes `{env.X}` as it stands (2.6.2 and 2.11.4, tried), which is no secret. Strings come one a record.
 */
export const maskedLines = String.raw`BEGIN { RS = "\""; secret = "(api-?key|token|authorization|secret|cookie)$"
  open = "^(host|user-agent|referer|origin|upgrade|connection|accept.*|content-.*|x-forwarded-.*|x-real-ip|x-requested-with|sec-.*)$" }
function word(v) { return match(v, /^[A-Za-z]+/) && tolower(substr(v, 1, RLENGTH)) ~ /^(bearer|basic|token|digest|apikey)$/ }
function known(v) { return tolower(v) ~ /^(sk-|token-|hf_)?((change|replace)[-_ ]?(me|this).*|your[-_ a-z0-9]*|(my|the)[-_ ]?(super[-_ ]?)?(secret|api|access)?[-_ ]?(api[-_ ]?)?(key|token|secret|password)|no-key-required|not-needed|(super)?secret|123456789?0?|12345?6?7?|abc-?123|abcd?1234|xxxx*|empty|none|dummy|test|password)$/ }
function who(v, end) {
  end = v; sub(/.*[.]/, "", end)
  return v ~ /^[0-9]+([.][0-9]+)+([\/][0-9]+)?$/ || v ~ /^[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*([\/][0-9]+)?$/ || length(end) < 25 && (v ~ /^[^@]+@[^@]+[.][A-Za-z]+$/ || v ~ /^([A-Za-z0-9-]+[.])+[A-Za-z]+$/)
}
function proof(v, words, all, at, part, bare, best) {
  if (known(v)) return "change-me"
  best = "short"; all = split(v, words, /[ ,;&]+/)
  for (at = 1; at <= all; at++) {
    part = words[at]
    if (who(part)) continue
    bare = part; sub(/=+$/, "", bare)
    if (sub(/^.*[=:]/, "", bare)) part = bare
    if (who(part)) continue
    if (known(part)) { if (best == "short") best = "change-me" }
    else if (length(part) > 7 && best != "maskedrandom") best = long(part)
  }
  return best
}
function long(v) { return length(v) > 15 && v ~ /[0-9].*[0-9]/ && v ~ /[A-Za-z]/ && v !~ /^eyJ/ ? "maskedrandom" : "masked" }
function value(v, matched, out, held, size) {
  if (word(v) && substr(v, RLENGTH + 1, 1) == " ") { out = substr(v, 1, RLENGTH + 1); v = substr(v, RLENGTH + 2) }
  for (; v != ""; v = substr(v, RLENGTH + 1))
    if (match(v, /^[*]+/) || match(v, /^[{]http[.][^}]*[}]/)) out = out substr(v, 1, RLENGTH)
    else if (match(v, /^[{][^}]*[}]/)) {
      held = substr(v, 1, RLENGTH)
      sub(/:.*/, ":}", held)
      out = out (matched && held ~ /^[{](env|file|system)[.]/ ? held : "masked")
    }
    else { match(v, /^.[^*{]*/); size = RLENGTH; out = out proof(substr(v, 1, size)); RLENGTH = size }
  return out
}
function pattern(v, out) {
  for (; v != ""; v = substr(v, RLENGTH + 1))
    if (match(v, /^[{](env|file|system)[.][^}]*[}]/)) out = out "short"
    else if (word(v) || match(v, /^[[][^]]*[]]/) || match(v, /^\\\\./)) out = out substr(v, 1, RLENGTH)
    else if (match(v, /^[A-Za-z0-9_-]+/) && RLENGTH > 7) out = out (known(substr(v, 1, RLENGTH)) ? "change-me" : long(substr(v, 1, RLENGTH)))
    else { if (RLENGTH < 1) RLENGTH = 1; out = out substr(v, 1, RLENGTH) }
  return out
}
function hidden(v, at, name) {
  if (!colon && kind[depth] != "[") return v
  name = tolower(colon ? last : key[depth]); at = colon ? depth : depth - 1
  if (colon && (name == "expression" || name == "expr")) return "masked"
  if (colon && name == "pattern" && key[at - 1] == "header_regexp") return tolower(key[at]) ~ open ? v : pattern(v)
  if (name !~ open && (key[at] == "header" || key[at] == "query")) return value(v, 1)
  if (name !~ open && key[at - 1] == "request" || !colon && name ~ secret || colon && name == "replace" && key[at - 2] == name) return value(v)
  return v
}
inside {
  text = text $0; tail = $0; sub(/.*[^\\]/, "", tail)
  if (length(tail) % 2) { text = text "\""; next }
  printf "%s\"", hidden(text); last = text; text = ""; inside = 0; next
}
{
  for (i = 1; i <= length($0); i++) {
    c = substr($0, i, 1)
    if (c == "{" || c == "[") { depth++; kind[depth] = c; key[depth] = colon ? last : ""; colon = 0 }
    else if (c == "}" || c == "]") { depth--; colon = 0 }
    else if (c == ":") colon = 1
    else if (c == ",") colon = 0
  }
  gsub(/\[[{]/, "[\n{"); gsub(/,[{]/, ",\n{"); sub(/[,{]$/, "&\n"); inside = 1
  printf "%s", $0 (depth > 0 ? "\"" : "")
}`
