import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_FLEET_BYTES, parseFleet } from './parse-fleet.ts'

const good = `version: 1
name: dc1
jump:
  - { name: bastion, address: 192.0.2.1 }
identities:
  audit: { user: auditor }
hosts:
  - name: gpu-01
    address: 10.20.4.11
    modelPaths: [/models]
networks:
  app: [10.0.1.0/24]
`

const problemsOf = (text: string) => {
  const parsed = parseFleet(text)
  return parsed.ok ? [] : parsed.problems
}

describe('parseFleet', () => {
  test('reads a fleet and fills in the defaults', () => {
    const parsed = parseFleet(good)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    expect(parsed.fleet.hosts[0]).toMatchObject({ name: 'gpu-01', port: 22 })
    expect(parsed.fleet.policy.concurrentHandshakes).toBe(8)
    expect(parsed.fleet.identities.audit.agent).toBe(true)
  })

  test.each([
    [
      'an unknown key, with the one that was meant',
      good.replace('modelPaths', 'modelPath'),
      { line: 10, column: 5, message: 'Unknown key "modelPath"; did you mean "modelPaths"?' },
    ],
    ['an unknown key at the top', `${good}secrets: {}\n`, { line: 13, column: 1, path: 'secrets' }],
    [
      'a duplicate host',
      good.replace('networks:', '  - { name: GPU-01, address: 10.0.0.9 }\nnetworks:'),
      { line: 11, column: 13, message: 'The name "GPU-01" is already used by hosts[0].name; expected a name of its own' },
    ],
    ['a host named like the jump host', good.replace('name: gpu-01', 'name: bastion'), { line: 8, path: 'hosts[0].name' }],
    [
      'an address that could pose as an option',
      good.replace('10.20.4.11', '"-oProxyCommand=sh"'),
      { line: 9, column: 14, path: 'hosts[0].address' },
    ],
    [
      'an address with a blank',
      good.replace('10.20.4.11', 'gpu 01'),
      { line: 9, message: 'hosts[0].address is "gpu 01"; expected a host name or an IP address' },
    ],
    [
      'a port out of range',
      good.replace('address: 192.0.2.1', 'address: 192.0.2.1, port: 70000'),
      { line: 4, path: 'jump[0].port', message: 'jump[0].port is 70000; expected at most 65535' },
    ],
    ['a missing section', good.replace(/identities:\n.*\n/, ''), { line: 1, message: 'identities is missing; expected a mapping' }],
    ['a network that is none', good.replace('10.0.1.0/24', '10.0.1.0/99'), { line: 12, column: 9, path: 'networks.app[0]' }],
    ['a model path that climbs', good.replace('[/models]', '[/models/../etc]'), { line: 10, path: 'hosts[0].modelPaths[0]' }],
    ['a key given twice', good.replace('name: dc1', 'name: dc1\nname: dc2'), { line: 3, column: 1, message: 'Map keys must be unique' }],
    ['broken YAML', 'version: 1\nhosts: [', { line: 2 }],
    ['an empty file', '', { line: 1, column: 1 }],
    ['a list instead of a mapping', '- a\n- b\n', { line: 1, message: 'The file is ["a","b"]; expected a mapping' }],
  ])('names %s', (_, text, expected) => {
    expect(problemsOf(text)[0]).toMatchObject(expected)
  })

  test('refuses an alias bomb without expanding it', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`).join('\n')
    expect(problemsOf(`a0: &a0 [x]\n${levels}\n`)).toMatchObject([
      { line: 2, column: 10, message: expect.stringContaining('Aliases expand too far') },
    ])
  })

  test.each(['[', '{a: ', '- ', '? '])('says that %s is nested too deep', (opening) => {
    expect(problemsOf(`version: 1\nhosts:\n  ${opening.repeat(50_000)}`)[0]).toMatchObject({
      line: 3,
      message: 'Nested too deep to be read; expected a few levels',
    })
  })

  test('names no more problems than help', () => {
    const unknown = Array.from({ length: 60 }, (_, index) => `key${index}: 1\n`).join('')
    expect(problemsOf(good + unknown)).toHaveLength(50)
  })

  test('refuses a file of 10 MB before parsing it', () => {
    expect(problemsOf('#'.repeat(10 * MAX_FLEET_BYTES))[0]?.message).toBe(
      `The file has ${10 * MAX_FLEET_BYTES} bytes; expected at most ${MAX_FLEET_BYTES}`,
    )
  })

  test('never throws, and every problem has a place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        for (const problem of problemsOf(text)) {
          expect(problem.line).toBeGreaterThan(0)
          expect(problem.column).toBeGreaterThan(0)
        }
      }),
    )
  })
})
