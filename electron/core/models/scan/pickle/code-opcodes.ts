import { Unreadable } from '../../readers/unreadable.ts'
import { isAllowedImport } from './allowed-imports.ts'
import { MAX_LINE_BYTES, readLine } from './data-opcodes.ts'
import { type Call, callThrough, givenBack } from './forwarders.ts'
import { op } from './opcodes.ts'
import type { CallOpcode, OpcodeHandler, PickleRun } from './pickle-run.ts'
import { decodeUtf8 } from './pickle-text.ts'
import {
  other,
  type PickleBytes,
  type PickleGlobal,
  type PickleObject,
  type PickleStorage,
  type PickleValue,
  tupleOf,
  unknownText,
} from './pickle-value.ts'
import { passOn } from './structure-opcodes.ts'

const HIGHEST_PROTOCOL = 5

function importGlobal(run: PickleRun, module: string | undefined, name: string | undefined): PickleGlobal {
  const global: PickleGlobal = { kind: 'global', module, name }
  run.events.imported(global, run.at)
  return global
}

/**
 * Module and name on two lines. Where the file ends in one of them, pickle.py takes the last character for the line feed, and imports all the
 * same; the C module stops.
 */
async function globalOfLines(run: PickleRun): Promise<PickleGlobal> {
  const module = await lineOrRest(run)
  const name = await lineOrRest(run)
  return importGlobal(run, module, name)
}

async function lineOrRest(run: PickleRun): Promise<string | undefined> {
  const line = await run.cursor.line(MAX_LINE_BYTES)
  if (line === undefined) throw new Unreadable(`a line is longer than ${MAX_LINE_BYTES} bytes`, run.at)
  if (!line.ended) run.events.broken('it ends in the middle of a line', run.at)
  return decodeUtf8(line.ended ? line.bytes : line.bytes.subarray(0, -1))
}

function call(run: PickleRun, opcode: CallOpcode, callee: PickleValue, args: PickleValue): void {
  // pickle.py takes a list as well, of which nothing is kept.
  if (args.kind !== 'tuple' && !isForgotten(args)) run.events.broken('the arguments of a call are no tuple', run.at)
  run.events.called(callee, args, opcode, run.at)
  let last: Call = { callee, args }
  for (let next = callThrough(last); next !== undefined; next = callThrough(next)) {
    run.events.called(next.callee, next.args, next.keywords === true ? 'NEWOBJ_EX' : opcode, run.at)
    last = next
  }
  const given = givenBack(last)
  if (given === undefined) make(run, last)
  else run.machine.push(given)
}

function make(run: PickleRun, { callee, args }: Call): void {
  const made: PickleObject = {
    kind: 'object',
    callee: callee.kind === 'global' ? callee : undefined,
    args,
    state: undefined,
    passedOn: false,
  }
  const kept = run.machine.pushTracked(bytesOf(callee, args) ?? made)
  if (!kept && made.callee !== undefined) run.events.forgotten(made.callee, run.at)
}

/** Protocols 0 to 2 have no bytes: they are `_codecs.encode(text, 'latin1')`. */
function bytesOf(callee: PickleValue, args: PickleValue): PickleBytes | undefined {
  if (callee.kind !== 'global' || callee.module !== '_codecs' || callee.name !== 'encode' || args.kind !== 'tuple') return undefined
  // A third says what becomes of characters that latin1 has not.
  if (args.length !== 2) return undefined
  const [text, codec] = args.items
  if (text?.kind !== 'text' || text.utf8 === undefined || codec?.kind !== 'text' || codec.text !== 'latin1') return undefined
  return { kind: 'bytes', ...text.utf8, latin1: true }
}

const extension =
  (code: (run: PickleRun) => number): OpcodeHandler =>
  (run) => {
    run.events.extension(code(run), run.at)
    run.machine.push({ kind: 'global', module: undefined, name: undefined })
  }

async function build(run: PickleRun): Promise<void> {
  const state = run.machine.pop()
  const instance = run.machine.top()
  passOn(run, [state])
  if (instance.kind === 'global') run.events.alteredImport(instance, run.at)
  if (instance.kind !== 'object') return
  instance.state = state
  run.events.built(instance, run.at)
  await run.events.arrayFollows?.(instance, run)
}

/** PyTorch's legacy format names the class of a layer as ('module', class, file, source), its first text in bytes too; its reader gives back the class. */
function moduleOf(id: PickleValue): PickleGlobal | undefined {
  const [kind, found] = id.kind === 'tuple' ? id.items : []
  return found?.kind === 'global' && !(kind?.kind === 'text' && kind.text === 'storage') ? found : undefined
}

function storageOf(id: PickleValue): PickleStorage | undefined {
  const [kind, , , , count] = id.kind === 'tuple' ? id.items : []
  if (kind?.kind !== 'text' || kind.text !== 'storage') return undefined
  return { kind: 'storage', elements: count?.kind === 'number' ? count.value : undefined }
}

const isForgotten = (value: PickleValue) => value.kind === 'other' && value.forgotten === true

/** CPython takes texts alone for names. One that a call made may be one. */
function isNoText(value: PickleValue): boolean {
  if (value.kind === 'other') return !isForgotten(value)
  if (value.kind !== 'object') return value.kind !== 'text'
  return (
    value.callee !== undefined &&
    isAllowedImport(value.callee.module ?? '', value.callee.name ?? '') &&
    !textMakers.has(value.callee.name ?? '')
  )
}

/** Of what is allowed, what makes a text, or gives back one of those that it is given. */
const textMakers = new Set(['str', 'unicode', 'scalar', 'max', 'min', 'sum', 'mean', 'median'])

export const codeOpcodes: Readonly<Record<number, OpcodeHandler>> = {
  [op.GLOBAL]: async (run) => run.machine.push(await globalOfLines(run)),
  [op.STACK_GLOBAL]: (run) => {
    const name = run.machine.pop()
    const module = run.machine.pop()
    if (isNoText(module) || isNoText(name)) run.events.broken('a name of an import is no text', run.at)
    const textOf = (value: PickleValue) => (value.kind === 'text' ? value.text : undefined)
    run.machine.push(importGlobal(run, textOf(module), textOf(name)))
  },
  [op.INST]: async (run) => {
    const callee = await globalOfLines(run)
    const args = run.machine.popToMark()
    passOn(run, args)
    call(run, 'INST', callee, tupleOf(args))
  },
  [op.OBJ]: (run) => {
    const [callee, ...args] = run.machine.popToMark()
    if (callee === undefined) run.events.broken('the stack is empty', run.at)
    passOn(run, args)
    call(run, 'OBJ', callee ?? other, tupleOf(args))
  },
  [op.REDUCE]: (run) => {
    const args = run.machine.pop()
    call(run, 'REDUCE', run.machine.pop(), args)
  },
  [op.NEWOBJ]: (run) => {
    const args = run.machine.pop()
    call(run, 'NEWOBJ', run.machine.pop(), args)
  },
  [op.NEWOBJ_EX]: (run) => {
    passOn(run, [run.machine.pop()])
    const args = run.machine.pop()
    call(run, 'NEWOBJ_EX', run.machine.pop(), args)
  },
  [op.BUILD]: build,
  [op.EXT1]: extension(({ cursor }) => cursor.u8()),
  [op.EXT2]: extension(({ cursor }) => cursor.u16()),
  [op.EXT4]: extension(({ cursor }) => cursor.i32()),
  [op.PERSID]: async (run) => {
    await readLine(run)
    run.events.persistentId(unknownText, run.at)
    run.machine.push(other)
  },
  [op.BINPERSID]: (run) => {
    const id = run.machine.pop()
    run.events.persistentId(id, run.at)
    run.machine.push(moduleOf(id) ?? storageOf(id) ?? other)
  },
  [op.NEXT_BUFFER]: (run) => {
    run.events.outOfBandBuffer(run.at)
    run.machine.push(other)
  },
  [op.READONLY_BUFFER]: ({ machine }) => void machine.top(),
  [op.PROTO]: (run) => {
    run.protocol = run.cursor.u8()
    if (run.protocol > HIGHEST_PROTOCOL) run.events.broken(`protocol ${run.protocol} does not exist`, run.at)
  },
  [op.FRAME]: (run) => {
    const length = run.cursor.u64()
    if (length > run.cursor.remaining) run.events.broken('a frame is longer than the file', run.at)
    run.frameEnd = run.cursor.offset + length
  },
  [op.STOP]: (run) => {
    run.result = run.machine.pop()
  },
}
