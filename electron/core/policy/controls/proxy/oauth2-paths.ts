import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { strongest } from './authentication.ts'
import { type Gateway, loginAt, mounted } from './gateways.ts'
import type { ProxyPath } from './proxy-path.ts'

/** An engine as it is met on the port of an oauth2-proxy before it. */
export interface Behind {
  readonly service: InferenceService
  readonly gateway: Gateway
  readonly mount: string
}

/** Engines behind gateways, each posing as a service on the gateway's own ports, for models that look for the services of ports. */
export function posing(gateways: readonly Gateway[]): ReadonlyMap<InferenceService, Behind> {
  return new Map(
    gateways.flatMap((gateway) =>
      gateway.upstreams.map(({ service, mount }) => {
        const binds = gateway.binds.map(({ address, port, loopback }) => ({
          address: address === '' ? '0.0.0.0' : address,
          port,
          scope: loopback ? ('loopback' as const) : ('wildcard' as const),
          section: 'oauth2-proxy',
          line: gateway.proxy.line,
          basis: 'configured' as const,
        }))
        return [
          { ...service, binds },
          { service, gateway, mount },
        ]
      }),
    ),
  )
}

/** A path that leads through a gateway: its login is asked as well. Undefined where the gateway does not pass it on. */
export function throughGateway(path: ProxyPath, { service, gateway, mount }: Behind): ProxyPath | undefined {
  if (!mounted(mount, path.route.path)) return undefined
  const login = loginAt(gateway, path.route.method, path.route.path, path.told)
  return {
    ...path,
    service,
    login: strongest(path.login, login),
    loginBy: login === 'no' ? path.loginBy : [...path.loginBy, 'oauth2-proxy'],
    keeper: path.keeper ?? `oauth2-proxy ${gateway.proxy.id}`,
  }
}

/** Paths on the gateway's own sockets. */
export function gatewayPaths(gateways: readonly Gateway[]): readonly ProxyPath[] {
  return gateways.flatMap((gateway) =>
    gateway.upstreams.flatMap(({ service, mount, line }) =>
      gateway.binds.flatMap((bind) =>
        routesOf(service)
          .filter(({ path }) => mounted(mount, path))
          .map((route): ProxyPath => {
            const printed = `${bind.address === '' ? '*' : bind.address.includes(':') ? `[${bind.address}]` : bind.address}:${bind.port}`
            return {
              program: 'oauth2-proxy',
              service,
              route,
              clientPath: route.path,
              socket: {
                subject: `${gateway.proxy.id} ${printed}`,
                printed,
                port: bind.port,
                local: bind.loopback,
                encrypted: bind.encrypted,
                line: bind.line,
              },
              login: loginAt(gateway, route.method, route.path),
              loginBy: ['oauth2-proxy'],
              keyPasses: true,
              keeper: `oauth2-proxy ${gateway.proxy.id}`,
              lists: [],
              listLines: [],
              addressUnknown: false,
              forgers: [],
              hsts: false,
              line,
            }
          }),
      ),
    ),
  )
}
