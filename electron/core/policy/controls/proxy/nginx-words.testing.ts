import { policyContext } from './proxy-facts.ts'

/** Test support: words of a configuration that encrypts, asks for a login and passes on to Ollama. */

export const tls = 'listen 443 ssl; server_name ai.example; ssl_certificate a.crt; ssl_certificate_key a.key;'
export const basic = 'auth_basic "x"; auth_basic_user_file /etc/nginx/.htpasswd;'
export const toOllama = 'proxy_pass http://127.0.0.1:11434;'
export const admins = policyContext({ modelAdmins: ['10.0.1.5', '10.0.9.0/24'] })
