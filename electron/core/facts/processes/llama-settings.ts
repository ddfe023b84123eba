/**
 * Of the system: llama.cpp since 0.3 reads it before variables and flags, which win, and then one of the account (`llama.cpp/config.ini` below
 * $XDG_CONFIG_HOME or ~/.config; its home is closed to the audit account, so that one is not looked for).
 */
export const LLAMA_SETTINGS = '/etc/llama.cpp/config.ini'

const MAX_ROWS = 500

/** `@settings` with the rows of that file, or `@settings-unread`. Values of what may hold a key stay on the host. */
export const llamaSettingsScript = `ini=${LLAMA_SETTINGS}
if [ -r $ini ]; then echo @settings; sed 's/\\([Kk][Ee][Yy]\\|[Tt][Oo][Kk][Ee][Nn]\\|[Jj][Ss][Oo][Nn]\\)\\([^=]*=\\).*/\\1\\2****/;s/^/=/;${MAX_ROWS}q' $ini
elif [ -e $ini ] || [ -e \${ini%/*} ] && ! [ -x \${ini%/*} ]; then echo @settings-unread; fi
`

/**
 * What a file of settings names, by the variable that says the same (`LLAMA_ARG_HOST`), whatever section it stands in: which sections count, and which of two that are called the
 * same, differs between releases. Empty where there is no file.
 */
export interface LlamaSettings {
  readonly variables: Readonly<Record<string, string>>
  readonly unread: boolean
}

/** Flags whose variable is called otherwise (common/arg.cpp). */
const variableOf: Readonly<Record<string, string>> = {
  m: 'LLAMA_ARG_MODEL',
  hf: 'LLAMA_ARG_HF_REPO',
  hfr: 'LLAMA_ARG_HF_REPO',
  mu: 'LLAMA_ARG_MODEL_URL',
  dr: 'LLAMA_ARG_DOCKER_REPO',
  ag: 'LLAMA_ARG_AGENT',
  metrics: 'LLAMA_ARG_ENDPOINT_METRICS',
  props: 'LLAMA_ARG_ENDPOINT_PROPS',
  lv: 'LLAMA_LOG_VERBOSITY',
  verbosity: 'LLAMA_LOG_VERBOSITY',
  'log-verbosity': 'LLAMA_LOG_VERBOSITY',
  v: 'LLAMA_ARG_VERBOSE',
  'log-verbose': 'LLAMA_ARG_VERBOSE',
  'webui-mcp-proxy': 'LLAMA_ARG_UI_MCP_PROXY',
  'api-key': 'LLAMA_API_KEY',
}

/** Rows of `key = value` out of section `processes`; a key is a flag without its dashes, or a variable. */
export function readLlamaSettings(stdout: string): LlamaSettings {
  const lines = stdout.split('\n')
  const at = lines.indexOf('@settings')
  const unread = lines.includes('@settings-unread')
  if (at === -1) return { variables: {}, unread }
  const variables: Record<string, string> = {}
  let rows = 0
  for (const line of lines.slice(at + 1)) {
    if (!line.startsWith('=')) break
    rows++
    const [, key = '', value = ''] = /^=\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key === '') continue
    const name = key.startsWith('LLAMA_') ? key : (variableOf[key] ?? `LLAMA_ARG_${key.replaceAll('-', '_').toUpperCase()}`)
    // What one section turns on stays on.
    if (!isOff(value) || variables[name] === undefined) variables[name] = value
  }
  return { variables, unread: unread || rows >= MAX_ROWS }
}

const isOff = (value: string): boolean => /^(?:(?:0|false|no|off|disabled)\b.*)?$/i.test(value)
