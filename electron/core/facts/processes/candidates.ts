/**
 * Extended regular expression (for `grep -Ei`) of command lines worth reading exactly: everything that may turn out to be an
 * inference server, Docker's port forwarders, and exporters of GPU figures, whose units are pushed. Wide on purpose: what a process really is, is
 * decided later from its words.
 */
export const candidatePattern = 'ollama|vllm|llama|local-?ai|docker-proxy|dcgm-exporter|nvidia[-_]gpu[-_]exporter'

/** Beside them, what leads ports to containers of an account's own Podman: its words and its cgroup tell whose they are. */
export const readPattern = `${candidatePattern}|/(pasta|rootlessport|slirp4netns)([. ]|$)`

/** Environment variables that decide how an engine listens, authenticates and finds models. Others are never read. */
export const wantedVariables = [
  'HOME',
  'HOST',
  'PORT',
  'ROOT_PATH',
  'CONFIG_FILE',
  'ADDRESS',
  'API_KEY',
  'API_KEY_VALIDATION_URLS',
  'MODELS_PATH',
  'HF_HOME',
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'XDG_CACHE_HOME',
  'HF_HUB_OFFLINE',
  'HF_ENDPOINT',
  'MODEL_ENDPOINT',
  'TRANSFORMERS_OFFLINE',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'DO_NOT_TRACK',
  'MODELS',
  'GALLERIES',
  'AUTOLOAD_GALLERIES',
  'PRELOAD_MODELS',
  'PRELOAD_MODELS_CONFIG',
  'HTTPS?_PROXY',
  'ALL_PROXY',
  'https?_proxy',
  'all_proxy',
  'AIP_MODE',
  'AIP_HTTP_PORT',
  'OLLAMA_[A-Z0-9_]+',
  'VLLM_[A-Z0-9_]+',
  'LLAMA_[A-Z0-9_]+',
  'LOCALAI_[A-Z0-9_]+',
  // Those by which other programs decide whom they ask (programs/records).
  'WEBUI_AUTH',
  'WEBUI_AUTH_TRUSTED_EMAIL_HEADER',
  'RAY_AUTH_MODE',
  'GF_AUTH_ANONYMOUS_ENABLED',
  'AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED',
  'TABBY_NETWORK_DISABLE_AUTH',
  'PHOENIX_ENABLE_AUTH',
  'LITELLM_MASTER_KEY',
  'INFINITY_API_KEY',
  'LEMONADE_API_KEY',
  'QDRANT__SERVICE__API_KEY',
  '[EK]G_AUTH_TOKEN',
  'OPENCODE_SERVER_PASSWORD',
] as const

/** Extended regular expression of `NAME=` for the variables above. */
export const variablePattern = `^(${wantedVariables.join('|')})=`

/**
 * `sed` program that hides secrets before they leave the host: values of variables and flags that carry keys, and passwords in URLs.
 * It sees one variable or one word per line.
 */
export const maskVariables = [
  's/^\\([A-Za-z0-9_]*\\(KEY\\|KEYS\\|TOKEN\\|TOKENS\\|SECRET\\|PASSWORD\\|PASSWD\\)\\)=..*/\\1=****/',
  's|://[^/@[:space:]]*@|://****@|g',
].join(';')
