import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verdicts } from '../inbound-verdicts.testing.ts'
import { ENGINE, FIREWALLD } from '../machines.testing.ts'
import { parseNft } from '../nft/parse.ts'
import { readFirewalldFiles } from './files.ts'
import { firewalldConfigurations } from './random-firewalld.testing.ts'
import { firewalldTables } from './rules.ts'

/**
 * Configurations of firewalld as they lie in its folder, held against the rules that the engine of firewalld made of them. Recordings always; anew, as root, where
 * `GATEHOUSE_FIREWALLD_ROOT` names a root folder with its packages: `GATEHOUSE_FIREWALLD_SETS` says how many, `GATEHOUSE_RECORD=1` writes the recordings.
 */
const fixture = new URL('../__fixtures__/firewalld-random.json', import.meta.url)

interface Recording {
  /** What `grep -rsH . /etc/firewalld /usr/lib/firewalld/zones` printed, and the rules of the kernel. */
  readonly files: string
  readonly nft: string
}

const root = process.env.GATEHOUSE_FIREWALLD_ROOT

test.each([
  '<zone><forward-port port="8080" protocol="tcp" to-port="11434"/></zone>',
  '<zone><rule family="ipv4"><source address="10.0.0.0/8"/><forward-port port="8080" protocol="tcp" to-port="11434"/></rule></zone>',
])('what a port leads to is not followed: %s', (zone) => {
  const text = `/etc/firewalld/firewalld.conf:DefaultZone=public\n/etc/firewalld/zones/public.xml:${zone}\n`
  expect(firewalldTables(readFirewalldFiles(text), [])).toBe('Ports that public forwards are not followed.')
})

/** Each was given to the engine of 1.3.3, which started with its stock configuration. */
const refused: readonly (readonly [path: string, text: string])[] = [
  [
    'policies/own.xml',
    '<policy><ingress-zone name="HOST"/><egress-zone name="ANY"/><rule><service name="ssh"/><mark set="0x1"/></rule></policy>',
  ],
  [
    'policies/own.xml',
    '<policy><ingress-zone name="public"/><egress-zone name="HOST"/><rule><service name="ssh"/><mark set="0x1"/></rule></policy>',
  ],
  ['policies/own.xml', '<policy><ingress-zone name="ANY"/><egress-zone name="HOST"/><masquerade/></policy>'],
  ['policies/own.xml', '<policy><ingress-zone name="ANY"/><egress-zone name="HOST"/><rule><tcp-mss-clamp value="pmtu"/></rule></policy>'],
  ['policies/own.xml', '<policy target="FOO"><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>'],
  ['policies/own.xml', '<policy><ingress-zone name="ANY"/><ingress-zone name="public"/><egress-zone name="HOST"/></policy>'],
  ['policies/own.xml', '<policy><ingress-zone name="nosuch"/><egress-zone name="HOST"/></policy>'],
  ['zones/own.xml', '<zone><service name="nosuch"/></zone>'],
  ['zones/own.xml', '<zone><port port="99999" protocol="tcp"/></zone>'],
  ['zones/own.xml', '<zone><port port="80" protocol="TCP"/></zone>'],
  ['zones/own.xml', '<zone><port port="80"/></zone>'],
  ['zones/own.xml', '<zone><source address="10.0.0.1-10.0.0.9"/></zone>'],
  ['zones/own.xml', '<zone><source ipset="nosuch"/></zone>'],
  ['zones/own.xml', '<zone><rule><source ipset="nosuch"/><accept/></rule></zone>'],
  ['zones/own.xml', '<zone><rule family="ipv4"><source NOT="True" address="10.0.0.0/8"/><drop/></rule></zone>'],
  ['zones/own.xml', '<zone><interface name="eth9"/></zone>'],
  ['zones/own.xml', '<zone target="FOO"/>'],
  ['zones/own.xml', '<zone><nonsense/></zone>'],
  ['zones/a b.xml', '<zone/>'],
  ['services/own.xml', '<service><port port="99999" protocol="tcp"/></service>'],
  ['ipsets/own.xml', '<ipset type="hash:net"><entry>10.0.0.0/8</entry><entry>10.1.0.0/16</entry></ipset>'],
]
const ZONES =
  '/etc/firewalld/firewalld.conf:DefaultZone=public\n/usr/lib/firewalld/services/ssh.xml:<service><port port="22" protocol="tcp"/></service>\n'
const PUBLIC = '/etc/firewalld/zones/public.xml:<zone><interface name="eth9"/><service name="ssh"/></zone>\n'

test.each(refused)('what firewalld refuses is not what it starts with: %s %s', (path, text) => {
  const files = `${ZONES}${PUBLIC}/etc/firewalld/${path}:${text}\n`
  expect(firewalldTables(readFirewalldFiles(files), [])).toMatch(/^firewalld does not take .*what it was shipped with/)
})

/** 1.3.3 warned of each and loaded the rest without it; 2.3.1 loaded what it was shipped with. */
test.each([
  '<drop/>',
  '<log prefix="x"/><drop/>',
  '<service name="ssh"/><accept/><drop/>',
  '<source address="10.0.0.0/8"/><drop/>',
  '<service name="ssh"/><drop><limit value="3/x"/></drop>',
  '<port port="70000" protocol="tcp"/><accept/>',
])('what a rich rule that is written wrong leaves is not known: %s', (rule) => {
  const files = `${ZONES}/etc/firewalld/zones/public.xml:<zone><service name="ssh"/><rule>${rule}</rule></zone>\n`
  expect(firewalldTables(readFirewalldFiles(files), [])).toMatch(
    /^firewalld does not take a rich rule of the zone public, and by its version/,
  )
})

test.skipIf(process.env.GATEHOUSE_RECORD)('recorded configurations let in whom firewalld lets in', () => {
  const { lines, sets } = JSON.parse(readFileSync(fixture, 'utf8')) as { readonly lines: string[]; readonly sets: string[][] }
  const recordings = sets.map((texts) =>
    texts.map((text) =>
      text
        .split(' ')
        .map((number) => lines[Number(number)])
        .join('\n'),
    ),
  )
  const compared = recordings.filter(([files = '', nft = '']) => isHeld(files, nft))
  expect(compared.length).toBeGreaterThanOrEqual(20)
})

/** False where nothing is said of the files, as where a rich rule in them is written wrong. */
function isHeld(files: string, nft: string): boolean {
  const tables = firewalldTables(readFirewalldFiles(files), [])
  if (typeof tables !== 'string') expect(verdicts(tables)).toEqual(verdicts(parseNft(nft, 'nft')))
  return typeof tables !== 'string'
}

/** Each line once, and texts as its numbers. */
function packed(recordings: readonly Recording[]): string {
  const numbers = new Map<string, number>()
  const numbersOf = (text: string) => text.split('\n').map((line) => numbers.get(line) ?? numbers.set(line, numbers.size).size - 1)
  const sets = recordings.map(({ files, nft }) => [numbersOf(files).join(' '), numbersOf(nft).join(' ')])
  return `${JSON.stringify({ lines: [...numbers.keys()], sets }, null, 1)}\n`
}

/** What the probe adds: the services that are named, and those that they include. */
function withServices(files: string): string {
  const rows = files.trimEnd().split('\n')
  const asked = new Set<string>()
  for (const row of rows)
    for (const [, name] of row.matchAll(/<(?:service name|include service)=["']([\w.-]+)["']/g)) {
      const path = `/usr/lib/firewalld/services/${name}.xml`
      if (asked.has(path) || !existsSync(`${root}${path}`)) continue
      asked.add(path)
      rows.push(
        ...readFileSync(`${root}${path}`, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !/<description>.*<\/description>/.test(line))
          .map((line) => `${path}:${line}`),
      )
    }
  return rows.join('\n')
}

/** Not one that is skipped: most machines have no such root folder. */
function drawnAnew(): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-firewalld-'))
  const numRuns = Number(process.env.GATEHOUSE_FIREWALLD_SETS ?? 10)
  const drawn = fc.sample(firewalldConfigurations, { numRuns, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_128) })
  const ran = spawnSync('unshare', ['-nm', 'sh', '-c', FIREWALLD, 'sh', `${root}`, ENGINE, folder], {
    input: JSON.stringify(drawn),
    encoding: 'utf8',
  })
  expect([ran.status, ran.status === 0 ? '' : ran.stderr]).toEqual([0, ''])
  const told = (JSON.parse(readFileSync(join(folder, 'told'), 'utf8')) as Recording[]).map(({ files, nft }): Recording => {
    const inward = nft
      .split('\n\n')
      .filter((chain) => /^(?:table inet firewalld \{\s*)?\s*(?:set|chain filter_(?:INPUT|IN_|PREROUTING))/.test(chain))
    return {
      files: withServices(files.replace(/.*<description>.*<\/description>\n/g, '')),
      nft: `table inet firewalld {\n${inward.join('\n').replace(/^table.*\n/, '')}\n}\n`,
    }
  })
  rmSync(folder, { recursive: true })
  expect(told.filter(({ files, nft }) => isHeld(files, nft)).length).toBeGreaterThan(numRuns / 3)
  if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, packed(told))
}
if (root !== undefined) test('drawn anew, they let in whom firewalld lets in', { timeout: 590_000 }, drawnAnew)
