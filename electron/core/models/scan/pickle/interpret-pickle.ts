import type { ByteSource } from '../../byte-source.ts'
import { ByteCursor } from '../../readers/byte-cursor.ts'
import { Unreadable } from '../../readers/unreadable.ts'
import { codeOpcodes } from './code-opcodes.ts'
import { dataOpcodes } from './data-opcodes.ts'
import { op } from './opcodes.ts'
import { PickleMachine } from './pickle-machine.ts'
import type { PickleEvents, PickleRun } from './pickle-run.ts'
import type { PickleValue } from './pickle-value.ts'
import { structureOpcodes } from './structure-opcodes.ts'

const handlers = Array.from({ length: 256 }, (_, code) => dataOpcodes[code] ?? structureOpcodes[code] ?? codeOpcodes[code])
/** The longest argument of fixed length, and its opcode. */
const OPCODE_BYTES = 16

/** Opcodes whose argument is a line: it has to be found and decoded. */
const lineOpcodes: ReadonlySet<number> = new Set([
  op.FLOAT,
  op.INT,
  op.LONG,
  op.STRING,
  op.UNICODE,
  op.PERSID,
  op.GLOBAL,
  op.INST,
  op.GET,
  op.PUT,
])
const LINE_STEPS = 4

export interface PickleEnd {
  /** Byte after STOP; undefined when the pickle did not get there. */
  readonly end: number | undefined
  readonly result: PickleValue | undefined
}

export interface PickleOptions {
  readonly start: number
  readonly signal?: AbortSignal | undefined
  /** Called for every opcode; throws when a scan has done enough. */
  readonly step?: (count: number) => void
}

/**
 * Follows one pickle as CPython's `pickle.load` would carry it out, without importing or calling anything. Source: CPython's
 * `Modules/_pickle.c` and `Lib/pickle.py`; where the two differ, what either of them would import is reported. A pickle that CPython
 * would refuse is followed to its end all the same where that is possible, since everything before the refusal has run by then.
 */
export async function interpretPickle(source: ByteSource, events: PickleEvents, options: PickleOptions): Promise<PickleEnd> {
  const { start, signal, step } = options
  const cursor = new ByteCursor(source, { start, signal })
  let broken = false
  const breakOnce = (reason: string, offset: number) => {
    if (!broken) events.broken(reason, offset)
    broken = true
  }
  const run: PickleRun = {
    cursor,
    machine: new PickleMachine((reason) => breakOnce(reason, run.at)),
    events: { ...events, broken: breakOnce },
    at: start,
    protocol: 0,
    frameEnd: 0,
    result: undefined,
  }
  try {
    while (run.result === undefined) {
      if (cursor.ready < OPCODE_BYTES) await cursor.fill(OPCODE_BYTES)
      run.at = cursor.offset
      if (cursor.remaining === 0) throw new Unreadable('it ends without STOP', run.at)
      const code = cursor.u8()
      step?.(lineOpcodes.has(code) ? LINE_STEPS : 1)
      const handler = handlers[code]
      const { frameEnd } = run
      if (handler === undefined) throw new Unreadable(`0x${code.toString(16).padStart(2, '0')} is no opcode`, run.at)
      const pending = handler(run)
      if (pending !== undefined) await pending
      // In a frame, and out of it before the opcode is read: the C unpickler drops what it had and reads on behind the frame.
      if (run.at < frameEnd && (code === op.FRAME || (run.frameEnd === frameEnd && cursor.offset > frameEnd))) events.frameOverrun(run.at)
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    breakOnce(error.message, error.offset ?? run.at)
    return { end: undefined, result: undefined }
  }
  return { end: cursor.offset, result: run.result }
}
