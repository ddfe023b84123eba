import { gatewayOf } from '../processes/gateway.ts'
import { containerIdOf } from '../services/placement.ts'
import { parseAlphaConfig } from './alpha-config.ts'
import { parseConfigFile } from './config-file.ts'
import { bytesOfShape, fileBytes, secretBytes, shapeBytes } from './cookie-secret.ts'
import type { AlphaConfig, CookieSecret, OAuth2Proxy, Row, Setting } from './oauth2-proxy.ts'
import { flagOf, type OptionName, optionOf, options } from './options.ts'
import { versionOf } from './version.ts'

interface Block {
  readonly pid: number
  readonly cgroup: string
  readonly line: number
  readonly argv: Row[]
  readonly environment: Row[]
  environmentFrom: string
  readonly config: Row[]
  configState: string
  configPath: string
  readonly alpha: Row[]
  alphaState: string
  alphaPath: string
  readonly secrets: CookieSecret[]
  readonly gateways: string[]
  program: Row | undefined
  readonly said: Row[]
}

/** Reads the `oauth2-proxy` section. Undefined when it is cut short. */
export function parseOAuth2Proxies(stdout: string): readonly OAuth2Proxy[] | undefined {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return undefined
  const blocks: Block[] = []
  let part: Row[] | undefined
  for (const [index, text] of lines.entries()) {
    const line = index + 1
    const block = blocks.at(-1)
    const started = /^@process (\d+) (.*)$/.exec(text)
    if (started) {
      const files = { config: [], configState: '', configPath: '', alpha: [], alphaState: '', alphaPath: '' }
      const empty = {
        argv: [],
        environment: [],
        environmentFrom: 'none',
        ...files,
        secrets: [],
        gateways: [],
        program: undefined,
        said: [],
      }
      blocks.push({ pid: Number(started[1]), cgroup: started[2] ?? '', line, ...empty })
    } else if (block) part = readRow(block, part, text, line)
  }
  return blocks.map(assemble)
}

function readRow(block: Block, part: Row[] | undefined, text: string, line: number): Row[] | undefined {
  if (text === '@argv') return block.argv
  if (/^@(?:program|image) /.test(text)) {
    block.program = { text, line }
    return block.said
  }
  const environment = /^@environment (\w+)$/.exec(text)
  if (environment) {
    block.environmentFrom = environment[1] ?? ''
    return block.environment
  }
  const config = /^@config (\w+) (.*)$/.exec(text)
  if (config) {
    block.configState = config[1] ?? ''
    block.configPath = config[2] ?? ''
    return block.config
  }
  const alpha = /^@alpha (\w+) (.*)$/.exec(text)
  if (alpha) {
    block.alphaState = alpha[1] ?? ''
    block.alphaPath = alpha[2] ?? ''
    return block.alpha
  }
  const secret = /^@secret (flag|environment|file|alpha) (\d+) (\d+) (url|other)( typed)?$/.exec(text)
  if (secret) {
    const source = secret[1] as CookieSecret['source']
    const [written, bare] = [Number(secret[2]), Number(secret[3])]
    const inFile = source === 'file' || source === 'alpha'
    const bytes = inFile ? fileBytes(written) : secretBytes(written, bare, secret[4] === 'url')
    block.secrets.push({ source, bytes, line, ...(secret[5] !== undefined && { typed: true }) })
  }
  const gateway = gatewayOf(/^@gateway \d+ (\S+)$/.exec(text)?.[1] ?? '')
  if (gateway !== undefined && block.gateways.length < 8) block.gateways.push(gateway)
  else if (part && (text.startsWith('=') || text.startsWith(':'))) part.push({ text: text.slice(1), line })
  return part
}

function assemble(block: Block): OAuth2Proxy {
  const settings = new Map<string, Setting>()
  const problems: string[] = []
  const file = parseConfigFile(block.config.map(({ text }) => text))
  const lineAt = (offset: number): number => block.config[offset]?.line ?? 0
  if (block.configState === 'inside') problems.push(`its configuration ${block.configPath} is inside a container`)
  else if (block.configState === 'unreadable') problems.push(`its configuration ${block.configPath} could not be read`)
  else if (!file.ok) problems.push(`line ${file.offset + 1} of its configuration ${block.configPath} has an unknown form`)
  const entries = file.ok ? file.entries : new Map<string, never>()
  const environmentKnown = ['process', 'unit', 'container'].includes(block.environmentFrom)
  if (!environmentKnown) problems.unshift('its environment could not be read')

  for (const name of Object.keys(options) as OptionName[]) {
    const flag = fromFlags(block.argv, name)
    // Where there are both, the earlier name wins (legacy_options.go).
    const names = [optionOf(name).before, name].flatMap((one) => one ?? [])
    const variable = names.map((one) => fromEnvironment(block.environment, name, one)).find((one) => one !== undefined)
    const entry = names.map((one) => entries.get(one)).find((one) => one !== undefined)
    if (flag) settings.set(name, flag)
    else if (variable) settings.set(name, variable)
    // A variable that cannot be seen would win over the file.
    else if (entry && environmentKnown)
      settings.set(name, {
        values: entry.listed ? entriesOf(name, entry.values) : split(name, entry.values),
        source: 'config',
        line: lineAt(entry.offset),
      })
  }
  const alphaConfig = alphaOf(block)
  // The alpha configuration may name another one, but what stands on the command line is seen by everybody.
  const secret = secretOf(block, entries, lineAt)
  const alphaSecret = alphaConfig && alphaSecretOf(block)
  const unread = problems.length === 0 ? undefined : problems.join(', and ')
  const unit = block.cgroup.split('/').findLast((one) => one.endsWith('.service'))
  const container = containerIdOf(block.cgroup)
  return {
    id: container ? `container ${container.slice(0, 12)}` : (unit ?? 'oauth2-proxy'),
    pid: block.pid,
    container: container !== undefined,
    cgroup: block.cgroup,
    version: versionOf(block.program, block.said),
    gateways: block.gateways,
    settings,
    ...(unread !== undefined && { unread }),
    ...(alphaConfig !== undefined && { alphaConfig }),
    ...(secret && (alphaConfig === undefined || secret.source === 'flag') ? { cookieSecret: secret } : { cookieSecret: alphaSecret }),
    line: block.line,
  }
}

/** The file that the last `--alpha-config` names. Variables and the classic file cannot name one. */
function alphaOf(block: Block): AlphaConfig | undefined {
  const path = wordsOf(block.argv, 'alpha-config').at(-1)?.text
  if (path === undefined) return undefined
  const at = `the alpha configuration ${path}`
  if (block.alphaState !== 'read' || block.alphaPath !== path)
    return { path, settings: new Map(), unread: `${at} ${block.alphaState === 'inside' ? 'is inside a container' : 'could not be read'}` }
  const file = parseAlphaConfig(block.alpha.map(({ text }) => text))
  const settings = [...file.settings].map(
    ([name, { values, offset }]) => [name, { values, source: 'alpha' as const, line: block.alpha[offset]?.line ?? 0 }] as const,
  )
  return { path, settings: new Map(settings), ...(file.unread !== undefined && { unread: `of ${at} ${file.unread}` }) }
}

/** The versions that take it from there take it from nowhere else. */
function alphaSecretOf(block: Block): CookieSecret | undefined {
  if (block.alphaState !== 'read') return undefined
  const { secretShape, settings } = parseAlphaConfig(block.alpha.map(({ text }) => text))
  if (secretShape)
    return {
      ...{ bytes: bytesOfShape(secretShape.text), source: 'alpha', line: block.alpha[secretShape.offset]?.line ?? 0 },
      ...(secretShape.typed && { typed: true }),
    }
  return settings.has('cookie_secret_file') ? block.secrets.findLast(({ source }) => source === 'alpha') : undefined
}

/** Flag, then variable, then file; a file of its own counts where no secret is given directly. */
function secretOf(
  block: Block,
  entries: ReadonlyMap<string, { readonly values: readonly string[]; readonly offset: number }>,
  lineAt: (offset: number) => number,
): CookieSecret | undefined {
  const of = (source: CookieSecret['source']) => block.secrets.findLast((secret) => secret.source === source)
  const typed = entries.get('typed_shape')
  const shape = typed ?? entries.get('cookie_secret_shape')
  const bytes = shape && shapeBytes(shape.values[0] ?? '')
  const inFile: CookieSecret | undefined =
    shape && bytes !== undefined ? { bytes, source: 'config', line: lineAt(shape.offset), ...(typed && { typed: true }) } : undefined
  return of('flag') ?? of('environment') ?? inFile ?? of('file')
}

/** Every value of a flag: `--name value`, `--name=value`, `--name` alone for a switch, which takes no separate word (pflag). Words after `--` are no flags. */
function wordsOf(argv: readonly Row[], flag: string, isSwitch = false): readonly Row[] {
  const found: Row[] = []
  for (const [at, { text, line }] of argv.entries()) {
    if (at === 0) continue
    if (text === '--') break
    const match = /^--?([a-z][a-z0-9-]*)(?:=([\s\S]*))?$/.exec(text)
    if (match?.[1] !== flag) continue
    found.push({ text: match[2] ?? (isSwitch ? 'true' : (argv[at + 1]?.text ?? '')), line })
  }
  return found
}

function fromFlags(argv: readonly Row[], name: OptionName): Setting | undefined {
  const found = wordsOf(argv, flagOf(name), /^(?:true|false)$/.test(optionOf(name).default ?? ''))
  const last = found.at(-1)
  if (!last) return undefined
  if (!optionOf(name).list) return { values: [last.text], source: 'flag', line: last.line }
  const values = found.flatMap(({ text }) => text.match(CSV)?.map(unquoted) ?? [])
  return { values: entriesOf(name, values), source: 'flag', line: last.line }
}

/** A flag for a list is a row of CSV: what stands in quotes keeps its commas (pflag, StringSlice). */
const CSV = /"(?:[^"]|"")*"|[^,]+/g
const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text)

/** viper takes an empty variable as not set. */
function fromEnvironment(rows: readonly Row[], name: OptionName, written: string): Setting | undefined {
  const prefix = `OAUTH2_PROXY_${written.toUpperCase()}=`
  const row = rows.findLast(({ text }) => text.startsWith(prefix))
  const value = row?.text.slice(prefix.length) ?? ''
  return row && value !== '' ? { values: split(name, [value]), source: 'environment', line: row.line } : undefined
}

/** A list in one text is split at commas (mapstructure's hook); what is written as a list is taken as it stands. */
const split = (name: OptionName, values: readonly string[]): readonly string[] =>
  entriesOf(name, optionOf(name).list ? values.flatMap((value) => value.split(',')) : values)

const entriesOf = (name: OptionName, values: readonly string[]): readonly string[] =>
  optionOf(name).list ? values.map((value) => value.trim()).filter((value) => value !== '') : values.slice(0, 1)
