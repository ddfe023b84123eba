import type { ModelFormat } from '#shared/model/model-format.ts'
import { sliceSource } from '../byte-source.ts'
import { readTarMember } from '../readers/tar.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { joined } from './member-path.ts'
import type { Nested, Scan, ScanItem } from './scan.ts'

const MAX_MEMBERS = 20_000
/** Archives are filled up to blocks of this size, and hardly to larger ones. */
const MAX_FILLING_BYTES = 1_048_576

/** Every member of a tar archive by its content; links and names that lead elsewhere are reported. */
export async function scanTar(scan: Scan, item: ScanItem, nested: Nested): Promise<ModelFormat> {
  const names: string[] = []
  let at = 0
  for (;;) {
    const member = await readTarMember(item.source, at, scan.signal)
    if (member === undefined) {
      await scanBehind(scan, item, at)
      break
    }
    if (names.length >= MAX_MEMBERS) throw new Unreadable(`tar: it has more than ${MAX_MEMBERS} members`, at)
    scan.step(50)
    const { name, kind, link, dataAt, sizeBytes, nextAt } = member
    names.push(name)
    const inner = {
      source: sliceSource(name, item.source, dataAt, sizeBytes),
      name,
      member: joined(item.member, name),
      depth: item.depth + 1,
    }
    if (name.startsWith('/') || name.split('/').includes('..')) scan.find('tar.path-escapes', inner, at, name)
    if (kind === 'link') scan.find('tar.link', inner, at, `${name} leads to ${link}`)
    else if (kind === 'other') scan.gap(inner, at, 'a member of a kind that is not read')
    else if (kind === 'file') await nested(inner)
    at = nextAt
  }
  scan.fact('members', names.length)
  return names.includes('storages') && names.includes('pickle') ? 'pytorch-tar' : 'tar'
}

/** Readers that are told to go on behind the end find another archive there. */
async function scanBehind(scan: Scan, item: ScanItem, at: number): Promise<void> {
  const rest = await item.source.read(at, MAX_FILLING_BYTES, scan.signal)
  if (at + rest.length < item.source.size || rest.some((byte) => byte !== 0)) scan.gap(item, at, 'tar: bytes follow the end of the archive')
}
