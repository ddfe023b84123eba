import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { type Field, readFields } from './protobuf.ts'
import { isName } from './protobuf-name.ts'
import { Unreadable } from './unreadable.ts'

/** What an ONNX model holds beside numbers. */
export interface OnnxVisitor {
  fact(name: string, value: string): void
  node(domain: string, operator: string, offset: number): void
  /** Where a tensor's data lies outside the file. */
  externalData(location: string, offset: number): void
  step(count: number): void
}

const MAX_TEXT_BYTES = 4_096
const MAX_DEPTH = 16

/** Which fields of a message hold which messages (onnx/onnx.proto3). Everything else is numbers and texts. */
type MessageName = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training'
const children: Readonly<Record<MessageName, Readonly<Record<number, MessageName>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  tensor: {},
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
}
const modelFields = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26])

/** Who made it, and with what: a SavedModel of TensorFlow has its graphs there. */
const names = new Set([2, 3, 4])

/** Does it read as a ModelProto from end to end at its top level? Protobuf has no magic number. */
export async function isOnnx(source: ByteSource, signal?: AbortSignal): Promise<boolean> {
  const seen = new Set<number>()
  try {
    let count = 0
    const cursor = new ByteCursor(source, { signal })
    for await (const field of readFields(cursor, 0, source.size)) {
      const { number, wire } = field
      const wanted = number === 1 || number === 5 ? 0 : 2
      if (!modelFields.has(number) || wire !== wanted || count > 10_000) return false
      if (names.has(number) && !(await isName(cursor, field))) return false
      count += 1
      seen.add(number)
    }
  } catch (error) {
    if (error instanceof Unreadable) return false
    throw error
  }
  return seen.has(1) && seen.has(7) && seen.has(8)
}

/** Walks through every graph, subgraph and function of a model; numbers of tensors are stepped over. @throws {Unreadable} */
export async function readOnnx(source: ByteSource, visitor: OnnxVisitor, signal?: AbortSignal): Promise<void> {
  await new OnnxReader(new ByteCursor(source, { signal }), visitor).message('model', 0, source.size, 0)
}

class OnnxReader {
  readonly #cursor: ByteCursor
  readonly #visitor: OnnxVisitor

  constructor(cursor: ByteCursor, visitor: OnnxVisitor) {
    this.#cursor = cursor
    this.#visitor = visitor
  }

  async message(kind: MessageName, start: number, end: number, depth: number): Promise<void> {
    this.#visitor.step(4)
    if (depth > MAX_DEPTH) throw new Unreadable('ONNX: graphs are nested too deep', start)
    const node = { domain: '', operator: '' }
    for await (const field of readFields(this.#cursor, start, end)) {
      this.#visitor.step(2)
      const child = field.wire === 2 ? children[kind][field.number] : undefined
      if (child !== undefined) await this.message(child, field.at, field.at + field.length, depth + 1)
      else if (kind === 'node' && field.number === 4) node.operator = await this.#text(field)
      else if (kind === 'node' && field.number === 7) node.domain = await this.#text(field)
      else if (kind === 'tensor' && field.number === 13) await this.#external(field)
      else if (kind === 'model') await this.#modelField(field)
    }
    if (kind === 'node') this.#visitor.node(node.domain, node.operator, start)
  }

  async #modelField(field: Field): Promise<void> {
    if (field.number === 1) this.#visitor.fact('IR version', String(field.value))
    if (field.number === 2) this.#visitor.fact('made by', await this.#text(field))
  }

  /** StringStringEntryProto: key 1, value 2. */
  async #external(field: Field): Promise<void> {
    let [key, value] = ['', '']
    for await (const part of readFields(this.#cursor, field.at, field.at + field.length)) {
      if (part.wire !== 2) continue
      if (part.number === 1) key = await this.#text(part)
      else if (part.number === 2) value = await this.#text(part)
    }
    if (key === 'location') this.#visitor.externalData(value, field.at)
  }

  async #text({ at, length }: Field): Promise<string> {
    if (length > MAX_TEXT_BYTES) throw new Unreadable('ONNX: a name is too long', at)
    this.#cursor.moveTo(at)
    await this.#cursor.need(length)
    return Buffer.from(this.#cursor.bytes(length)).toString('utf8')
  }
}
