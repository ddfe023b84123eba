import { expect, test } from 'vitest'
import { typedText } from './waiver.ts'

test.each([
  ['a bidi override and zero width from a chat', 'M. \u202eotI\u200b', 'M. otI'],
  ['lines of Windows, a tab', 'a\r\nb\tc\rd', 'a\nb c\nd'],
  ['separators of lines and a byte order mark', '\ufeffa\u2028b\u2029c', 'a\nb\nc'],
  ['escapes and a null', 'a\u001b[31m\u0000b', 'a[31mb'],
  ['other scripts', ' علي 伊藤 ', 'علي 伊藤'],
])('what was typed is kept as everybody sees it: %s', (_, typed, kept) => expect(typedText(40).parse(typed)).toBe(kept))

test.each(['', ' \n', '\u202e\u200b', 'x'.repeat(41)])('refused: %j', (typed) => expect(typedText(40).safeParse(typed).success).toBe(false))
