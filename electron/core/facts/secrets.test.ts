import fc from 'fast-check'
import { expect, test } from 'vitest'
import { REDACTED, redact } from './secrets.ts'

const X = REDACTED
const P = '‹placeholder›'

test.each([
  ['an option', 'vllm serve m --api-key sk-abc --port 8000', `vllm serve m --api-key ${X} --port 8000`],
  ['an option with =, each key by itself', 'vllm --api-key=abc,def --port 8000', `vllm --api-key=${X},${X} --port 8000`],
  [
    'a list of keys in the environment',
    'Environment=LOCALAI_API_KEY=a,b,c PASSWORD=a,b',
    `Environment=LOCALAI_API_KEY=${X},${X},${X} PASSWORD=${X}`,
  ],
  ['a list of keys as a word', '@argv 7\n=--api-keys\n=a,b\n=--port', `@argv 7\n=--api-keys\n=${X},${X}\n=--port`],
  [
    'keys in a map of nginx, and not who has them',
    'map $http_authorization $client {\n  default "";\n  "Bearer abc" team-a; # of A\n  ~^Bearer\\s+xyz$ team-b;\n}\nserver_name a b;',
    `map $http_authorization $client {\n  default "";\n  "Bearer ‹short›" team-a; # of A\n  ~^Bearer\\s+‹short›$ team-b;\n}\nserver_name a b;`,
  ],
  [
    'a map on one line',
    'map $http_x_api_key $ok { default 0; hunter2 1; } include x y;',
    `map $http_x_api_key $ok { default 0; ‹short› 1; } include x y;`,
  ],
  [
    'a map of patterns: what lets any key in stays to be seen',
    'map $http_authorization $ok { "~^Bearer .+" 1; "~^Bearer sk-[a-z0-9]{20,}$" 2; "~*(?:first-secret|second-secret)" 3; "Bearer a-long-secret" 4; }',
    `map $http_authorization $ok { "~^Bearer .+" 1; "~^Bearer sk-[a-z0-9]{20,}$" 2; "~*(?:‹word›|‹word›)" 3; "Bearer ${X}" 4; }`,
  ],
  [
    'what guides print where a key belongs, told apart from a key',
    'vllm --api-key token-abc123 -e VLLM_API_KEY=changeme HF_TOKEN=<your_hf_token> LLAMA_API_KEY=sk-1234,sk-9fQ2 x --api-key EMPTY',
    `vllm --api-key ${P} -e VLLM_API_KEY=${P} HF_TOKEN=${P} LLAMA_API_KEY=${P},${X} x --api-key ${P}`,
  ],
  [
    'the same in nginx',
    'map $http_authorization $ok { "Bearer sk-1234" 1; "Bearer sk-12345-9fQ2" 2; }',
    `map $http_authorization $ok { "Bearer ${P}" 1; "Bearer ${X}" 2; }`,
  ],
  ['an option quoted', 'vllm --api-key "abc" --port 1', `vllm --api-key "${X}" --port 1`],
  ['an option in a JSON array', '["--api-key","s1","--host","0.0.0.0"]', `["--api-key","${X}","--host","0.0.0.0"]`],
  ['an option between NULs', 'a\0--api-key\0zzz\0--host\0x', `a\0--api-key\0${X}\0--host\0x`],
  ['oauth2-proxy', '--cookie-secret=abcd --client-secret efgh --client-id=ai', `--cookie-secret=${X} --client-secret ${X} --client-id=ai`],
  ['tunnels', 'npc -server=x:1 -vkey=abc', `npc -server=x:1 -vkey=${X}`],
  ['words that grew together', 'ngrok http --authtoken abc 80', `ngrok http --authtoken ${X} 80`],
  [
    'the same of others',
    'tailscale up --authkey abc --p2ptoken=x --requirepass y',
    `tailscale up --authkey ${X} --p2ptoken=${X} --requirepass ${X}`,
  ],
  ['a setting of Jupyter', 'jupyter lab --IdentityProvider.token abc', `jupyter lab --IdentityProvider.token ${X}`],
  ['a login as one word', 'zrok share --basic-auth u:abc --gradio-auth=u:abc', `zrok share --basic-auth u:${X} --gradio-auth=u:${X}`],
  ['words one per line', '@argv 7\n=--db-password\n=a b\n=\n=c\n=--port\n=1', `@argv 7\n=--db-password\n=${X}\n=\n=${X}\n=--port\n=1`],
  [
    'a systemd environment',
    'Environment=OLLAMA_HOST=0.0.0.0 VLLM_API_KEY=a "HF_TOKEN=x y"',
    `Environment=OLLAMA_HOST=0.0.0.0 VLLM_API_KEY=${X} "HF_TOKEN=${X}"`,
  ],
  ['a value that holds another', 'TOKEN="a B_TOKEN=b c" d', `TOKEN="${X}" d`],
  ['a unit file', 'Environment=API_KEY=abc', `Environment=API_KEY=${X}`],
  ['a value inside another', 'ARGS="-e API_KEY=a -v" B=--set=TOKEN=c', `ARGS="-e API_KEY=${X} -v" B=--set=TOKEN=${X}`],
  ['Docker inspect', '"Env":["API_KEY=s","PATH=/bin"]', `"Env":["API_KEY=${X}","PATH=/bin"]`],
  ['passwords', 'DBPASSWORD=a PGPASSWORD="b c" SMTP_PASS=d', `DBPASSWORD=${X} PGPASSWORD="${X}" SMTP_PASS=${X}`],
  ['an Ollama key', 'OLLAMA_CLOUD_KEY=abc', `OLLAMA_CLOUD_KEY=${X}`],
  ['YAML', 'api_key: hunter2', `api_key: ${X}`],
  ['JSON', '{"apiKey": "abc", "port": 1}', `{"apiKey": "${X}", "port": 1}`],
  [
    'a list in JSON',
    '={"api_key": ["abc", "d e"], "stop_token": [], "port": 1}',
    `={"api_key": ["${X}", "${X}"], "stop_token": [], "port": 1}`,
  ],
  ['a proxy', 'HTTPS_PROXY=http://user:pw@proxy:3128/', `HTTPS_PROXY=http://user:${X}@proxy:3128/`],
  ['an nginx header', 'proxy_set_header Authorization "Bearer abc12345678";', `proxy_set_header Authorization "Bearer ${X}";`],
  ['an nginx comparison', 'if ($http_authorization != "Bearer sk-abc-123456") {', `if ($http_authorization != "Bearer ${X}") {`],
  [
    'another header that nginx asks for',
    '  if ($http_x_api_key != "two long-words-of-us") { return 403; }',
    `  if ($http_x_api_key != "${X}") { return 403; }`,
  ],
  ['a short one', 'if ($http_x_api_key != abc) {', 'if ($http_x_api_key != ‹short›) {'],
  [
    'a comparison with what a pattern took of a header',
    'if ($http_authorization ~ "^Bearer (.+)$") { set $sent $1; }\nif ($sent != two-words-of-us) { return 401; }',
    `if ($http_authorization ~ "^Bearer (.+)$") { set $sent $1; }\nif ($sent != ${X}) { return 401; }`,
  ],
  [
    'a comparison with what was handed on',
    `set $sent $arg_key;\nset $own "\${sent}";\nif ($own !~ "^(first-secret-1234567|abc)$") {`,
    `set $sent $arg_key;\nset $own "\${sent}";\nif ($own !~ "^(${X}|abc)$") {`,
  ],
  [
    'a comparison with a group that has a name',
    'if ($http_x_api_key ~ "^(?<sent>.+)$") { break; }\nif ($sent = two-words-of-us) {',
    `if ($http_x_api_key ~ "^(?<sent>.+)$") { break; }\nif ($sent = ${X}) {`,
  ],
  ['what is wanted', 'set $want two-words-of-us;\nif ($http_x_api_key != $want) {', `set $want ${X};\nif ($http_x_api_key != $want) {`],
  ['a key in a header of another name', 'if ($http_x_access != "JMPFXBuLtxUo6gsiZGkaHY85") {', `if ($http_x_access != "${X}") {`],
  ['a key without a scheme', "if ($http_authorization = 'hunter2-hunter2') {", `if ($http_authorization = '${X}') {`],
  ['an argument', 'if ($arg_token !~ ^abcdefgh12$) {', 'if ($arg_token !~ ^‹word›$) {'],
  ['a header of a program behind', 'proxy_set_header X-API-Key "abc def";', `proxy_set_header X-API-Key "${X}";`],
  ['a variable of nginx', 'set $api_key abcdefgh12;', `set $api_key ${X};`],
  [
    'a map of a header for a login',
    'map $http_x_internal_auth $ok { default 0; "abcdefgh12" 1; }',
    `map $http_x_internal_auth $ok { default 0; "${X}" 1; }`,
  ],
  [
    'what was taken out of a token',
    'map $token $ok {\n  default 0;\n  abcdefgh12abcdefgh 1;\n  authorized 1;\n}\nif ($token != "abcdefgh12abcdefgh") {',
    `map $token $ok {\n  default 0;\n  ${X} 1;\n  authorized 1;\n}\nif ($token != "${X}") {`,
  ],
  [
    'a key of one header or another',
    'map "$http_x_api_key$arg_key" $ok { default 0; abcdefgh12abcdefgh 1; }',
    `map "$http_x_api_key$arg_key" $ok { default 0; ${X} 1; }`,
  ],
  ['TOML', 'client_secret = "sk one"\n"jwt_key" = \'a\'', `client_secret = "${X}"\n"jwt_key" = '${X}'`],
  ['a password with @', 'redis://:p@ss@h:1/0 http://u:a@b@c/', `redis://:${X}@h:1/0 http://u:${X}@c/`],
  ['htpasswd', 'bob:$apr1$aaaaaaaa$bbbbbbbbbbbbbbbbbb', `bob:$apr1$${X}`],
  ['bcrypt', 'ann:$2y$05$abcdefghijklmnopqrstuv', `ann:$2y$${X}`],
  ['SHA1', 'x:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', `x:{SHA}${X}`],
  ['a key that begins like an algorithm', 'key is sk-ssh-abcdefghijklmnop', `key is sk-${X}`],
  ['a key known by its prefix', 'key is hf_abcdefghijklmnopqrstuv', `key is hf_${X}`],
  [
    'a private key',
    'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nb',
    `a\n-----BEGIN RSA PRIVATE KEY-----\n${X}\n${X}\n-----END RSA PRIVATE KEY-----\nb`,
  ],
  [
    'a private key on one line',
    '"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n"',
    `"-----BEGIN PRIVATE KEY-----${X}-----END PRIVATE KEY-----\\n"`,
  ],
  ['mysqldump in a job', '0 3 * * * root mysqldump -u root -phunter2 db > /b', `0 3 * * * root mysqldump -u root -p${X} db > /b`],
  [
    'redis-cli',
    ' 12 1 0 root redis-cli       redis-cli -h h -a hunter2 monitor',
    ` 12 1 0 root redis-cli       redis-cli -h h -a ${X} monitor`,
  ],
  ['sshpass, and not the port of ssh', 'sshpass -p hunter2 ssh -p 2222 h', `sshpass -p ${X} ssh -p 2222 h`],
  ['sshpass in one word', 'sshpass -phunter2 ssh h', `sshpass -p${X} ssh h`],
  [
    'a login in the next word, as command lines of candidates are sent',
    '@argv 7\n=python\n=server.py\n=--gradio-auth\n=ada:hunter2\n=--port\n=7860\n@argv 8\n=ttyd\n=-c\n=ada:hunter2\n=ollama run x\n',
    `@argv 7\n=python\n=server.py\n=--gradio-auth\n=ada:${X}\n=--port\n=7860\n@argv 8\n=ttyd\n=-c\n=ada:${X}\n=ollama run x\n`,
  ],
  [
    'an option that says nothing in the word before',
    '@argv 7\n=sshpass\n=-p\n=hunter2\n=ssh\n=-p\n=2222\n=gpu\n=ollama list\n@held 7 x\n=-p\n=2',
    `@argv 7\n=sshpass\n=-p\n=${X}\n=ssh\n=-p\n=2222\n=gpu\n=ollama list\n@held 7 x\n=-p\n=2`,
  ],
  ['a login of curl in words', '@argv 7\n=curl\n=-u\n=ada:hunter2\n=http://h/vllm', `@argv 7\n=curl\n=-u\n=ada:${X}\n=http://h/vllm`],
  [
    'a login among the arguments of a container, a word a line as Podman lists them',
    '    "Command": [\n      "ttyd",\n      "-c",\n      "ada:hunter2",\n      "bash"\n    ],\n    "Created": 1',
    `    "Command": [\n      "ttyd",\n      "-c",\n      "ada:${X}",\n      "bash"\n    ],\n    "Created": 1`,
  ],
  [
    'a login among the arguments of a container',
    '{"Path":"ttyd","Args":["-c","ada:hunter2","-W","bash"]}\n{"Path":"python","Args":["server.py","--gradio-auth","ada:hunter2","-c","x:y"]}',
    `{"Path":"ttyd","Args":["-c","ada:${X}","-W","bash"]}\n{"Path":"python","Args":["server.py","--gradio-auth","ada:${X}","-c","x:y"]}`,
  ],
  ['a login of curl', 'curl -s -u ada:hunter2 -U p:q https://h', `curl -s -u ada:${X} -U p:${X} https://h`],
  ['a login of curl among its switches', 'curl -fsSu ada:hunter2 https://h', `curl -fsSu ada:${X} https://h`],
  [
    'a login with a blank',
    'curl -u "ada:two words" h; mysql -p\'two words\' db; sh -c "mysql -pone db"',
    `curl -u "ada:${X}" h; mysql -p'${X}' db; sh -c "mysql -p${X} db"`,
  ],
  ['a header of curl', 'curl -H X-Api-Key: hunter2 -H Accept: x', `curl -H X-Api-Key: ${X} -H Accept: x`],
  ['a header without a blank', 'mcp-remote h --header X-Api-Key:hunter2 -v', `mcp-remote h --header X-Api-Key:${X} -v`],
  ['openssl', 'openssl pkcs12 -passin pass:hunter2 -passout env:P -in k', `openssl pkcs12 -passin pass:${X} -passout env:P -in k`],
  ['openssl enc', 'openssl enc -aes-256-cbc -k hunter2', `openssl enc -aes-256-cbc -k ${X}`],
  ['frp', '/opt/frpc_linux_amd64 tcp -s h:7000 -t hunter2 -l 80', `/opt/frpc_linux_amd64 tcp -s h:7000 -t ${X} -l 80`],
  ['bore', 'bore local 11434 --to bore.pub -s hunter2', `bore local 11434 --to bore.pub -s ${X}`],
  ['ngrok', 'ngrok config add-authtoken 2abcDEF', `ngrok config add-authtoken ${X}`],
  ['cloudflared', 'cloudflared service install eyJhIjoi', `cloudflared service install ${X}`],
  ['ttyd', 'ttyd -p 7681 -c ada:hunter2 bash', `ttyd -p 7681 -c ada:${X} bash`],
  ['a variable in one word with -e', 'docker run -eOPENAI_API_KEY=hunter2 -p 1:1 img', `docker run -eOPENAI_API_KEY=${X} -p 1:1 img`],
  ['a property of Java', 'java -Dapi.key=hunter2 -Xmx1g x', `java -Dapi.key=${X} -Xmx1g x`],
  [
    'one of several keys',
    'OPENAI_API_KEY_2=a API_KEY_PROD=b SECRETKEY=c APP_SECRETS=d',
    `OPENAI_API_KEY_2=${X} API_KEY_PROD=${X} SECRETKEY=${X} APP_SECRETS=${X}`,
  ],
  ['keys between semicolons', '=OPENAI_API_KEYS=abc;def', `=OPENAI_API_KEYS=${X}`],
  ['the second key of vLLM', 'ExecStart=vllm serve m --api-key one two --port 1', `ExecStart=vllm serve m --api-key ${X} ${X} --port 1`],
  [
    'what llama-server calls the token of Hugging Face',
    '@argv 7\n=llama-server\n=-hft\n=hunter2\n=-hf\n=a/b',
    `@argv 7\n=llama-server\n=-hft\n=${X}\n=-hf\n=a/b`,
  ],
  ['a flag of Go as a word', '@argv 7\n=consul\n=-token=hunter2', `@argv 7\n=consul\n=-token=${X}`],
  ['a setting of Jupyter in the next word', '@argv 7\n=--IdentityProvider.token\n=hunter2', `@argv 7\n=--IdentityProvider.token\n=${X}`],
  [
    'settings in JSON that is a word of JSON, and a variable of its shell',
    String.raw`{"Args":["--hf-overrides","{\"token\": \"hunter2\"}","API_KEY=\"hunter2\" exec x"]}`,
    String.raw`{"Args":["--hf-overrides","{\"token\": \"${X}\"}","API_KEY=\"${X}\" exec x"]}`,
  ],
  [
    'a password of a URL with / ? or #',
    'redis://:a/b@h:1/0 mysql://u:p#q@h/d http://u:p?q@h',
    `redis://:${X}@h:1/0 mysql://u:${X}@h/d http://u:${X}@h`,
  ],
  ['a token in place of an account', 'git clone https://0a1b2c3d4e5f6a7b8c@git.example/x', `git clone https://${X}@git.example/x`],
  ['a webhook', 'curl -d x https://hooks.slack.com/services/T0/B0/abcdef', `curl -d x https://hooks.slack.com/services/${X}`],
  ['a key in a query', 'curl "http://h/v1?key=abcdefgh&alt=sse"', 'curl "http://h/v1?key=‹short›&alt=sse"'],
  [
    'a header that is a key, and a cookie',
    "curl -H 'Authorization: hunter2hunter2' -H 'Cookie: a=b12345678'",
    `curl -H 'Authorization: ${X}' -H 'Cookie: ${X}'`,
  ],
  ['a credential of systemd', 'SetCredential=api-key:two words', `SetCredential=api-key:${X}`],
  ['a login in a variable', 'FLOWER_BASIC_AUTH=ada:hunter2 NEO4J_AUTH=neo4j/hunter2', `FLOWER_BASIC_AUTH=ada:${X} NEO4J_AUTH=neo4j/${X}`],
  ['wandb', 'wandb login --relogin hunter2', `wandb login --relogin ${X}`],
  ['k3s', 'k3s agent -s https://h:6443 -t hunter2', `k3s agent -s https://h:6443 -t ${X}`],
  ['ipmitool', 'ipmitool -I lanplus -H bmc -U root -P calvin sol', `ipmitool -I lanplus -H bmc -U root -P ${X} sol`],
  ['a registry', 'docker login -u ada -p hunter2 r.example', `docker login -u ada -p ${X} r.example`],
])('masks %s', (_, text, masked) => expect(redact(text)).toBe(masked))

test.each([
  'vllm --api-key $INFERENCE_API_KEY --port 8000',
  'vllm --api-key-file /etc/key --port 8000',
  'x --require-token --host 0.0.0.0',
  'code-server --auth none --basic-auth --url http://a:80',
  'jupyter lab --NotebookApp.token= --ServerApp.ip=0.0.0.0',
  'auditctl -w /srv/models -p wa -k models',
  'x -token -host a -password= b',
  '@argv 7\n=--api-key\n=$KEY\n@cgroup 7 0::/a\n=--api-key-file\n=/etc/key\n=--host\n=::',
  '@argv 7\n=--return-tokens-as-token-ids\n=/srv/models/m\n=--api-key\n=\n=--v',
  'TOKENIZERS_PARALLELISM=false',
  'API_KEY_FILE=/run/secrets/key',
  'API_KEY= HOST=x',
  'max_num_batched_tokens=4096 --max-num-seqs 32',
  'ssl_certificate_key /etc/ssl/private/x.key;',
  'auth_basic "Basic Authentication";',
  'map $http_upgrade $connection_upgrade { default upgrade; close close; }',
  'proxy_pass http://127.0.0.1:11434;',
  'if ($http_x_api_key = "") { return 401; }',
  'location ~ ^/([^/]+)/ { set $model $1; if ($model = llama-3-8b-instruct-q4) { return 403; } }\nif ($http_authorization = "") { return 401; }',
  'if ($http_user_agent = python-requests-2-31) { return 403; }',
  'if ($http_x_api_key != $expected) { return 401; }',
  'if ($http_x_auth_user != "ann@example.org") { return 401; }',
  'set $has_token 0; set $token $http_x_token;',
  'proxy_set_header X-API-Key $http_x_api_key;',
  'map $http_x_author $ok { ann 1; }',
  'map $arg_model $to { qwen2-72b-instruct-awq 127.0.0.1:8000; }',
  'if ($api_key_state = unauthorized) { return 401; }',
  'key_file = "/etc/x" port = 5',
  'cookie_secret_shape = "xxxx"',
  'http://a:80/?mail=x@y',
  'permitrootlogin without-password',
  'passwordauthentication no',
  'hostkey /etc/ssh/ssh_host_ed25519_key',
  'hostkeyalgorithms sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com',
  'LISTEN 0 4096 127.0.0.1:11434 0.0.0.0:* users:(("ollama",pid=1,fd=3))',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'inet6 fe80::1/64 scope link',
  'KEY=1',
  // The same letters of other programs, and of these without a secret.
  'docker run -p 8000:8000 -t img',
  'mysql -u root -p db',
  'mysqld --port=3306',
  'redis-server *:6379',
  'sshpass -f /root/pw ssh -p 2222 h',
  'curl -u ada https://h',
  'openssl s_client -connect h:443 -key k.pem',
  'openssl x509 -passin file:/root/pw',
  'frpc -c /etc/frpc.toml',
  'bore local 11434 --to bore.pub',
  'cloudflared tunnel run ai',
  'ttyd -c /x bash',
  'ssh -p 2222 -t h',
  'MAX_TOKENS=4096 OLLAMA_AUTH=true NEO4J_AUTH=none HTTP_AUTH=http://sso:80 key=models signature=none',
  'http://h:8000/x?mail=a@b http://[fe80::1]:80/a@b docker://ollama@sha256:0a ssh://git@h/x https://oauth2@h/x',
  'git config http.extraHeader Cookie: none',
  'pass: 12 fail: 0 const pass = "location / {}"',
  'vllm serve --api-key $KEY /srv/m',
  'LoadCredential=api-key:/etc/vllm/api-key',
])('leaves %s', (text) => expect(redact(text)).toBe(text))

test('keeps the number of lines, and masking twice changes nothing', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '--api-key ',
      'TOKEN=',
      '\n=--token\n=',
      '\n@argv 7\n=--basic-auth\n=a:',
      '\v',
      'Bearer ',
      '\n',
      '"',
      "'",
      '\0',
      'http://a:',
      '@',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const masked = redact(text)
      expect(masked.split('\n').length).toBe(text.split('\n').length)
      expect(redact(masked)).toBe(masked)
    }),
    { numRuns: 500 },
  )
})

test('a secret of any form is gone', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_.~+/-]{8,40}$/).filter((text) => !text.startsWith('-'))
  const place = fc.constantFrom(
    (s: string) => `x --api-key ${s} -v`,
    (s: string) => `x\0--api-key=${s}\0-v`,
    (s: string) => `Environment=VLLM_API_KEY=${s}`,
    (s: string) => `PRETTY="a TOKEN=${s} b"`,
    (s: string) => `Environment=A=1 LOCALAI_API_KEY=${s}`,
    (s: string) => `["--hf-token", "${s}"]`,
    (s: string) => `=--ssl-keyfile-password\n=${s}\n=-v`,
    (s: string) => `client_secret = "x"\nOAUTH2_PROXY_CLIENT_SECRET="${s}"`,
  )
  fc.assert(
    fc.property(secret, place, (value, put) => {
      expect(redact(put(value))).not.toContain(value)
    }),
    { numRuns: 300 },
  )
})

test('a mark with a tag is the same for the same secret in any place, and is left alone the second time', () => {
  const mark = (secret: string) => `‹redacted-${secret.length}a›`
  const text =
    'x --api-key sk-0123456789abcdefgh\nTOKEN=sk-0123456789abcdefgh\nuse sk-0123456789abcdefgh now\n$6$abcdefghijkl {SSHA}abcdef=='
  const masked = redact(text, mark)
  expect(masked).toBe('x --api-key ‹redacted-21a›\nTOKEN=‹redacted-21a›\nuse sk-‹redacted-21a› now\n$6$‹redacted-12a› {SSHA}‹redacted-8a›')
  expect(redact(masked, mark)).toBe(masked)
  expect(redact(masked)).toBe(masked)
})

test('a long line takes no long time', () => {
  const long = `${'--api-key '.repeat(20_000)}${'a:'.repeat(100_000)}${'"x=y '.repeat(20_000)}${'a='.repeat(50_000)}${'TOKEN="'.repeat(20_000)}`
  expect(redact(long).length).toBeGreaterThan(0)
})
