import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { admins, beyond, guarded, judged, login, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'

/** Modules of others, and those of nginx that ask by themselves. */
// As nginx 1.22.1 answered with Debian's lua and headers-more modules: the first four gave the model to everybody.
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  [
    'a module that logs everybody in',
    site(`location / { more_set_input_headers "Authorization: Basic dTpw"; ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  [
    'a header that is no login',
    site(`location / { more_clear_input_headers Accept-Encoding; more_set_headers "Server: x"; ${login} ${model} }`),
    guarded,
  ],
  [
    'a script that chooses another program',
    site(`location / { set $up 127.0.0.1:3000; access_by_lua_block { ngx.var.up = "127.0.0.1:11434" } proxy_pass http://$up; }`),
    beyond,
  ],
  [
    'a script that sends requests past a login',
    site(`location /ui/ { access_by_lua_block { ngx.exec("@m") } } location @m { ${model} } location / { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  ['a script behind a login, and none that asks', site(`location / { ${login} header_filter_by_lua_block { x() } ${model} }`), guarded],
  [
    'a module of others beside a login',
    site(`location /ui/ { internal_redirect /m; } location / { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  [
    'certificates that nginx gets by itself',
    site(
      `acme_certificate le; ssl_certificate $acme_certificate; ssl_certificate_key $acme_certificate_key; location / { ${login} ${model} }`,
      'acme_issuer le { uri https://acme.example/directory; state_path /var/cache/nginx/le; accept_terms_of_service; } acme_shared_zone zone=a:1M;',
    ),
    guarded,
  ],
  ['a module of others that leads there', site('location / { strange_pass 127.0.0.1:11434; }'), beyond],
  ['servers that a registry names', site('location / { proxy_pass http://u; }', 'upstream u { jdomain llm.example port=11434; }'), beyond],
  ['a login of others', site(`location / { shib_request /shibauthorizer; ${model} }`), [...notKnown, ...beyond]],
  ['a login of others that is off', site(`location / { auth_jwt_enabled off; ${model} }`), open],
  [
    'figures of others',
    site(`vhost_traffic_status_display; location / { ${login} ${model} }`, 'brotli on; lua_shared_dict a 1m;'),
    guarded,
  ],
])('modules: %s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

// Whatever the database of addresses calls it, a country is no login (libnginx-mod-http-geoip2 with nginx 1.30.6, tried).
test.each<[string, string, readonly string[]]>([
  ['of the client', '$country default=XX country iso_code', open],
  ['of the client by name', '$country source=$remote_addr country iso_code', open],
  ['of what he states', '$country source=$http_x_forwarded_for country iso_code', notKnown],
])('a country %s', (_, line, expected) => {
  const countries = `geoip2 /c.mmdb { auto_reload 5m; ${line}; } map $country $allowed { default 0; DE 1; }`
  const configuration = site(`location / { if ($allowed = 0) { return 403; } ${model} }`, countries)
  expect(judged(configuration)).toEqual(expected)
  expect(outcomes(ask(managementRestricted, facts(configuration, [service('ollama')]), admins))).toEqual([
    'not-evaluated: Who may manage models is not known',
  ])
})
