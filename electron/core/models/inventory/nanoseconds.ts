/** `1719999999.1234567890` (find: ten digits, of which the last is always 0) in nanoseconds. */
export function nanoseconds(text: string): string {
  const [, sign = '', seconds = '', fraction = ''] = /^(-?)(\d{1,12})\.(\d{1,12})$/.exec(text) ?? []
  return seconds === '' ? '' : `${sign}${BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))}`
}

/** `2024-05-01 10:00:00.123456789 +0000` of stat(1), blanks or underlines between, in nanoseconds. Without a fraction the host does not tell them. */
export function nanosecondsOfDate(text: string): string {
  const [, date, time, fraction] = /^(\d{4}-\d\d-\d\d)[ _](\d\d:\d\d:\d\d)\.(\d{9})[ _]\+0000$/.exec(text) ?? []
  if (date === undefined || time === undefined || fraction === undefined) return ''
  const seconds = Date.parse(`${date}T${time}Z`) / 1000
  return Number.isSafeInteger(seconds) ? String(BigInt(seconds) * 1_000_000_000n + BigInt(fraction)) : ''
}
