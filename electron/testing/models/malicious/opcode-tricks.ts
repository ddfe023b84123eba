import { i32, joined, u8, u32, u64, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'
import { dangerousStream as dangerous, unclearedStream as notCleared, suspiciousStream as suspicious } from './verdicts.ts'

const p = pk.proto
const call = pk.callWith(pk.named('os', 'system'), 'id')
const harmless = joined(p(4), pk.text('weights'), pk.stop)
const ordered = pk.named('collections', 'OrderedDict')

/** What is done with what was imported. */
const effects: readonly ModelCase[] = [
  dangerous('BUILD changes an imported class', p(4), ordered, pk.none, pk.emptyDict, pk.tuple2, pk.build, pk.stop),
  dangerous('SETITEM changes something imported', p(4), ordered, pk.text('a'), pk.text('b'), 's', pk.stop),
  dangerous('APPEND changes something imported', p(4), ordered, pk.text('a'), 'a', pk.stop),
  suspicious('a call of an object that a call made', p(4), ordered, pk.emptyTuple, pk.reduce, pk.emptyTuple, pk.reduce, pk.stop),
  suspicious('a persistent id outside PyTorch', p(2), pk.text('x'), 'Q', pk.stop),
  suspicious('a persistent id in text', 'Pabc\n.'),
  suspicious(
    'text through an odd codec',
    p(4),
    pk.named('_codecs', 'encode'),
    pk.text('bf'),
    pk.text('rot13'),
    pk.tuple2,
    pk.reduce,
    pk.stop,
  ),
  notCleared('a buffer that is not in the file', p(5), u8(0x97), pk.stop),
  suspicious(
    'a loader of pickles as the factory of a dict',
    p(4),
    pk.named('collections', 'defaultdict'),
    pk.named('torch.storage', '_load_from_bytes'),
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
]

const inner = joined(p(4), call, pk.stop)
/** Pickles in pickles, and one after the other. */
const nested: readonly ModelCase[] = [
  dangerous(
    'a pickle inside a tensor',
    p(4),
    pk.named('torch.storage', '_load_from_bytes'),
    pk.bytes8(inner),
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
  dangerous(
    'a pickle inside a tensor inside a tensor',
    p(4),
    pk.named('torch.storage', '_load_from_bytes'),
    pk.bytes8(joined(p(4), pk.named('torch.storage', '_load_from_bytes'), pk.bytes8(inner), pk.tuple1, pk.reduce, pk.stop)),
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
  notCleared(
    'a loader of bytes that are computed',
    p(4),
    pk.named('torch.storage', '_load_from_bytes'),
    pk.named('builtins', 'bytes'),
    pk.emptyTuple,
    pk.reduce,
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
  notCleared(
    'a loader of bytes that are no pickle',
    p(4),
    pk.named('torch.storage', '_load_from_bytes'),
    pk.bytes8(u8(0xff, 0xfe, 0xfd)),
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
  dangerous('a second pickle after the first', harmless, p(4), call, pk.stop),
  dangerous('the third pickle', harmless, harmless, p(2), pk.global('os', 'system'), pk.stop),
  dangerous('a second pickle without a magic number', harmless, "cos\nsystem\n(S'id'\ntR."),
  dangerous(
    'a magic number of PyTorch that a call computes',
    p(2),
    pk.named('builtins', 'int'),
    pk.text('119547037146038801333356'),
    pk.tuple1,
    pk.reduce,
    pk.stop,
    harmless,
    harmless,
    harmless,
    harmless,
    p(4),
    call,
    pk.stop,
  ),
]

/** CPython has run everything before the point at which it gives up. */
const broken: readonly ModelCase[] = [
  dangerous('no STOP after the call', p(4), call),
  dangerous('an opcode that does not exist after the call', p(4), call, u8(0xff), pk.stop),
  dangerous('an empty stack after the call', p(4), call, '000', pk.stop),
  dangerous('a length beyond the file after the call', p(4), call, 'X', u32(0x7fff_ffff), 'abc'),
  dangerous('a length of 2^63 after the call', p(4), call, u8(0x8e), u64(2n ** 63n)),
  dangerous('a negative length after the call', p(4), call, 'T', i32(-1), pk.stop),
  dangerous('a broken number after the call', p(4), call, 'Iabc\n', pk.stop),
  dangerous('a memo entry that is missing after the call', p(4), call, pk.binget(9), pk.stop),
  dangerous('a mark that is missing after the call', p(4), call, 't', pk.stop),
  dangerous('a frame longer than the file', p(4), pk.frame(2n ** 40n), call, pk.stop),
  dangerous('a frame that ends inside a harmless text', p(4), pk.frame(5), pk.text('harmless'), pk.stop),
  dangerous('a frame inside a frame', p(4), pk.frame(30), pk.frame(10), pk.text('harmless'), pk.stop, 'N'.repeat(20)),
  dangerous('a frame that ends in the middle', p(4), pk.frame(3), call, pk.stop),
  dangerous('a protocol that does not exist', p(2), u8(0x80, 99), call, pk.stop),
  dangerous('a module whose line does not end', p(2), 'csubprocessX'),
  dangerous('a name whose line does not end', p(2), 'cos\nsystemX'),
  dangerous('bytes after the end, behind a call', p(4), call, pk.stop, u8(0xff, 0xfe)),
  notCleared('an empty stack', p(4), '0', pk.text('x'), pk.stop),
  notCleared('STOP with nothing on the stack', p(4), pk.stop),
  notCleared('no STOP', p(4), pk.text('x')),
  notCleared('an opcode that does not exist', p(4), u8(0xff)),
  notCleared('PROTO and nothing else', p(4)),
  notCleared('bytes after the end', harmless, u8(0xff, 0x00, 0x12)),
  notCleared('a text of 2^63 bytes', p(4), u8(0x8d), u64(2n ** 63n - 1n), 'x'),
  notCleared('a line without an end', p(2), 'I', '1'.repeat(40_000)),
  notCleared('more marks than a scan keeps', p(2), '('.repeat(500_000)),
  notCleared('more objects than a scan keeps', p(2), 'N'.repeat(500_000), pk.stop),
  notCleared('an archive behind a pickle', harmless, 'PK\x03\x04', utf8('rest')),
]

export const opcodeTricks: readonly ModelCase[] = [...effects, ...nested, ...broken]
