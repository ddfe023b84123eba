import { isPlaceholder, isReference } from '../placeholder-keys.ts'

/** Does a word set a key that everybody knows? Not that of a mode, as `--auth=password` names one. */
export const setsOpenKey = (word: string): boolean => {
  const [, key] = /^[^=]*(?:key|token|passw(?:or)?d|secret)s?=(.*)$/is.exec(word) ?? []
  return key?.split(',').some((one) => isPlaceholder(one) || isReference(one)) ?? false
}
