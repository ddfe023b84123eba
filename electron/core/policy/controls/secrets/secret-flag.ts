/** `--api-key`, `--hf_token`, `--api-key=…`; not `--api-key-file` (a path), `--max-num-batched-tokens` (a count) or `--eos-token` (a word). */
const SECRET_FLAG = /^--?(?:[a-z0-9]+[-_])*(?:api[-_]?keys?|token|passwords?|passwd|secret)(?==|$)/i
const WORD_OF_A_MODEL = /(?:eos|bos|pad|unk|mask|stop|image|special)[-_]token/i

/** The flag of a command line whose value is a secret, without that value. A reference to a variable is not the secret itself. */
export function secretFlag(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const flag = SECRET_FLAG.exec(word)?.[0]
    if (flag === undefined || WORD_OF_A_MODEL.test(flag)) continue
    const value = word.length > flag.length ? word.slice(flag.length + 1) : (words[at + 1] ?? '')
    const isValue = value !== '' && !value.startsWith('$') && (word.length > flag.length || !/^-[a-z-]/i.test(value))
    if (isValue) return flag
  }
  return undefined
}
