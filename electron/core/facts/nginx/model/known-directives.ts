import { oncePer } from '../../once-per.ts'
import type { NginxDirective } from '../nginx.ts'

/**
 * What decides neither who gets in nor where a request goes, or is followed by the model: directives of nginx's own modules (nginx.org/en/docs/dirindex.html),
 * most of them by what their modules begin their names with, and of those modules of others that are met on such hosts.
 */
const families = [
  // A program behind, its protocol, buffers and cache.
  '(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|memc|mirror|upstream|slice)(?:_\\w+)?',
  // The connection and the request.
  '(?:ssl|http2|http3|quic|client|keepalive|large_client|lingering|limit|send|sendfile|tcp|aio|directio|resolver|server|connection|request_pool|subrequest)(?:_\\w+)?',
  'listen|location|if|set|return|rewrite|break|try_files|internal|alias|root|index|error_page|satisfy|allow|deny|early_hints|default_type|types(?:_\\w+)?',
  '(?:chunked|merge|absolute|port_in|max|min|msie|if_modified|ignore_invalid|underscores_in|recursive_error|reset_timedout|read_ahead|disable)_\\w+|etag',
  '(?:access|error|open|rewrite)_log(?:_\\w+)?|log_\\w+|open_file_cache\\w*|uninitialized_variable_warn|post_action|stub_status|status_zone|status|api|health_check|match|zone|zone_sync\\w*',
  '(?:map|geo|split_clients|upstream|types|charset_map|geoip2|keyval|num_map|limit)(?:_\\w+)?|(?:variables|referer|server_names)_hash\\w*|geoip\\w*',
  'real_ip_\\w+|set_real_ip_from|valid_referers|secure_link\\w*|userid\\w*|ancient_browser\\w*|modern_browser\\w*|perl_(?:modules|require|set)|random_index',
  // What a page looks like.
  '(?:gzip|gunzip|brotli|zstd|sub_filter|subs_filter|ssi|charset|output|postpone|addition|xslt|xml|image_filter|autoindex|fancyindex|mp4|flv|hls|f4f|pagespeed)(?:_\\w+)?',
  'add_(?:header|trailer|before_body|after_body)(?:_\\w+)?|expires|empty_gif|source_charset|override_charset|more_(?:set|clear)_headers|security_headers\\w*|dav_\\w+|create_full_put_path',
  // Logins that the model names, with their settings.
  'auth_basic(?:_user_file)?|ldap_server|auth_(?:request|pam|ldap|gss|digest|spnego|oidc|openidc|delay)(?:_\\w+)?|auth_jwt(?:_(?:key_file|key_request|key_cache|leeway|type|require|claim_set|header_set))?|oidc_provider',
  // Scripts that the model names, what they are loaded with, and those that come when the answer is there.
  'js_\\w+|lua_\\w+|(?:init|init_worker|exit_worker|header_filter|body_filter|log|ssl_certificate|ssl_client_hello|ssl_session_\\w+|server_rewrite|rewrite|access|content|balancer|set)_by_lua(?:_block|_file)?',
  'perl|(?:rewrite|access)_by_lua_no_postpone|set_\\w+',
  // Certificates that nginx gets by itself (nginx.org/en/docs/http/ngx_http_acme_module.html): it answers /.well-known/acme-challenge/, and nothing else.
  'acme_(?:issuer|certificate|shared_zone)',
  // Of others: firewalls that only refuse, figures, traces.
  'modsecurity\\w*|(?:Sec|sec_)\\w+|MainRule|BasicRule|CheckRule|LearningMode|passenger_\\w+|vhost_traffic_status\\w*|otel_\\w+|opentelemetry\\w*|opentracing\\w*|zipkin_\\w+|datadog_\\w+|upload_progress|track_uploads|report_uploads',
  'echo\\w*|upload_\\w+|srcache_fetch\\w*|stream|mail|include|load_module|more_(?:set|clear)_input_headers|thread_pool|dnsbl',
]
const known = new RegExp(`^(?:${families.join('|')})$`)

/** Blocks whose lines are directives of nginx. Those of others hold keys and values. */
const holding = ['server', 'location', 'if', 'limit_except']

/** What the model does not know of a block, at any depth. */
export const unknownIn = oncePer((directives: readonly NginxDirective[]): readonly NginxDirective[] => directives.flatMap(unknownOf))

function unknownOf(directive: NginxDirective): readonly NginxDirective[] {
  if (!known.test(directive.name)) return isOff(directive) ? [] : [directive]
  return holding.includes(directive.name) ? unknownIn(directive.block ?? []) : []
}

const isOff = ({ parameters }: NginxDirective): boolean => parameters.length === 1 && parameters[0] === 'off'

/** What a block itself says to modules of others that, by their names, ask who somebody is. */
export const strangeLogins = oncePer((directives: readonly NginxDirective[]): readonly NginxDirective[] =>
  directives.filter(
    (one) =>
      !known.test(one.name) &&
      !isOff(one) &&
      /auth|jwt|oidc|saml|shib|sso|cas_|ldap|radius|totp|captcha|login|token|session|acl|access/.test(one.name),
  ),
)

/** Lines of an `upstream` that leave its servers as they are written. */
const balancing =
  /^(?:server|zone|hash|ip_hash|least_conn|least_time|random|keepalive\w*|resolver\w*|sticky\w*|session_sticky\w*|ntlm|queue|fair|check\w*)$/

/** A script, a registry or a file that an API writes chooses among other servers than those that are written (`balancer_by_lua`, `state`, `upsync`, `jdomain`). */
export const choosesOthers = ({ block = [] }: NginxDirective): boolean => block.some(({ name }) => !balancing.test(name))
