import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseSshd } from './parse.ts'

test.each([
  ['debian-11', '8.4'],
  ['debian-12', '9.2'],
  ['debian-13', '10.0'],
  ['debian-sid', '10.6'],
])('%s (OpenSSH %s): every line is a setting, and those that repeat keep their order', (os) => {
  const text = readFileSync(new URL(`./__fixtures__/${os}.txt`, import.meta.url), 'utf8')
  const { settings } = parseSshd(text)
  const lines = Object.values(settings).flatMap((all) => all.map(({ line }) => line))
  expect(lines.sort((a, b) => a - b)).toEqual(
    text
      .trimEnd()
      .split('\n')
      .map((_, index) => index + 1),
  )
  expect(settings.port).toEqual([{ value: '22', line: 1 }])
  expect(settings.listenaddress?.map(({ value }) => value)).toEqual(['[::]:22', '0.0.0.0:22'])
  expect(settings.permitrootlogin).toHaveLength(1)
})
