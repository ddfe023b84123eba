/** Of what nginx is asked for by name, what may hold a key that a client sends. */
export const isSentSecret = (name: string): boolean => /key|token|secret|passw|(?:^|_)auth(?:orization)?$/i.test(name)

/** What sets variables, or takes groups that may be set: conditions, `set`, what takes other groups in between, and groups with a name. */
const CARRIES =
  /\bif\s{0,8}\(\s{0,8}"?\$\{?(?<left>\w{1,64})\}?"?\s{1,8}(?:(?<pattern>!?~)|!?=\s{1,8}(?<right>"[^"]{1,400}"|[^\s{]{1,400}))|\b(?<other>location|rewrite)\s|\bset\s{1,20}\$(?<name>\w{1,64})\s{1,20}(?<value>"[^"]{1,400}"|[^\s;]{1,400})\s{0,8};|\(\?P?<(?<group>\w{1,64})>/gi

/** Variables of an nginx, in lower case. */
export interface KeyVariables {
  /** They hold what a client sends as its key (`set $sent $http_x_api_key`, `if ($http_authorization ~ "^Bearer (.+)$") { set $sent $1; }`), so that what they are compared with is one. */
  readonly sent: ReadonlySet<string>
  /** What a client sends as its key is compared with them: what they are set to is one. */
  readonly wanted: ReadonlySet<string>
}

const namesIn = (text: string): readonly string[] => [...text.matchAll(/\$\{?(\d|\w{1,64})/g)].map(([, one = '']) => one.toLowerCase())

/** Read from the text of a configuration as it stands, in the order of its lines: what a condition takes is `$1` for the `set` behind it. */
export function keyVariables(text: string): KeyVariables {
  const sent = new Set<string>()
  const wanted = new Set<string>()
  if (!/\bif\s{0,8}\(/.test(text) || !/\$\{?(?:http|arg|cookie)_/i.test(text)) return { sent, wanted }
  let isOfKey = false
  const isSent = (name: string): boolean => /^(?:http|arg|cookie)_/.test(name)
  const holdsKey = (name: string): boolean => (/^\d$/.test(name) ? isOfKey : sent.has(name) || (isSent(name) && isSentSecret(name)))
  for (const { groups = {} } of text.matchAll(CARRIES)) {
    const { left, pattern, right = '', other, name, value = '', group } = groups
    if (left !== undefined && pattern !== undefined) isOfKey = holdsKey(left.toLowerCase())
    else if (left !== undefined) {
      const compared = [left.toLowerCase(), ...namesIn(right)]
      if (compared.some(holdsKey)) for (const one of compared) if (!isSent(one) && !sent.has(one)) wanted.add(one)
    } else if (other !== undefined) isOfKey = false
    else if (group !== undefined && isOfKey) sent.add(group.toLowerCase())
    else if (name !== undefined && namesIn(value).some(holdsKey)) sent.add(name.toLowerCase())
  }
  return { sent, wanted }
}
