/** Test support: what the section prints for a file. Formats by the documentation that each reader names. */
export const section = (tag: string, file: string, text: string): string =>
  [`@${tag} ${file}`, ...text.split('\n').map((row) => `=${row}`), '@end'].join('\n')
