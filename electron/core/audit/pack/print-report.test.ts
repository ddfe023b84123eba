import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import { packFinding, packSources } from './pack-contents.testing.ts'
import { printReport } from './print-report.ts'

const { audit } = packSources([packFinding('fail'), packFinding('pass'), packFinding('fail', { title: '<b>&', subject: 'x' })])
const [model] = [...audit.hosts]
const fleetOf = (count: number) => ({
  ...audit,
  hosts: Array.from({ length: count }, (_, index) => ({ ...(model as HostAudit), name: `gpu-${index + 1}` })),
})
const print = (count: number) =>
  printReport({ audit: fleetOf(count), views: [], guide: { items: [], presets: [] }, walkthrough: null, reviews: [] })

test('equal findings of many hosts are one line, which names few and counts the rest', () => {
  const text = print(100)
  expect(text.match(/Port is open/g)).toHaveLength(1)
  expect(text.replace(/<[^>]*>| (?= )/g, '')).toContain('gpu-7, gpu-8 and 92 more')
  expect(text.length - print(10).length).toBeLessThan(90 * 120)
})

test('headings for every item make the bookmarks; text of a host is text; nothing is loaded', () => {
  const text = print(1)
  for (const { id, title } of checklist) expect(text).toContain(`<h3>${id} ${title}</h3>`)
  expect(text).toContain('&lt;b&gt;&amp;')
  expect(text).not.toMatch(/<(?:script|link|img)|src=|href=/)
})
