import { visible } from '#shared/words.ts'

/** Text of a host as one line of text. */
export const oneLine = (text: string): string => visible(text).replaceAll(/[\r\n]+/g, ' ')

/** Text of a host inside Markdown: no markup of it may take effect. */
export const cell = (text: string): string => oneLine(text).replaceAll(/[\\`*_{}[\]<>#|~!&]/g, (character) => `\\${character}`)

/** Text of a host between backticks. */
export const code = (text: string): string => oneLine(text).replaceAll('`', "'")
