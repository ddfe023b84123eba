/** Blanks of the prepared statements that were left: whoever signs one has stated nothing. */
export const blanksIn = (statement: string): readonly string[] => [...new Set(statement.match(/\[(?:place|date|names|quarter)\]/g))]
