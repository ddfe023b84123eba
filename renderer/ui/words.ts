/** "1 host", "6 hosts". */
export const count = (value: number, one: string, many = `${one}s`): string => `${value} ${value === 1 ? one : many}`

/** "gpu-01", "gpu-01 and gpu-02", "gpu-01, gpu-02 and 3 more". */
export function nameFew(names: readonly string[]): string {
  const [first = '', second = ''] = names
  if (names.length < 2) return first
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${names.length - 2} more`
}
