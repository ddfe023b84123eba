import { expect, test } from 'vitest'
import { secretAssignment, secretFlag } from './secret-flag.ts'

test.each<[words: readonly string[], shown: string | undefined]>([
  [['--api-key', '****'], '--api-key'],
  [['--api-key-file', '/k'], undefined],
  // Who has it joins the machines that share the models of LocalAI.
  [['--p2ptoken', 'x'], '--p2ptoken'],
  // vLLM hands its settings, a key of a file among them, to the front end in Rust as one word.
  [['frontend', '--args-json', '{"api_key": "****", "port": 8000}'], 'api_key'],
  [['--args-json', '{"api_key": ["‹redacted›"], "port": 8000}'], 'api_key'],
  [['--args-json', '{"api_key": null, "eos_token": "</s>", "hf_token": ""}'], undefined],
  [['--args-json={"hf_token": "****"}'], 'hf_token'],
  [['--IdentityProvider.token=****'], '--IdentityProvider.token'],
  [['jupyter-lab', '--ServerApp.token=', '--ServerApp.password=argon2:****'], undefined],
  [['jupyter', 'lab', "--NotebookApp.token=''"], undefined],
  [['server.py', '--gradio-auth', 'ada:****'], '--gradio-auth'],
  [['ttyd', '-c', 'ada:‹redacted›', 'bash'], '-c'],
  [['code-server', '--auth', 'password', '-c', 'http:8'], undefined],
  [['redis-server', '--requirepass', '‹redacted›'], '--requirepass'],
  [['nginx', '--tls-key', '****', '--gradio-auth', 'ada:changeme'], undefined],
  // What guides print tells nobody anything.
  [['--api-key', '‹placeholder-3f9a2c1d›'], undefined],
  [['--api-key=EMPTY', '--hf-token=$HF_TOKEN'], undefined],
  [['--api-key', 'sk-1234,‹redacted›'], '--api-key'],
  [['--args-json', '{"api_key": "‹placeholder›", "hf_token": "‹redacted›"}'], 'hf_token'],
  [['--redis-url', 'redis://:****@h:6379/0'], '--redis-url'],
  [['--backend-store-uri=postgresql://:****@h/mlflow'], '--backend-store-uri'],
  [['--backend-store-uri', 'postgresql://mlflow:‹redacted-3f9a2c1d›@h/mlflow'], '--backend-store-uri'],
  [['sh', '-c', 'exec litellm --port 1 --redis-url "redis://:****@h"'], '--redis-url'],
  [['-e', 'DATABASE_URL=postgresql://:****@h/db', 'img'], 'DATABASE_URL'],
  [['mlflow', 'https://:****@h/v1'], 'https://:****@h'],
  [['--otlp', 'https://h/v1?model=m&api_key=****&n=1'], '--otlp'],
  [['--hook=https://h/v1?token=‹redacted›'], '--hook'],
  [['mcp-proxy', '--headers', 'Authorization: Bearer ****', 'https://h'], 'Authorization'],
  [['npx', 'mcp-remote', 'https://h', '--header', 'Authorization:', 'Bearer', '‹redacted›'], 'Authorization'],
  [['--header', 'Authorization: Bearer $TOKEN', '--header', 'Authorization: Bearer ‹placeholder›'], undefined],
  // An account of a database without a password, and one of ssh; before a page of the web it is a token.
  [['--backend-store-uri', 'postgresql://****@h/mlflow', 'git+ssh://****@h/x'], undefined],
  [['--index-url', 'https://****@h/simple'], '--index-url'],
  [['--url', 'https://h/a@b?model=m&max_token=5'], undefined],
  [['--spring.datasource.password=****'], '--spring.datasource.password'],
  [['--server.apiKey', '****'], '--server.apiKey'],
  [['--accessToken=****'], '--accessToken'],
  [['llama-server', '-hft', '****', '-hf', 'a/b'], '-hft'],
  [['--ssl-keyfile-passphrase=****'], '--ssl-keyfile-passphrase'],
  [['redis-server', '--pass', '‹redacted›'], '--pass'],
  [['mcp-remote', 'https://h', '--header', 'X-Api-Key: ****'], 'X-Api-Key'],
  [['mcp-remote', 'https://h', '--header', 'X-Api-Key:', '‹redacted›'], 'X-Api-Key'],
  [['mcp-remote', 'https://h', '--header', 'X-Api-Key:‹redacted›', '--header', 'X-Max-Token: 5'], 'X-Api-Key'],
  [['--header', 'X-Api-Key: $KEY', '--header', 'X-Api-Key: ‹placeholder›', '-v', 'api-key:/run/key'], undefined],
  // Known by what its vendor puts before it, under whatever name.
  [['serve.py', '--openai', 'sk-****'], '--openai'],
  [['serve.py', 'hf_‹redacted-3f9a2c1d›'], 'hf_…'],
  [['serve.py', '--login=ghp_****'], '--login'],
  [['--NotebookApp.password', '‹redacted›', '--PasswordIdentityProvider.hashed_password=****'], undefined],
])('%j', (words, shown) => {
  expect(secretFlag(words)).toBe(shown)
})

test.each<[words: readonly string[], shown: string | undefined]>([
  [['-e', 'VLLM_API_KEY=‹redacted›'], 'VLLM_API_KEY'],
  [['-e', 'VLLM_API_KEY=changeme', '--env=HF_TOKEN=<token>'], undefined],
  [['sh', '-c', 'VLLM_API_KEY="‹placeholder›" HF_TOKEN=‹redacted› vllm serve m'], 'HF_TOKEN'],
  [['run', '-e', 'LITELLM_SALT_KEY=****', 'litellm'], 'LITELLM_SALT_KEY'],
  [['-e', 'N8N_ENCRYPTION_KEY=‹redacted›'], 'N8N_ENCRYPTION_KEY'],
  // A switch.
  [['-e', 'HF_HUB_DISABLE_IMPLICIT_TOKEN=****'], undefined],
  [['-e', 'LANGFUSE_PUBLIC_KEY=****', '-e', 'SORT_KEY=****'], undefined],
])('a variable in %j', (words, shown) => {
  expect(secretAssignment(words)).toBe(shown)
})
