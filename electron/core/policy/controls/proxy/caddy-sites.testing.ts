import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import { facts, service } from './proxy-facts.ts'

/** Configurations of Caddy as its admin endpoint gives them, for tests of what they forward. */
const alone = { processes: [], containers: [], units: [] }
export const caddy = (config: unknown) =>
  knownCaddies(`@process 7\n@version v2.6.2\n@admin 127.0.0.1:2019\n${JSON.stringify(config, null, 1).replace(/^/gm, ':')}\n@end\n`, alone)
export const noNginx = { nginx: { installed: false, running: false, directives: [] } }

export const toOllama = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:11434' }] }
export const login = { handler: 'authentication', providers: { http_basic: { accounts: [{ username: 'u', password: '****' }] } } }
export const askOAuth = (uri: string) => ({
  handler: 'reverse_proxy',
  upstreams: [{ dial: '127.0.0.1:4180' }],
  rewrite: { method: 'GET', uri },
  headers: { request: { set: { 'X-Forwarded-Method': ['{http.request.method}'], 'X-Forwarded-Uri': ['{http.request.uri}'] } } },
  handle_response: [{ match: { status_code: [2] }, routes: [{ handle: [{ handler: 'headers' }] }] }],
})
export const site = (routes: readonly object[], server: object = {}, host: readonly string[] | null = ['ai.example']) => ({
  apps: {
    http: {
      servers: {
        srv0: {
          listen: [':443'],
          routes: [{ ...(host && { match: [{ host }] }), handle: [{ handler: 'subroute', routes }], terminal: true }],
          ...server,
        },
      },
    },
  },
})
export const given = (config: unknown, more: object = {}) => facts('', [service('ollama')], { ...noNginx, caddy: caddy(config), ...more })
