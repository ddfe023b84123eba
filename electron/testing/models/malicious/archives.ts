import { crc32, deflateSync, gzipSync } from 'node:zlib'
import { joined, u8, u16, u32, u64, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { global, int1, mark, payload, proto, reduce, stop, text, tuple1 } from '../pickle-assembler.ts'
import { safetensors, tensor } from '../safetensors-builder.ts'
import { tar } from '../tar-builder.ts'
import { type ZipMemberSpec, zip } from '../zip-builder.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared, suspiciousFile as suspicious } from './verdicts.ts'

const evil = payload('os', 'system')
const harmless = joined(proto(2), text('weights'), stop)
const bad: ZipMemberSpec = { name: 'archive/data.pkl', content: evil }
const good: ZipMemberSpec = { name: 'archive/data.pkl', content: harmless }
const version: ZipMemberSpec = { name: 'archive/version', content: utf8('3\n') }

const lambda = utf8('{"class_name":"Lambda","config":{}}')
/** Extra field of Info-ZIP: a name in UTF-8, and the checksum of the plain one. */
const otherName = (name: string, other: string) => joined(u16(0x7075), u16(5 + other.length), u8(1), u32(crc32(utf8(name))), other)

/** A storage of so many elements, and a member with eight bytes of them. */
const stored = (type: string, count: Uint8Array, member = 'archive/data/0') =>
  zip([
    { ...good, content: joined(proto(2), mark, text('storage'), global('torch', type), text('0'), text('cpu'), count, 't', 'Q', stop) },
    { name: member, content: new Uint8Array(8) },
    version,
  ])

const exported = (name: string, content: Uint8Array) =>
  zip([
    { name: 'm/archive_format', content: utf8('pt2') },
    { name: `m/${name}`, content },
  ])

/** Where PyTorch and Python read a zip archive differently, or a scanner gave up. */
const zips: readonly ModelCase[] = [
  dangerous('a PyTorch archive', zip([bad, version])),
  dangerous('a storage larger than its member', stored('FloatStorage', int1(3)), 'model.pt', 'CVE-2026-24747'),
  dangerous('a storage of bytes larger than its member', stored('ByteStorage', int1(9))),
  dangerous('a storage larger than its member, of a name in other letters', stored('DoubleStorage', int1(2), 'archive/DATA/0')),
  notCleared('a storage whose size is computed', stored('FloatStorage', joined(global('builtins', 'int'), int1(3), tuple1, reduce))),
  dangerous('a weight of an exported program that is a pickle', exported('data/weights/weight_0', evil)),
  dangerous(
    'a constant of an exported program that is a pickle of protocol 0',
    exported('data/constants/tensor_0', utf8("cos\nsystem\n(S'id'\ntR.")),
  ),
  dangerous('a weight of an exported program that is an archive', exported('data/weights/weight_0', zip([bad, version]))),
  notCleared('what is no weight of an exported program', exported('data/weights/other', u8(0xff, 0xfe, 0xfd))),
  dangerous('a PyTorch archive, deflated', zip([{ ...bad, deflate: true }])),
  dangerous('a PyTorch archive with another prefix', zip([{ ...bad, name: 'a/b/c/data.pkl' }])),
  dangerous('a PyTorch archive without a prefix', zip([{ ...bad, name: 'data.pkl' }])),
  dangerous('a protocol 0 pickle in an archive', zip([{ ...bad, content: utf8("cos\nsystem\n(S'id'\ntR.") }])),
  dangerous('a second pickle in an archive under another name', zip([good, { name: 'archive/extra', content: evil }])),
  dangerous('a pickle that calls itself text', zip([good, { name: 'archive/version', content: evil }])),
  dangerous('an archive that calls itself safetensors', zip([bad]), 'model.safetensors', 'CVE-2025-10155'),
  dangerous('a pickle that calls itself safetensors', evil, 'model.safetensors', 'CVE-2025-10155'),
  dangerous('a wrong checksum', zip([{ ...bad, crc: 1 }]), 'model.pt', 'CVE-2025-10156'),
  dangerous('a wrong checksum in the local header only', zip([{ ...bad, localCrc: 1 }])),
  dangerous('a member marked as encrypted', zip([{ ...bad, flags: 1 }]), 'model.pt', 'GHSA-mjqp-26hc-grxg'),
  dangerous('a member marked as encrypted in one header', zip([{ ...bad, flags: 0, localFlags: 1 }])),
  dangerous('odd flags', zip([{ ...bad, flags: 0x20 }])),
  dangerous('another name in the local header', zip([{ ...bad, localName: 'archive/readme.txt' }])),
  dangerous('another method in the local header', zip([{ ...bad, localMethod: 8 }])),
  dangerous('two members of one name, the second bad', zip([good, bad])),
  dangerous('two members of one name, the first bad', zip([bad, good])),
  dangerous('bytes before the archive', zip([bad], { leading: utf8('#!/bin/sh\n') })),
  dangerous('a pickle before the archive', zip([good], { leading: evil })),
  dangerous('an archive behind safetensors', joined(safetensors(JSON.stringify({ a: tensor(0, 8) }), 8), zip([bad]))),
  dangerous('two archives behind each other, the first bad', joined(zip([bad]), zip([good])), 'shard.distcp'),
  dangerous('two archives behind each other, the last bad', joined(zip([good]), zip([bad])), 'shard.distcp'),
  // PyTorch reads from the beginning where the last says that its directory is, which is anything that the first holds.
  suspicious('two archives behind each other, in no shard', joined(zip([good]), zip([good]))),
  suspicious('two archives behind each other, and bytes between', joined(zip([good]), utf8('between'), zip([good]))),
  dangerous('zip64', zip([bad], { zip64: true })),
  dangerous('a wrong count of members', zip([good, bad], { count: 1 })),
  dangerous('a comment behind the archive', zip([bad], { comment: utf8('hello') })),
  dangerous('bytes behind the archive', zip([bad], { trailing: utf8('trailing') })),
  dangerous('an archive in an archive', zip([{ name: 'inner.zip', content: zip([bad]) }])),
  dangerous('an archive in an archive, deflated', zip([{ name: 'inner', content: zip([{ ...bad, deflate: true }]), deflate: true }])),
  dangerous('a pickle named as an array of numpy', zip([{ name: 'weights.npy', content: evil }])),
  dangerous(
    'a name that Python alone goes by',
    zip([good, { name: 'a/data/0', content: lambda, extra: otherName('a/data/0', 'config.json') }]),
    'm.keras',
  ),
  dangerous('a name that ends early', zip([good, { name: 'config.json\0/data/0', content: lambda }]), 'm.keras'),
  dangerous('a name that leads out', zip([{ ...good, name: '../../home/user/.bashrc.pkl' }])),
  dangerous('an absolute name', zip([good, { name: '/etc/cron.d/x.txt', content: utf8('x') }])),
  dangerous('a name that leads out by backslashes', zip([good, { name: '..\\..\\x.txt', content: utf8('x') }])),
  suspicious('a member that the directory hides', zip([good, { ...bad, name: 'archive/hidden.pkl', hidden: true }, version])),
  suspicious('a name with a zero byte', zip([good, { name: 'archive/a.pkl\0.txt', content: utf8('x') }])),
  suspicious('another name in the local header over something harmless', zip([{ ...good, localName: 'archive/x.txt' }])),
  suspicious('a member marked as encrypted that is not', zip([{ ...good, flags: 1 }])),
  notCleared('bytes before something harmless', zip([good], { leading: utf8('#!/bin/sh\n') })),
  suspicious('two harmless members of one name', zip([good, good])),
  suspicious('a wrong count of harmless members', zip([good, version], { count: 1 })),
  suspicious('bytes behind something harmless', zip([good], { trailing: utf8('trailing') })),
  suspicious('a wrong checksum over something harmless', zip([{ ...good, crc: 1 }])),
  suspicious('a stored member with two sizes', zip([{ ...good, sizeBytes: 3 }])),
  suspicious('two end records', zip([good], { comment: zip([version]) })),
  suspicious(
    'Python code beside the weights',
    zip([good, { name: 'archive/code/evil.py', content: utf8('import os\nos.system("id")\n') }]),
  ),
  notCleared('a member packed by a method that is not read', zip([{ ...good, method: 93 }])),
  notCleared('a member whose packed bytes are broken', zip([{ ...good, method: 8 }])),
  notCleared('a member that reaches beyond the file', zip([{ ...good, packedBytes: 1 << 28, sizeBytes: 1 << 28 }])),
  notCleared('an archive whose directory is cut off', zip([bad]).subarray(0, 60)),
  notCleared('a directory outside the file', joined('PK\x05\x06', u32(0), u8(1, 0, 1, 0), u32(0x7fff_ffff), u32(0x7fff_ffff), u8(0, 0))),
  notCleared(
    'archives nested deeper than a scan goes',
    [1, 2, 3, 4, 5, 6].reduce((inner) => zip([{ name: 'x.zip', content: inner }]), zip([bad])),
  ),
  notCleared(
    'a member that unpacks to a gigabyte',
    zip([{ name: 'archive/data.pkl', content: joined(proto(4), new Uint8Array(300_000_000)), deflate: true }]),
  ),
]

const packed: readonly ModelCase[] = [
  dangerous('a pickle in gzip', new Uint8Array(gzipSync(evil)), 'model.joblib'),
  dangerous('a pickle in zlib', new Uint8Array(deflateSync(evil)), 'model.joblib'),
  dangerous('a pickle in zlib in gzip', new Uint8Array(gzipSync(deflateSync(evil)))),
  dangerous('a second member of a gzip file', joined(gzipSync(harmless), gzipSync(evil))),
  notCleared('a gzip file that is cut off', new Uint8Array(gzipSync(evil)).subarray(0, 30)),
  notCleared('bytes behind zlib', joined(deflateSync(harmless), utf8('rest'))),
  notCleared(
    'a 7z archive that calls itself a model',
    joined(u8(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4), new Uint8Array(40)),
    'pytorch_model.bin',
    'nullifAI, ReversingLabs 2025',
  ),
  notCleared('bzip2', joined('BZh91AY&SY', new Uint8Array(20)), 'model.joblib'),
  notCleared('xz', joined(u8(0xfd), '7zXZ\0', new Uint8Array(20)), 'model.joblib'),
  notCleared('zstd', joined(u8(0x28, 0xb5, 0x2f, 0xfd), new Uint8Array(20))),
  notCleared('lz4', joined(u8(0x04, 0x22, 0x4d, 0x18), new Uint8Array(20)), 'model.joblib'),
]

/** A header of tar is a name of a hundred bytes first; a whole header of safetensors fits into it, whose tensor is all that follows. */
function tarBehindSafetensors(posix: boolean): Uint8Array {
  const bytes = (name: string) =>
    tar([
      { name, content: harmless, posix },
      { name: 'pickle', content: evil, posix },
    ])
  const dataBytes = bytes('').length - 8 - HEADER_BYTES
  const header = JSON.stringify({ a: tensor(0, dataBytes, 'U8', [dataBytes]) }).padEnd(HEADER_BYTES)
  return bytes(`${String.fromCharCode(HEADER_BYTES)}${'\0'.repeat(7)}${header}`)
}
const HEADER_BYTES = 90

/** Version 3, no tensor, one value: a text as long as what follows it. */
const ggufHead = Buffer.from(joined('GGUF', u32(3), u64(0), u64(1), u64(1), 'a', u32(8), u64(3_027))).toString('latin1')

const tars: readonly ModelCase[] = [
  dangerous(
    'an archive behind a tar archive with another one',
    joined(tar([{ name: 'a.npz', content: zip([{ name: 'a.txt', content: utf8('x') }]) }]), zip([{ name: 'model.pkl', content: evil }])),
  ),
  dangerous('a tar archive with a pickle', tar([{ name: 'model.pkl', content: evil }])),
  dangerous(
    'a legacy PyTorch tar archive',
    tar([
      { name: 'storages', content: evil },
      { name: 'pickle', content: harmless },
    ]),
  ),
  dangerous('a tar archive that writes elsewhere', tar([{ name: '../../.ssh/authorized_keys.txt', content: utf8('x') }])),
  dangerous('a tar archive named like an import', tar([{ name: "cos\nsystem\n(S'id'\ntR.", content: utf8('x') }])),
  dangerous('a tar archive that begins as safetensors', tarBehindSafetensors(true), 'model.safetensors'),
  dangerous('a tar archive of old that begins as safetensors', tarBehindSafetensors(false), 'model.safetensors'),
  dangerous(
    'a tar archive that begins as GGUF',
    tar([
      { name: ggufHead, content: harmless },
      { name: 'pickle', content: evil },
    ]),
    'm.gguf',
  ),
  notCleared(
    'a folder with members that tarfile alone sees',
    tar([{ name: 'd/', content: tar([{ name: 'pickle', content: evil }]), type: '5' }]),
  ),
  notCleared('a folder of old, the same', tar([{ name: 'd/', content: tar([{ name: 'pickle', content: evil }]), type: '\0' }])),
  suspicious('a link out of a tar archive', tar([{ name: 'a.txt', content: new Uint8Array(), type: '2', link: '/etc/passwd' }])),
  notCleared(
    'a tar archive behind a tar archive',
    joined(tar([{ name: 'a.txt', content: utf8('x') }]), tar([{ name: 'pickle', content: evil }])),
  ),
  notCleared('a device in a tar archive', tar([{ name: 'a.txt', content: new Uint8Array(), type: '3' }])),
  notCleared('a tar archive that is cut off', tar([{ name: 'a.txt', content: utf8('x'.repeat(2_000)) }]).subarray(0, 1_000)),
  notCleared('a tar header with a wrong checksum', tar([{ name: 'a.txt', content: utf8('x'), checksum: 1 }])),
]

export const archives: readonly ModelCase[] = [...zips, ...packed, ...tars]
