import { describe, expect, test } from 'vitest'
import type { Citation } from '../facts/citation.ts'
import type { SectionOutput } from '../probe/section.ts'
import { evidenceDigest } from './evidence-digest.ts'

const output = (id: string, stdout: string) => [id, { id, stdout } as SectionOutput] as const

/** Digest of a verdict that cites the lines (all of them unless told) of one section. */
function digest(
  text: string,
  { section = 'x', title = 'T', ...more }: { section?: string; title?: string; status?: string; cite?: Citation[] } = {},
) {
  const cite = more.cite ?? text.split('\n').map((_, index): Citation => ({ section, line: index + 1 }))
  const found = { control: 'c', subject: 's', status: 'fail', severity: 'high', title, ...more, cite }
  return evidenceDigest(found, new Map([output(section, text)]))
}

describe('noise does not change it', () => {
  test.each([
    [
      'owner and queues of a socket',
      'listeners',
      'tcp   LISTEN 0      4096         *:11434    *:*    users:(("ollama",pid=1410,fd=3))',
      'tcp   LISTEN 129      4096     *:11434   *:*    users:(("ollama",pid=99,fd=11))',
    ],
    ['a row of ps', 'processes', '   1410       1   991 vllm  vllm /opt/vllm serve', ' 77 23 991 vllm  vllm /opt/vllm serve'],
    ['a row about one process', 'processes', '@cgroup 1410 0::/system.slice/vllm.service', '@cgroup 7 0::/system.slice/vllm.service'],
    ['the main process of a unit', 'units', 'MainPID=1410', 'MainPID=2'],
    [
      'when a unit started',
      'units',
      'ExecStart={ path=/x ; argv[]=/x a ; start_time=[Mon 2026-11-02 10:00:00 UTC] ; pid=12 ; status=0/0 }',
      'ExecStart={ path=/x ; argv[]=/x a ; start_time=[n/a] ; pid=0 ; status=0/0 }',
    ],
    ['counters of nft', 'nft', 'tcp dport 443 counter packets 12 bytes 900 accept', 'tcp dport 443 counter packets 0 bytes 0 accept'],
    ['counters of iptables', 'iptables', ':INPUT DROP [12:900]', ':INPUT DROP [0:0]'],
    [
      'how long a container runs',
      'containers',
      '{"Id":"abc","Names":"chat","Status":"Up 3 days","Ports":"0.0.0.0:11434->11434/tcp"}',
      '{"Id":"def","Names":"chat","Status":"Up 2 hours","Ports":"0.0.0.0:11434->11434/tcp"}',
    ],
    ['a time', 'x', 'at 2026-11-22T10:00:00Z: open', 'at 2026-11-23 11:30:01 UTC: open'],
  ])('%s', (_, section, before, after) => {
    expect(digest(before, { section })).toBe(digest(after, { section }))
  })

  test('days that pass until a date', () => {
    expect(digest('', { title: 'Certificate ends in 12 days' })).toBe(digest('', { title: 'Certificate ends in 1 day' }))
  })

  test('lines around the offending ones, and lines that are not cited', () => {
    const cite = [
      { section: 'x', line: 2, note: 'no' },
      { section: 'x', line: 1 },
    ]
    expect(digest('a\nb\nc', { cite })).toBe(digest('z\nb\ny', { cite }))
  })

  test('what only confirms, and which line proved it', () => {
    const deciding = { section: 'x', line: 2, note: 'no' }
    const confirming = { section: 'x', line: 1, note: 'heard', proves: '' }
    expect(digest('a\nb', { cite: [confirming, deciding] })).toBe(digest('a\nb', { cite: [deciding] }))
    expect(digest('a\nb', { cite: [{ ...confirming, proves: 'open' }] })).toBe(digest('a\nb', { cite: [{ ...deciding, proves: 'open' }] }))
    const alone = [{ section: 'x', line: 2 }]
    expect(digest('a\nb', { cite: [confirming, ...alone] })).toBe(digest('a\nb', { cite: alone }))
  })

  test('where a line stands', () => {
    expect(digest('\nb', { cite: [{ section: 'x', line: 2 }] })).toBe(digest('b', { cite: [{ section: 'x', line: 1 }] }))
  })

  test('what else a section says whose whole proves an absence', () => {
    const cite = [{ section: 'x', line: 0, note: 'Nothing denies.' }]
    expect(digest('a', { cite })).toBe(digest('b', { cite }))
  })
})

describe('what was found does', () => {
  test.each([
    ['an address', 'tcp LISTEN 0 4096 127.0.0.1:11434 *:*', 'tcp LISTEN 0 4096 0.0.0.0:11434 *:*'],
    ['a port', 'tcp LISTEN 0 4096 *:11434 *:*', 'tcp LISTEN 0 4096 *:11435 *:*'],
    ['an account', '1410 1 991 vllm vllm serve', '1410 1 0 root vllm serve'],
    ['a word of the command', '1410 1 991 vllm vllm serve --api-key', '1410 1 991 vllm vllm serve'],
    ['a mode', 'd/750/vllm/vllm/o', 'd/777/vllm/vllm/o'],
    ['a rule', 'ip saddr 10.0.0.0/8 accept', 'ip saddr 10.1.0.0/16 accept'],
  ])('%s', (_, before, after) => {
    expect(digest(before)).not.toBe(digest(after))
  })

  test('what a line beside the offending ones proves', () => {
    const reached = (whom: string) =>
      digest('a\nb', {
        cite: [
          { section: 'x', line: 1, note: 'no' },
          { section: 'x', line: 0, proves: whom },
        ],
      })
    expect(reached('open to 10.0.0.0/8')).not.toBe(reached('open to any IPv4 address'))
  })

  test('the title, the status, another line', () => {
    const base = digest('a')
    expect(digest('a', { title: '3 of 5 routes ignore the API key' })).not.toBe(digest('a', { title: '4 of 5 routes ignore the API key' }))
    expect(digest('a', { status: 'warning' })).not.toBe(base)
    expect(digest('a\nb')).not.toBe(base)
  })
})
