import { readLine } from './data-opcodes.ts'
import { MAX_MEMBERS } from './growing.ts'
import { op } from './opcodes.ts'
import type { OpcodeHandler, PickleRun } from './pickle-run.ts'
import { decodeDecimal } from './pickle-text.ts'
import { other, type PickleDict, type PickleValue, tupleOf } from './pickle-value.ts'

const MAX_DICT_ENTRIES = 256

/** By these names of an object numpy and PyTorch take an address for an array (numpy, the array interface protocol). */
const interfaces = new Set(['__array_interface__', '__array_struct__', '__cuda_array_interface__'])

function emptyDict(): PickleDict {
  return { kind: 'dict', entries: new Map(), unclear: false }
}

/** A vocabulary may have the word, with a number. */
function tellMemory(run: PickleRun, key: PickleValue, value: PickleValue): void {
  if (key.kind === 'text' && interfaces.has(key.text ?? '') && value.kind !== 'number') run.events.overMemory(key.text ?? '', run.at)
}

/** Keys and values in turn, into the dict or object on top of the stack. */
function setItems(run: PickleRun, items: readonly PickleValue[]): void {
  const target = run.machine.top()
  if (target.kind === 'global') run.events.alteredImport(target, run.at)
  passOn(run, items)
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [key, value] = [items[index], items[index + 1]]
    if (key && value) tellMemory(run, key, value)
  }
  if (target.kind !== 'dict') return
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [key, value] = [items[index], items[index + 1]]
    const kept = key?.kind === 'text' && (target.entries.size < MAX_DICT_ENTRIES || target.entries.has(key.text ?? ''))
    if (kept && key.text !== undefined && value !== undefined) target.entries.set(key.text, value)
    else target.unclear = true
  }
}

/** These end up in something that the pickle hands on: an import among them is in the hands of whoever takes that. */
export function passOn({ events, at }: PickleRun, items: readonly PickleValue[]): void {
  for (const item of items) {
    if (item.kind === 'global') events.passedOn(item, at)
    else if (item.kind === 'object') item.passedOn = true
  }
}

function addItems(run: PickleRun, items: readonly PickleValue[]): void {
  const target = run.machine.top()
  if (target.kind === 'global') run.events.alteredImport(target, run.at)
  passOn(run, items)
}

function dictOf(run: PickleRun): void {
  const items = run.machine.popToMark()
  run.machine.pushTracked(emptyDict())
  setItems(run, items)
}

/** A list, set or frozenset: what is in it is not followed, only what is imported and passed on. */
function collection(run: PickleRun): void {
  passOn(run, run.machine.popToMark())
  run.machine.push(other)
}

function tellMembers({ events, at }: PickleRun, made: PickleValue): void {
  if ((made.kind === 'tuple' || made.kind === 'other') && (made.members ?? 0) > MAX_MEMBERS) events.manyMembers(at)
}

function tuple(run: PickleRun, count: number): void {
  run.machine.tuple(count)
  const made = run.machine.top()
  tellMembers(run, made)
  if (made.kind !== 'tuple') return
  passOn(run, made.items)
  const [key, value] = made.items
  if (key && value) tellMemory(run, key, value)
}

const numberOfLine = async (run: PickleRun) => decodeDecimal(await readLine(run))

export const structureOpcodes: Readonly<Record<number, OpcodeHandler>> = {
  [op.MARK]: ({ machine }) => machine.mark(),
  [op.POP]: ({ machine }) => machine.popOrMark(),
  [op.POP_MARK]: ({ machine }) => void machine.popToMark(),
  [op.DUP]: ({ machine }) => machine.push(machine.top()),

  [op.EMPTY_DICT]: ({ machine }) => void machine.pushTracked(emptyDict()),
  [op.EMPTY_LIST]: ({ machine }) => machine.push(other),
  [op.EMPTY_SET]: ({ machine }) => machine.push(other),
  [op.EMPTY_TUPLE]: ({ machine }) => void machine.pushTracked(tupleOf([])),
  [op.TUPLE1]: (run) => tuple(run, 1),
  [op.TUPLE2]: (run) => tuple(run, 2),
  [op.TUPLE3]: (run) => tuple(run, 3),
  [op.TUPLE]: (run) => {
    const items = run.machine.popToMark()
    passOn(run, items)
    run.machine.pushTracked(tupleOf(items))
    tellMembers(run, run.machine.top())
  },
  [op.DICT]: dictOf,
  [op.LIST]: collection,
  [op.FROZENSET]: collection,
  [op.APPEND]: (run) => addItems(run, [run.machine.pop()]),
  [op.APPENDS]: (run) => addItems(run, run.machine.popToMark()),
  [op.ADDITEMS]: (run) => addItems(run, run.machine.popToMark()),
  [op.SETITEM]: (run) => {
    const value = run.machine.pop()
    setItems(run, [run.machine.pop(), value])
  },
  [op.SETITEMS]: (run) => setItems(run, run.machine.popToMark()),

  [op.GET]: async (run) => run.machine.memoGet(await numberOfLine(run)),
  [op.BINGET]: ({ machine, cursor }) => machine.memoGet(cursor.u8()),
  [op.LONG_BINGET]: ({ machine, cursor }) => machine.memoGet(cursor.u32()),
  [op.PUT]: async (run) => run.machine.memoPut(await numberOfLine(run)),
  [op.BINPUT]: ({ machine, cursor }) => machine.memoPut(cursor.u8()),
  [op.LONG_BINPUT]: ({ machine, cursor }) => machine.memoPut(cursor.u32()),
  [op.MEMOIZE]: ({ machine }) => machine.memoize(),
}
