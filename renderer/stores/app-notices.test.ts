import { expect, test } from 'vitest'
import { fleetFileNotices } from './app-notices.ts'

const mistake = (line: number) => ({ line, column: 7, path: 'name', message: 'name is missing' })

test.each([
  [[2], 'has 1 mistake, in line 2. No host was connected.'],
  [[5, 7], 'has 2 mistakes, the first in line 5. No host was connected.'],
])('a fleet file with mistakes in lines %j %s', (lines, words) => {
  expect(fleetFileNotices({ path: '/fleet.yaml', problems: lines.map(mistake) })).toMatchObject([{ subject: '/fleet.yaml', text: words }])
})
