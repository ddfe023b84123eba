import { expect, test } from 'vitest'
import { parseSources } from './parse.ts'
import { section } from './sources-section.testing.ts'

test('what unattended-upgrades does, and how often', () => {
  const read = (...rows: string[]) => parseSources(section('apt-config', '', rows.join('\n'))).automatic
  const kept = read(
    'APT::Periodic::Unattended-Upgrade "30";',
    'Unattended-Upgrade::Package-Blacklist "";',
    'Unattended-Upgrade::Package-Blacklist:: "nvidia-";',
  )
  expect(kept).toMatchObject({ aptUpgrade: { on: true }, aptEveryDays: 30, aptKeptBack: [{ pattern: 'nvidia-', line: 4 }] })
  expect(read('APT::Periodic::Unattended-Upgrade "1";', 'Unattended-Upgrade::Package-Blacklist "";')).toMatchObject({
    aptEveryDays: 1,
    aptKeptBack: [],
  })
})

test('unattended-upgrades that waits for the shutdown, touches a few packages, or has the archive of ESM alone', () => {
  const read = (...rows: string[]) => parseSources(section('apt-config', '', rows.join('\n'))).automatic
  const shutdown = (value: string) => read(`Unattended-Upgrade::InstallOnShutdown "${value}";`).aptOnShutdown?.line
  expect(['true', '1', 'Yes', 'false', '0', ''].map(shutdown)).toEqual([2, 2, 2, undefined, undefined, undefined])
  expect(
    read('Unattended-Upgrade::InstallOnShutdown "true";', 'Unattended-Upgrade::InstallOnShutdown "false";').aptOnShutdown,
  ).toBeUndefined()
  expect(read('Unattended-Upgrade::Package-Whitelist "";', 'Unattended-Upgrade::Package-Whitelist:: "nginx";').aptOnly).toEqual([
    { pattern: 'nginx', line: 3 },
  ])
  expect(read('Unattended-Upgrade::Origins-Pattern:: "o=a,n=b";', 'Unattended-Upgrade::Allowed-Origins:: "Ubuntu:c";').aptOrigins).toEqual([
    { pattern: 'Ubuntu:c', legacy: true, line: 3 },
    { pattern: 'o=a,n=b', legacy: false, line: 2 },
  ])
})

/** What apt 2.6.1 made of each, asked to update from and to install what nobody signed. */
test.each<[options: string, unsigned: boolean]>([
  ['[trusted=yes] ', true],
  ['[trusted=Yes] ', true],
  ['[trusted=1] ', true],
  ['[trusted=with] ', true],
  ['[ arch=amd64,all trusted=yes ] ', true],
  ['[trusted=any] ', false],
  ['[Trusted=yes] ', false],
  ['[trusted=yes trusted=no] ', false],
  ['[allow-insecure=yes] ', false],
  ['', false],
])('apt: deb %shttp://a/ ./', (options, unsigned) => {
  const { packageSources } = parseSources(section('apt-sources', '/etc/apt/sources.list', `deb ${options}http://a/ ./`))
  expect(packageSources).toMatchObject([{ url: 'http://a/', ...(unsigned && { unsigned: { line: 2 } }) }])
  expect(packageSources[0]?.unsigned !== undefined).toBe(unsigned)
})

test('apt: a stanza that trusts its source, whatever key it names', () => {
  const text = 'Types: deb\nURIs: http://a/\nSigned-By: /k\nTrusted: yes\n\nTypes: deb\nURIs: http://b/\nTrusted: no'
  const { packageSources } = parseSources(section('apt-sources', '/x.sources', text))
  expect(packageSources.map(({ unsigned }) => unsigned)).toEqual([{ line: 5 }, undefined])
})

/** What apt 2.6.1 made of each below `Types: deb` and `URIs: …`, with `APT::Get::AllowUnauthenticated` where the last says so. */
test.each<[rows: string, of: 'signed' | 'unsigned' | 'off', unasked?: string]>([
  ['Trusted:\n yes', 'unsigned'],
  ['Trusted: yes\nTrusted: no', 'signed'],
  ['Trusted: yes no', 'signed'],
  ['trusted :1', 'unsigned'],
  ['Enabled:\n no\nTrusted: yes', 'off'],
  ['Allow-Insecure: yes', 'signed'],
  ['Allow-Insecure: yes', 'unsigned', '1'],
  ['Allow-Insecure:\n yes', 'unsigned', 'true'],
  ['Allow-Insecure: yes', 'signed', 'false'],
])('apt: a stanza with %j is %s', (rows, expected, unasked) => {
  const text = `Types: deb\nURIs: http://a/\n${rows}`
  const config = unasked === undefined ? '' : `${section('apt-config', '', `APT::Get::AllowUnauthenticated "${unasked}";`)}\n`
  const { packageSources } = parseSources(config + section('apt-sources', '/x.sources', text))
  expect(packageSources.map(({ unsigned }) => (unsigned ? 'unsigned' : 'signed'))).toEqual(expected === 'off' ? [] : [expected])
})

test('apt: a line that allows what is not signed, where nobody is asked', () => {
  const config = section('apt-config', '', 'APT::Get::AllowUnauthenticated "1";')
  const { packageSources } = parseSources(`${config}\n${section('apt-sources', '/x.list', 'deb [allow-insecure=yes] http://a/ ./')}`)
  expect(packageSources).toMatchObject([{ unsigned: { line: 5 } }])
})

test.each<[rows: readonly string[], line: number | undefined]>([
  [['Acquire::AllowInsecureRepositories "true";', 'APT::Get::AllowUnauthenticated "1";'], 2],
  [['Acquire::AllowInsecureRepositories "true";'], undefined],
  [['APT::Get::AllowUnauthenticated "true";'], undefined],
  [['Acquire::AllowInsecureRepositories "0";', 'APT::Get::AllowUnauthenticated "true";'], undefined],
])('apt: %j', (rows, line) => expect(parseSources(section('apt-config', '', rows.join('\n'))).aptUnsigned?.line).toBe(line))
