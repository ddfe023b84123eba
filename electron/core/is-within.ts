/** Is `path` this folder, or something in it, however deep? Both absolute, and neither ends in a slash but the root. */
export const isWithin = (path: string, folder: string): boolean => folder === '/' || path === folder || path.startsWith(`${folder}/`)
