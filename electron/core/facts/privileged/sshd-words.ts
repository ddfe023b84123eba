/**
 * Words of one line of sshd_config(5): quotes of both kinds, a backslash before a quote or itself (before a blank outside of quotes), and a comment behind
 * the last word (misc.c, argv_split). The keyword may be followed by `=`.
 */
export function sshdWords(text: string): readonly string[] {
  const line = text.trim().replace(/^("?)([A-Za-z][A-Za-z0-9]*)\1(?:\s*=\s*|\s+|$)/, '$2 ')
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] as string
    const next = line[at + 1] ?? ''
    if (sign === '\\' && (/["'\\]/.test(next) || (quote === '' && next === ' '))) {
      word = (word ?? '') + next
      at++
    } else if (quote !== '') {
      if (sign === quote) quote = ''
      else word += sign
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ''
    } else if (sign === '#' && word === undefined) break
    else word = (word ?? '') + sign
  }
  return word === undefined ? words : [...words, word]
}

/** Keyword in lower case, under the name that it has since OpenSSH 8.5 and 8.7. */
export const sshdKeyword = (written: string): string => {
  const keyword = written.toLowerCase()
  return newNames[keyword] ?? keyword
}

const newNames: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  hostbasedacceptedkeytypes: 'hostbasedacceptedalgorithms',
  // servconf.c: names of old that mean the same.
  dsaauthentication: 'pubkeyauthentication',
}
