import { joined, u8, u16, u32, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { payload } from '../pickle-assembler.ts'
import { message, number } from '../protobuf-builder.ts'
import { zip } from '../zip-builder.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared, suspiciousFile as suspicious } from './verdicts.ts'

const evil = payload('os', 'system')
const npy = (head: string, data: Uint8Array = new Uint8Array(), major = 1) =>
  joined('\x93NUMPY', u8(major, 0), major === 1 ? u16(head.length) : u32(head.length), head, data)
const array = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
/** numpy runs a pickle for an array of objects. */
const npys: readonly ModelCase[] = [
  dangerous('npy: an array of objects that is a payload', npy(array, evil), 'm.npy'),
  dangerous(
    'npy: a structured type with objects',
    npy("{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }\n", evil),
  ),
  notCleared(
    'npy: objects by a longer name',
    npy("{'descr': [('a', 'object'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", evil),
    'm.npy',
  ),
  notCleared(
    'npy: objects in a list of types',
    npy("{'descr': [('a', 'f4,O'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", evil),
    'm.npy',
  ),
  notCleared('npy: a size in a comment', npy("{'descr': [('a', #8), \n'O')], 'fortran_order': False, 'shape': (1,), }\n", evil), 'm.npy'),
  dangerous(
    'npy: objects in a structure in a structure',
    npy("{'descr': [('a', [('b', '|O')]), ('c', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", evil),
    'm.npy',
  ),
  dangerous('npy: version 2', npy(array, evil, 2)),
  dangerous('npz: an array of objects', zip([{ name: 'a.npy', content: npy(array, evil) }]), 'm.npz'),
  dangerous(
    'npy: a payload behind the array',
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", joined(new Uint8Array(4), evil)),
  ),
  notCleared(
    'npy: an expression in the header',
    npy("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }\n", new Uint8Array(8)),
  ),
  notCleared('npy: a header of 4 GB', joined('\x93NUMPY', u8(2, 0), u32(0xffff_ffff))),
  notCleared('npy: data that is missing', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000,), }\n", new Uint8Array(8))),
  notCleared('npy: version 9', npy(array, evil, 9).fill(9, 6, 7)),
]

const opset = message(8, message(1, ''), number(2, 17))
const model = (...graph: readonly Uint8Array[]) => joined(number(1, 8), message(7, ...graph), opset)
const external = (location: string) => message(5, message(8, 'w'), message(13, message(1, 'location'), message(2, location)), number(14, 1))
const relu = message(1, message(1, 'x'), message(2, 'y'), message(4, 'Relu'))
/** ONNX: data outside the folder, operators from elsewhere. */
const onnx: readonly ModelCase[] = [
  dangerous('ONNX: data above the folder', model(relu, external('../../../etc/passwd')), 'm.onnx', 'CVE-2022-25882'),
  dangerous('ONNX: data under an absolute path', model(relu, external('/etc/shadow'))),
  dangerous('ONNX: data above the folder by backslashes', model(relu, external('..\\..\\secret'))),
  dangerous(
    'ONNX: data above the folder in a subgraph',
    model(message(1, message(4, 'If'), message(5, message(1, 'then'), message(6, external('../x'))))),
  ),
  dangerous(
    'ONNX: data above the folder in an attribute',
    model(message(1, message(4, 'Constant'), message(5, message(5, message(13, message(1, 'location'), message(2, '../x')))))),
  ),
  dangerous('ONNX: data at an address of the memory', model(relu, external('*/_ORT_MEM_ADDR_/*'))),
  dangerous('ONNX: an operator that runs Python', model(message(1, message(4, 'PyOp'), message(7, 'ai.onnx.contrib')))),
  dangerous('ONNX: an operator that calls a kernel by its name', model(message(1, message(4, 'TritonOp'), message(7, 'com.microsoft')))),
  suspicious('ONNX: an operator of a library of its own', model(message(1, message(4, 'Custom'), message(7, 'evil.corp')))),
  suspicious(
    'ONNX: an operator of its own in a function',
    joined(number(1, 8), message(7, relu), opset, message(25, message(1, 'f'), message(7, message(4, 'X'), message(7, 'evil.corp')))),
  ),
  notCleared('ONNX: a compiled model', model(message(1, message(4, 'EPContext'), message(7, 'com.microsoft')))),
  notCleared('ONNX: cut off', model(relu, external('weights')).subarray(0, 40)),
  notCleared('ONNX: a field that reaches beyond its message', joined(number(1, 8), message(7, u8(0x0a, 0x7f, 0)), opset)),
  notCleared(
    'ONNX: graphs in graphs',
    model([...Array(40)].reduce<Uint8Array>((inner) => message(1, message(5, message(6, inner))), relu)),
  ),
]

const layer = (class_name: string, config: object, more: object = {}) => ({ class_name, config, ...more })
const sequential = (...layers: readonly object[]) => layer('Sequential', { layers })
const keras = (config: object) =>
  zip([
    { name: 'metadata.json', content: utf8('{"keras_version":"3.0.0"}') },
    { name: 'config.json', content: utf8(JSON.stringify(config)) },
    { name: 'model.weights.h5', content: new Uint8Array() },
  ])
/** What Keras makes from a configuration. */
const kerasFiles: readonly ModelCase[] = [
  dangerous(
    'Keras: a Lambda layer',
    keras(sequential(layer('Lambda', { function: layer('__lambda__', { code: '4wEAAA==' }) }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2024-3660',
  ),
  dangerous(
    'Keras: a module of Python',
    keras(sequential(layer('function', {}, { module: 'os', registered_name: 'system' }))),
    'm.keras',
    'CVE-2025-1550',
  ),
  dangerous('Keras: get_file', keras(sequential(layer('get_file', {}, { module: 'keras.utils' }))), 'm.keras', 'CVE-2025-8747'),
  dangerous(
    'Keras: a Lambda layer under the name of a function',
    keras(sequential(layer('function', {}, { module: 'keras.layers', config: 'Lambda' }))),
    'm.keras',
  ),
  suspicious(
    'Keras: a loader of models under the name of a function',
    keras(sequential(layer('function', {}, { module: 'keras.models', config: 'load_model' }))),
    'm.keras',
  ),
  suspicious('Keras: a loader of models as a class', keras(sequential(layer('load_model', {}, { module: 'keras.src.models' }))), 'm.keras'),
  dangerous(
    'Keras: enable_unsafe_deserialization',
    keras(sequential(layer('enable_unsafe_deserialization', {}, { module: 'keras.config' }))),
    'm.keras',
    'CVE-2025-9906',
  ),
  dangerous(
    'Keras: TorchModuleWrapper',
    keras(sequential(layer('TorchModuleWrapper', { module: 'x' }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2025-49655',
  ),
  dangerous(
    'Keras: a vocabulary from a path',
    keras(sequential(layer('StringLookup', { vocabulary: '/etc/passwd' }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2025-12058',
  ),
  dangerous(
    'Keras: a Lambda layer in a JSON file',
    JSON.stringify(sequential(layer('Lambda', { function: ['4wEAAA==', null, null] }))),
    'model.json',
  ),
  dangerous('Keras: a Lambda layer deep inside', keras(sequential(layer('TimeDistributed', { layer: layer('Lambda', {}) }))), 'm.keras'),
  dangerous(
    'Keras: a Lambda layer written with escapes',
    zip([
      { name: 'metadata.json', content: utf8('{}') },
      { name: 'config.json', content: utf8('{"class_name":"\\u004cambda","config":{}}') },
      { name: 'model.weights.h5', content: new Uint8Array() },
    ]),
    'm.keras',
  ),
  dangerous('Keras: a Lambda layer in what is no model', keras({ x: layer('Lambda', {}, { module: 'keras.layers' }) }), 'm.keras'),
  dangerous('Keras: a Lambda layer in a list', keras([layer('Lambda', {}, { module: 'keras.layers' })]), 'm.keras'),
  suspicious(
    'Keras: a function by name',
    keras(sequential(layer('function', {}, { config: 'my_loss', module: 'builtins', registered_name: 'function' }))),
  ),
  suspicious('Keras: a class that is not its own', keras(sequential(layer('Net', {}, { module: null, registered_name: 'Company>Net' })))),
]

export const graphs: readonly ModelCase[] = [...npys, ...onnx, ...kerasFiles]
