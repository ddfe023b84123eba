import { dirname, resolve } from 'node:path/posix'
import { pathsNamed } from '../facts/nginx/named-directives.ts'
import type { AccessFacts } from './access-facts.ts'
import type { World } from './world-model.ts'

const unitsOf = ({ units }: AccessFacts) => (units.known ? units.value : [])
const guardedOf = ({ 'guarded-files': guarded }: AccessFacts) => (guarded.known ? guarded.value.files : [])

/** nginx and HAProxy read their configuration as root where nothing else runs them: `error_log`, `load_module` and `lua-load` are root’s then. */
export function proxyFilesOf(facts: AccessFacts): World['proxyFiles'] {
  const names = facts.nginx.known ? pathsNamed(facts.nginx.value, 'auth_basic_user_file') : undefined
  const linked = new Set(guardedOf(facts).flatMap(({ path, target }) => (target === undefined ? [] : resolve(dirname(path), target))))
  return guardedOf(facts).flatMap(({ path, type }) => {
    const [, name] = /^\/etc\/(nginx|haproxy)(?:\/|$)/.exec(path) ?? []
    if (name === undefined || type === 'symlink' || NOT_READ.test(path) || names?.has(path)) return []
    if (AVAILABLE.test(path) && !linked.has(path)) return []
    return [{ path, becomes: accountOf(facts, name) }]
  })
}

function accountOf(facts: AccessFacts, name: string): string {
  const user = unitsOf(facts).find(({ id }) => id === `${name}.service`)?.user ?? ''
  return user === '' || user === '0' ? 'root' : user
}

const NOT_READ = /htpasswd|\/(?:ssl|certs?|private|html|keys)(?:\/|$)|\.(?:pem|crt|cer|key|txt|html|lst|map|srl|csr)$/
const AVAILABLE = /-available(?:\/|$)/

/** What each of them reads as well, once it is there. Caddy runs as an account of its own where nobody changed it. */
const READS: Readonly<Record<string, readonly string[]>> = {
  nginx: ['nginx.conf', 'conf.d/new.conf', 'sites-enabled/new', 'modules-enabled/new.conf', 'sites-available/default'],
  haproxy: ['haproxy.cfg', 'conf.d/new.cfg'],
  caddy: ['Caddyfile', 'conf.d/new.caddyfile'],
  apache2: [
    'apache2.conf',
    'envvars',
    'conf-enabled/new.conf',
    'sites-enabled/new.conf',
    'mods-enabled/new.load',
    'sites-available/new.conf',
  ],
  httpd: ['conf/httpd.conf', 'conf.d/new.conf', 'conf.modules.d/new.conf'],
}

/** Files for those of them that the host has, and any other that a rule of sudo names in their folders. */
export function newProxyFiles(facts: AccessFacts): World['newProxyFiles'] {
  const names = Object.keys(READS).filter(
    (name) =>
      unitsOf(facts).some(({ id }) => id === `${name}.service`) ||
      (name !== 'caddy' && guardedOf(facts).some(({ path }) => path === `/etc/${name}` || path.startsWith(`/etc/${name}/`))),
  )
  return names.map((name) => ({
    folder: `/etc/${name}/`,
    becomes: accountOf(facts, name),
    files: (READS[name] ?? []).map((file) => `/etc/${name}/${file}`),
  }))
}

/** Of a file that a rule names for writing: what a proxy reads of it, and on which condition; undefined where it reads nothing. */
export const readByProxy = (path: string): { readonly condition?: string } | undefined =>
  NOT_READ.test(path) ? undefined : AVAILABLE.test(path) ? { condition: 'only if it is switched on' } : {}
