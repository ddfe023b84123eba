/** The way to something inside something else, from the outside in. */
export const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' › ')
