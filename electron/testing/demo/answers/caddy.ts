import { type Answering, lines } from '../answer.ts'
import { adaptedCaddyfile } from '../caddyfile.ts'
import type { DemoHost } from '../demo-host.ts'

const CADDYFILE = '/etc/caddy/Caddyfile'

/** Every Caddy that runs with its JSON, one value on a line; without one the section says only that it looked. Passwords are masked, as on a real host. */
export const caddy: Answering = (host) => {
  const packaged = host.software.packages.find(([name]) => name === 'caddy')?.[1] ?? '2.11.4'
  const running = host.processes.filter(({ name }) => name === 'caddy')
  const instances = configurationsOf(host).flatMap((config, at) => {
    const masked = JSON.stringify(config, (name, value) => (name === 'password' ? 'masked' : value), 1)
    const pid = running[at]?.pid
    if (pid === undefined) return []
    const printed = masked.split('\n').map((line) => `:${line}`)
    return [`@process ${pid}`, `@version v${packaged}`, ...imports(host), `@admin 127.0.0.1:${2019 + at}`, ...printed]
  })
  return lines([...instances, '@end'])
}

/** What its Caddyfile says as it stands, where it is written out; else what the host is described with. */
function configurationsOf({ files, caddies = [] }: DemoHost): readonly object[] {
  const text = files.get(CADDYFILE)?.content
  const adapted = text === undefined ? undefined : adaptedCaddyfile(text, (path) => files.get(path)?.content)
  return adapted === undefined ? caddies : [adapted]
}

/** Nothing is said where one of them cannot be read. */
function imports({ files }: DemoHost): readonly string[] {
  const paths = [...(files.get(CADDYFILE)?.content ?? '').matchAll(/^\s*import (\S+)$/gm)].map(([, path = '']) => path)
  return paths.every((path) => ((files.get(path)?.mode ?? 0) & 0o004) !== 0) ? ['@imports', ...paths.map((path) => `@import ${path}`)] : []
}
