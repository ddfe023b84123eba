/** Words in single quotes, as `shellQuote` writes them. */
export const quotedWords = (text: string): string[] =>
  [...text.matchAll(/'((?:[^']|'\\'')*)'/g)].map(([, word = '']) => word.replaceAll("'\\''", "'"))
