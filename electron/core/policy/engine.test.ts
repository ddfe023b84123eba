import { describe, expect, test } from 'vitest'
import { findingSchema } from '#shared/model/finding.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { createAdvisoryBook } from '../advisories/advisory-book.ts'
import type { Citation } from '../facts/citation.ts'
import { known, unknown } from '../facts/fact.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printed } from '../probe/section-output.testing.ts'
import { defineControl, type Verdict } from './control.ts'
import { evaluate, type KnownFacts } from './engine.ts'
import { evidenceOf, visible } from './evidence.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const context = { fleet, host: fleet.hosts[0] as (typeof fleet.hosts)[number], now: 0, advisories: createAdvisoryBook([], []) }

const output = (id: string, stdout: string, more: Partial<SectionOutput> = {}): SectionOutput =>
  printed(id, stdout, { command: `sudo ${id}`, sha256: 'a'.repeat(64), ...more })
const outputs = new Map([
  ['sshd', output('sshd', Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join('\n'))],
  ['nginx', output('nginx', '', { state: 'denied', exitCode: null, stderr: 'sudo: a password is required\n', sudoers: 'audit ALL=…' })],
])
const facts = {
  sshd: known({ port: 22 }),
  nginx: unknown('nginx: sudo refused "nginx -T"', ['nginx'], 'Add to sudoers: audit ALL=…'),
  gpus: unknown('GPUs: no answer', []),
} as unknown as KnownFacts

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  status: 'pass',
  subject: '',
  title: 'Fine',
  reason: 'It is.',
  cite: [],
  ...more,
})
const control = (verdicts: readonly Verdict[] | (() => never), needs: readonly ('sshd' | 'nginx' | 'gpus')[] = ['sshd']) =>
  defineControl({
    id: 'test-control',
    item: 'INF-1',
    severity: 'high',
    title: 'It holds',
    rationale: 'Because.',
    needs,
    uses: ['gpus'],
    remediation: { template: 'mend' },
    references: ['CIS-8:4.4'],
    evaluate: () => (typeof verdicts === 'function' ? verdicts() : verdicts),
  })
const judge = (...args: Parameters<typeof control>) => evaluate([control(...args)], facts, outputs, context)

test('where what runs may differ from what was read nothing passes by it, and what is wrong stays so', () => {
  const doubt = { reason: 'It changed since', cite: [{ section: 'sshd', line: 3 }] }
  const asked = [verdict({ subject: 'a' }), verdict({ subject: 'b', status: 'fail', title: 'Bad' })]
  const judged = evaluate([control(asked)], { ...facts, sshd: known({ port: 22 }, doubt) } as never, outputs, context)
  expect(judged.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([
    'not-evaluated: It changed since. By what was read: It is.',
    'fail: It is.',
  ])
  expect(judged[0]?.evidence[0]).toMatchObject({ section: 'sshd' })
})

describe('findings', () => {
  test('carry what control and verdict say', () => {
    const [fail, pass] = judge([
      verdict({
        status: 'fail',
        subject: 'a',
        severity: 'low',
        rationale: 'Here, because.',
        hint: 'Do it.',
        cite: [{ section: 'sshd', line: 50, note: 'no', token: '50' }],
      }),
      verdict({ subject: 'b' }),
    ])
    expect(fail).toMatchObject({
      control: 'test-control',
      item: 'INF-1',
      status: 'fail',
      severity: 'low',
      rationale: 'Here, because.',
      hint: 'Do it.',
    })
    expect(fail?.remediation).toEqual({ template: 'mend' })
    expect(fail?.evidence).toEqual([
      {
        section: 'sshd',
        command: 'sudo sshd',
        exitCode: 0,
        sha256: 'a'.repeat(64),
        durationMs: 1,
        lines: [
          { number: 48, text: 'line 48' },
          { number: 49, text: 'line 49' },
          { number: 50, text: 'line 50', note: 'no', token: '50' },
          { number: 51, text: 'line 51' },
          { number: 52, text: 'line 52' },
        ],
      },
    ])
    expect(pass).toMatchObject({ severity: 'high', rationale: 'Because.' })
    expect(pass).not.toHaveProperty('remediation')
    for (const finding of [fail, pass]) expect(findingSchema.safeParse(finding).success).toBe(true)
  })

  test.each([
    ['ufw', 'by-ufw'],
    ['none', 'by-ufw'],
    ['nftables', 'by-nft'],
    ['iptables', 'by-nft'],
  ])('of a firewall by %s the template is %s', (backend, template) => {
    const open = { ...control([verdict({ status: 'fail' })]), remediation: { template: 'by-ufw', otherFirewalls: 'by-nft' } }
    const seen = { ...facts, firewall: { known: true, value: { backend } } } as unknown as typeof facts
    expect(evaluate([open], seen, outputs, context)[0]?.remediation).toEqual({ template })
  })

  test.each([
    ['Ollama', ['ollama'], 'by-ollama'],
    ['another engine', ['vllm', 'localai'], 'by-proxy'],
    ['Ollama among others', ['vllm', 'ollama'], 'by-ollama'],
    ['no engine', [], 'by-ollama'],
    ['engines that could not be read', undefined, 'by-ollama'],
  ])('of a host with %s', (_, engines, template) => {
    const open = { ...control([verdict({ status: 'fail' })]), remediation: { template: 'by-ollama', otherEngines: 'by-proxy' } }
    const services = engines ? known(engines.map((engine) => ({ engine }))) : unknown('services: not read', [])
    expect(evaluate([open], { ...facts, services } as unknown as typeof facts, outputs, context)[0]?.remediation).toEqual({ template })
  })

  test('a verdict may name another template than its control', () => {
    const open = { ...control([verdict({ status: 'fail', template: 'by-docker' })]), remediation: { template: 'by-ufw' } }
    expect(evaluate([open], facts, outputs, context)[0]?.remediation).toEqual({ template: 'by-docker' })
  })

  test('a needed fact that is unknown: not evaluated, with reason, hint and what sudo said', () => {
    const [finding, ...rest] = judge([verdict()], ['sshd', 'nginx', 'gpus'])
    expect(rest).toEqual([])
    expect(finding).toMatchObject({
      status: 'not-evaluated',
      title: 'Could not be read without sudo',
      reason: 'nginx: sudo refused "nginx -T"; GPUs: no answer',
      hint: 'Add to sudoers: audit ALL=…',
      evidence: [{ section: 'nginx', exitCode: null, lines: [{ number: 1, text: 'sudo: a password is required' }] }],
    })
    expect(findingSchema.safeParse(finding).success).toBe(true)
  })

  test('one needed fact that is unknown is enough', () => {
    expect(judge([verdict()], ['sshd', 'gpus'])).toMatchObject([
      { status: 'not-evaluated', title: 'What the host said could not be read', reason: 'GPUs: no answer', evidence: [] },
    ])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('oh')
      },
      'The check stopped with an error: oh',
    ],
    ['says nothing', [], 'The check found nothing to judge and did not say why'],
  ] as const)('a control that %s is not evaluated, and the others go on', (_, verdicts, reason) => {
    const [first, second] = evaluate([control(verdicts), control([verdict()])], facts, outputs, context)
    expect(first).toMatchObject({ status: 'not-evaluated', reason, subject: '' })
    expect(second?.status).toBe('pass')
  })

  test('facts that are only used come as they are', () => {
    const seen: unknown[] = []
    const asks = defineControl({
      ...{ id: 'x-y', item: 'INF-1' as const, severity: 'low' as const, title: 't', rationale: 'r', references: [] },
      needs: ['sshd'],
      uses: ['gpus', 'nginx'],
      evaluate: (given) => {
        seen.push(given)
        return [verdict()]
      },
    })
    evaluate([asks], facts, outputs, context)
    expect(seen).toEqual([{ sshd: { port: 22 }, gpus: facts.gpus, nginx: facts.nginx }])
  })

  test('one subject has one finding, the loudest', () => {
    const findings = judge([
      verdict({ status: 'warning', subject: 'a' }),
      verdict({ status: 'fail', subject: 'a' }),
      verdict({ subject: 'a' }),
      verdict({ subject: 'b' }),
    ])
    expect(findings.map(({ subject, status }) => [subject, status])).toEqual([
      ['a', 'fail'],
      ['b', 'pass'],
    ])
  })
})

describe('evidence', () => {
  const lines = (citations: readonly Citation[], text: string) => evidenceOf(output('x', text), citations).lines
  const cite = (line: number, more: Partial<Citation> = {}): Citation => ({ section: 'x', line, ...more })
  const many = Array.from({ length: 200 }, (_, i) => `l${i + 1}`).join('\n')

  test.each([
    ['neighbours at the ends', [1, 200], [1, 2, 3, 198, 199, 200]],
    ['overlapping', [5, 6], [3, 4, 5, 6, 7, 8]],
    ['a line that is not there', [500], []],
    ['the whole', [0], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['a line beside the whole', [0, 9], [7, 8, 9, 10, 11]],
  ])('%s', (_, cited, numbers) => {
    expect(
      lines(
        cited.map((line) => cite(line)),
        many,
      ).map(({ number }) => number),
    ).toEqual(numbers)
  })

  test('cited lines come before neighbours, and 40 is the most', () => {
    const cited = Array.from({ length: 30 }, (_, i) => (i + 1) * 6)
    const shown = lines(
      cited.map((line) => cite(line)),
      many,
    ).map(({ number }) => number)
    expect(shown).toHaveLength(40)
    expect(cited.every((line) => shown.includes(line))).toBe(true)
  })

  test.each([
    ['a row of a block', '@sysctl\n=kernel/kptr_restrict 0\n=a=b', 3, 'a=b'],
    ['a line of a file that has blocks of its own', '@config read /etc/x\n:upstreams = []', 2, 'upstreams = []'],
    ['a header', '@sysctl\n=a', 1, '@sysctl'],
    ['a row that begins with its own mark', '@sysctl\n==x', 2, '=x'],
    ['output of one command', 'a\n= b', 2, '= b'],
    ['a chain of iptables-save', '*filter\n:INPUT DROP [0:0]', 2, ':INPUT DROP [0:0]'],
    ['the first line', '=x', 1, '=x'],
  ])('%s is shown as the host said it', (_, text, line, shown) => {
    expect(lines([cite(line)], text).find(({ number }) => number === line)?.text).toBe(shown)
  })

  test('a long line is cut around its token', () => {
    const [line] = lines([cite(1, { token: 'TOKEN' })], `${'a'.repeat(1000)}TOKEN${'b'.repeat(1000)}`)
    expect(line?.text.length).toBeLessThanOrEqual(400)
    expect(line?.text).toMatch(/^…a+TOKENb+…$/)
    expect(line?.token).toBe('TOKEN')
    expect(lines([cite(1)], 'c'.repeat(401))[0]?.text).toBe(`${'c'.repeat(398)}…`)
  })

  test.each([
    ['a\u001b[31mb', 'a␛[31mb'],
    ['a\tb', 'a\tb'],
    ['a\rb\0', 'a␍b␀'],
    ['x\u202ey\u200b\ufeff\u009b', 'x‹U+202E›y‹U+200B›‹U+FEFF›‹U+009B›'],
    ['\u007f', '␡'],
    ['ünï 東 😀', 'ünï 東 😀'],
  ])('%j is shown as %j', (raw, shown) => expect(visible(raw)).toBe(shown))
})
