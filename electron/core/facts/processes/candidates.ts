/**
 * Extended regular expression (for `grep -Ei`) of command lines worth reading exactly: everything that may turn out to be an
 * inference server, Docker's port forwarders, and exporters of GPU figures, whose units are pushed. Wide on purpose: what a process really is, is
 * decided later from its words.
 */
export const candidatePattern = 'ollama|vllm|llama|local-?ai|docker-proxy|dcgm-exporter|nvidia[-_]gpu[-_]exporter'

/** Beside them, what leads ports to containers of an account's own Podman: its words and its cgroup tell whose they are. */
export const readPattern = `${candidatePattern}|/(pasta|rootlessport|slirp4netns)([. ]|$)`

/** Environment variables that decide how an engine listens, authenticates and finds models. Others are never read. In few characters, since every probe sends them three times. */
export const wantedVariables = [
  'HOME',
  'HOST',
  'PORT',
  'ROOT_PATH',
  'CONFIG_FILE',
  'DEBUG',
  'ENABLE_TRACING',
  'ADDRESS',
  'API_KEY(_VALIDATION_URLS)?',
  'HF_(HOME|HUB_OFFLINE|ENDPOINT)',
  'H[A-Z]+_HUB_CACHE',
  'XDG_CACHE_HOME',
  'TRANSFORMERS_OFFLINE',
  '[A-Z]+_VISIBLE_DEVICES',
  'DO_NOT_TRACK',
  'MODEL(S|S_PATH|_ENDPOINT|_ID)',
  '[A-Z_]*GALLERIES',
  'EXTERNAL_BACKENDS',
  'PRELOAD_MODELS(_CONFIG)?',
  '(HTTPS?|ALL)_PROXY',
  '(https?|all)_proxy',
  'GITHUB_CLIENT_ID',
  '(O?LLAMA|VLLM|LOCALAI|AIP)_[A-Z0-9_]+',
] as const

/** Those by whose value other programs decide whom they ask (programs/records). */
export const decisiveVariables = [
  'WEBUI_AUTH[A-Z_]*',
  'RAY_AUTH_MODE',
  'GF_AUTH_ANON[A-Z_]*',
  'AUTHENTICATION_ANON[A-Z_]*',
  'TABBY_NETWORK_D[A-Z_]*',
  'PHOENIX_ENABLE_AUTH',
  'DISABLE_AUTH',
] as const

/** Extended regular expression of `NAME=` for variables of engines. */
export const variablePattern = `^(${wantedVariables.join('|')})=`
/**
 * What counts of units beside them: variables of all programs, and which secrets a file sets that others may read, whatever program wants them (`HF_TOKEN`, `AWS_SECRET_ACCESS_KEY`), and a password in an
 * address: both are masked on the host.
 */
export const moreOfUnits = `^(${[...decisiveVariables, '[A-Z0-9_]*(KEY|TOKEN|SECRET|PASSWORD|PASSWD)'].join('|')})=|^[A-Z0-9_]+=["']?[a-z0-9+]+://[^/:@ ]*:([^/?#@ ]+|[0-9]*[^]0-9/?#@ ][^@ ]*)@`
export const unitVariablePattern = `${variablePattern}|${moreOfUnits}`

/** Basic regular expression of the commonest placeholders (`placeholder-keys.ts`), which hosts send as `<placeholder>`. In few characters, as above. */
export const knownKeys = [
  String.raw`\(sk-\|token-\)*\([Cc][Hh][Aa][Nn][Gg][Ee][-_]*[MmTt][EeHh][IiSs]*`,
  String.raw`[Ee][Mm][Pp][Tt][Yy]\|[Nn][Oo][Nn][Ee]\|null\|[Yy][Oo][Uu][Rr][-_A-Za-z]*\|no-key[a-z-]*\|not-needed\|dummy\|fake\|test\|secret\|password\|key`,
  String.raw`abc123\|123*4*5*6*7*8*9*0*\|xxx*\|<[^>]*>\)`,
].join(String.raw`\|`)

/**
 * Shell: `mask`, a `sed` program that hides values of variables that carry keys before they leave the host, but for `$known` ones and names of variables. It sees one variable
 * or one word per line.
 */
export const maskVariables = String.raw`open="\($known\|[$][{(A-Za-z_].*\)"
keyed='[A-Za-z0-9_]*\(KEY\|KEYS\|TOKEN\|TOKENS\|SECRET\|PASSWORD\|PASSWD\)='
mask="s/^\($keyed\)[\"']*$open[\"']*\$/\1<placeholder>/;/=<placeholder>\$/!s/^\($keyed\)..*/\1****/"
`

/** Basic regular expression of names of options, headers and arguments that carry a secret. */
export const secretNames = String.raw`[[:alnum:]_.-]*\([Kk]eys*\|[Tt]oken\|[Pp]asswo*r*d\|[Ss]ecret\|[Pp]assphrase\|[-_.]pass\|hft\)`

/**
 * A `sed` program for what shows a secret whatever program the words are of, side by side, one per line or in JSON: a password of a URL, also one that was not written as URLs want it (it stays to be seen whether it was a name alone), headers with
 * a key, an account and its password, and what vendors put before their keys (not OpenSSH's names of keys on a token).
 */
export const maskSecrets = [
  `s|://[^][/:@"'[:space:]]*:[0-9]*[^],0-9/?#@{$"'[:space:]][^@"'[:space:]]*@|://:****@|g`,
  String.raw`s|://[^/:"[:space:]]*\(:*\)[^/"[:space:]]*@|://\1****@|g`,
  String.raw`/[Xx]-\|: /s/\([Xx]-${secretNames}: *\|${secretNames}: \{1,\}\)[^"'\$<{ ][^"'\ ]*/\1****/g`,
  String.raw`s/\(uthorization["'\]*: *["'\]*\)[^"'\$ ]\{12,\}/\1****/g`,
  String.raw`s/\(uthorization["'\]*: *["'\]*[A-Za-z]\{1,\} \)[^"'\$ ][^"'\ ]*/\1****/g`,
  String.raw`s~\(-\(auth\|credential\)["'=, ]\{1,3\}[^"'\:/ ]\{1,\}:\)[^"'\/ ][^"'\ ]*~\1****~g`,
  String.raw`s/\(hf_\|gh[pousr]_\)[[:alnum:]]\{30,\}/\1****/g`,
  String.raw`s/\([^[:alnum:]]sk-\)\([^es]\|s[^s]\|e[^c]\)[[:alnum:]_-]\{15,\}/\1****/g`,
].join(';')
