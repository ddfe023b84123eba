import { text } from '../../demo/demo-host.ts'
import { caCertificate } from '../../demo/hosts/certificates.ts'
import { ollama, rules, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { rewritten } from '../sins/answers.ts'
import { on, withFiles, withFirewall, withListener } from '../sins/host.ts'
import { closedToJump } from '../sins/listening.ts'
import { alsoServes, replaced, site } from '../sins/proxy.ts'

const port = (number: number) => [
  withListener({ protocol: 'tcp', address: '0.0.0.0', port: number, process: 'nginx', pid: 990 }),
  closedToJump(number),
  withFirewall(rules({ inbound: [`ip saddr 10.20.1.0/24 tcp dport ${number} accept`] })),
]

/** nginx in front: TLS, accounts, management routes. */
export const proxied: readonly CorpusHost[] = [
  corpusHost(
    'vllm-plain-http-beside',
    'Port 80 forwards the same routes in clear',
    vllm,
    ...port(80),
    alsoServes(
      'server {\n    listen 80;\n    auth_basic "vLLM";\n    auth_basic_user_file /etc/nginx/vllm.htpasswd;\n    location = /v1/models {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
    ),
  ),
  corpusHost(
    'vllm-old-tls-in-configuration',
    'ssl_protocols still names TLSv1',
    vllm,
    replaced('ssl_protocols TLSv1.2', 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2'),
  ),
  corpusHost(
    'vllm-old-tls-served',
    'The handshake with TLS 1.0 succeeds',
    vllm,
    replaced('ssl_protocols TLSv1.2', 'ssl_protocols TLSv1 TLSv1.2'),
    rewritten('certificates', (stdout) =>
      stdout.replace(/(#version 443 \S+ tls1) error.*/, '$1 New, TLSv1.0, Cipher is ECDHE-RSA-AES128-SHA '),
    ),
  ),
  corpusHost(
    'vllm-ca-as-certificate',
    'The certificate of the CA itself serves',
    vllm,
    withFiles({ '/etc/nginx/tls/vllm.crt': text(caCertificate) }),
  ),
  corpusHost(
    'vllm-certificate-for-another-name',
    'The certificate names another server',
    vllm,
    replaced('server_name vllm.dc1.example', 'server_name ai.dc1.example'),
  ),
  corpusHost(
    'vllm-certificate-missing',
    'The file that nginx names is not there',
    vllm,
    withFiles({ '/etc/nginx/tls/vllm.crt': undefined }),
  ),
  corpusHost(
    'ollama-accounts-without-file',
    'auth_basic without a password file asks nobody',
    ollama,
    replaced(/ {4}auth_basic_user_file [^\n]*\n/, ''),
  ),
  corpusHost(
    'ollama-one-route-open',
    'auth_basic off in one location',
    ollama,
    replaced('location = /api/chat {', 'location = /api/chat {\n        auth_basic off;'),
  ),
  corpusHost(
    'ollama-satisfy-any',
    'satisfy any: the whole company network, or an account',
    ollama,
    replaced('auth_basic "AI";', 'satisfy any;\n    allow 10.20.0.0/16;\n    deny all;\n    auth_basic "AI";'),
  ),
  corpusHost('ollama-no-accounts', 'No login anywhere', ollama, replaced(/ {4}auth_basic "AI";\n {4}auth_basic_user_file [^\n]*\n/, '')),
  corpusHost(
    'vllm-second-door',
    'Another server block on 8443 without accounts',
    vllm,
    ...port(8443),
    alsoServes(
      'server {\n    listen 8443 ssl;\n    server_name vllm.dc1.example;\n    ssl_certificate /etc/nginx/tls/vllm.crt;\n    ssl_certificate_key /etc/nginx/tls/vllm.key;\n    ssl_protocols TLSv1.2 TLSv1.3;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
    ),
  ),
  corpusHost(
    'vllm-forwards-everything',
    'location / forwards whatever is asked, with accounts',
    vllm,
    replaced('return 404;', 'proxy_pass http://127.0.0.1:8000;'),
  ),
  corpusHost(
    'ollama-management-for-everyone',
    'Every user with an account may pull and delete',
    ollama,
    replaced(/ {8}allow 10\.0\.1\.5;\n {8}deny all;\n/, ''),
  ),
  corpusHost(
    'ollama-management-for-app',
    'The application servers may pull and delete',
    ollama,
    replaced('allow 10.0.1.5;', 'allow 10.20.1.0/24;'),
  ),
  corpusHost(
    'ollama-deny-without-allow-last',
    'allow stands after deny all and does nothing; closed is closed',
    ollama,
    replaced(/allow 10\.0\.1\.5;\n {8}deny all;/, 'deny all;\n        allow 10.0.1.5;'),
  ),
  corpusHost(
    'ollama-prefix-wins-nothing',
    'A regex that misses /api/blobs, caught by location /api/',
    ollama,
    replaced('|delete|blobs)', '|delete)'),
    site((before) =>
      before.replace('location / {', 'location /api/ {\n        proxy_pass http://127.0.0.1:11434;\n    }\n    location / {'),
    ),
  ),
  corpusHost(
    'ollama-origin-cors',
    'CORS headers for everyone, which are no login',
    ollama,
    replaced('auth_basic "AI";\n    auth_basic_user_file /etc/nginx/.htpasswd;', 'add_header Access-Control-Allow-Origin *;'),
  ),
  corpusHost(
    'vllm-caddy-instead',
    'Caddy serves instead of nginx',
    vllm,
    on((host) => {
      const { nginx: _, ...rest } = host
      return {
        ...rest,
        listeners: rest.listeners.map((listener) =>
          listener.process === 'nginx' ? { ...listener, process: 'caddy', pid: 880 } : listener,
        ),
        processes: [
          ...rest.processes.filter(({ name }) => name !== 'nginx'),
          {
            pid: 880,
            ppid: 1,
            user: 'caddy',
            uid: 989,
            name: 'caddy',
            argv: ['/usr/bin/caddy', 'run', '--config', '/etc/caddy/Caddyfile'],
            cgroup: '/system.slice/caddy.service',
          },
        ],
      }
    }),
  ),
]
