import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import { compareApk } from './apk.ts'
import { compareDebian, debianUpstream } from './debian.ts'
import { compareBuilds, compareDotted, compareOpenSsh } from './dotted.ts'
import { type CompareVersions, orderingOf } from './ordering.ts'
import { compareRpm } from './rpm.ts'

const ordering = (ecosystem: string, name = 'any'): CompareVersions => {
  const found = orderingOf(ecosystem, name)
  if (found === undefined) throw new Error(`no ordering for ${ecosystem}`)
  return found
}
const sign = (value: number | undefined): string => (value === undefined ? '?' : value < 0 ? '<' : value > 0 ? '>' : '=')

/** Versions from the oldest to the newest; neighbours joined by `=` are the same. */
describe.each<[string, CompareVersions, readonly (readonly string[])[]]>([
  [
    'PEP 440, the order of its own summary and the forms that vLLM releases take',
    ordering('PyPI'),
    [
      ['1.0.dev456'],
      ['1.0a1'],
      ['1.0a2.dev456'],
      ['1.0a12.dev456'],
      ['1.0a12'],
      ['1.0b1.dev456'],
      ['1.0b2'],
      ['1.0b2.post345.dev456'],
      ['1.0b2.post345'],
      ['1.0rc1.dev456'],
      ['1.0rc1', '1.0c1', '1.0.RC.1'],
      ['1.0', '1.0.0', 'v1.0'],
      ['1.0+abc.5'],
      ['1.0+abc.7'],
      ['1.0+5'],
      ['1.0.post456.dev34'],
      ['1.0.post456'],
      ['1.1.dev1'],
      ['1!0.1'],
    ],
  ],
  ['vLLM', ordering('PyPI'), [['0.8.5'], ['0.8.5.post1'], ['0.9.0rc1'], ['0.9.0'], ['0.10.1'], ['0.10.1.1'], ['0.11.0rc2'], ['0.11.0']]],
  [
    'semantic versions',
    ordering('Go'),
    [['1.0.0-alpha'], ['1.0.0-alpha.1'], ['1.0.0-beta.2'], ['1.0.0-beta.11'], ['v1.0.0-rc.1'], ['1.0.0', 'v1.0.0+build', '1.0'], ['1.0.1']],
  ],
  ['NVIDIA drivers', ordering('upstream', 'nvidia-driver'), [['535.274.02'], ['550.54.14'], ['550.90.07'], ['550.144.03'], ['570.86.15']]],
  ['builds of llama.cpp', ordering('upstream', 'llama.cpp'), [['0'], ['b999'], ['b1234', '1234', 'b1234-0123abc'], ['b10000']]],
  ['OpenSSH', ordering('upstream', 'openssh'), [['8.5p1'], ['9.2p1'], ['9.8p1'], ['9.9'], ['9.9p1'], ['9.9p2'], ['10.0p1']]],
  ['Debian', compareDebian, [['1.0~rc1'], ['1.0', '0:1.0', '1.0-0'], ['1.0-1'], ['1.0-1+b1'], ['1.0+dfsg-1'], ['1.0.1'], ['1:0.1']]],
  ['RPM', compareRpm, [['1.0~rc1-1'], ['1.0-1.el9'], ['1.0-2.el9'], ['1.0^git1-1'], ['1.0.1-1'], ['1.0.10-1'], ['1:0.1-1']]],
  [
    'Alpine: the forms that the tests of apk-tools have',
    ordering('Alpine:v3.22'),
    [
      ['0.1.0_alpha_pre2'],
      ['0.1.0_alpha'],
      ['0.1.0_alpha2'],
      ['0.1.3_alpha'],
      ['0.9.8c-r1'],
      ['0.9.8d'],
      ['1.0.0_pre20191002222144-r0'],
      ['1.0.0_pre20210530193627-r0'],
      ['1.00_beta2'],
      ['1.00'],
      ['1.06-r6'],
      ['1.1_rc3-r1'],
      ['1.1', '01.1'],
      ['1.1-r0'],
      ['1.1-r10'],
      ['1.1~0a1b-r0'],
      ['1.1_git20240401'],
      ['1.1_p9-r0'],
      ['1.1_p10-r0'],
      ['1.1a-r1'],
      ['1.1.0'],
      ['1.10'],
      ['006'],
      ['20050718-r1'],
    ],
  ],
])('%s', (_, compare, groups) => {
  test('orders', () => {
    const flat = groups.flatMap((group, rank) => group.map((version) => ({ version, rank })))
    const wrong = flat.flatMap((a) =>
      flat
        .filter((b) => sign(compare(a.version, b.version)) !== sign(a.rank - b.rank))
        .map((b) => `${a.version} ${sign(compare(a.version, b.version))} ${b.version}`),
    )
    expect(wrong).toEqual([])
  })
})

test.each([
  ['0.7.0', 'b9000', 1],
  ['b10438', 'v0.1.2', -1],
  ['0', '0.1.2', -1],
  ['0.2.0', '0.7.0', -1],
  ['b11669', '0.7.0', undefined],
])('llama.cpp %s and %s', (a, b, expected) => expect(compareBuilds(a, b)).toBe(expected))

test.each<[CompareVersions, string]>([
  [ordering('PyPI'), 'latest'],
  [ordering('Go'), 'main-3f2a'],
  [compareDotted, '1.2.x'],
  [compareDotted, ''],
  [compareBuilds, 'master'],
  [compareOpenSsh, '9.8'.padEnd(5, 'q')],
  [compareDebian, '1.0 beta'],
  [compareRpm, 'a b'],
  [compareApk, '1.0bc'],
  [compareApk, '1.0-1'],
  [compareApk, '1.0_dev'],
])('text that is no version is not guessed: %#', (compare, text) => {
  expect(compare(text, '1.0')).toBeUndefined()
  expect(compare('1.0', text)).toBeUndefined()
})

test('an ecosystem that is not known has no order', () => expect(orderingOf('Hackage', 'any')).toBeUndefined())

test('the upstream part of a package version', () => {
  expect(['5:27.3.1-1~debian.12~bookworm', '1.17.8-1', '1.28.0', '2:9-rc1-3'].map(debianUpstream)).toEqual([
    '27.3.1',
    '1.17.8',
    '1.28.0',
    '9-rc1',
  ])
})

/** Pieces that the formats are made of, with those that are easily got wrong. */
const piece = fc.constantFrom(...['0', '1', '2', '9', '10', '007', '.', '.', '.', '~', '+', 'a', 'b', 'rc', 'Z', 'el9', 'dfsg', 'git'])
const loose = fc.tuple(fc.nat(12), fc.array(piece, { maxLength: 6 })).map(([first, rest]) => `${first}${rest.join('')}`)
const debian = fc
  .tuple(fc.option(fc.nat(3)), loose, fc.option(loose))
  .map(([epoch, version, revision]) => `${epoch === null ? '' : `${epoch}:`}${version}${revision === null ? '' : `-${revision}`}`)
const rpmPiece = fc.constantFrom(...['0', '1', '2', '10', '007', '.', '_', '~', '^', '+', 'a', 'B', 'rc', 'el9'])
const rpm = fc.tuple(fc.nat(12), fc.array(rpmPiece, { maxLength: 7 })).map(([first, rest]) => `${first}${rest.join('')}`)
const apk = fc
  .tuple(
    fc.constantFrom('0', '1', '1', '2', '007', '20240401'),
    fc.array(fc.constantFrom('.0', '.1', '.00', '.01', '.010', '.9', '.10'), { maxLength: 3 }),
    fc.constantFrom('', '', '', 'a', 'b'),
    fc.array(fc.constantFrom('_alpha', '_beta2', '_pre', '_rc1', '_rc10', '_git20240401', '_p', '_p1', '_p02', '_hg', '_cvs', '_svn'), {
      maxLength: 2,
    }),
    fc.constantFrom('', '', '', '~0a', '~0a1b'),
    fc.constantFrom('', '-r0', '-r1', '-r10', '-r01'),
  )
  .map(([first, numbers, letter, suffixes, commit, revision]) => [first, ...numbers, letter, ...suffixes, commit, revision].join(''))
const pep = fc
  .tuple(
    fc.constantFrom('', '', '', '1!'),
    fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', 'a1', 'b2', 'rc1', '-rc.2', '.alpha', 'c3'),
    fc.constantFrom('', '', '.post1', '-1', 'rev2'),
    fc.constantFrom('', '', '.dev0', 'dev3'),
    fc.constantFrom('', '', '', '+cu121', '+1.2', '+a.10', '+ubuntu-1', '+local_2'),
  )
  .map(([epoch, release, pre, post, dev, local]) => `${epoch}${release.join('.')}${pre}${post}${dev}${local}`)
const semantic = fc
  .tuple(
    fc.nat(3),
    fc.nat(12),
    fc.nat(12),
    fc.constantFrom('', '', '-rc.1', '-rc.10', '-beta', '-1', '-a.b.c', '-0a'),
    fc.constantFrom('', '+b.1'),
  )
  .map(([major, minor, patch, pre, build]) => `${major}.${minor}.${patch}${pre}${build}`)

const pairsOf = (version: fc.Arbitrary<string>, count: number): readonly (readonly [string, string])[] =>
  fc.sample(fc.tuple(version, version), { numRuns: count, seed: 20261125 })
const installed = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** Feeds pairs to a program that prints -1, 0 or 1 for each, and lists those that it orders otherwise. */
function disagreements(pairs: readonly (readonly [string, string])[], command: string, args: string[], compare: CompareVersions): string[] {
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('')
  const { stdout, stderr, status } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 24 })
  if (status !== 0) throw new Error(stderr)
  const answers = stdout.trim().split('\n')
  expect(answers.length).toBe(pairs.length)
  return pairs.flatMap(([a, b], at) => {
    const [own, theirs] = [sign(compare(a, b)), sign(Number(answers[at]))]
    return own === theirs ? [] : [`${a} ${own} ${b}, the reference says ${theirs}`]
  })
}

describe('against the tool of each ecosystem', () => {
  const python = ['/usr/bin/python3', 'python3'].find((one) => installed(one, '-c', 'import packaging.version'))

  test.skipIf(!installed('dpkg', '--version'))('dpkg --compare-versions', () => {
    const script =
      'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done'
    expect(disagreements(pairsOf(debian, 300), 'sh', ['-c', script], compareDebian)).toEqual([])
  })

  test.skipIf(python === undefined)('packaging.version of Python', () => {
    const script =
      'import sys\nfrom packaging.version import Version as V\nfor line in sys.stdin:\n a,b=map(V,line.split())\n print((a>b)-(a<b))'
    expect(disagreements(pairsOf(pep, 1500), python ?? '', ['-c', script], ordering('PyPI'))).toEqual([])
  })

  test.skipIf(!installed('rpm', '--version'))('rpm.vercmp', () => {
    const pairs = pairsOf(rpm, 600)
    const list = pairs.map(([a, b]) => `{"${a}","${b}"}`).join(',')
    const script = `rpm --eval '%{lua: for _, p in ipairs({${list}}) do print(rpm.vercmp(p[1], p[2]) .. "\\n") end}' | grep -v '^$'`
    expect(disagreements(pairs, 'sh', ['-c', script], compareRpm)).toEqual([])
  })

  // No repository of Debian has apk, so that it cannot be asked everywhere.
  if (installed('apk', '--version'))
    test('apk version -t', () => {
      const script = 'while read -r a b; do apk version -t "$a" "$b"; done | sed "s/</-1/;s/=/0/;s/>/1/"'
      expect(disagreements(pairsOf(apk, 600), 'sh', ['-c', script], compareApk)).toEqual([])
    })

  test('semver of npm', () => {
    const wrong = pairsOf(semantic, 1000).filter(([a, b]) => ordering('Go')(`v${a}`, b) !== semver.compare(a, b))
    expect(wrong).toEqual([])
  })
})

test.each<[string, CompareVersions]>([
  ['PEP 440', ordering('PyPI')],
  ['semver', ordering('Go')],
  ['dotted', compareDotted],
  ['Debian', compareDebian],
  ['RPM', compareRpm],
  ['Alpine', compareApk],
  ['OpenSSH', compareOpenSsh],
  ['llama.cpp', compareBuilds],
])('any two texts: an order that does not depend on the side, and no exception (%s)', (_, compare) => {
  const text = fc.oneof(fc.string(), debian, rpm, pep, semantic, apk)
  fc.assert(fc.property(text, text, (a, b) => sign(compare(a, b)) === sign(negated(compare(b, a)))))
})

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value)
