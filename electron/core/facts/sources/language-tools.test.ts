import { expect, test } from 'vitest'
import { parseSources } from './parse.ts'
import type { PackageSource } from './sources.ts'
import { section } from './sources-section.testing.ts'

const howChecked = ({ unsigned }: PackageSource) => (unsigned === undefined ? 'checked' : unsigned.unverified ? 'unchecked' : 'plain')

/** What pip 23.2 took its packages from, asked with each below `[global]`: of a host that it trusts it checks no certificate, and takes plain http. */
test.each<[rows: string, expected: readonly (readonly [string, boolean])[]]>([
  ['index-url = http://p.lan/simple', [['http://p.lan/simple', false]]],
  ['index-url = http://p.lan/simple\ntrusted-host = p.lan', [['http://p.lan/simple', true]]],
  ['index_url: http://p.lan:81/simple\ntrusted_host: p.lan', [['http://p.lan:81/simple', true]]],
  ['index-url = http://p.lan:81/simple\ntrusted-host =\n    other\n    p.lan:81', [['http://p.lan:81/simple', true]]],
  ['index-url = http://p.lan:81/simple\ntrusted-host = p.lan:82', [['http://p.lan:81/simple', false]]],
  [
    'index-url = https://p.lan/\nextra-index-url =\n    https://u:p@q.lan/\n    https://r.lan/\ntrusted-host = q.lan',
    [
      ['https://p.lan/', false],
      ['https://u:p@q.lan/', true],
      ['https://r.lan/', false],
    ],
  ],
  ['trusted-host = pypi.org files.pythonhosted.org', [['https://pypi.org/simple', true]]],
  ['trusted-host = p.lan', []],
])('pip: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('pip', '/etc/pip.conf', `[global]\n${rows}`))
  expect(packageSources.map(({ url, unsigned }) => [url, unsigned?.unverified === true])).toEqual(expected)
})

test('uv: a host of which it checks no certificate', () => {
  const text = 'allow-insecure-host = [\n  "p.lan",\n]\n[[index]]\nurl = "https://p.lan/simple"'
  const { packageSources } = parseSources(section('uv', '/etc/uv/uv.toml', text))
  expect(packageSources).toMatchObject([{ url: 'https://p.lan/simple', unsigned: { line: 3, unverified: true } }])
})

/** What npm 11.19 asked a registry on this host with each, whose certificate nobody had signed. */
test.each<[rows: string, expected: readonly (readonly [string, 'checked' | 'unchecked' | 'plain'])[]]>([
  ['registry=https://n.lan/\nstrict-ssl=false', [['https://n.lan/', 'unchecked']]],
  ['strict-ssl="false" # for now\nregistry=https://n.lan/', [['https://n.lan/', 'unchecked']]],
  [' strict-ssl = false\nstrict-ssl=true\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['strict-ssl=0\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['strict-ssl=False\nregistry=https://n.lan/', [['https://n.lan/', 'checked']]],
  ['registry=http://n.lan/', [['http://n.lan/', 'plain']]],
  ['strict-ssl=false', [['https://registry.npmjs.org/', 'unchecked']]],
  [
    '@ours:registry=https://n.lan/\nstrict-ssl=false',
    [
      ['https://n.lan/', 'unchecked'],
      ['https://registry.npmjs.org/', 'unchecked'],
    ],
  ],
  ['@ours:registry=https://n.lan/', [['https://n.lan/', 'checked']]],
])('npm: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('npm', '/etc/npmrc', rows))
  expect(packageSources.map((one) => [one.url, howChecked(one)])).toEqual(expected)
})

/** conda, user guide, settings (`ssl_verify`); its own reading of words that mean no, and `<false>` of mamba. */
test.each<[rows: string, expected: readonly (readonly [string, 'checked' | 'unchecked' | 'plain'])[]]>([
  ['ssl_verify: false\nchannels:\n  - conda-forge', [['https://conda.anaconda.org/conda-forge', 'unchecked']]],
  ['channels: [https://c.lan/main]\nssl_verify: "no" # for now', [['https://c.lan/main', 'unchecked']]],
  ['ssl_verify: <false>\nchannels:\n- https://c.lan/main', [['https://c.lan/main', 'unchecked']]],
  ['ssl_verify: false', [['https://repo.anaconda.com/pkgs', 'unchecked']]],
  ['ssl_verify: /etc/ssl/false.pem\nchannels:\n- https://c.lan/main', [['https://c.lan/main', 'checked']]],
  ['ssl_verify: truststore\nchannels: [conda-forge]', [['https://conda.anaconda.org/conda-forge', 'checked']]],
  ['channel_alias: http://c.lan\nchannels: [conda-forge]', [['http://c.lan', 'plain']]],
  [
    'channels:\n- http://c.lan/main\n- https://d.lan/main',
    [
      ['http://c.lan/main', 'plain'],
      ['https://d.lan/main', 'checked'],
    ],
  ],
])('conda: %j', (rows, expected) => {
  const { packageSources } = parseSources(section('conda', '/etc/conda/.condarc', rows))
  expect(packageSources.map((one) => [one.url, howChecked(one)])).toEqual(expected)
})

test('uv: an index over plain http', () => {
  const { packageSources } = parseSources(section('uv', '/etc/uv/uv.toml', '[[index]]\nurl = "http://p.lan/simple"'))
  expect(packageSources).toMatchObject([{ url: 'http://p.lan/simple', unsigned: { line: 3 } }])
})
