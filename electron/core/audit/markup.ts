import { visible } from '#shared/words.ts'

/** Markup that was made here. Everything else passes through `html` and is escaped. */
export interface Markup {
  readonly markup: string
}

/** Tagged template: every value is escaped, unless it is markup made here. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Markup | readonly Markup[])[]): Markup {
  const parts = strings.map((text, index) => text + (index < values.length ? printed(values[index] ?? '') : ''))
  return { markup: parts.join('') }
}

function printed(value: string | number | Markup | readonly Markup[]): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(visible(String(value)))
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)

/** Words of somebody or of a host inside a sentence of ours: theirs may run from right to left, and turn the numbers beside them around (UAX #9). */
export const isolated = (text: string): Markup => html`<bdi>${text}</bdi>`

export const nothing: Markup = { markup: '' }
