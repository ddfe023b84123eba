import { afterEach, expect, test, vi } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { buildProbe } from '../probe/build-script.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printed } from '../probe/section-output.testing.ts'
import { factsForQuestions } from './first-asked.ts'
import { factsOnDemand, probeContextOf, readFacts, sectionsOf } from './registry.ts'
import { systemFact } from './system/system.fact.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  modelPaths: ['/data/models', '/models'],
  hosts: [
    { name: 'gpu-01', address: '10.0.0.1' },
    { name: 'gpu-02', address: '10.0.0.2', modelPaths: ['/nvme'] },
  ],
})
const [one, two] = fleet.hosts as [(typeof fleet.hosts)[number], (typeof fleet.hosts)[number]]
const context = probeContextOf(fleet, one)

afterEach(() => vi.restoreAllMocks())

test('model paths: those of the fleet file and the usual ones, each once', () => {
  expect(context.modelPaths.slice(0, 2)).toEqual(['/data/models', '/models'])
  expect(new Set(context.modelPaths).size).toBe(context.modelPaths.length)
  expect(context.modelPaths).toContain('/usr/share/ollama/.ollama/models')
  expect(probeContextOf(fleet, two).modelPaths[0]).toBe('/nvme')
})

test('all sections make one script, with ids that frames and files can hold', () => {
  const sections = sectionsOf(context)
  for (const { id } of sections) expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
  // Sent once for each connection, deflated to less than a third; kilobytes-per-host of the benchmark says what that costs.
  const { script } = buildProbe(sections, 'a'.repeat(32))
  expect(script.length).toBeLessThan(158_500)
  // One letter beyond Latin-1 and V8 keeps two bytes for each of them, once for each host.
  expect(script).toMatch(/^[\x20-\x7e\n\t]*$/)
})

/** What nginx and cat print where a profile of AppArmor or a type of SELinux keeps root from a file. */
test.each<[string, Partial<SectionOutput>, boolean]>([
  ['to root', { privileged: true, stderr: 'nginx: [emerg] open() "/etc/nginx/tls.key" failed (13: Permission denied)' }, true],
  ['to the account', { privileged: false, stderr: 'nginx: [emerg] open() "/etc/nginx/tls.key" failed (13: Permission denied)' }, false],
  ['by sudo', { privileged: true, stderr: 'sudo: unable to send audit message: Operation not permitted' }, false],
  ['nothing', { privileged: true, stderr: 'nginx: [emerg] unknown directive "servr" in /etc/nginx/nginx.conf:3' }, false],
])('what was refused %s: whether SELinux and AppArmor are named', (_, more, named) => {
  const { nginx } = readFacts(new Map([['nginx', printed('nginx', '', { command: 'sudo nginx -T', exitCode: 1, ...more })]]), context)
  expect(nginx.known).toBe(false)
  expect(JSON.stringify(nginx).includes('AppArmor')).toBe(named)
})

test('a host that answered nothing: every fact is unknown, and none throws', () => {
  const facts = readFacts(new Map(), context, (level, message, fields) =>
    expect.unreachable(`${level} ${message} ${JSON.stringify(fields)}`),
  )
  expect(Object.values(facts).filter(({ known }) => known)).toEqual([])
  for (const fact of Object.values(facts)) expect(fact.known || fact.reason).not.toBe('')
})

test.each(['ok', 'denied', 'missing', 'timed-out', 'truncated'] as const)('rubbish in every section (%s): nothing throws', (state) => {
  const rubbish = ['', '\n', '\0\0\0', '{{{{', '[]', 'a b c d e f g h\n'.repeat(50), '\ufffd'.repeat(100), '=/=/=\n@/x\0', '-1\n-1\n']
  for (const stdout of rubbish) {
    const outputs = new Map(
      sectionsOf(context).map(({ id }): [string, SectionOutput] => [id, printed(id, stdout, { state, stderr: stdout })]),
    )
    const failures: unknown[] = []
    readFacts(outputs, context, (...entry) => failures.push(entry))
    expect(failures).toEqual([])
  }
})

test('a fact that throws is unknown and logged; the others are read', () => {
  vi.spyOn(systemFact, 'read').mockImplementation(() => {
    throw new Error('oh')
  })
  const log = vi.fn()
  const facts = readFacts(new Map(), context, log)
  expect(facts.system).toMatchObject({ known: false, sections: ['system'], reason: expect.stringContaining('oh') })
  expect(log).toHaveBeenCalledWith('error', 'a fact could not be read', { fact: 'system', host: 'gpu-01', detail: 'oh' })
  expect(facts.sshd.known).toBe(false)
})

test('what the questions over the network hang on is asked first, and nothing else', () => {
  const first = sectionsOf(context).filter((section) => section.first)
  expect(first.map(({ id }) => id)).toEqual(sectionsOf(context, factsForQuestions).map(({ id }) => id))
  expect(first.length).toBeLessThan(sectionsOf(context).length / 2)
})

test('on demand a fact is read when it is asked for, once, with those that it rests on', () => {
  const read = vi.spyOn(systemFact, 'read')
  const facts = factsOnDemand(new Map(), context)
  expect(read).not.toHaveBeenCalled()
  expect(facts.system).toBe(facts.system)
  expect(read).toHaveBeenCalledTimes(1)
  expect({ ...facts }).toEqual(readFacts(new Map(), context))
})
