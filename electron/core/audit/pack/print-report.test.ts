import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import { packFinding, packReview, packSources } from './pack-contents.testing.ts'
import { packFiles } from './pack-files.ts'
import { printReport } from './print-report.ts'

const { audit } = packSources([packFinding('fail'), packFinding('pass'), packFinding('fail', { title: '<b>&', subject: 'x' })])
const [model] = [...audit.hosts]
const fleetOf = (count: number) => ({
  ...audit,
  hosts: Array.from({ length: count }, (_, index) => ({ ...(model as HostAudit), name: `gpu-${index + 1}` })),
})
const print = (count: number, reviews: readonly RecordedReview[] = []) =>
  printReport({ audit: fleetOf(count), views: [], guide: { items: [], presets: [] }, walkthrough: null, reviews })

test('equal findings of many hosts are one line, which names few and counts the rest', () => {
  const text = print(100)
  expect(text.slice(text.indexOf('<h2>Infrastructure')).match(/Port is open/g)).toHaveLength(1)
  expect(text.replace(/<[^>]*>| (?= )/g, '')).toContain('gpu-7, gpu-8 and 92 more')
  expect(text.length - print(10).length).toBeLessThan(90 * 200)
})

test('headings for every item make the bookmarks; text of a host is text; nothing is loaded', () => {
  const text = print(1)
  for (const { id, title } of checklist) expect(text).toContain(`<h3>${id} ${title}</h3>`)
  expect(text).toContain('&lt;b&gt;&amp;')
  expect(text).not.toMatch(/<(?:script|link|img)|src=|href=/)
})

test('the access review is in the printed report, and in the page and the files of the pack', () => {
  const row = /<th scope="row">rey<\/th><td>gpu-01<\/td><td>Read logs; is gone since<\/td><td>Remove<\/td>/
  expect(print(1)).not.toMatch(row)
  expect(print(1, [packReview])).toMatch(row)
  const files = new Map(Array.from(packFiles({ ...packSources([]), reviews: [packReview] }), ({ path, pieces }) => [path, pieces]))
  const page = [...(files.get('report.html') as Iterable<string>)].join('')
  expect(page).toMatch(row)
  expect(page).toContain('href="#access-review"')
  expect([...files.keys()].filter((path) => path.includes('access-review'))).toHaveLength(3)
})

test('of a host that was not looked at, the controls of an item are one line', () => {
  const [lost, other] = ['proxy-serves-tls', 'proxy-tls-versions'].map((control) =>
    packFinding('not-evaluated', { control, title: 'The host was never looked at', evidence: [] }),
  )
  const hosts = [
    { ...(model as HostAudit), name: 'away', state: 'unreachable' as const, findings: [lost, other] as HostAudit['findings'] },
    { ...(model as HostAudit), name: 'here', findings: [lost, other] as HostAudit['findings'] },
  ]
  const rows = (host: HostAudit) =>
    printReport({ audit: { ...audit, hosts: [host] }, views: [], guide: { items: [], presets: [] }, walkthrough: null, reviews: [] })
      .replaceAll(/<(?!tr)[^>]*>/g, '')
      .split('<tr>')
      .filter((row) => row.includes('never looked at'))
  expect(hosts.map((host) => rows(host).length)).toEqual([1, 2])
  expect(rows(hosts[0] as HostAudit)[0]).toContain('all 2 controls')
})

test('one host is not several, and a name that runs from right to left keeps what stands beside it in place', () => {
  expect([1, 2].map((count) => /Gatehouse 1\.0\.0, [^.]*\./.exec(print(count))?.[0])).toEqual([
    'Gatehouse 1.0.0, 1 host.',
    'Gatehouse 1.0.0, 2 hosts.',
  ])
  const text = printReport({
    ...{ audit, views: [], guide: { items: [], presets: [] }, reviews: [] },
    walkthrough: {
      ...{ id: 'w', startedAt: audit.startedAt, startedBy: 'ada', auditor: 'לינדקוויסט', closedAt: null, steps: [], since: null },
    },
  })
  expect(text).toContain('<bdi>לינדקוויסט</bdi> from 2026-11-01')
  expect(text).toContain('2026-11-01 00:00:00 UTC')
})

test('what cannot wait stands first, and the hosts before any detail', () => {
  const text = print(2)
  const places = ['What cannot wait', 'Port is open', 'Results by item', '<h2>Hosts</h2>', '<h2>Infrastructure</h2>'].map((words) =>
    text.indexOf(words),
  )
  expect(places.filter((place) => place > 0)).toEqual([...places].sort((a, b) => a - b))
})
