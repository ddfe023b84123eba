/** What stands behind the name of a key and says which of several it is: `API_KEY_2`, `OPENAI_API_KEY_PROD`. */
const WHICH = /^(?:\d{1,3}|PROD(?:UCTION)?|DEV|STAGING|PRIMARY|SECONDARY|OLD|NEW|BACKUP|MAIN)$/
/** Tokens of these are no pieces of text, as those of `MAX_TOKENS` are. */
const OF_LOGINS = /^(?:AUTH|API|ACCESS|REFRESH|BEARER|ADMIN|USER|SERVICE)$/

/** Names of settings that hold a secret, by their words: `VLLM_API_KEY`, `HF_TOKEN`, `DBPASSWORD`; not `API_KEY_FILE`, `TOKENIZERS_PARALLELISM`. */
export function namesSecret(name: string): boolean {
  const words = name.toUpperCase().split(/[_.-]/)
  // A tag of sudoers(5), and settings of sshd_config(5): what follows them is what controls judge.
  if (/^(?:NOPASSWD|PASSWORDAUTHENTICATION|PERMITEMPTYPASSWORDS)$/.test(words.join('_'))) return false
  if (/^(?:FILE|PATH|DIR|NAME|URL|SHAPE|ENABLED|REQUIRED|TYPE|ALGORITHM|EXPIRE|EXPIRY|TTL|LENGTH|SIZE|IDS?)$/.test(words.at(-1) ?? ''))
    return false
  while (words.length > 2 && WHICH.test(words.at(-1) ?? '')) words.pop()
  return words.some((word, index) => {
    const last = index === words.length - 1
    return (
      /^(?:(?:AUTH|P2P)?TOKEN|SECRET|PASSPHRASE|PASSCODE|REQUIREPASS|MASTERAUTH|(?:API|AUTH|V|SECRET|ACCESS|PRIVATE|ENCRYPTION|SIGNING|MASTER)KEYS?|CREDENTIALS?|CREDS)$/.test(
        word,
      ) ||
      /PASSWORD|PASSWD/.test(word) ||
      word === 'PGPASS' ||
      (last && index > 0 && /^(?:KEYS?|PASS|PWD|SECRETS)$/.test(word)) ||
      (last && word === 'TOKENS' && OF_LOGINS.test(words[index - 1] ?? ''))
    )
  })
}

/** What is set to a secret by this name (`pass=` of mount, `--pass` of redis-cli), while `pass:` is mostly a result. */
export const setsSecret = (name: string): boolean => namesSecret(name) || /^pass$/i.test(name)

/** As .NET and Java write them: `AccountKey=`, `clientSecret=`. Not what begins like a path. */
export const namesInCapitals = (name: string): boolean =>
  /[a-z](?:Key|Secret|Token|Password)$/.test(name) && namesSecret(name.replace(/([a-z])([A-Z])/g, '$1_$2'))

/** Words that name a secret now and then: what stands there counts where it looks like one. */
export const mayNameSecret = (name: string): boolean => /(?:^|[_.-])(?:KEYS?|JWT|SALT|BEARER|CRED|SIG|SIGNATURE|CODE|AUTH)$/i.test(name)

/** A switch or the name of a key that is none, which is called like a secret: `HF_HUB_DISABLE_IMPLICIT_TOKEN=1`, `LANGFUSE_PUBLIC_KEY`, `TLS_KEY` (a path). */
export const isNoSecretByName = (name: string): boolean =>
  /(?:^|_)(?:DISABLE|ENABLE|REQUIRE|ALLOW|SKIP)_|(?:^|_)(?:PUBLIC|SSL|TLS|CERT|CACHE|SORT|PRIMARY)_?KEY$/i.test(name)
