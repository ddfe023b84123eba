import { addressBlock, within } from '../../network/address-block.ts'
import { compilePattern } from '../../nginx/model/pattern.ts'
import { isPublicHeader } from '../../nginx/model/public-headers.ts'
import { provenBy } from '../../nginx/model/secret-patterns.ts'
import { entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'
import { type HeaderChange, type HeaderNow, headerAfter } from './headers-set.ts'
import { cleanPath, matchesHost, matchesPath } from './paths.ts'

/**
 * Who asks. `silent` sends nothing of his own, `guessing` sends something in every header and parameter, `wishing` sends what public headers
 * are compared with and a token in all others, `insider` also what only insiders know.
 */
export type Persona = 'silent' | 'guessing' | 'wishing' | 'insider'

export interface Client {
  readonly persona: Persona
  readonly address: string
  readonly host: string
  readonly scheme: 'http' | 'https'
  /** Absent for who sends all that his persona does. */
  readonly choice?: Choice | undefined
}

/**
 * What a client leaves out, though he could send it: one header may be asked for and another one refused. `*` and the demand that there is none
 * are about the whole header, so they go by its name, others by their text too. A file that may be there is taken as one of them.
 */
export interface Choice {
  readonly left: ReadonlySet<string>
  /** What was looked at and is not among them. */
  readonly met: Set<string>
}

/** What matchers look at. */
export interface Asked {
  readonly client: Client
  readonly method: string
  readonly path: string
  /** What became of the headers before. */
  readonly changes: readonly HeaderChange[]
}

/** Captures by name, for placeholders. */
export interface Match {
  /** Undefined: not known. */
  readonly value: boolean | undefined
  readonly captures?: ReadonlyMap<string, string> | undefined
  /** The address was taken from a header that clients write. */
  readonly spoofable?: boolean
}

const GUESS = 'gatehouse-guess'
const TOKEN = `Bearer ${GUESS}`

/** Sets are alternatives; inside a set everything must hold (caddyhttp.MatcherSets). No set at all fits every request. */
export function matchSets(sets: readonly JsonNode[], asked: Asked): Match {
  if (sets.length === 0) return { value: true }
  let unknown = false
  let spoofable = false
  for (const set of sets) {
    const one = matchSet(set, asked)
    if (one.spoofable) spoofable = true
    if (one.value === true) return { ...one, spoofable }
    if (one.value === undefined) unknown = true
  }
  return { value: unknown ? undefined : false, spoofable }
}

function matchSet(set: JsonNode, asked: Asked): Match {
  let unknown = false
  let spoofable = false
  const captures = new Map<string, string>()
  for (const [name, node] of entries(set)) {
    const one = matchOne(name, node, asked)
    if (one.spoofable) spoofable = true
    for (const [key, text] of one.captures ?? []) captures.set(key, text)
    if (one.value === false) return { value: false, spoofable }
    if (one.value === undefined) unknown = true
  }
  return { value: unknown ? undefined : true, captures, spoofable }
}

function matchOne(name: string, node: JsonNode, asked: Asked): Match {
  const { client, method, path } = asked
  switch (name) {
    case 'host': {
      const now = headerAfter(asked.changes, 'host')
      const hosts = now ? (now.known ? now.values : undefined) : [client.host]
      // Not known: a name with a placeholder, or a Host that was set to something unknown.
      const isNamed = (host: string) => (host.includes('{') || hosts === undefined ? undefined : any(hosts, (one) => namesHost(host, one)))
      return { value: any(texts(node), isNamed) }
    }
    case 'path':
      return { value: any(texts(node), (one) => (one.includes('{') ? undefined : matchesPath(one, path))) }
    case 'path_regexp':
      return pathRegexp(node, path)
    case 'method':
      return { value: texts(node).includes(method) }
    case 'protocol': {
      const wanted = textOf(node) ?? ''
      return { value: wanted === 'grpc' ? persuaded(client) : wanted.startsWith('http/') ? undefined : wanted === client.scheme }
    }
    case 'remote_ip':
      return { value: inRanges(texts(field(node, 'ranges')), client.address), spoofable: isTrue(field(node, 'forwarded')) }
    case 'client_ip':
      return { value: inRanges(texts(field(node, 'ranges')), client.address) }
    case 'not': {
      const inner = items(node).map((set) => matchSet(set, asked))
      const value = any(inner, (one) => one.value)
      return { value: value === undefined ? undefined : !value, spoofable: inner.some((one) => one.spoofable) }
    }
    case 'header':
      return { value: every(entries(node), ([header, values]) => headerIs(header.toLowerCase(), values, asked)) }
    case 'header_regexp':
      return { value: every(entries(node), ([header, one]) => headerFits(header.toLowerCase(), field(one, 'pattern'), asked)) }
    case 'query':
      // Of no parameter at all: the request has none.
      if (entries(node).length === 0) return { value: client.persona === 'silent' || chosen(client, '?', [], true) === false }
      return {
        value: every(entries(node), ([name, values]) => chosen(client, `?${name}`, texts(values), sent(texts(values), false, client))),
      }
    // A model server's routes are taken not to exist as files. One of another name, as of a switch, may be there or not.
    case 'file': {
      const names = texts(field(node, 'try_files'))
      const named = names.length > 0 && names.every((name) => !name.includes('{'))
      return { value: named && chosen(client, 'file', names, undefined) }
    }
    default:
      return { value: undefined }
  }
}

function any<T>(all: readonly T[], test: (one: T) => boolean | undefined): boolean | undefined {
  const found = all.map(test)
  return found.includes(true) ? true : found.includes(undefined) ? undefined : false
}

function every<T>(all: readonly T[], test: (one: T) => boolean | undefined): boolean | undefined {
  const found = all.map(test)
  return found.includes(false) ? false : found.includes(undefined) ? undefined : true
}

function pathRegexp(node: JsonNode, path: string): Match {
  const source = textOf(field(node, 'pattern')) ?? ''
  const name = textOf(field(node, 'name')) ?? ''
  const match = compilePattern(source, false).exec(cleanPath(path, !source.includes('//')))
  if (match === undefined) return { value: undefined }
  if (match === null) return { value: false }
  const captures = new Map<string, string>()
  match.forEach((text, at) => {
    for (const key of name === '' ? [`${at}`] : [`${name}.${at}`, `${at}`]) captures.set(`http.regexp.${key}`, text ?? '')
  })
  return { value: true, captures }
}

function inRanges(ranges: readonly string[], address: string): boolean | undefined {
  const client = addressBlock(address)
  return any(ranges, (range) => {
    const block = addressBlock(range.split('%', 1)[0] ?? '')
    return block && client ? within(client, block) : undefined
  })
}

const persuaded = ({ persona }: Client): boolean => persona === 'wishing' || persona === 'insider'

/** A value that anybody may send is no secret; one that is compared with a fixed text of no public header is. */
function sent(wanted: readonly string[], isPublic: boolean, client: Client): boolean | undefined {
  if (client.persona === 'silent') return false
  const guesses = client.persona === 'guessing' ? [GUESS] : [GUESS, TOKEN]
  if (guesses.some((guess) => wanted.some((one) => fitsMask(guess, one)))) return true
  if (client.persona === 'guessing') return false
  if (isPublic) return true
  // Another part of the request, which the client may choose as well.
  if (wanted.some((one) => one.includes('{http.'))) return undefined
  // Whether there is anything in a variable or a file is not known: nothing at all is what anybody sends.
  if (wanted.some((one) => /\{(?:env|file)\./.test(one))) return client.persona === 'insider' || undefined
  // The name of the host is no secret.
  if (wanted.some((one) => one.includes('{system.'))) return true
  return proven(wanted.map(maskAsPattern), client)
}

/** Who knows the form fits where that is all that is asked; else an insider, where it is a secret. */
function proven(patterns: readonly string[], { persona }: Client): boolean | undefined {
  const proofs = patterns.map((source) => provenBy(source).proof)
  if (proofs.includes('form')) return true
  return persona === 'insider' && (proofs.every((proof) => proof === 'secret') ? true : undefined)
}

/** `*` at either end stands for anything (caddyhttp.MatchHeader). */
function fitsMask(text: string, mask: string): boolean {
  const [before, after] = [mask.startsWith('*'), mask.endsWith('*')]
  const fixed = mask.slice(before ? 1 : 0, after && mask.length > 1 ? -1 : undefined)
  return before ? (after ? text.includes(fixed) : text.endsWith(fixed)) : after ? text.startsWith(fixed) : text === fixed
}

function maskAsPattern(mask: string): string {
  const [, before = '', fixed = '', after = ''] = /^(\*?)(.*?)(\*?)$/s.exec(mask) ?? []
  return `${before ? '.*' : '^'}${fixed.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}${after ? '.*' : '$'}`
}

/** `value`: whether the client's header fits. Only of what may fit there is a choice. */
function chosen({ choice }: Client, name: string, wanted: readonly string[], value: boolean | undefined): boolean | undefined {
  if (value === false || choice === undefined) return value
  const key = wanted.every((one) => one === '*') ? name : `${name}: ${wanted.join(' | ')}`
  if (choice.left.has(key) || choice.left.has(name)) return false
  choice.met.add(key)
  return value
}

const namesHost = (written: string, host: string): boolean | undefined => (host.includes('{') ? undefined : matchesHost(written, host))

function headerIs(header: string, values: JsonNode, { client, changes }: Asked): boolean | undefined {
  const now = headerAfter(changes, header)
  const own = () => {
    // `null` demands that there is none.
    if (values.kind === 'other') return client.persona === 'silent' || chosen(client, header, [], true) === false
    // Stars stand here for anything, not for one part of a name, and the client writes its letters as he likes.
    if (header === 'host')
      return any(texts(values), (host) => (host.includes('{') ? undefined : fitsMask(client.host.toLowerCase(), host.toLowerCase())))
    const wanted = texts(values)
    return chosen(client, header, wanted, sent(wanted.length === 0 ? ['*'] : wanted, isPublicHeader(header), client))
  }
  if (values.kind === 'other') return byChange(now, own, undefined)
  const wanted = texts(values)
  return byChange(now, own, (set) => wanted.length === 0 || any(wanted, (one) => one === '*' || compared(set, one, fitsMask(set, one))))
}

function headerFits(header: string, pattern: JsonNode | undefined, { client, changes }: Asked): boolean | undefined {
  const source = textOf(pattern) ?? ''
  const own = () => {
    if (header !== 'host') return chosen(client, header, [`~ ${source}`], patternFits(header, pattern, client))
    const match = compilePattern(source, false).exec(client.host)
    return match === undefined ? undefined : match !== null
  }
  return byChange(headerAfter(changes, header), own, (set) => {
    const match = compilePattern(source, false).exec(set)
    return match === undefined ? undefined : compared(set, source, match !== null)
  })
}

/** What the proxy itself put under a name counts, and the client's own only where that is still there. Without `fits` nothing may stand there. */
function byChange(
  now: HeaderNow | undefined,
  own: () => boolean | undefined,
  fits: ((set: string) => boolean | undefined) | undefined,
): boolean | undefined {
  if (!now) return own()
  if (!now.known) return undefined
  if (!fits) return now.values.length === 0 && (!now.own || own())
  return any([...(now.own ? [own] : []), ...now.values.map((set) => () => fits(set))], (one) => one())
}

/** Texts that only the running Caddy knows, and masked ones, may be the same or not. */
const compared = (set: string, wanted: string, value: boolean): boolean | undefined =>
  [set, wanted].some((text) => /\{|masked|short/.test(text)) ? undefined : value

function patternFits(header: string, pattern: JsonNode | undefined, client: Client): boolean | undefined {
  if (client.persona === 'silent') return false
  const compiled = compilePattern(textOf(pattern) ?? '', false)
  const guessed = (client.persona === 'guessing' ? [GUESS] : [GUESS, TOKEN]).map((text) => compiled.exec(text))
  if (guessed.includes(undefined)) return undefined
  if (guessed.some((match) => match !== null) || (client.persona !== 'guessing' && isPublicHeader(header))) return true
  return client.persona === 'guessing' ? false : proven([textOf(pattern) ?? ''], client)
}
