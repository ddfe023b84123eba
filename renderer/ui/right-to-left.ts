/** Blocks of scripts that are written from right to left (Unicode, DerivedBidiClass: R and AL where nothing else is said). */
const letters = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}'
const run = new RegExp(`([${letters}]+(?:[ .'"-]{1,2}[${letters}]+)*)`, 'u')

/** The text in parts, every other of which is written from right to left. A text without any is one part. */
export const apart = (text: string): readonly string[] => text.split(run)
