import { expect, test } from 'vitest'
import { admins, beyond, guarded, judged, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Logins of nginx Plus and of others whose word for "nobody is asked" comes from a variable (`auth_jwt` takes one since R17, `auth_pam` since 1.5). */
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['a realm of a token', site(`location / { auth_jwt "models"; auth_jwt_key_file /k; ${model} }`), guarded],
  ['none', site(`location / { auth_jwt off; ${model} }`), open],
  [
    'off by the path',
    site(`auth_jwt $realm; auth_jwt_key_file /k; location / { ${model} }`, 'map $uri $realm { /healthz off; default models; }'),
    guarded,
  ],
  [
    'off for what a client says',
    site(`auth_jwt $realm; auth_jwt_key_file /k; location / { ${model} }`, 'map $http_upgrade $realm { websocket off; default models; }'),
    open,
  ],
  ['off by a variable', site(`set $realm off; auth_jwt $realm token=$cookie_t; location / { ${model} }`), open],
  ['off for a network', site(`auth_pam $realm; location / { ${model} }`, 'geo $realm { default models; 10.0.1.0/24 off; }'), notKnown],
])('a login whose realm is a variable: %s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

const tls = 'ssl_certificate /c; ssl_certificate_key /k;'
const mutual = (more: string) => `server { listen 443 ssl; ${tls} ${more} location / { ${model} } }`

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['of its own authority', mutual('ssl_client_certificate /etc/nginx/ca.crt; ssl_verify_client on;'), guarded],
  ['of any public one', mutual('ssl_client_certificate /etc/ssl/certs/ca-certificates.crt; ssl_verify_client on;'), notKnown],
  [
    'of Cloudflare, for whoever asks by it',
    mutual('ssl_client_certificate /etc/nginx/certs/cloudflare.crt; ssl_verify_client on;'),
    ['not-evaluated: Whom a content network lets in is not known'],
  ],
  [
    'of Cloudflare, where a condition looks',
    mutual(
      'ssl_client_certificate /etc/nginx/origin-pull-ca.pem; ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; }',
    ),
    ['not-evaluated: Whom a content network lets in is not known'],
  ],
  [
    'of Cloudflare, and a password',
    mutual('ssl_client_certificate /etc/nginx/cloudflare.crt; ssl_verify_client on; auth_basic a; auth_basic_user_file /b;'),
    guarded,
  ],
  [
    'of any public one beside its own',
    mutual('ssl_client_certificate /etc/nginx/ca.crt; ssl_trusted_certificate /etc/pki/tls/certs/ca-bundle.crt; ssl_verify_client on;'),
    notKnown,
  ],
  [
    'of any public one, where a condition looks',
    mutual('ssl_client_certificate /etc/ssl/cert.pem; ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; }'),
    notKnown,
  ],
  [
    'of any public one, with a fingerprint',
    mutual(
      'ssl_client_certificate /etc/ssl/cert.pem; ssl_verify_client optional; if ($ssl_client_fingerprint != 9d1f0c7e5a4b3c2d) { return 403; }',
    ),
    guarded,
  ],
  [
    'whose issuer a condition looks at',
    mutual('ssl_client_certificate /etc/nginx/ca.crt; ssl_verify_client optional; if ($ssl_client_i_dn != "CN=House CA") { return 403; }'),
    guarded,
  ],
])('a certificate of a client: %s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

/** As Authelia's documentation has it: where the login page is, the program that was asked says. */
const authelia = (to: string, more = '') =>
  site(
    `location /authz { internal; proxy_pass http://127.0.0.1:9091/api/authz/auth-request; proxy_set_header X-Original-URL $scheme://$host$request_uri; }
     location / { auth_request /authz; auth_request_set $to ${to}; error_page 401 =302 $to; ${model} } ${more}`,
  )
const asked = '$upstream_http_location'
const hidden = 'location /m/ { internal; proxy_pass http://127.0.0.1:11434/; }'

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['names', authelia(asked), guarded],
  ['may name beside a hidden way', authelia(asked, hidden), [...guarded, ...beyond]],
  ['repeats after the client', authelia('$http_x_to'), [...guarded, ...beyond]],
])('a login page that the asked program %s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

/** Whoever may write there adds servers to a group (nginx.org/en/docs/http/ngx_http_api_module.html). */
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['that takes changes', 'server { listen 8081; location /api { api write=on; } }', [...guarded, ...beyond]],
  ['that only tells', 'server { listen 8081; location /api { api; } }', guarded],
  ['for this machine alone', 'server { listen 127.0.0.1:8081; location /api { api write=on; } }', guarded],
])('an interface of nginx itself: %s', (_, other, expected) => {
  expect(judged(`${other} ${site(`location / { auth_basic a; auth_basic_user_file /b; ${model} }`)}`)).toEqual(expected)
})

test('a program that is asked by a socket is called by its path', () => {
  const asked = 'location = /auth { internal; proxy_pass http://unix:/run/tailscale.nginx-auth.sock; }'
  const [verdict] = ask(
    requiresAuthentication,
    facts(site(`${asked} location / { auth_request /auth; ${model} }`), [service('ollama')]),
    admins,
  )
  expect(verdict?.reason).toContain('what answers on /run/tailscale.nginx-auth.sock')
})

/** As nginx 1.22.1 did: where the program that is asked answers with 431, or not at all, the page of the 500 that nginx makes of it was sent, without a login. */
test.each<[string, string, readonly string[]]>([
  ['leads to the model', 'error_page 500 502 503 = @direct;', notKnown],
  ['leads to the model, behind the same login', 'error_page 500 = @again;', guarded],
  ['is a file', 'error_page 500 502 503 504 /50x.html;', guarded],
  ['is for others', 'error_page 502 503 = @direct;', guarded],
])('the page for a program that is asked and fails %s', (_, pages, expected) => {
  const asked =
    'location = /check { internal; proxy_pass http://127.0.0.1:9091/api/authz/auth-request; proxy_set_header X-Original-URL $scheme://$host$request_uri; }'
  const named = `location @direct { ${model} } location @again { auth_request /check; ${model} } location = /50x.html { root /usr/share/nginx/html; }`
  expect(judged(site(`${asked} ${named} location / { auth_request /check; ${pages} ${model} }`))).toEqual(expected)
})

test('a location that refuses with another status than 401 and 403 makes an error that has a page', () => {
  const direct = `location = /check { return 404; } location @direct { ${model} }`
  expect(judged(site(`${direct} location / { auth_request /check; error_page 500 = @direct; ${model} }`))).toEqual(open)
})
