import type { SectionOutput } from '../probe/section.ts'
import { isSentSecret, type KeyVariables, keyVariables } from './carried-keys.ts'
import { isPublicHeader } from './nginx/model/public-headers.ts'
import { behindName, isName, isSecretText, looksRandom, provenBy, saysWho } from './nginx/model/secret-patterns.ts'
import { oncePer } from './once-per.ts'
import { isPlaceholder, markPlaceholder } from './placeholder-keys.ts'
import { mayNameSecret, namesInCapitals, namesSecret, setsSecret } from './secret-names.ts'
import { secretOptions } from './secret-options.ts'

/** Stands where a secret stood. */
export const REDACTED = '‹redacted›'

/** What stands where this secret stood: `REDACTED`, or with a tag in it (`‹redacted-3f9a2c1d›`) that is the same for the same secret. */
export type Mark = (secret: string) => string
const plain: Mark = () => REDACTED
const isMarked = (value: string): boolean => /‹(?:redacted|short|word|placeholder)/.test(value)

/** `has`: what every match contains, looked for first, since most lines of a host hold no secret and patterns are slow to say so. */
type Rule = readonly [has: string, pattern: RegExp, replace: (mark: Mark, match: string, ...groups: string[]) => string]

/** A reference to a variable is not the secret itself, and neither is a switch (`--pass-access-token=true`). Controls want to know both. */
const isNoSecret = (value: string): boolean => /^["']?(?:\$[{(A-Za-z_]|(?:true|false)["']?$)/i.test(value)

const mask = (mark: Mark, before: string, value: string, after = ''): string =>
  isNoSecret(value) || isMarked(value) ? before + value + after : before + markFor(mark, value) + after

/** Controls want to know of a key that everybody knows. */
const markFor = (mark: Mark, value: string): string => (isPlaceholder(value) ? markPlaceholder(mark(value)) : mark(value))

/** Settings that may hold several keys between commas (LocalAI, llama-server): each is masked by itself, so that their number stays. */
const LISTS_KEYS = /^-{0,2}(?:[A-Za-z0-9]{1,32}[_-]){0,4}api[_-]?keys?$/i
const maskEach = (mark: Mark, name: string, value: string): string =>
  LISTS_KEYS.test(name)
    ? value
        .split(',')
        .map((one) => (one === '' ? '' : mask(mark, '', one)))
        .join(',')
    : mask(mark, '', value)

/** Command lines and environments come with NUL between words, or with what a collector puts in its place. */
const WORD_END = String.raw`\0\x01\x1f`
const SEPARATOR = String.raw`(?:=|[ \t]+|[${WORD_END}]|["'],[ \t]*["'])`
const VALUE = String.raw`[^\s"',\]${WORD_END}]+`
const OPTION = new RegExp(`(?<!-)(--[A-Za-z0-9_.-]{1,127})(${SEPARATOR})(["']?)(?!-)(${VALUE}(?:,${VALUE})*)`, 'g')
/** Docker takes `-eNAME=value`, Java `-Dname=value`. */
const NAME = /(?:(?<![A-Za-z0-9_-])|(?<=(?<![\w-])-[eD]))([A-Za-z][A-Za-z0-9_.]{0,127})=/g
const UNQUOTED = new RegExp(String.raw`[^\s"';${WORD_END}]*`, 'y')
/** Open WebUI has semicolons between keys. */
const SEVERAL = new RegExp(String.raw`[^\s"'${WORD_END}]*`, 'y')

/** In a URL. */
const ARGUMENT_END = new RegExp(String.raw`[^\s"'&#;${WORD_END}]*`, 'y')

/** Where the value that begins at `from` ends: at the quote that opened it, or that stands before its name (`"NAME=two words"`); within JSON at an escaped one. */
function valueEnd(
  line: string,
  from: number,
  before: string | undefined,
  unquoted: RegExp,
): { readonly start: number; readonly end: number } {
  const quote = /^\\?["']/.exec(line.slice(from, from + 2))?.[0] ?? (before === '"' || before === "'" ? before : undefined)
  const start = quote !== undefined && line.startsWith(quote, from) ? from + quote.length : from
  if (quote !== undefined) {
    const end = line.indexOf(quote, start)
    return { start, end: end < 0 ? line.length : end }
  }
  unquoted.lastIndex = start
  return { start, end: start + (unquoted.exec(line)?.[0].length ?? 0) }
}

/** `NAME=value` anywhere, also inside another value (`Environment=API_KEY=x`). */
function maskAssignments(line: string, mark: Mark): string {
  if (!line.includes('=')) return line
  let out = ''
  let done = 0
  for (const match of line.matchAll(NAME)) {
    const name = match[1] as string
    const from = match.index + match[0].length
    const certain = setsSecret(name)
    if (match.index < done || !(certain || mayNameSecret(name) || namesInCapitals(name))) continue
    const before = line[match.index - 1]
    const { start, end } = valueEnd(
      line,
      from,
      before,
      before === '?' || before === '&' ? ARGUMENT_END : /keys$/i.test(name) ? SEVERAL : UNQUOTED,
    )
    const value = line.slice(start, end)
    if (value === '' || !(certain || isSecretThere(value, before))) continue
    // Of a pattern that asks for it, a mark proves no more than the text did.
    out += line.slice(done, start) + maskEach(certain || looksRandom(value) ? mark : short(mark), name, value)
    done = end
  }
  return out + line.slice(done)
}

/** Of an argument of a URL anything that is long enough is one, elsewhere what looks random and is no path. */
const isSecretThere = (value: string, before: string | undefined): boolean =>
  looksRandom(value) ? !/^\.{0,2}\/[\w.-]+\//.test(value) : (before === '?' || before === '&') && value.length >= MIN_KEY

/** What nginx asks of clients (`if`). */
const ASKED =
  /(\$\{?((?:http|arg|cookie)_)?([a-z0-9_]{1,64})\}?"?[ \t]{1,20}(!?=|!?~\*?)[ \t]{1,20})("[^"]{1,4000}"|'[^']{1,4000}'|[^\s"';{}]{1,4000}?(?=\)?[ \t]{0,20}(?:\{|$)))/gi
const maskAsked = (line: string, mark: Mark, variables: KeyVariables): string =>
  line.replace(ASKED, (match, before: string, sent = '', name = '', operator = '', value = '') => {
    const isSent = sent !== '' || variables.sent.has(name.toLowerCase())
    const isKey = isSent && (isSentSecret(name) || variables.sent.has(name.toLowerCase()))
    return isKey || ((isSentSecret(name) || (isSent && !isPublicHeader(name.replaceAll('_', '-').toLowerCase()))) && isKeyAlone(value))
      ? before + maskSent(mark, value, operator.includes('~'))
      : match
  })

/** A switch that is called by what it says of a key (`set $has_token 0`) is none. */
const SET = /(\bset[ \t]{1,20}\$([a-z0-9_]{1,64})[ \t]{1,20}["']?)([^\s"'$;][^"'$;]{7,4000})/gi
const maskSet = (line: string, mark: Mark, { wanted }: KeyVariables): string =>
  line.replace(SET, (match, before: string, name: string, value: string) =>
    namesSecret(name) || wanted.has(name.toLowerCase()) ? mask(mark, before, value) : match,
  )

const rules: readonly Rule[] = [
  // --api-key X, --api-key=X, ["--api-key","X"]; a following option is not a value, and --api-key-file names a path.
  [
    '--',
    OPTION,
    (mark, match, flag = '', separator = '', quote = '', value = '') =>
      setsSecret(flag.slice(2)) ? flag + separator + quote + maskEach(mark, flag, value) : match,
  ],
  // "apiKey": "value", api_key: value
  [
    ':',
    /(?<![A-Za-z0-9_-])(\\?["']|)([A-Za-z][A-Za-z0-9_-]{0,63})\1(\s{0,8}:\s{0,8})(\\?["']|)([^\s"',{}[\]]+)\4/g,
    (mark, match, nameQuote = '', name = '', colon = '', quote = '', value = '') =>
      namesSecret(name.replace(/([a-z])([A-Z])/g, '$1_$2')) && /\s/.test(colon + (quote ? ' ' : ''))
        ? mask(mark, `${nameQuote}${name}${nameQuote}${colon}${quote}`, value, quote)
        : match,
  ],
  // "api_key": ["one", "two"]
  [
    '[',
    /("([A-Za-z][A-Za-z0-9_-]{0,63})"\s{0,8}:\s{0,8}\[)([^\]]{1,4000})/g,
    (mark, match, before = '', name = '', values = '') =>
      namesSecret(name.replace(/([a-z])([A-Z])/g, '$1_$2'))
        ? before + values.replace(/"([^"]+)"/g, (_, value: string) => `"${mask(mark, '', value)}"`)
        : match,
  ],
  // client_secret = "value", as TOML has it
  [
    ' = ',
    /((["']?)([A-Za-z][A-Za-z0-9_-]{0,63})\2 = )("[^"]{1,4000}"|'[^']{1,4000}')/g,
    (mark, match, before = '', _quote = '', name = '', value = '') =>
      namesSecret(name) ? before + value.charAt(0) + mask(mark, '', value.slice(1, -1)) + value.charAt(0) : match,
  ],
  [
    '_set_header',
    /(\b(?:proxy|grpc)_set_header[ \t]{1,20}([A-Za-z0-9_-]{1,64})[ \t]{1,20}["']?)([^\s"'$;][^"'$;]{0,4000})/g,
    (mark, match, before = '', name = '', value = '') => (namesSecret(name) ? mask(mark, before, value) : match),
  ],
  [
    '',
    /(\bAuthorization["'\s:=]+(?:Basic|Bearer|Token)[ \t]+)([^\s"';,]+)/gi,
    (mark, _, before = '', value = '') => mask(mark, before, value),
  ],
  // A header that is a key alone, and those of cookies.
  [
    ':',
    /(\b(?:Authorization|Cookie)["']?:\s{0,8}["']?)(?!(?:Basic|Bearer|Token|Digest|Negotiate)\b)([^\s"'{}[\],;]{8,}(?:;\s[^\s"'=;]{1,128}=[^\s"';]{8,})*)/gi,
    (mark, _, before = '', value = '') => mask(mark, before, value),
  ],
  // As clients are given one that may hold no blank (mcp-remote --header).
  [
    '-',
    /(\bX-(?:[A-Za-z0-9]{1,32}-){0,4}(?:Key|Token|Secret|Password|Auth):)([^\s"'{}[\],;$]{1,4000})/gi,
    (mark, _, before = '', value = '') => mask(mark, before, value),
  ],
  [
    'Bearer',
    // What goes on as a pattern was masked as one.
    /(\bBearer[ \t]+)((?=[^\s"';]*\d)[A-Za-z0-9._~+/=-]{8,})(?![A-Za-z0-9._~+/=?*{[(|\\-])/g,
    (mark, match, before = '', value = '') => (saysWho.test(value) ? match : mask(mark, before, value)),
  ],
  // Keys known by their prefix: OpenAI style, Hugging Face, GitHub. Not OpenSSH's names of keys on a token.
  [
    '',
    /\b((?:sk|pk)-(?!(?:ssh|ecdsa-sha2)-[a-z0-9-]{1,40}@openssh\.com)|hf_|gh[pousr]_)([A-Za-z0-9_-]{16,})/g,
    (mark, match, prefix = '') => prefix + mark(match),
  ],
  [
    '://',
    // Up to the last @ before the path, since most take a password with one.
    /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}:\/\/[^\s:/"']{0,256}:)([^\s/?#"']{1,1024})(@)/gi,
    (mark, _, before = '', value = '', at = '') => mask(mark, before, value, at),
  ],
  // A password that was not written as URLs want it: what stands behind a colon is no port.
  [
    '@',
    /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}:\/\/[^\s:/"'[]{0,256}:)(?!\d{1,5}[/?#])([^\s/?#"'@{]{0,256}[/?#][^\s"'@]{0,256})(@)/gi,
    (mark, match, before = '', value = '', at = '') => (/:\/\//.test(value) ? match : mask(mark, before, value, at)),
  ],
  // A token in place of an account.
  [
    '@',
    /(\bhttps?:\/\/)([^\s:/?#"'@]{16,256})(@)/gi,
    (mark, match, before = '', value = '', at = '') => (looksRandom(value) ? mask(mark, before, value, at) : match),
  ],
  // Who has the address of a webhook may use it.
  [
    '://',
    /(:\/\/(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{1,32}\/|api\.telegram\.org\/bot|[\w-]+\.webhook\.office\.com\/|hc-ping\.com\/))([^\s"'?]{8,1024})/gi,
    (mark, _, before = '', value = '') => mask(mark, before, value),
  ],
  [
    'SetCredential',
    /(\bSetCredential(?:Encrypted)?=[^\s:=]{1,256}:\s{0,8})(\S.*)/g,
    (mark, _, before = '', value = '') => mask(mark, before, value),
  ],
  // crypt(5), htpasswd and LDAP hashes: the scheme stays, since it says how strong the hash is.
  [
    '$',
    /(\$(?:apr1|1|2[abxy]?|5|6|7|y|gy|argon2i?d?)\$)([./A-Za-z0-9$=,+-]{8,})/g,
    (mark, _, scheme = '', hash = '') => mask(mark, scheme, hash),
  ],
  [
    '{',
    /(\{(?:SHA|SSHA|SHA256|SSHA256|SHA512|SSHA512|PLAIN|MD5|CRYPT)\})([^\s:"']+)/g,
    (mark, _, scheme = '', hash = '') => mask(mark, scheme, hash),
  ],
]

/** Does a client show a secret in a header, an argument or a cookie of this name? */
/** A map of nginx: where it is from a key that a client sends, the keys stand on the left (ngx_http_map_module). */
const BEGIN_MAP = /(?:^|[;}\s])map\s{1,20}("[^"]{1,400}"|[^\s"{};]{1,400})\s{1,20}"?\$\w{1,100}"?\s{0,20}\{/i
/** `made`: of something else as well, or of what another line took out of it. There only what looks random is a key, since marks of one's own stand there, too. */
type KeyMap = 'sent' | 'made' | undefined
function keyMapOf(source: string): KeyMap {
  const sent = /^"?\$\{?(?:http|arg|cookie)_(\w+)\}?"?$/i.exec(source)?.[1]
  if (sent !== undefined) return isSentSecret(sent) ? 'sent' : undefined
  return [...source.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => isSentSecret(name)) ? 'made' : undefined
}
const isKeyAlone = (text: string): boolean => /^["']?(?:(?:Bearer|Basic|Token) )?(?=.*\d.*\d)(?=.*[A-Za-z])[\w+/=:-]{16,}["']?$/i.test(text)
const MAP_ENTRY =
  /("[^"]{1,4000}"|'[^']{1,4000}'|[^\s;{}"']{1,4000})(\s{1,200}(?:"[^"]{0,4000}"|'[^']{0,4000}'|[^\s;{}"']{1,4000})\s{0,200};)/g
const maskMapEntries = (text: string, mark: Mark, made: boolean): string =>
  text.replace(MAP_ENTRY, (entry: string, key: string, value: string) =>
    /^(?:default|include|hostnames|volatile)$/.test(key) || (made && !isKeyAlone(key))
      ? entry
      : maskSent(mark, key, /^["']?~/.test(key)) + value,
  )

/** A key that clients send, or a pattern of keys, with the quotes around it. */
function maskSent(mark: Mark, text: string, isPattern: boolean): string {
  const quote = /^["']/.exec(text)?.[0] ?? ''
  const [, sign = '', announced = '', secret = ''] =
    /^(~?\*?)(\^?(?:(?:Bearer|Basic|Token)(?:\s|\\s\+?){1,4})?)(.*)$/is.exec(quote ? text.slice(1, -1) : text) ?? []
  if (secret === '') return text
  return quote + sign + (isPattern ? maskPattern(mark, announced, secret) : announced + maskKey(mark, secret)) + quote
}

/** What is shorter may be tried out. */
const MIN_KEY = 8
const short =
  (mark: Mark): Mark =>
  (secret) =>
    mark(secret).replace('‹redacted', '‹short')

/** What no secret is judged to be says so in its mark, as the model of nginx sees no more of it. An address or a name is shown. */
const maskKey = (mark: Mark, key: string): string =>
  isPlaceholder(key) || isSecretText(key) ? mask(mark, '', key) : saysWho.test(key) ? key : mask(short(mark), '', key)

/**
 * Of a regular expression the fixed texts that are long enough for a key: `^Bearer .+` lets anything in, and has to be seen to. A mark must prove no more than what stood
 * there: a word that may stand before all keys (`sk-proj-`) has a mark of its own, and what takes more or less of a letter (`?`) is not parted from it.
 */
function maskPattern(mark: Mark, announced: string, pattern: string): string {
  const [, literal = '', end = ''] = /^(.*?)(\$?)$/s.exec(pattern) ?? []
  const isPlain = !/[.*+?[\]{}()|\\]/.test(literal)
  if (isPlain && literal.length < MIN_KEY && !isPlaceholder(literal)) return announced + mask(short(mark), '', literal) + end
  const masked = (by: Mark): string =>
    isPlain && !/^[\w=/-]+$/.test(literal) ? mask(by, '', literal) + end : pattern.replace(PARTS, (part) => maskPart(by, part))
  const proves = (text: string): boolean => provenBy(announced + text).proof === 'secret'
  const found = masked(mark)
  return announced + (proves(found) && !proves(pattern) ? masked(short(mark)) : found)
}

/** What is none of them: marks, names of groups, escapes, classes. */
const PARTS = /‹[^›]*›|\(\?P?<[^>]*>|\\.|\[[^\]]*\]|[\w=/-]{8,}(?![?*+{])/g
function maskPart(mark: Mark, part: string): string {
  if (/^[‹[(\\]/.test(part) || isName(part)) return part
  const value = behindName(part)
  const marked = value.length < MIN_KEY ? value : markFor(mark, value)
  return part.slice(0, part.length - value.length) + (looksRandom(value) ? marked : marked.replace('‹redacted', '‹word'))
}

const BEGIN_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/
const END_KEY = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/

/** A word on a line of its own, as `processes` prints an argument vector. */
const WORD = /^=(.*)$/
const namesSecretOption = (word: string): boolean =>
  /^--?[A-Za-z][A-Za-z0-9_.-]{0,127}$/.test(word) && namesSecret(word.replace(/^--?/, ''))

/** Many programs, and hardly a line names one of them: one look for all. */
const NAMES_ONE = new RegExp(secretOptions.map(([has]) => has).join('|'))
const maskOptions = (line: string, mark: Mark): string => {
  if (!NAMES_ONE.test(line)) return line
  // Arguments in JSON are seen as the words that they are; the signs that stand for what is between them mean nothing to anybody.
  const isJson = line.startsWith('{') && !/[\v\f]/.test(line)
  const text = isJson ? line.replaceAll('","', '\v').replaceAll('":["', '\f') : line
  const hidden = secretOptions.reduce(
    (words, [has, pattern]) =>
      words.includes(has) ? words.replace(pattern, (_, before: string, value: string) => mask(mark, before, value)) : words,
    text,
  )
  return isJson ? hidden.replaceAll('\v', '","').replaceAll('\f', '":["') : hidden
}

function masked(line: string, mark: Mark, variables: KeyVariables): string {
  let text = maskOptions(maskAssignments(line, mark), mark)
  if (text.includes('$')) text = maskSet(maskAsked(text, mark, variables), mark, variables)
  for (const rule of rules) {
    // Taken apart only where it may apply: every rule is asked about every line.
    if (!text.includes(rule[0])) continue
    const [, pattern, replace] = rule
    text = text.replace(pattern, (match: string, ...groups: string[]) => replace(mark, match, ...groups))
  }
  return text
}

/** Words on lines of their own, as `processes` and Podman print them, are looked at side by side: some options take their secret as the next word, and do not say so. */
const ARGUMENTS = /^(?:@argv .*\n(?:=.*(?:\n|$))+|[ \t]{1,20}"Command": \[\n(?:[ \t]{1,20}".*(?:\n|$))+)/gm
const ARGUMENT = /^(=|[ \t]+")(.*?)(",?)?$/s
const BETWEEN = '\v'
const maskArguments = (block: string, mark: Mark): string => {
  const [head = '', ...lines] = block.split('\n')
  const words = lines.flatMap((line) => {
    const [, before = '', word = '', after = ''] = ARGUMENT.exec(line) ?? []
    return before === '' ? [] : [{ before, word: word.replaceAll(BETWEEN, ' '), after }]
  })
  const hidden = maskOptions(words.map(({ word }) => word).join(BETWEEN), mark).split(BETWEEN)
  return [head, ...words.map(({ before, after }, at) => `${before}${hidden[at]}${after}`), ...lines.slice(words.length)].join('\n')
}

/**
 * Masks what must not be stored or shown. Line for line, so that citations still point at the right line. Run on everything that a host
 * printed before facts are read from it, so that a stored audit gives the same answers later.
 */
export function redact(text: string, mark: Mark = plain): string {
  let inKey = false
  // Options such as `--api-key` of vLLM take several values, so up to the next option.
  let inOption = ''
  let inMap: KeyMap
  const variables = keyVariables(text)
  return text
    .replace(ARGUMENTS, (block) => maskArguments(block, mark))
    .split('\n')
    .map((line) => {
      const word = WORD.exec(line)?.[1]
      const isValue = inOption !== '' && word !== undefined && !word.startsWith('-')
      if (!isValue) inOption = word !== undefined && namesSecretOption(word) ? word : ''
      if (isValue && !inKey) return word === '' ? line : `=${maskEach(mark, inOption, word)}`
      if (inKey) {
        if (!END_KEY.test(line)) return REDACTED
        inKey = false
        return line.replace(/^.*?(?=-----END )/, '')
      }
      const map = !inMap && line.includes('map') ? BEGIN_MAP.exec(line) : null
      const keys = inMap ?? keyMapOf(map?.[1] ?? '')
      if (keys) {
        const from = map ? map.index + map[0].length : 0
        // Braces within quotes are not the end of the block.
        const closed = line
          .slice(from)
          .replace(/"[^"]*"|'[^']*'/g, (quoted) => ' '.repeat(quoted.length))
          .indexOf('}')
        const to = closed < 0 ? line.length : from + closed
        inMap = closed < 0 ? keys : undefined
        return masked(line.slice(0, from) + maskMapEntries(line.slice(from, to), mark, keys === 'made') + line.slice(to), mark, variables)
      }
      const begin = line.includes('-----BEGIN ') ? BEGIN_KEY.exec(line) : null
      if (begin) {
        const start = begin.index + begin[0].length
        const end = line.slice(start).search(END_KEY)
        inKey = end < 0
        // A key on one line, with written-out line breaks, as JSON has it. What stands before it may hold another secret.
        return masked(line.slice(0, begin.index), mark, variables) + begin[0] + (end < 0 ? '' : REDACTED + line.slice(start + end))
      }
      return masked(line, mark, variables)
    })
    .join('\n')
}

const maskedBy = oncePer((mark: Mark) =>
  oncePer(
    (output: SectionOutput): SectionOutput => ({
      ...output,
      stdout: redact(output.stdout, mark),
      stderr: redact(output.stderr, mark),
    }),
  ),
)

/** The same section with its texts masked. `sha256` and `bytes` stay those of what the host really printed. */
export const redactOutput = (output: SectionOutput, mark: Mark = plain): SectionOutput => maskedBy(mark)(output)
