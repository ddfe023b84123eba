import { isPlaceholder } from '../placeholder-keys.ts'

/**
 * `--api-key`, `--hf_token`, `--api-key=…`, `--IdentityProvider.token=`; not `--api-key-file` (a path), `--max-num-batched-tokens` (a count), `--eos-token` (a word), `--tls-key` (a
 * path) or `--ServerApp.password` of Jupyter (a hash).
 */
const SECRET_FLAG =
  /^--?(?:(?:[a-z0-9]+[-_])*(?:(?:api|admin|master|auth)[-_]?keys?|vkey|(?:p2p|auth)?token|passwords?|passwd|secret|requirepass)|[a-z]+\.(?:[a-z]+_)?token)(?==|$)/i
/** Their value is an account and its password, which is masked: `--gradio-auth ada:****`, `ttyd -c ada:****`. With `-c` most say something else. */
const LOGIN_FLAG = /^--?(?:(?:gradio|api|basic)-auth|credential|c)(?==|$)/
const LOGIN = /^[^\s:/]+:(\*{4}|‹.+)$/
const WORD_OF_A_MODEL = /(?:eos|bos|pad|unk|mask|stop|image|special)[-_]token/i

/** Is any of several between commas one? What guides print in its place tells nobody anything. */
const isSecret = (value: string): boolean => value.split(',').some((one) => !/^(?:""|'')?$/.test(one) && !isPlaceholder(one))

/**
 * A variable that is set in a word: of a shell's text, or after `-e` and `--env` of docker and podman. A reference to another variable, an
 * option without a value and an empty one are no secrets.
 */
const ASSIGNED =
  /(?:^|[\s;&|("'=])((?:[A-Z][A-Z0-9]*_)*(?:API_?KEYS?|(?:ACCESS|SECRET|MASTER|ADMIN|AUTH)_?KEY|TOKEN|SECRET|PASSWORD|PASSWD))=(?!["']?\$|["']{2}|["']?(?:\s|$))["']?([^\s"';&|)]*)/g

/** The same in settings that are one word of JSON; null and an empty one are none. */
const IN_JSON = /"((?:[a-z0-9]+_)*(?:api_keys?|token|password|passwd|secret))": ?\[?"([^"]+)/g

/** The name of a variable that is set to a secret on a command line. */
export const secretAssignment = (words: readonly string[]): string | undefined => words.flatMap((word) => named(ASSIGNED, word))[0]

/** Names that a word sets to a secret. */
const named = (pattern: RegExp, word: string): readonly string[] =>
  [...word.matchAll(pattern)].flatMap(([, name = '', value = '']) => (WORD_OF_A_MODEL.test(name) || !isSecret(value) ? [] : name))

/** The flag or setting of a command line whose value is a secret, without that value. A reference to a variable is not the secret itself. */
export function secretFlag(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const [setting] = named(IN_JSON, word)
    if (setting !== undefined) return setting
    const flag = (SECRET_FLAG.exec(word) ?? LOGIN_FLAG.exec(word))?.[0]
    if (flag === undefined || WORD_OF_A_MODEL.test(flag)) continue
    const given = word.length > flag.length ? word.slice(flag.length + 1) : (words[at + 1] ?? '')
    const value = LOGIN_FLAG.test(flag) ? (LOGIN.exec(given)?.[1] ?? '') : given
    const isValue = isSecret(value) && !value.startsWith('$') && (word.length > flag.length || !/^-[a-z-]/i.test(value))
    if (isValue) return flag
  }
  return undefined
}
