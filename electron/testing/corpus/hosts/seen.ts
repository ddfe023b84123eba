import { text } from '../../demo/demo-host.ts'
import { ollama, rules, vllm } from '../bases.ts'
import { applied, type CorpusHost, corpusHost } from '../corpus-host.ts'
import { flag, withFiles, withFirewall, withWords } from '../sins/host.ts'
import { listensOn, openToJump } from '../sins/listening.ts'
import { replaced } from '../sins/proxy.ts'
import { issuedUntil } from '../tls-doors.ts'

const fresh = issuedUntil('2041-01-01T00:00:00Z')
const expired = issuedUntil('2026-11-01T00:00:00Z')

const site = applied({
  base: { ...ollama, name: 'seen' },
  sins: [
    openToJump,
    withFirewall(rules({ inbound: ['ip saddr 10.20.0.10 tcp dport 443 accept'] })),
    withFiles({ '/etc/nginx/tls/ai.crt': text(fresh) }),
  ],
})

const engine = applied({
  base: { ...vllm, name: 'engine-tls' },
  sins: [
    withFirewall(rules({ inbound: ['ip saddr 10.20.0.10 tcp dport 8000 accept'] })),
    listensOn(1410, 'vllm', 8000, '10.20.4.11'),
    withWords(1410, flag('--host', '10.20.4.11')),
    withWords(1410, flag('--ssl-certfile', '/etc/vllm/tls.crt')),
    withFiles({ '/etc/vllm/tls.crt': text(fresh) }),
  ],
})

/** Hosts that answer the jump host over TLS, so that what they really say is judged. */
export const seen: readonly CorpusHost[] = [
  corpusHost('seen', 'nginx answers the jump host, wants a login and sends HSTS', site),
  corpusHost(
    'seen-without-login',
    'The same without a login',
    site,
    replaced(/ {4}auth_basic "AI";\n {4}auth_basic_user_file [^\n]*\n/, ''),
  ),
  corpusHost('seen-without-hsts', 'Answers without Strict-Transport-Security', site, replaced(/ {4}add_header [^\n]*\n/, '')),
  corpusHost('seen-expired', 'The certificate that is served has ended', site, withFiles({ '/etc/nginx/tls/ai.crt': text(expired) })),
  corpusHost(
    'seen-broken-cipher',
    'Nobody has to prove who he is to one who offers that',
    site,
    replaced('ssl_ciphers ', 'ssl_ciphers @SECLEVEL=0:AECDH-AES128-SHA:'),
  ),
  corpusHost('engine-tls', 'vLLM with a certificate of its own, and a key', engine),
  corpusHost('engine-tls-expired', 'The certificate of vLLM has ended', engine, withFiles({ '/etc/vllm/tls.crt': text(expired) })),
]
