import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withDropIns } from './unit-drop-ins.ts'
import { exposureOf } from './unit-exposure.ts'

/** Properties that a real host printed (Debian 12, systemd 252), and the last row of `systemd-analyze security` there. */
function recorded(name: string, id: string) {
  const text = readFileSync(new URL(`../../core/facts/units/__fixtures__/${name}.txt`, import.meta.url), 'utf8')
  const block = text.split('\n\n').find((one) => one.includes(`\nId=${id}\n`)) ?? expect.fail()
  const properties: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const [, key = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
    properties[key] = value.replace(/^~$/, '')
  }
  return { unit: { id, properties }, figure: /^=(-> Overall .*?: \S+ \S+)/m.exec(text.slice(text.indexOf(`@security ${id}`)))?.[1] }
}

test.each([
  ['debian12-lab-ollama', 'ollama.service'],
  ['debian12-lab-vllm', 'vllm.service'],
])('%s: the figure is the one that systemd worked out', (name, id) => {
  const { unit, figure } = recorded(name, id)
  expect(figure).toBeDefined()
  expect(exposureOf(unit).at(-1)).toBe(figure)
})

const unit = {
  id: 'x.service',
  properties: { DropInPaths: '/run/b.conf', Environment: 'A=1 B=2', ReadWritePaths: '/srv', ProtectSystem: 'no' },
  security: ['as it was'],
}
const loaded = (...texts: readonly string[]) =>
  withDropIns(
    unit,
    texts.map((text, at) => [`/etc/${9 - at}.conf`, text] as const),
  )

test.each([
  ['the last single value holds', ['[Service]\nProtectSystem=full', '[Service]\nProtectSystem=strict'], { ProtectSystem: 'full' }],
  [
    'an account that lasts as long as the unit runs closes more',
    ['[Service]\nDynamicUser=yes\nUser=x'],
    {
      DynamicUser: 'yes',
      User: 'x',
      NoNewPrivileges: 'yes',
      RestrictSUIDSGID: 'yes',
      PrivateTmp: 'yes',
      ProtectSystem: 'strict',
      ProtectHome: 'read-only',
    },
  ],
  ['lists add up', ['[Service]\nReadWritePaths=/var/x'], { ReadWritePaths: '/srv /var/x' }],
  ['an empty one takes away', ['[Service]\nReadWritePaths=\nReadWritePaths=/var/x'], { ReadWritePaths: '/var/x' }],
  ['a variable replaces its like', ['[Service]\nEnvironment="B=3" C=4'], { Environment: 'A=1 B=3 C=4' }],
  [
    'files of variables add up',
    ['[Service]\nEnvironmentFile=-/c', '[Service]\nEnvironmentFile=/a\nEnvironmentFile=\nEnvironmentFile=/b'],
    { EnvironmentFiles: '/b (ignore_errors=no)\n/c (ignore_errors=yes)' },
  ],
  ['other sections, comments and unknown settings do nothing', ['[Unit]\nProtectSystem=yes\n[Service]\n#ProtectSystem=yes\nX=1'], {}],
  [
    'the command line is another, and goes on behind a backslash',
    ['[Service]\nExecStart=\nExecStart=/bin/y \\\n  --z'],
    { ExecStart: expect.stringContaining('argv[]=/bin/y --z ;') },
  ],
])('%s', (_, texts, changed) => {
  const { DropInPaths, ...properties } = loaded(...texts).properties
  const { DropInPaths: _old, ...before } = unit.properties
  expect(properties).toEqual({ ...before, ...changed })
  expect(DropInPaths?.split(' ')).toEqual([...texts.map((_text, at) => `/etc/${9 - at}.conf`).reverse(), '/run/b.conf'])
})

test('the environment leaves the figure as it is, a setting works it out anew', () => {
  expect(loaded('[Service]\nEnvironment=A=2').security).toEqual(['as it was'])
  expect(loaded('[Service]\nLimitCORE=0').security).toEqual(['as it was'])
  expect(loaded('[Service]\nPrivateTmp=yes').security?.at(-1)).toMatch(/x\.service: 9\.\d UNSAFE$/)
})
