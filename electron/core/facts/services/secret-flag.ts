import { isPlaceholder } from '../placeholder-keys.ts'
import { isNoSecretByName } from '../secret-names.ts'

/**
 * `--api-key`, `--hf_token`, `--api-key=…`, `--IdentityProvider.token=`; not `--api-key-file` (a path), `--max-num-batched-tokens` (a count), `--eos-token` (a word), `--tls-key` (a
 * path) or `--ServerApp.password` of Jupyter (a hash).
 */
const SECRET_FLAG =
  /^--?(?:(?:[a-z0-9]+[-_])*(?:(?:api|admin|master|auth)[-_]?keys?|vkey|(?:p2p|auth)?token|pass(?:words?|wd|phrase)?|secret|requirepass|hft)|(?:[a-z0-9]+\.){1,8}(?:[a-z]+_)?(?:token|api_?key|secret|(?<!App\.|hashed_)password))(?==|$)/i
/** `--accessToken` */
const CAMEL_FLAG = /^--?[A-Za-z0-9.]{0,64}[a-z](?:Token|ApiKey|Secret|Password)(?==|$)/
/** Their value is an account and its password, which is masked: `--gradio-auth ada:****`, `ttyd -c ada:****`. With `-c` most say something else. */
const LOGIN_FLAG = /^--?(?:(?:gradio|api|basic)-auth|credential|c)(?==|$)/
const LOGIN = /^[^\s:/]+:(\*{4}|‹.+)$/
const WORD_OF_A_MODEL = /(?:eos|bos|pad|unk|mask|stop|image|special)[-_]?token/i

const MASKED = String.raw`(?:\*{4}|‹(?!placeholder)[^›]{1,40}›)`
/**
 * A URL with a password or a key in it, as masks leave it, and the flag or variable that stands before it. An account alone is no secret, but before a page of the web it is mostly a
 * token (`https://hf_…@huggingface.co`).
 */
const IN_URL = new RegExp(
  String.raw`(?:(?<![\w-])(--?[A-Za-z][\w.-]{0,80}|[A-Za-z]\w{0,80})(?:=|\s+)["']?)?((?:[a-z][a-z0-9+.-]{0,31}://[^\s/:]{0,200}:|https?://)${MASKED}@[^\s/?"']{0,200}|[a-z][a-z0-9+.-]{0,31}://[^\s"'?]{0,400}\?[^\s"']{0,400}?(?<=[?&])[\w.-]{0,40}(?:key|token|secret|password|passwd)=${MASKED})`,
  'i',
)
/** A header, as clients of a program behind it are given one. Where only the table of processes was read, it is three words. */
const IN_HEADER = new RegExp(String.raw`\b(authorization|[a-z-]*(?:key|token|secret|password))["']?:\s*["']?(?:[a-z]+\s+)?${MASKED}`, 'i')
/** What vendors put before their keys, under whatever name. */
const KNOWN_KEY = new RegExp(String.raw`(?:^|[^\w-])((?:sk|pk)-|hf_|gh[pousr]_)${MASKED}`)

/** The flag or variable that has one, or how it begins. */
function knownKey(word: string, before = ''): string | undefined {
  const prefix = KNOWN_KEY.exec(word)?.[1]
  if (prefix === undefined) return undefined
  return /^(-{0,2}[A-Za-z][\w.-]*)=/.exec(word)?.[1] ?? (/^--?[A-Za-z][^=\s]*$/.test(before) ? before : `${prefix}…`)
}

/** What stands before it in the same word or as the word before; else the URL itself. */
function secretInUrl(word: string, before = ''): string | undefined {
  const [, name, url = ''] = (/\*{4}|‹/.test(word) && IN_URL.exec(word)) || []
  if (url === '') return undefined
  return name ?? (/^--?[A-Za-z][^=\s]*$/.test(before) ? before : url)
}

/** Is any of several between commas one? What guides print in its place tells nobody anything. */
const isSecret = (value: string): boolean => value.split(',').some((one) => !/^(?:""|'')?$/.test(one) && !isPlaceholder(one))

/**
 * A variable that is set in a word: of a shell's text, or after `-e` and `--env` of docker and podman. A reference to another variable, an
 * option without a value and an empty one are no secrets.
 */
const ASSIGNED =
  /(?:^|[\s;&|("'=])((?:[A-Z][A-Z0-9]*_)*(?:API_?KEYS?|(?:ACCESS|SECRET|MASTER|ADMIN|AUTH|SALT|ENCRYPTION|SIGNING|PRIVATE)_?KEY|TOKEN|SECRET|PASSWORD|PASSWD))=(?!["']?\$|["']{2}|["']?(?:\s|$))["']?([^\s"';&|)]*)/g

/** The same in settings that are one word of JSON; null and an empty one are none. */
const IN_JSON = /"((?:[a-z0-9]+_)*(?:api_keys?|token|password|passwd|secret))": ?\[?"([^"]+)/g

/** The name of a variable that is set to a secret on a command line. */
export const secretAssignment = (words: readonly string[]): string | undefined => words.flatMap((word) => namesIn(ASSIGNED, word))[0]

/** Names that a word sets to a secret. */
const namesIn = (pattern: RegExp, word: string): readonly string[] =>
  [...word.matchAll(pattern)].flatMap(([, name = '', value = '']) =>
    WORD_OF_A_MODEL.test(name) || isNoSecretByName(name) || !isSecret(value) ? [] : name,
  )

/** The flag or setting of a command line whose value is a secret, without that value. A reference to a variable is not the secret itself. */
export function secretFlag(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const [setting] = namesIn(IN_JSON, word)
    if (setting !== undefined) return setting
    const named = secretInUrl(word, words[at - 1]) ?? knownKey(word, words[at - 1])
    if (named !== undefined) return named
    const flag = (SECRET_FLAG.exec(word) ?? CAMEL_FLAG.exec(word) ?? LOGIN_FLAG.exec(word))?.[0]
    if (flag === undefined || WORD_OF_A_MODEL.test(flag)) continue
    const given = word.length > flag.length ? word.slice(flag.length + 1) : (words[at + 1] ?? '')
    const value = LOGIN_FLAG.test(flag) ? (LOGIN.exec(given)?.[1] ?? '') : given
    const isValue = isSecret(value) && !value.startsWith('$') && (word.length > flag.length || !/^-[a-z-]/i.test(value))
    if (isValue) return flag
  }
  return IN_HEADER.exec(words.join(' '))?.[1]
}
