import { deflateSync } from 'node:zlib'
import { joined, u8, u16, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { payload, proto, stop, text } from '../pickle-assembler.ts'
import { message, number } from '../protobuf-builder.ts'
import { tar } from '../tar-builder.ts'
import { zip } from '../zip-builder.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared } from './verdicts.ts'

const evil = payload('os', 'system')
const harmless = joined(proto(2), text('weights'), stop)

const write = message(1, message(1, 'save'), message(2, 'WriteFile'), message(3, 'name'), message(3, 'content'))
const operators = message(2, write)
const opset = message(8, message(1, ''), number(2, 17))
/** Messages of TensorFlow have the numbers of others' fields, and protobuf passes over what it does not know. */
const tensorflow: readonly ModelCase[] = [
  notCleared('TensorFlow: a frozen graph, as freeze_graph writes it', joined(write, message(4, number(1, 1395))), 'frozen_graph.pb'),
  notCleared(
    'TensorFlow: a graph whose node has a score',
    joined(message(1, message(1, 'save'), u8(0x15, 0, 0, 0, 0), message(2, 'WriteFile')), message(4, number(1, 1395))),
    'g.pb',
  ),
  notCleared('TensorFlow: a graph with functions', joined(message(1, message(1, 'save')), operators), 'g.pb'),
  notCleared(
    'TensorFlow: a checkpoint’s graph',
    joined(message(1, message(1, 'v1')), message(2, write), message(3, message(1, 'x'))),
    'model.ckpt.meta',
  ),
  notCleared(
    'TensorFlow: a SavedModel that has pieces',
    joined(message(1, message(1, 'x')), message(2, message(1, message(4, 'serve')), operators)),
    'saved_model.pb',
  ),
  notCleared(
    'TensorFlow: a SavedModel that has a graph of ONNX',
    joined(number(1, 1), message(2, message(1, message(4, 'serve')), operators), message(7), opset),
    'saved_model.pb',
  ),
]

/** The beginning of a stream of LZMA, which is the name of a member to a reader of tar. joblib 1.2 unpacks it and runs the pickle in it. */
const lzma = u8(0x5d, 0, 0, 0x80, 0, 0x3b, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0x88)
const record = (content: string) => ({ name: 'pax', content: utf8(content), type: 'x' })
const npy = joined('\x93NUMPY', u8(1, 0), u16(57), "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", evil)

/** What one program takes for another than it seems to be. */
export const mistaken: readonly ModelCase[] = [
  ...tensorflow,
  notCleared('tar: the name of a member is a stream of LZMA', tarOf(lzma), 'm.joblib'),
  notCleared('tar: the name of a member is a stream of zlib', tarOf(deflateSync(evil, { level: 9 })), 'm.joblib'),
  // Of Python's tarfile the next record begins where the length says, line feed or not: the member is empty to it, and what it holds is the archive's.
  notCleared('tar: a record that ends in no line feed', tar([record('14 comment=abX9 size=0\n'), { name: 'a.txt', content: utf8('x') }])),
  dangerous('tar: a name that goes on in another line', tar([record('22 path=a\n/../../x.sh\n'), { name: 'a.txt', content: utf8('x') }])),
  dangerous(
    'npz: an array of objects under the name of a storage',
    zip([
      { name: 'a/data.pkl', content: harmless },
      { name: 'a/data/0', content: npy },
    ]),
    'm.npz',
  ),
]

/** As `tar`, with a name of any bytes. */
function tarOf(name: Uint8Array): Uint8Array {
  const archive = tar([{ name: '', content: harmless }])
  archive.set(name)
  archive.fill(0x20, 148, 156)
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  archive.set(utf8(`${sum.toString(8).padStart(6, '0')}\0`), 148)
  return archive
}
