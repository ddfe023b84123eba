/** A program whose business is to take requests and pass them on, as the kernel names its process (15 characters) and as images are named. */
interface FrontProgram {
  readonly name: string
  readonly process: RegExp
  /** The last part of an image's name, or more of it. */
  readonly image?: RegExp
}

const front = (name: string, process: RegExp, image?: RegExp): FrontProgram => ({ name, process, ...(image && { image }) })

/** Web servers and gateways. nginx is not among them: it is read. Kong and APISIX are seen by their images, their processes are called nginx. */
const webServers: readonly FrontProgram[] = [
  front('Caddy', /^(?:caddy[a-z\d._-]*|frankenphp)$/, /(?:^|\/)(?:caddy|frankenphp)[^/]*$/),
  front('oauth2-proxy', /^oauth2[-_]proxy$/, /(?:^|\/)oauth2-proxy$/),
  front('HAProxy', /^(?:haproxy|hapee-lb)$/, /(?:^|\/)(?:(?:haproxy|hapee)[^/]*|haproxytech\/kubernetes-ingress)$/),
  front('Apache', /^(?:apache2?|httpd)(?:[-.](?:prefork|worker|event))?$/, /(?:^|\/)(?:httpd|apache2?)[^/]*$/),
  front('Traefik', /^traefik$/, /(?:^|\/)traefik[^/]*$/),
  front('Envoy', /^envoy$/, /(?:^|\/)(?:envoy[^/]*|istio\/proxyv2|gloo-envoy-wrapper|higress\/[^/]+)$/),
  front('Kong', /^kong$/, /(?:^|\/)kong[^/]*$/),
  front('APISIX', /^apisix$/, /(?:^|\/)apisix[^/]*$/),
  front('OpenResty', /^openresty$/, /openresty/),
  front(
    'nginx',
    /^nginx-(?:ingress-c|debug)$/,
    /(?:^|\/)(?:nginx[^/]*|swag|ingress-nginx\/controller|unit|npmplus|bunkerweb[^/]*|modsecurity-crs)$|nginx-proxy/,
  ),
  front('Angie', /^angie$/, /(?:^|\/)angie$/),
  front('Tengine', /^tengine$/, /(?:^|\/)(?:[a-z]+-)?tengine$/),
  front('NGINX Unit', /^unitd$/),
  front('LiteSpeed', /^(?:litespeed|lshttpd|openlitespeed)$/, /(?:^|\/)(?:open)?litespeed$/),
  front('lighttpd', /^lighttpd$/, /(?:^|\/)lighttpd[^/]*$/),
  front('H2O', /^h2o$/, /(?:^|\/)h2o$/),
  front('Varnish', /^(?:varnishd|cache-main)$/, /(?:^|\/)varnish[^/]*$/),
  front('Traffic Server', /^(?:traffic_server|\[TS_MAIN\])$/, /(?:^|\/)trafficserver$/),
  front('Pomerium', /^pomerium$/, /(?:^|\/)pomerium[^/]*$/),
  front('authentik', /^authentik(?:-proxy)?$/, /(?:^|\/)(?:goauthentik\/(?:proxy|server)|authentik-proxy)$/),
  front('KrakenD', /^krakend$/, /(?:^|\/)krakend[^/]*$/),
  front('Tyk', /^tyk$/, /(?:^|\/)tyk-gateway$/),
  front('Skipper', /^skipper$/, /(?:^|\/)skipper$/),
  front('Sozu', /^sozu$/, /(?:^|\/)sozu$/),
  front('Zoraxy', /^zoraxy$/, /(?:^|\/)zoraxy[^/]*$/),
  front('nghttpx', /^nghttpx$/),
  front('Hitch', /^hitch$/, /(?:^|\/)hitch$/),
  front('stunnel', /^stunnel[45]?$/, /(?:^|\/)stunnel[^/]*$/),
  front('Pound', /^pound$/),
  front('Linkerd', /^linkerd2?-proxy$/, /(?:^|\/)linkerd\/proxy$/),
  front('Oathkeeper', /^oathkeeper$/, /(?:^|\/)oathkeeper$/),
  front(
    'Gatekeeper',
    /^(?:gatekeeper|louketo-proxy|keycloak-gateke)$/,
    /(?:^|\/)(?:gogatekeeper\/gatekeeper|louketo-proxy|keycloak-gatekeeper)$/,
  ),
  front('NetBird', /^netbird-proxy$/, /(?:^|\/)netbirdio\/reverse-proxy$/),
  front('GoDoxy', /^godoxy$/, /(?:^|\/)(?:godoxy|go-proxy)$/),
  front('Cosmos', /^cosmos-server$/, /(?:^|\/)cosmos-server$/),
  front('Fabio', /^fabio$/, /(?:^|\/)fabio$/),
  front('Ferron', /^ferron$/, /(?:^|\/)ferron$/),
  front('Pingap', /^pingap$/, /(?:^|\/)pingap$/),
  front('BFE', /^bfe$/),
  front('MOSN', /^mosn$/),
  front('Easegress', /^easegress-serve$/, /(?:^|\/)easegress$/),
  front('Hiawatha', /^hiawatha$/),
  front('Cherokee', /^cherokee(?:-worker)?$/),
  front('agentgateway', /^agentgateway$/, /(?:^|\/)agentgateway$/),
  front('Bifrost', /^bifrost(?:-http)?$/, /(?:^|\/)bifrost$/),
  front('Portkey', /^portkey$/, /(?:^|\/)portkeyai\/gateway[^/]*$/),
  front('Helicone', /^ai-gateway$/, /(?:^|\/)ai-gateway$/),
  front('One API', /^(?:one|new)-api$/, /(?:^|\/)(?:one|new)-api[^/]*$/),
  front('Olla', /^olla$/, /(?:^|\/)olla$/),
  front('vLLM Semantic Router', /^semantic-router$/, /(?:^|\/)(?:vllm-sr|semantic-router)[^/]*$/),
  front('Ghostunnel', /^ghostunnel$/, /(?:^|\/)ghostunnel$/),
]

/** What passes on connections for whoever asks, brings them in from elsewhere, or carries one port to another: no front that belongs before a model. */
const relays: readonly FrontProgram[] = [
  front('cloudflared', /^cloudflared/, /(?:^|\/)cloudflared$/),
  front('Tailscale', /^tailscaled$/, /(?:^|\/)tailscale$/),
  front('ngrok', /^ngrok$/, /(?:^|\/)ngrok$/),
  front('frp', /^frp[cs]$/, /(?:^|\/)frp[cs]?$/),
  front('Squid', /^squid$/, /(?:^|\/)squid$/),
  front('tinyproxy', /^tinyproxy$/, /(?:^|\/)tinyproxy$/),
  front('Privoxy', /^privoxy$/, /(?:^|\/)privoxy$/),
  front('mitmproxy', /^mitm(?:proxy|dump|web)$/, /(?:^|\/)mitmproxy$/),
  front(
    'A SOCKS server',
    /^(?:3proxy|danted|sockd|microsocks|gost|sing-box|v2ray|xray|ss-server)$/,
    /(?:^|\/)(?:3proxy|microsocks|gost|sing-box|xray)$/,
  ),
  front('socat', /^socat\d?$/, /(?:^|\/)socat$/),
  front('rinetd', /^rinetd$/, /(?:^|\/)rinetd$/),
  front('redir', /^redir$/),
  front('Teleport', /^teleport$/, /(?:^|\/)teleport[^/]*$/),
  front('Pangolin', /^(?:gerbil|newt)$/, /(?:^|\/)fosrl\/[^/]+$/),
  front('sslh', /^sslh(?:-(?:ev|fork|select))?$/, /(?:^|\/)sslh$/),
  front('simpleproxy', /^simpleproxy$/),
  front('gobetween', /^gobetween$/, /(?:^|\/)gobetween$/),
  front('wstunnel', /^wstunnel$/, /(?:^|\/)wstunnel$/),
  front('chisel', /^chisel$/, /(?:^|\/)chisel$/),
  front('rathole', /^rathole$/, /(?:^|\/)rathole$/),
  front('inlets', /^inlets(?:-pro)?$/, /(?:^|\/)inlets(?:-pro)?$/),
  front('zrok', /^zrok2?$/, /(?:^|\/)zrok2?$/),
  front('systemd-socket-proxyd', /^systemd-socket-$/),
  front('kubectl', /^kubectl$/),
  front('ssh', /^ssh$/),
]

const nameIn = (programs: readonly FrontProgram[], process: string): string | undefined =>
  programs.find((one) => one.process.test(process))?.name

/** Name of the web server or gateway that a process is, nginx aside. */
export const webServerNamed = (process: string): string | undefined => nameIn(webServers, process)

/** Name of the program that a process is, where it passes requests or connections on, nginx aside. */
export const frontNamed = (process: string): string | undefined => webServerNamed(process) ?? nameIn(relays, process)

/** What an image is named after, on whatever registry. An exporter of figures beside a proxy is none. */
export function frontOfImage(reference: string): string | undefined {
  const written = (reference.split('@', 1)[0] ?? '').replace(/:[^:/]*$/, '').toLowerCase()
  // As Rancher's registry names what it copies: `mirrored-library-traefik`.
  const image = written.replace(/(^|\/)mirrored-(?:library-|envoyproxy-)?/, '$1')
  return image.endsWith('exporter') ? undefined : [...webServers, ...relays].find((one) => one.image?.test(image))?.name
}
