import { expect, test } from 'vitest'
import { addHosts } from './add-hosts.ts'
import { parseFleet } from './parse-fleet.ts'

const text = `# The fleet of dc1, kept by Ada.
version: 1
name: dc1   # short, it stands in every report
identities:
  audit: { user: auditor }

hosts:
  # The sound one.
  - { name: gpu-01, address: 10.0.0.1 }
  - name: gpu-02
    address: 10.0.0.2   # moved in March
networks:
  app: [10.0.1.0/24] # application servers
`

test('new hosts are added, comments and flow style of the rest stay', () => {
  const { text: changed, added } = addHosts(text, [{ name: 'gpu-03', address: '10.0.0.3' }])
  expect(added).toEqual(['gpu-03'])
  for (const kept of [
    '# The fleet of dc1, kept by Ada.',
    '# short, it stands in every report',
    '# The sound one.',
    '{ name: gpu-01, address: 10.0.0.1 }',
    '# moved in March',
    '# application servers',
  ]) {
    expect(changed).toContain(kept)
  }
  const parsed = parseFleet(changed)
  expect(parsed.ok && parsed.fleet.hosts.map(({ name }) => name)).toEqual(['gpu-01', 'gpu-02', 'gpu-03'])
})

test('a host that is there already is left as it is, byte for byte', () => {
  expect(addHosts(text, [{ name: 'GPU-01', address: '10.9.9.9' }])).toEqual({ text, added: [] })
})

test('a host that would break the file is refused, and so is a broken file', () => {
  expect(() => addHosts(text, [{ name: 'bad name', address: '10.0.0.3' }])).toThrow(/not valid/)
  expect(() => addHosts('version: 2\n', [])).toThrow(/not valid/)
})
