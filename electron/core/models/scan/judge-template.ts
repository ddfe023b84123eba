import { Unreadable } from '../readers/unreadable.ts'
import type { Scan, ScanItem } from './scan.ts'

const MAX_SHOWN_CHARS = 200
const MAX_TEMPLATE_CHARS = 200_000

/** Ways out of Jinja into Python, as they stand inside `{{ }}` and `{% %}`. Literal text and what is only printed is not looked at. */
const escapes: readonly (readonly [RegExp, string])[] = [
  [/\.\s*__\w+/, 'an attribute with two underscores'],
  [/\[\s*(['"])__\w+/, 'an item with two underscores'],
  [/\|\s*attr\b/, 'the filter attr'],
  [/\b(?:attribute|attr)\s*=\s*(['"])[^'"]*__/, 'an attribute with two underscores'],
  [
    /(['"])__(?:class|globals|builtins|subclasses|mro|bases?|init|import|getitem|getattribute|dict|code|self|reduce|reduce_ex)__\1/,
    'a name of Python’s insides',
  ],
  [/(['"])_{1,2}\1/, 'underscores on their own, to be put together'],
  [/\\x5f|\\u005f|\\137|\\N\{/i, 'an underscore in disguise'],
  [/\b(?:lipsum|cycler|joiner|get_flashed_messages|url_for|_TemplateReference__context)\b/, 'an object that leads into Python'],
  [/\b(?:popen|subprocess|os\.system|eval\s*\(|exec\s*\(|__import__)/, 'a call of the system'],
  [/\b(?:gi_frame|cr_frame|f_globals|f_builtins|func_globals|mro\s*\(|subclasses\s*\()/, 'a frame or class of Python'],
]
const loads = /\{%-?\s*(?:include|import|from|extends)\b/

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
  if (loads.test(template)) scan.find('template.loads-other', item, null, loads.exec(template)?.[0] ?? '')
  // An unclosed block runs to the end.
  const code = [...template.matchAll(/\{\{([\s\S]*?)(?:\}\}|$)|\{%([\s\S]*?)(?:%\}|$)|^[ \t]*#(.*)$/gm)].map((it) => it[1] ?? it[2] ?? '')
  for (const block of code) {
    const found = escapes.find(([pattern]) => pattern.test(block))
    if (found === undefined) continue
    scan.find('template.escapes', item, null, `${found[1]}: ${block.trim()}`)
    break
  }
}
