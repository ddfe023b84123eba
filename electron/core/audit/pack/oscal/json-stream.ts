/** An object whose lists are written item by item. A list without items is left out, as OSCAL asks for. */
export function* streamedObject(head: object, lists: Readonly<Record<string, Iterable<unknown>>>): Generator<string> {
  yield JSON.stringify(head).slice(0, -1)
  for (const [name, items] of Object.entries(lists)) {
    let before = `,${JSON.stringify(name)}:[\n`
    for (const item of items) {
      yield before + JSON.stringify(item)
      before = ',\n'
    }
    if (before === ',\n') yield ']'
  }
  yield '}'
}
