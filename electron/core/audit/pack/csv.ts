/** What a spreadsheet would take for a formula (owasp.org, "CSV Injection"), in the wide forms of East Asian locales, too. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u

/** One cell (RFC 4180), always quoted. What could be a formula gets an apostrophe before it, which spreadsheets show as text. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return `"${text.replaceAll('"', '""')}"`
}

/** A line with its end, CRLF as RFC 4180 has it. */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(',')}\r\n`

/** The first line. UTF-8 is marked as such, or Excel takes the names of people and hosts for the code page of its machine. */
export const csvHead = (columns: readonly string[]): string => `\uFEFF${csvLine(columns)}`
