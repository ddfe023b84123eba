# Instead of nginx: Caddy without TLS before oauth2-proxy, which lets every Google account in, and everybody below /api/.   shellcheck shell=sh
put 644 /etc/caddy/Caddyfile <<'C'
:80 {
	reverse_proxy 127.0.0.1:4180
}
C
mkdir -p /etc/oauth2-proxy
put 644 /etc/oauth2-proxy/oauth2-proxy.cfg <<'C'
http_address = "0.0.0.0:4180"
reverse_proxy = true
client_id = "gpu2"
client_secret = "not-a-real-secret-of-a-client"
cookie_secret = "tooshortsecret"
cookie_secure = false
email_domains = ["*"]
skip_auth_regex = ["^/api/"]
upstreams = ["http://127.0.0.1:11434"]
C
begin
