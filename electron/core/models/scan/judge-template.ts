import { Unreadable } from '../readers/unreadable.ts'
import type { FindingCode } from './finding-catalogue.ts'
import type { Scan, ScanItem } from './scan.ts'
import { calledValue } from './template-calls.ts'
import { templateCode, texts, withoutEscapes } from './template-code.ts'
import { builtKey } from './template-keys.ts'

const MAX_SHOWN_CHARS = 200
const MAX_TEMPLATE_CHARS = 200_000
/** How far beside a text its brackets and filters are looked for. */
const MAX_BESIDE = 100

/** Names that lead from any object into Python's insides. */
const insides = 'class|globals|builtins|subclasses|mro|bases?|init|import|getitem|getattribute|dict|code|self|reduce|reduce_ex'

/** Ways out of Jinja into Python, as they stand inside `{{ }}` and `{% %}`. Literal text and what is only printed is not looked at. */
const escapes: readonly (readonly [RegExp, string])[] = [
  [/\.\s*__\w+/, 'an attribute with two underscores'],
  [/\[\s*(['"])__\w+/, 'an item with two underscores'],
  [/\|\s*(?:attr\b|map\s*\(\s*(['"])attr\1)/, 'the filter attr'],
  [/\b(?:attribute|attr)\s*=\s*(['"])[^'"]*__/, 'an attribute with two underscores'],
  [new RegExp(`(['"])__(?:${insides})__\\1`), 'a name of Python’s insides'],
  [/(['"])_{1,2}\1/, 'underscores on their own, to be put together'],
  [/\\x5f|\\u005f|\\U0000005f|\\137|\\N\{/i, 'an underscore in disguise'],
  [/\b(?:lipsum|cycler|joiner|get_flashed_messages|url_for|_TemplateReference__context)\b/, 'an object that leads into Python'],
  [/\b(?:popen|subprocess|os\.system|eval\s*\(|exec\s*\(|__import__)/, 'a call of the system'],
  [/\b(?:gi_frame|cr_frame|f_globals|f_builtins|func_globals|mro\s*\(|subclasses\s*\()/, 'a frame or class of Python'],
]
/** As the name of an argument, which `dict` makes a text of. */
const inside = new RegExp(`\\b__(?:${insides})__\\b`)
/** Ways to make a name that does not stand there: no chat needs them, and any of them hides where it leads. */
const builders: readonly (readonly [RegExp, string])[] = [
  [/(['"])(?=\w*\1)\w*?__/, 'two underscores'],
  [/%[-+ #\d]*c[^'"]{0,40}['"][\s)]*(?:\|\s*format\b|%)|:\d*c\}/, 'a character by its number'],
  [/\.\s*(?:encode|decode|fromhex|translate|maketrans|format_map|unescape|striptags)\s*\(|\|\s*striptags\b/, 'a text by its code'],
  [/\battribute\s*=\s*(?!['"\d\s])/, 'an attribute that it works out'],
  [/\bdict\s*\([^)]*\b__\w/, 'a text with two underscores out of a name'],
]
/** What makes another text of one. */
const changes = /^(?:\[|\||\.)/
const cut = /^(?:\[|\|\s*(?:first|last|list|batch|slice|reverse|random|sort|truncate)\b)/
const loads = /^[-+]?\s*(?:include|import|from|extends)\b/

/**
 * A chat template is a Jinja program that the server runs for every request; where the renderer is not sandboxed (llama-cpp-python
 * CVE-2024-34359, SGLang CVE-2026-5760) it reaches Python. Shown to people, and searched for what no chat needs.
 */
export function judgeTemplate(scan: Scan, item: ScanItem, template: string): void {
  scan.fact(
    'chat template',
    template.length > MAX_SHOWN_CHARS ? `${template.slice(0, MAX_SHOWN_CHARS)}… (${template.length} characters)` : template,
  )
  if (template.length > MAX_TEMPLATE_CHARS) throw new Unreadable(`a chat template of ${template.length} characters is not read`)
  // Python takes the names that Jinja hands on for what NFKC makes of them: full-width underscores are underscores.
  const written = templateCode(template).map((block) => block.normalize('NFKC'))
  const code = written.map(withoutEscapes)
  const loading = code.find((block) => loads.test(block))
  if (loading !== undefined) scan.find('template.loads-other', item, null, loading.trim())
  if (report('template.escapes', escapes)) return
  const named = code.find((block) => inside.test(block.replace(texts, "''")))
  if (named !== undefined) scan.find('template.escapes', item, null, `a name of Python’s insides: ${named.trim()}`)
  if (named !== undefined || report('template.builds-names', builders)) return
  const taken = code.find(takesUnderscore)
  const key = taken === undefined ? builtKey(code) : undefined
  if (taken !== undefined) scan.find('template.builds-names', item, null, `an underscore out of a text: ${taken.trim()}`)
  else if (key !== undefined) scan.find('template.builds-names', item, null, `what it reaches for: ${key.trim()}`)
  else {
    const called = calledValue(code)
    if (called !== undefined) scan.find('template.calls-values', item, null, called.trim())
  }

  function report(finding: FindingCode, patterns: typeof escapes): boolean {
    for (const [index, block] of written.entries()) {
      const found = patterns.find(([pattern]) => pattern.test(block) || pattern.test(code[index] ?? ''))
      if (found === undefined) continue
      scan.find(finding, item, null, `${found[1]}: ${block.trim()}`)
      return true
    }
    return false
  }
}

/** `'tool_calls'[4]` and `('a_b')|list` are of a text that stands there; `message['tool_calls'][0]` and `message.get('tool_calls')[0]` are not. */
function takesUnderscore(block: string): boolean {
  for (const { index, 0: literal } of block.matchAll(texts)) {
    if (!literal.includes('_')) continue
    const end = index + literal.length
    let [before, after] = [block.slice(Math.max(0, index - MAX_BESIDE), index).trimEnd(), block.slice(end, end + MAX_BESIDE).trimStart()]
    while (/(?:^|[^\w\])\s])\s*\($/.test(before) && after.startsWith(')'))
      [before, after] = [before.slice(0, -1).trimEnd(), after.slice(1).trimStart()]
    if (cut.test(after) || (literal.includes('__') && changes.test(after))) return true
  }
  return false
}
