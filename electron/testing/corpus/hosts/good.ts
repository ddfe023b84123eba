import { text } from '../../demo/demo-host.ts'
import { idle, llama, ollama, rules, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { on, withFiles, withFirewall, withListener, withProcess, withUnit } from '../sins/host.ts'
import { closedToJump } from '../sins/listening.ts'
import { alsoServes, replaced, site } from '../sins/proxy.ts'

/** Sound hosts, and changes that look like sins and are none: nothing may be found that is not there. */
export const good: readonly CorpusHost[] = [
  corpusHost('vllm', 'vLLM with a key behind nginx with accounts, in a closed segment', vllm),
  corpusHost('ollama', 'Ollama behind nginx, management for one host only', ollama),
  corpusHost('llama', 'llama-server behind nginx', llama),
  corpusHost('idle', 'A GPU server without any inference server', idle),
  corpusHost('vllm-accounts-per-route', 'The accounts stand in each location instead of in the server', vllm, site(accountsPerRoute)),
  corpusHost(
    'vllm-redirects-plain-http',
    'Port 80 answers with a redirect to TLS and forwards nothing',
    vllm,
    alsoServes('server {\n    listen 80;\n    server_name vllm.dc1.example;\n    return 301 https://$host$request_uri;\n}\n'),
    withListener({ protocol: 'tcp', address: '0.0.0.0', port: 80, process: 'nginx', pid: 990 }),
    closedToJump(80),
    withFirewall(rules({ inbound: ['ip saddr 10.20.1.0/24 tcp dport 80 accept'] })),
  ),
  corpusHost('vllm-newer-tls-only', 'TLS 1.3 alone', vllm, replaced('TLSv1.2 TLSv1.3', 'TLSv1.3')),
  corpusHost(
    'vllm-default-server-rejects',
    'Names that nobody asked for get no handshake',
    vllm,
    replaced('443 ssl default_server', '443 ssl'),
    alsoServes('server {\n    listen 443 ssl default_server;\n    server_name _;\n    ssl_reject_handshake on;\n}\n'),
  ),
  corpusHost(
    'ollama-loopback-by-drop-in',
    'OLLAMA_HOST says 127.0.0.1 in a drop-in',
    ollama,
    withUnit('ollama.service', { Environment: 'OLLAMA_HOST=127.0.0.1:11434' }),
  ),
  corpusHost(
    'ollama-models-below-closed-parent',
    'Open files below a directory that only the service may enter',
    ollama,
    openFilesBelowClosedParent(),
  ),
  corpusHost(
    'ollama-metrics-exporter',
    'node_exporter for the management network',
    ollama,
    withListener({ protocol: 'tcp', address: '10.20.4.12', port: 9100, process: 'node_exporter', pid: 700 }),
    withProcess({
      pid: 700,
      ppid: 1,
      user: 'root',
      uid: 0,
      name: 'node_exporter',
      argv: ['/usr/local/bin/node_exporter'],
      cgroup: '/system.slice/node_exporter.service',
    }),
    withFirewall(rules({ inbound: ['ip saddr 10.20.2.0/24 tcp dport 9100 accept'] })),
  ),
  corpusHost(
    'vllm-second-admin-address',
    'Another address in the segment, with the same rules',
    vllm,
    on((host) => ({ ...host, addresses: [...host.addresses, { interface: 'eth1', address: '10.20.5.11', prefixLength: 24 }] })),
  ),
  corpusHost(
    'vllm-comments-that-look-open',
    'Commented lines of the configuration mean nothing',
    vllm,
    site((before) => `# listen 80; auth_basic off; proxy_pass http://127.0.0.1:8000;\n${before}`),
  ),
  corpusHost(
    'vllm-included-accounts',
    'The accounts come from an included snippet',
    vllm,
    replaced(/ {4}auth_basic "vLLM";\n {4}auth_basic_user_file [^\n]*\n/, '    include /etc/nginx/snippets/accounts.conf;\n'),
    withFiles({ '/etc/nginx/snippets/accounts.conf': text('auth_basic "vLLM";\nauth_basic_user_file /etc/nginx/vllm.htpasswd;\n') }),
  ),
  corpusHost(
    'vllm-key-instead-of-accounts',
    'No login at the proxy: the key of the engine covers every route that is forwarded',
    vllm,
    replaced(/ {4}auth_basic "vLLM";\n {4}auth_basic_user_file [^\n]*\n/, ''),
  ),
  corpusHost(
    'vllm-words-of-another-process',
    'An editor was given words that pose as a row of the listing',
    vllm,
    withProcess({
      pid: 3000,
      ppid: 1,
      user: 'okafor',
      uid: 1000,
      name: 'vim',
      argv: ['/usr/bin/vim', '@uid', '1410', '0', '\u0001@uid 1410 0', 'ollama'],
      cgroup: '/user.slice/user-1000.slice',
    }),
  ),
  corpusHost(
    'vllm-rights-implied',
    'NoNewPrivileges is printed as off, and implied by RestrictSUIDSGID',
    vllm,
    withUnit('vllm.service', { NoNewPrivileges: 'no' }),
  ),
]

function accountsPerRoute(before: string): string {
  const [accounts = ''] = / {4}auth_basic "vLLM";\n {4}auth_basic_user_file [^\n]*\n/.exec(before) ?? []
  return before.replace(accounts, '').replaceAll(/(location = [^{]*\{\n)/g, `$1${accounts}`)
}

function openFilesBelowClosedParent() {
  const store = '/usr/share/ollama/.ollama/models'
  return on((host) => ({
    ...host,
    files: new Map(
      [...host.files].map(([path, file]) => [path, path.startsWith(`${store}/`) && file.type === 'file' ? { ...file, mode: 0o644 } : file]),
    ),
  }))
}
