import type { ByteCursor } from '../../readers/byte-cursor.ts'
import type { PickleMachine } from './pickle-machine.ts'
import type { PickleGlobal, PickleObject, PickleValue } from './pickle-value.ts'

/** How a pickle makes something happen: by the name of the opcode. */
export type CallOpcode = 'REDUCE' | 'NEWOBJ' | 'NEWOBJ_EX' | 'OBJ' | 'INST'

/** Hears what a pickle would do, in the order in which it would do it. `offset` is that of the opcode. */
export interface PickleEvents {
  imported(global: PickleGlobal, offset: number): void
  called(callee: PickleValue, args: PickleValue, opcode: CallOpcode, offset: number): void
  /** BUILD, or items set on something imported itself: it would change a class or module for everybody. */
  alteredImport(global: PickleGlobal, offset: number): void
  /** An object says by a name of numpy's that it is an array, and where in memory. */
  overMemory(name: string, offset: number): void
  /** A tuple has so many members, those of the tuples in it counted each time, that its hash or its text never ends. */
  manyMembers(offset: number): void
  /** BUILD has given an object its state. */
  built(instance: PickleObject, offset: number): void
  /** Something imported becomes an argument or a part of something else: others may call it later. */
  passedOn(global: PickleGlobal, offset: number): void
  /** Of what was just made nothing is kept, since there is too much of it. */
  forgotten(callee: PickleGlobal, offset: number): void
  /** A code of the extension registry: which import it stands for is written nowhere in the file. */
  extension(code: number, offset: number): void
  persistentId(id: PickleValue, offset: number): void
  outOfBandBuffer(offset: number): void
  /** A frame ends in the middle of an opcode: `load`, `loads` and pickle.py go on at three different bytes, so what runs is not known. */
  frameOverrun(offset: number): void
  /** The first point at which CPython would stop, and what comes next is read only to be complete. */
  broken(reason: string, offset: number): void
  /** After BUILD: joblib's reader takes the bytes of an array out of the stream here. */
  arrayFollows?(instance: PickleObject, run: PickleRun): Promise<void>
}

/** One pickle under way. */
export interface PickleRun {
  readonly cursor: ByteCursor
  readonly machine: PickleMachine
  readonly events: PickleEvents
  /** Offset of the opcode that is being carried out. */
  at: number
  protocol: number
  /** Byte after the current frame, 0 outside one. */
  frameEnd: number
  /** Set by STOP. */
  result: PickleValue | undefined
}

export type OpcodeHandler = (run: PickleRun) => void | Promise<void>
