import { type DumpedFile, splitDump } from './dump.ts'
import { includePattern } from './include-pattern.ts'
import type { NginxDirective } from './nginx.ts'
import { NginxSyntaxError, tokens } from './tokens.ts'

/** Beyond this a configuration is no longer read: nobody could have meant it, and memory is bounded. */
const MAX_DIRECTIVES = 400_000
const MAX_INCLUDE_DEPTH = 32
const MAX_BLOCK_DEPTH = 128

export type ParsedDump =
  | { readonly ok: true; readonly file: string; readonly directives: readonly NginxDirective[] }
  /** `line` is the one of the dump, 0 when no line is to blame. */
  | { readonly ok: false; readonly message: string; readonly line: number }

/** A dump that stands in another section than `nginx`, after so many lines. */
export interface DumpPlace {
  readonly section: string
  readonly linesBefore: number
}

/** Turns `nginx -T` into one tree with every include expanded. Never throws. */
export function parseDump(stdout: string, place?: DumpPlace): ParsedDump {
  const files = splitDump(stdout).map((file) => ({ ...file, firstLine: file.firstLine + (place?.linesBefore ?? 0) }))
  const main = files[0]
  if (main === undefined) return { ok: false, message: 'no "# configuration file" line in the output', line: 0 }
  try {
    const trees = new Map(files.map((file) => [file.path, parseFile(file, place?.section)]))
    // nginx resolves relative includes against the folder of the main file (conf prefix), wherever they stand.
    const prefix = main.path.slice(0, main.path.lastIndexOf('/') + 1)
    const directives = expand(trees.get(main.path) ?? [], { trees, prefix, depth: 0, budget: { left: MAX_DIRECTIVES } })
    return { ok: true, file: main.path, directives }
  } catch (error) {
    if (error instanceof NginxSyntaxError) return { ok: false, message: error.message, line: error.line }
    throw error
  }
}

function parseFile(file: DumpedFile, section: string | undefined): readonly NginxDirective[] {
  const root: NginxDirective[] = []
  const open: NginxDirective[][] = [root]
  let words: { text: string; line: number }[] = []
  let last = file.firstLine
  const fail = (message: string, line: number): never => {
    throw new NginxSyntaxError(`${message} in ${file.path}`, line)
  }
  try {
    for (const token of tokens(file.text)) {
      last = token.line + file.firstLine - 1
      if (token.kind === 'word') {
        words.push({ text: token.text, line: last })
        continue
      }
      if (token.kind === 'close') {
        if (words.length > 0) fail('unexpected "}"', last)
        open.pop()
        if (open.length === 0) fail('unexpected "}"', last)
        continue
      }
      const [name, ...parameters] = words
      if (name === undefined) return fail(`unexpected "${token.kind === 'open' ? '{' : ';'}"`, last)
      const block: NginxDirective[] | undefined = token.kind === 'open' ? [] : undefined
      open.at(-1)?.push({
        name: name.text,
        parameters: parameters.map((word) => word.text),
        ...(block && { block }),
        file: file.path,
        line: name.line,
        ...(section !== undefined && { section }),
      })
      if (block) open.push(block)
      if (open.length > MAX_BLOCK_DEPTH) fail('blocks nest too deep', last)
      words = []
    }
  } catch (error) {
    // Lines of the reader count from the start of the file; those raised here are lines of the dump already.
    if (error instanceof NginxSyntaxError && !error.message.endsWith(` in ${file.path}`))
      fail(error.message, error.line + file.firstLine - 1)
    throw error
  }
  if (words.length > 0 || open.length > 1) fail('unexpected end of file', last)
  return root
}

interface Expansion {
  readonly trees: ReadonlyMap<string, readonly NginxDirective[]>
  readonly prefix: string
  readonly depth: number
  readonly budget: { left: number }
}

/** Blocks whose lines are data (`map`, `types`, …) may hold `include` too, and nginx expands it there as well. */
function expand(directives: readonly NginxDirective[], context: Expansion): readonly NginxDirective[] {
  const out: NginxDirective[] = []
  for (const directive of directives) {
    if (--context.budget.left < 0) throw new NginxSyntaxError('the configuration has too many directives', directive.line)
    if (directive.name === 'include' && directive.parameters.length === 1 && !directive.block) {
      for (const tree of included(directive, context))
        for (const inner of expand(tree, { ...context, depth: context.depth + 1 })) out.push(inner)
    } else out.push(directive.block ? { ...directive, block: expand(directive.block, context) } : directive)
  }
  return out
}

function included(directive: NginxDirective, { trees, prefix, depth }: Expansion): readonly (readonly NginxDirective[])[] {
  if (depth >= MAX_INCLUDE_DEPTH) throw new NginxSyntaxError('includes nest too deep', directive.line)
  const named = directive.parameters[0] ?? ''
  const path = named.startsWith('/') ? named : prefix + named
  if (!/[*?[]/.test(path)) {
    const tree = trees.get(path)
    if (!tree) throw new NginxSyntaxError(`included file ${path} is not in the output`, directive.line)
    return [tree]
  }
  const pattern = includePattern(path)
  // glob(3) sorts; nginx never sets a locale, so by bytes.
  return [...trees.keys()]
    .filter((candidate) => pattern.test(candidate))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((candidate) => trees.get(candidate) ?? [])
}
