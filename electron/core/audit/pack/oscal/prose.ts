import { visible } from '#shared/words.ts'

/** What begins emphasis, code, a link, HTML, an insertion or an entity. An underscore inside a word begins nothing (CommonMark 0.31, section 6.2). */
const INLINE = /[\\*`~^[\]<]|_(?!\w)|(?<!\w)_|\{(?=\{)|&(?=#?\w+;)/g
/** What begins a heading, a quotation, a list, a rule or a table at the start of a line. */
const BLOCK = /^(#(?=#{0,5}(?:\s|$))|[>|]|[-+=](?=[-=\s]|$)|\d+(?=[.)](?:\s|$)))/
/** A number is not escaped itself, the mark behind it is. */
const escaped = (start: string): string => (/\d/.test(start) ? `${start}\\` : `\\${start}`)

/**
 * Plain text as OSCAL's JSON holds it in every title, description and statement: as Markdown ("markup-line", "markup-multiline" of
 * pages.nist.gov/OSCAL/reference/datatypes), so that `*:11434 … *:8000` is not read as emphasis, nor a name of a host as a link.
 */
export const prose = (text: string): string =>
  visible(text)
    .split(/\r?\n/)
    .map((line) => line.trim().replaceAll(INLINE, '\\$&').replace(BLOCK, escaped))
    .join('\n')

/** The same for a title, which is one line ("markup-line"). */
export const proseLine = (text: string): string => prose(text.replaceAll(/\s+/g, ' '))
