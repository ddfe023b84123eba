# Instead of nginx: Caddy with the same certificate, a login by oauth2-proxy before the four inference paths of vLLM.   shellcheck shell=sh
mkdir -p /etc/caddy/tls /var/log/caddy
cp /etc/nginx/tls/inference.crt /etc/nginx/tls/inference.key /etc/caddy/tls/
chown -R root:caddy /etc/caddy/tls; chmod 750 /etc/caddy/tls; chmod 640 /etc/caddy/tls/inference.key
chown caddy: /var/log/caddy; chmod 750 /var/log/caddy
put 644 /etc/caddy/Caddyfile <<'C'
{
	auto_https disable_redirects
}
https://gpu1.lab.internal {
	tls /etc/caddy/tls/inference.crt /etc/caddy/tls/inference.key
	header Strict-Transport-Security "max-age=31536000"
	log {
		output file /var/log/caddy/access.log
		format json
	}
	handle /oauth2/* {
		reverse_proxy 127.0.0.1:4180
	}
	@inference path /v1/chat/completions /v1/completions /v1/embeddings /v1/models
	handle @inference {
		forward_auth 127.0.0.1:4180 {
			uri /oauth2/auth
			header_up X-Real-IP {remote_host}
			copy_headers X-Auth-Request-User
		}
		reverse_proxy 127.0.0.1:8000
	}
	handle {
		respond 404
	}
}
C
umask 027
mkdir -p /etc/oauth2-proxy
openssl rand -hex 32 | put 640 /etc/oauth2-proxy/client-secret
put 640 /etc/oauth2-proxy/oauth2-proxy.cfg <<C
http_address = "127.0.0.1:4180"
reverse_proxy = true
trusted_proxy_ips = ["127.0.0.1/32"]
provider = "oidc"
oidc_issuer_url = "https://login.lab.internal/realms/ai"
client_id = "gpu1"
client_secret_file = "/etc/oauth2-proxy/client-secret"
cookie_secret = "$(openssl rand -base64 32 | tr -- '+/' '-_')"
email_domains = ["lab.internal"]
allowed_groups = ["ai-users"]
cookie_samesite = "lax"
upstreams = ["static://202"]
set_xauthrequest = true
C
begin
