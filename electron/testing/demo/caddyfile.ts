/**
 * What Caddy makes of a Caddyfile with one site, as far as the template `caddy-ollama` and the demo use the language: the JSON that `caddy adapt`
 * prints (https://caddyserver.com/docs/caddyfile/concepts, /directives#directive-order). Undefined for anything else: nothing is guessed.
 */
export function adaptedCaddyfile(text: string, imported: (path: string) => string | undefined): object | undefined {
  try {
    const all = parsed(text.split('\n'))
    const sites = all.filter(({ words }) => words.length > 0)
    const [site] = sites
    if (site === undefined || sites.length > 1) return undefined
    const options = all.flatMap(({ words, block = [] }) => (words.length === 0 ? block : []))
    return configurationOf(site, options, imported)
  } catch (error) {
    if (error instanceof NotModelled) return undefined
    throw error
  }
}

class NotModelled extends Error {}

interface Directive {
  readonly words: readonly string[]
  readonly block?: readonly Directive[]
}

function parsed(lines: readonly string[]): readonly Directive[] {
  const rest = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const block = (): Directive[] => {
    const found: Directive[] = []
    for (let line = rest.shift(); line !== undefined && line !== '}'; line = rest.shift()) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
      found.push(words.at(-1) === '{' ? { words: words.slice(0, -1), block: block() } : { words })
    }
    return found
  }
  return block()
}

type Handler = Readonly<Record<string, unknown>>
interface Route {
  readonly group?: string
  readonly handle: readonly Handler[]
  readonly match?: readonly object[]
}

function configurationOf(site: Directive, options: readonly Directive[], imported: (path: string) => string | undefined): object {
  const [, name = '', port = '443'] = /^https:\/\/([a-z0-9.-]+)(?::(\d+))?$/.exec(site.words[0] ?? '') ?? []
  if (name === '' || options.some(({ words }) => words.join(' ') !== 'auto_https disable_redirects')) throw new NotModelled()
  const directives = (site.block ?? []).flatMap((one): readonly Directive[] => {
    if (one.words[0] !== 'import') return [one]
    const text = imported(one.words[1] ?? '')
    if (text === undefined) throw new NotModelled()
    return parsed(text.split('\n'))
  })
  const [log] = named(directives, 'log')
  const [tls] = named(directives, 'tls')
  const [, certificate, key] = tls?.words ?? []
  return {
    ...(log && { logging: { logs: { default: { exclude: ['http.log.access.log0'] }, log0: logOf(log) } } }),
    apps: {
      http: {
        servers: {
          srv0: {
            listen: [`:${port}`],
            routes: [{ match: [{ host: [name] }], handle: [{ handler: 'subroute', routes: routesOf(directives) }], terminal: true }],
            ...(tls && { tls_connection_policies: [{ match: { sni: [name] }, certificate_selection: { any_tag: ['cert0'] } }, {}] }),
            ...(options.length > 0 && { automatic_https: { disable_redirects: true } }),
            ...(log && { logs: { logger_names: { [name]: 'log0' } } }),
          },
        },
      },
      ...(tls && { tls: { certificates: { load_files: [{ certificate, key, tags: ['cert0'] }] } } }),
    },
  }
}

const named = (directives: readonly Directive[], name: string): readonly Directive[] => directives.filter(({ words }) => words[0] === name)

/** In the order in which Caddy puts directives, whatever the file has; those without a matcher stand in one route. */
function routesOf(directives: readonly Directive[]): readonly Route[] {
  const known = ['log', 'tls', ...Object.keys(handlers), 'handle']
  if (directives.some(({ words: [word = ''] }) => !word.startsWith('@') && !known.includes(word))) throw new NotModelled()
  const plain = (names: readonly HandlerName[]) => names.flatMap((name) => named(directives, name).map(handlers[name]))
  const handles = named(directives, 'handle')
  const grouped = handles.map(({ words, block = [] }): Route => {
    const matcher = words[1] === undefined ? undefined : matcherOf(directives.find((one) => one.words[0] === words[1]))
    return {
      group: `group${handles.length}`,
      handle: [{ handler: 'subroute', routes: routesOf(block) }],
      ...(matcher && { match: [matcher] }),
    }
  })
  const [before, after] = [plain(['header', 'request_body', 'basicauth']), plain(['respond', 'reverse_proxy'])]
  if (grouped.length === 0) return [{ handle: [...before, ...after] }]
  return [...(before.length > 0 ? [{ handle: before }] : []), ...grouped, ...(after.length > 0 ? [{ handle: after }] : [])]
}

/** `@name path …` on its line, or a block whose lines of one kind add up. */
function matcherOf(matcher: Directive | undefined): object {
  if (matcher === undefined) throw new NotModelled()
  const rows = matcher.block ?? [{ words: matcher.words.slice(1) }]
  const of = (kind: string) => rows.flatMap(({ words }) => (words[0] === kind ? words.slice(1) : []))
  if (rows.some(({ words }) => words[0] !== 'path' && words[0] !== 'remote_ip')) throw new NotModelled()
  const ranges = of('remote_ip')
  return { path: of('path'), ...(ranges.length > 0 && { remote_ip: { ranges } }) }
}

type HandlerName = 'header' | 'request_body' | 'basicauth' | 'respond' | 'reverse_proxy'

const handlers: Readonly<Record<HandlerName, (directive: Directive) => Handler>> = {
  header: ({ words: [, name = '', value] }) => ({ handler: 'headers', response: { set: { [name]: [value] } } }),
  request_body: ({ block = [] }) => ({
    handler: 'request_body',
    max_size: Number(argumentOf(block, 'max_size')?.replace(/MB$/, '000000')),
  }),
  basicauth: ({ block = [] }) => ({
    handler: 'authentication',
    providers: {
      http_basic: {
        accounts: block.map(({ words: [username, password] }) => ({ password, username })),
        hash: { algorithm: 'bcrypt' },
        hash_cache: {},
      },
    },
  }),
  respond: ({ words: [, status] }) => ({ handler: 'static_response', status_code: Number(status) }),
  reverse_proxy({ words: [, dial], block = [] }) {
    if (block.some(({ words: [word = ''] }) => word !== 'flush_interval' && word !== 'header_up')) throw new NotModelled()
    return {
      handler: 'reverse_proxy',
      ...(block.length > 0 && { flush_interval: Number(argumentOf(block, 'flush_interval')), headers: { request: headersUp(block) } }),
      upstreams: [{ dial }],
    }
  },
}

const argumentOf = (block: readonly Directive[], name: string): string | undefined => named(block, name)[0]?.words[1]

/** A name with a dash before it is taken out of the request, any other is set. */
function headersUp(block: readonly Directive[]): object {
  const rows = named(block, 'header_up').map(({ words: [, name = '', value = ''] }) => [name, value] as const)
  return {
    delete: rows.flatMap(([name]) => (name.startsWith('-') ? [name.slice(1)] : [])),
    set: Object.fromEntries(rows.flatMap(([name, value]) => (name.startsWith('-') ? [] : [[name, [value]]]))),
  }
}

function logOf({ block = [] }: Directive): object {
  const [output] = named(block, 'output')
  const [, kind, filename] = output?.words ?? []
  const [keep, keepFor] = ['roll_keep', 'roll_keep_for'].map((name) => argumentOf(output?.block ?? [], name))
  return {
    writer: {
      filename,
      output: kind,
      ...(keep !== undefined && { roll_keep: Number(keep) }),
      ...(keepFor !== undefined && { roll_keep_days: Math.ceil(Number.parseInt(keepFor, 10) / 24) }),
    },
    encoder: { format: argumentOf(block, 'format') },
    include: ['http.log.access.log0'],
  }
}
