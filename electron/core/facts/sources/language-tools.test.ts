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

/** Held against pip 23.2 with files of its own and variables. */
test.each<[what: string, blocks: readonly (readonly [file: string, rows: string])[], expected: readonly (readonly [string, boolean])[]]>([
  [
    'an account trusts the index of all',
    [
      ['/etc/pip.conf', 'index-url = https://p.lan/simple'],
      ['/home/a/.config/pip/pip.conf', 'trusted-host = p.lan'],
    ],
    [['https://p.lan/simple', true]],
  ],
  [
    'all trust the index of an account',
    [
      ['/etc/pip.conf', 'trusted-host = p.lan'],
      ['/root/.config/pip/pip.conf', 'index-url = http://p.lan/simple'],
    ],
    [['http://p.lan/simple', true]],
  ],
  [
    'another account',
    [
      ['/root/.config/pip/pip.conf', 'index-url = https://p.lan/simple'],
      ['/home/a/.config/pip/pip.conf', 'trusted-host = p.lan pypi.org'],
    ],
    [
      ['https://p.lan/simple', false],
      ['https://pypi.org/simple', true],
    ],
  ],
])('pip, several files: %s', (_, blocks, expected) => {
  const { packageSources } = parseSources(blocks.map(([file, rows]) => section('pip', file, rows)).join('\n'))
  expect(packageSources.map(({ url, unsigned }) => [url, unsigned?.unverified === true])).toEqual(expected)
})

test.each<[rows: string, expected: readonly string[]]>([
  ['PIP_INDEX_URL=https://p.lan/simple', ['https://p.lan/simple']],
  ['export PIP_INDEX_URL="http://p.lan/simple" PIP_TRUSTED_HOST=p.lan', ['http://p.lan/simple unverified']],
  ["export PIP_EXTRA_INDEX_URL='https://a.lan/ https://b.lan/' # PIP_FIND_LINKS=https://c.lan/", ['https://a.lan/', 'https://b.lan/']],
  ['PIP_TRUSTED_HOST=pypi.org', ['https://pypi.org/simple unverified']],
  ['UV_DEFAULT_INDEX=http://p.lan/simple', ['http://p.lan/simple unsigned']],
  ['UV_INDEX="ours=https://p.lan/simple https://q.lan/"', ['https://p.lan/simple', 'https://q.lan/']],
  ['UV_INSECURE_HOST=p.lan\nUV_INDEX_URL=https://p.lan/', ['https://p.lan/ unverified']],
  ['NPM_CONFIG_REGISTRY=http://n.lan/', ['http://n.lan/ unsigned']],
  ['export npm_config_strict_ssl=false', ['https://registry.npmjs.org/ unverified']],
  ['CONDA_CHANNELS=conda-forge,https://c.lan/ai', ['https://c.lan/ai', 'https://conda.anaconda.org/conda-forge']],
  ['CONDA_SSL_VERIFY=false', ['https://repo.anaconda.com/pkgs unverified']],
  ['MY_PIP_INDEX_URL=https://p.lan/simple\nPIP_INDEX_URL_OLD=https://p.lan/', []],
])('variables of logins: %s', (rows, expected) => {
  const { packageSources } = parseSources(section('environment', '/etc/environment', rows))
  const said = packageSources.map(({ url, unsigned }) => `${url}${unsigned?.unverified ? ' unverified' : unsigned ? ' unsigned' : ''}`)
  expect(said.toSorted()).toEqual(expected)
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

/** npm, config: variables before the file of an account, and that before the one of all, each setting by itself (asked of npm 11.19 with `npm config get`). */
test.each<[what: string, blocks: readonly (readonly [tag: string, file: string, rows: string])[], expected: readonly string[]]>([
  [
    'a variable leaves the registry of all unchecked',
    [
      ['npm', '/etc/npmrc', 'registry=https://n.lan/'],
      ['environment', '/etc/environment', 'NPM_CONFIG_STRICT_SSL=false'],
    ],
    ['https://n.lan/ unchecked'],
  ],
  [
    'two variables',
    [['environment', '/etc/environment', 'NPM_CONFIG_REGISTRY=https://n.lan/\nNPM_CONFIG_STRICT_SSL=false']],
    ['https://n.lan/ unchecked'],
  ],
  [
    'an account leaves it unchecked',
    [
      ['npm', '/etc/npmrc', 'registry=https://n.lan/'],
      ['npm', '/home/a/.npmrc', 'strict-ssl=false'],
    ],
    ['https://n.lan/ unchecked'],
  ],
  [
    'a variable has it checked',
    [
      ['npm', '/etc/npmrc', 'registry=https://n.lan/\nstrict-ssl=false'],
      ['environment', '/etc/environment', 'NPM_CONFIG_STRICT_SSL=true'],
    ],
    ['https://n.lan/ checked'],
  ],
  [
    'another account',
    [
      ['npm', '/home/b/.npmrc', 'registry=https://n.lan/'],
      ['npm', '/home/a/.npmrc', 'strict-ssl=false'],
    ],
    ['https://n.lan/ checked', 'https://registry.npmjs.org/ unchecked'],
  ],
  [
    'conda: two variables',
    [['environment', '/etc/profile.d/conda.sh', 'export CONDA_CHANNELS=https://c.lan/ai\nexport CONDA_SSL_VERIFY=false']],
    ['https://c.lan/ai unchecked'],
  ],
  [
    'conda: a channel by its name below an alias',
    [['environment', '/etc/environment', 'CONDA_CHANNEL_ALIAS=https://c.lan\nCONDA_CHANNELS=ai']],
    ['https://c.lan checked'],
  ],
  [
    'conda: an alias of all',
    [
      ['conda', '/etc/conda/.condarc', 'channel_alias: https://c.lan'],
      ['conda', '/root/.condarc', 'channels:\n  - ai\nssl_verify: false'],
    ],
    ['https://c.lan unchecked'],
  ],
  [
    'conda: what stands for defaults',
    [['environment', '/etc/environment', 'CONDA_DEFAULT_CHANNELS=https://c.lan/main\nCONDA_CHANNELS=defaults']],
    ['https://c.lan/main checked'],
  ],
])('npm and conda, several places: %s', (_, blocks, expected) => {
  const { packageSources } = parseSources(blocks.map((one) => section(...one)).join('\n'))
  expect(packageSources.map((one) => `${one.url} ${howChecked(one)}`)).toEqual(expected)
})

test('uv: an index over plain http', () => {
  const { packageSources } = parseSources(section('uv', '/etc/uv/uv.toml', '[[index]]\nurl = "http://p.lan/simple"'))
  expect(packageSources).toMatchObject([{ url: 'http://p.lan/simple', unsigned: { line: 3 } }])
})
