import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import ssh2 from 'ssh2'
import { describe, expect, test } from 'vitest'
import { algorithmsFor } from './algorithms.ts'
import { fingerprintOf, keyTypeOf, sha256Of } from './fingerprint.ts'
import { judgeHostKey, knownHostsName, knownKeyTypes, matchesHost, matchesPatternList, parseKnownHosts } from './known-hosts.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-known-hosts-'))
const publicOf = (text: string): { line: string; blob: Buffer } => {
  const [type = '', base64 = ''] = text.split(' ')
  return { line: `${type} ${base64}`, blob: Buffer.from(base64, 'base64') }
}
const ed = publicOf(ssh2.utils.generateKeyPairSync('ed25519').public)
const other = publicOf(ssh2.utils.generateKeyPairSync('ed25519').public)
const rsa = publicOf(ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).public)
const ecdsa = publicOf(ssh2.utils.generateKeyPairSync('ecdsa', { bits: 521 }).public)

const hashed = (name: string): string => {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}
const entriesOf = (text: string) => parseKnownHosts(text, 'f').entries

/** Line numbers that OpenSSH itself finds for a name. With `-l` it reads the keys too, as `ssh` does; without, damaged ones are found. */
function linesFoundByOpenSsh(text: string, name: string): number[] {
  const file = join(folder, 'known_hosts')
  writeFileSync(file, text)
  try {
    const out = execFileSync('ssh-keygen', ['-l', '-f', file, '-F', name], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] })
    return [...out.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]))
  } catch {
    return []
  }
}
const linesFoundHere = (text: string, name: string): number[] =>
  entriesOf(text)
    .filter(({ hosts }) => matchesHost(hosts, name))
    .map(({ line }) => line)

describe('a known_hosts line', () => {
  test.each([
    ['comment', '# x', 0, 0],
    ['blank', '  \t', 0, 0],
    ['plain', `a ${ed.line}`, 1, 0],
    ['indented, tabs, comment at the end', `\t a,b\t${ed.line.replace(' ', '\t')} me@here # more`, 1, 0],
    ['written on Windows', `a ${ed.line}\r`, 1, 0],
    ['hashed', `${hashed('a')} ${ed.line}`, 1, 0],
    ['revoked', `@revoked * ${ed.line}`, 1, 0],
    ['authority', `@cert-authority *.x ${ed.line}`, 1, 0],
    ['unknown marker', `@trusted a ${ed.line}`, 0, 1],
    ['two markers', `@revoked @cert-authority a ${ed.line}`, 0, 1],
    ['marker alone', '@revoked', 0, 1],
    ['no key', 'a ssh-ed25519', 0, 1],
    ['hash of another kind', `|2|abc|def ${ed.line}`, 0, 1],
    ['hash with a short salt', `|1|YQ==|${Buffer.alloc(20).toString('base64')} ${ed.line}`, 0, 1],
    ['type that does not fit the key', `a ssh-rsa ${ed.line.split(' ')[1]}`, 0, 1],
    ['unknown type', `a ssh-foo ${ed.line.split(' ')[1]}`, 0, 1],
    ['truncated key', `a ${ed.line.slice(0, -3)}`, 0, 1],
    ['SSH 1', 'a 1024 35 1234567890', 0, 1],
  ])('%s', (_, line, entries, problems) => {
    const parsed = parseKnownHosts(line, 'f')
    expect([parsed.entries.length, parsed.problems.length]).toEqual([entries, problems])
  })

  test('is told apart by file and line', () => {
    expect(parseKnownHosts(`\n# c\na ${ed.line}\nbroken\n`, '/x')).toEqual({
      entries: [{ marker: 'none', hosts: 'a', keyType: 'ssh-ed25519', blob: ed.blob, file: '/x', line: 3 }],
      problems: [{ file: '/x', line: 4, reason: 'host, key type and key expected' }],
    })
  })

  test('of any shape never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseKnownHosts(text, 'f')))
    fc.assert(fc.property(fc.string(), fc.string(), (hosts, name) => typeof matchesHost(hosts, name) === 'boolean'))
  })
})

describe('the name of a host', () => {
  test.each([
    ['gpu1', 22, 'gpu1'],
    ['GPU1.Example', 22, 'gpu1.example'],
    ['gpu1', 2222, '[gpu1]:2222'],
    ['fd00::1', 22, 'fd00::1'],
    ['fd00::1', 2222, '[fd00::1]:2222'],
  ])('%s port %i is filed under %s', (address, port, name) => {
    expect(knownHostsName(address, port)).toBe(name)
  })

  test.each([
    ['a,b', 'b', true],
    ['a,b', 'ab', false],
    ['*.example', 'x.example', true],
    ['*.example', 'example', false],
    ['10.0.0.?', '10.0.0.7', true],
    ['10.0.0.?', '10.0.0.77', false],
    ['*,!bad', 'bad', false],
    ['!bad,*', 'bad', false],
    ['!bad', 'good', false],
    ['*,!bad*', 'good', true],
    ['GPU1', 'gpu1', true],
    ['[gpu1]:22', 'gpu1', false],
    ['[gpu1]:*', '[gpu1]:2222', true],
    ['gpu1', '[gpu1]:2222', false],
    ['*a*b*c*', 'xxaxxbxxcxx', true],
  ])('pattern %s against %s: %s', (list, name, matches) => {
    expect(matchesPatternList(list, name)).toBe(matches)
  })

  test('is matched in bounded time by the worst pattern', () => {
    expect(matchesPatternList(`${'*a'.repeat(400)}b`, 'a'.repeat(4_000))).toBe(false)
  })

  test('matches the lines that ssh-keygen -F finds', () => {
    // A small alphabet, so that names and patterns often meet.
    const label = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', '.'), minLength: 1, maxLength: 4 })
    const named = fc.oneof(
      label,
      label.map((text) => `[${text}]:2222`),
    )
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', 'B', '1', '.', '*', '?', '!', '[', ']', ':', '2'),
      minLength: 1,
      maxLength: 5,
    })
    const field = fc.oneof(
      named,
      fc.array(fc.oneof(pattern, named), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
      named.map((name) => hashed(name.toLowerCase())),
    )
    const key = fc.constantFrom(ed.line, rsa.line, ecdsa.line, 'ssh-ed25519 AAAA', 'ssh-rsa')
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(field, key).map(([hosts, text]) => `${hosts} ${text}`) },
      { weight: 1, arbitrary: fc.constantFrom('', '# comment', ' \t', `|1|broken|hash ${ed.line}`) },
    )
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), named, (lines, name) => {
        const text = `${lines.join('\n')}\n`
        const lowered = name.toLowerCase()
        expect(linesFoundHere(text, lowered)).toEqual(linesFoundByOpenSsh(text, lowered))
      }),
      { numRuns: 60 },
    )
  })

  test('hashed by ssh-keygen -H is found', () => {
    const file = join(folder, 'to-hash')
    writeFileSync(file, `gpu1.example ${ed.line}\n[10.0.0.1]:2222 ${rsa.line}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
    const text = execFileSync('cat', [file], { encoding: 'utf8' })
    expect(text).toContain('|1|')
    expect(linesFoundHere(text, 'gpu1.example')).toEqual([1])
    expect(linesFoundHere(text, '[10.0.0.1]:2222')).toEqual([2])
    expect(linesFoundHere(text, '10.0.0.1')).toEqual([])
  })
})

describe('a presented key', () => {
  const judge = (text: string, blob = ed.blob) => judgeHostKey(entriesOf(text), 'gpu1', blob)

  test.each([
    ['nothing on file', '', 'unknown'],
    ['another host on file', `gpu2 ${ed.line}`, 'unknown'],
    ['the same key', `gpu1 ${ed.line}`, 'trusted'],
    ['the same key among others', `gpu1 ${other.line}\ngpu1 ${rsa.line}\ngpu1 ${ed.line}`, 'trusted'],
    ['another key of the same type', `gpu1 ${other.line}`, 'changed'],
    ['only a key of another type', `gpu1 ${rsa.line}`, 'changed'],
    ['a wildcard with another key', `gpu* ${other.line}`, 'changed'],
    ['revoked, though also trusted', `gpu1 ${ed.line}\n@revoked * ${ed.line}`, 'revoked'],
    ['another key revoked', `@revoked * ${other.line}`, 'unknown'],
    ['revoked for other hosts', `@revoked gpu2 ${ed.line}`, 'unknown'],
    ['an authority is no host key', `@cert-authority * ${ed.line}`, 'unknown'],
    ['negated', `*,!gpu1 ${other.line}`, 'unknown'],
  ])('with %s', (_, text, kind) => {
    expect(judge(text).kind).toBe(kind)
  })

  test('is asked for in the types on file first', () => {
    const types = knownKeyTypes(entriesOf(`gpu1 ${rsa.line}\n@revoked gpu1 ${ed.line}`), 'gpu1')
    expect([...types]).toEqual(['ssh-rsa'])
    expect(algorithmsFor(types, 'commands').serverHostKey).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
    ])
  })
})

describe('a fingerprint', () => {
  test.each([
    ['ed25519', ed],
    ['rsa', rsa],
    ['ecdsa', ecdsa],
  ])('of %s is what ssh-keygen -l prints', (name, key) => {
    const file = join(folder, `${name}.pub`)
    writeFileSync(file, `${key.line}\n`)
    const printed = execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' })
    expect(printed.split(' ')[1]).toBe(sha256Of(key.blob))
    expect(fingerprintOf(key.blob).keyType).toBe(key.line.split(' ')[0])
  })

  test.each([
    [Buffer.alloc(0)],
    [Buffer.from('000000ff61', 'hex')],
    [Buffer.from('0000000161', 'hex')],
    [Buffer.from('00000001ff00', 'hex')],
  ])('has no type when the blob is damaged', (blob) => {
    expect(keyTypeOf(blob)).toBeUndefined()
  })
})
