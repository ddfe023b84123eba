/**
 * Keys that guides, example files and clients print where a key belongs: whoever tries keys tries these first, so they keep nobody out, and who reads one on a
 * command line learns nothing. After documentation of vLLM (token-abc123, EMPTY), LiteLLM (sk-1234), llama.cpp (sk-no-key-required), LM Studio, Ollama's clients.
 */
const PLACEHOLDERS: readonly RegExp[] = [
  /^<.*>$/s,
  /^(?:sk-|hf_|bearer-|token-)?(?:change|replace)[-_ ]?(?:me|this|it)(?:[-_ ].*)?$/,
  /^(?:please|to)[-_ ]?be[-_ ]?(?:changed|replaced)|^please[-_ ]?(?:change|replace)/,
  /^(?:replace|set|put|insert|enter|paste|add)[-_ ](?:with[-_ ])?(?:me|your?|this|an?|the)(?:[-_ ]|$)/,
  // your-api-key, YOUR_SECRET_KEY_HERE, sk-yourkey, my-secret-key
  /^(?:sk-|hf_|bearer-|token-)?(?:your[a-z0-9_ -]*|(?:my|the)[-_ ]?(?:super[-_ ]?)?(?:secret|api|access|vllm)?[-_ ]?(?:api[-_ ]?)?)(?:key|token|secret|passw(?:or)?d)(?:[-_ ]?(?:here|goes[-_ ]here|\d{1,3}))?$/,
  /^(?:hf_|sk-)?(?:x{3,}|\.{3,})$/,
  // sk-1234, 12345678
  /^(?:sk-|key-|token-)?(?:0123456789|1234567890|12345678|1234567|123456|12345|1234|123|0000+|1111+)$/,
  /^(?:sk-|key-|token-|test-)?(?:abc-?123|abcd?1234|123abc)$/,
  /^(?:sk-)?(?:empty|none|null|nil|n\/?a|no[-_]?(?:api[-_]?)?key|no[-_]?key[-_]?(?:required|needed)|not[-_]?(?:needed|required|used|set)|unused|undefined)$/,
  /^(?:sk-)?(?:dummy|fake|test|testing|example|sample|demo|placeholder|default|foo|foo-?bar|todo|tbd|local|admin|secret|super-?secret|password|passw0rd|letmein)(?:[-_]?(?:api[-_]?)?(?:key|token|secret|password))?(?:[-_]?123)?$/,
  // What Open WebUI and its pipelines come with.
  /^0p3n-w3bu!$|^t0p-s3cr3t$/,
  /^(?:api[-_]?key|key|token|secret[-_]?key|access[-_]?token)$/,
  /^(?:ollama|vllm|localai|local-ai|lm-studio|llama|llama-?cpp|openai|litellm|sglang)(?:[-_]?(?:api[-_]?)?(?:key|token|secret))?$/,
]

/** Longer ones are not looked at: a key that somebody made up may begin like one of these. */
const MAX_LENGTH = 64

/** A key that stands in guides and examples, so that whoever guesses tries it first; or the mark that was put in the place of one. */
export const isPlaceholder = (key: string): boolean => {
  const text = key.trim().toLowerCase()
  return text !== '' && text.length <= MAX_LENGTH && (text.startsWith(MARK) || PLACEHOLDERS.some((one) => one.test(text)))
}

/** What stands for one where secrets are masked (`secrets.ts`). */
const MARK = '‹placeholder'

/** The mark of a masked secret as that of one which everybody knows: whoever reads it still tells two secrets apart, and sees that these are none. */
export const markPlaceholder = (mark: string): string => mark.replace('‹redacted', MARK)

/** A program that runs with the name of a variable for its key has that name for its key: nothing put a value there. */
export const isReference = (key: string): boolean => /^\$[{(A-Za-z_]/.test(key)
