import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyPack } from '#core/audit/pack/verify-pack.ts'
import { expect, test } from '../fixtures/app.ts'
import { pdfPages } from '../fixtures/pdf-text.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** The audit with an auditor over the demo fleet: steps, drafts, exceptions, attachments, the pack with its PDF, and history. */

test('from nothing to a signed pack, and what changed since', async ({ gatehouse }) => {
  test.setTimeout(240_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  const chosen = join(gatehouse.userData, 'review.md')
  const zip = join(gatehouse.userData, 'q4.zip')
  await gatehouse.app.evaluate(
    ({ dialog }, [file = '', pack = '']) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [file] })
      dialog.showSaveDialog = (async (...args: unknown[]) => {
        const title = String(Reflect.get(Object(args.at(-1)), 'title'))
        return { canceled: false, filePath: title.includes('pack') ? pack : file }
      }) as typeof dialog.showSaveDialog
    },
    [chosen, zip],
  )
  await it.referenceSize()
  await page.keyboard.press('Control+6')
  await expect(page.getByRole('heading', { name: 'No fleet is open' })).toBeVisible()
  await it.invoke('fleet:demo')
  await expect(page.getByRole('heading', { name: 'No host was audited yet' })).toBeVisible()
  // It is run from here.
  await it.auditByKey()
  await expect(page.getByLabel('Auditor')).toBeFocused()
  await page.getByRole('button', { name: 'Start the walkthrough' }).click()
  await expect(page.getByText('Name who asks')).toBeVisible()
  // Pasted with a mark that turns text around: it is left out.
  await expect(page.getByLabel('Auditor')).toBeFocused()
  await page.getByLabel('Auditor').fill('J. Lindqvist, \u202eNorthline')
  await page.keyboard.press('Enter')
  const step = page.getByRole('article')
  await expect(step.getByRole('heading', { level: 2 })).toHaveText('Inference server bound to localhost, behind a proxy')

  // Met with exceptions: every open finding wants an owner, a date and a reason.
  await step.getByLabel('Met', { exact: true }).check()
  await expect(step.getByText('findings are open')).toBeVisible()
  await step.getByLabel('Met with exceptions').check()
  await step
    .getByLabel(/^Owner, /)
    .first()
    .fill('M. Ito')
  await step
    .getByLabel(/^Resolve by, /)
    .first()
    .fill('2030-01-31')
  await step
    .getByLabel(/^Reason, /)
    .first()
    .fill('Migration in January')
  await step.getByLabel('Reviewed by').fill('M. Ito')
  await expect(step.getByText('exceptions lack an owner')).toBeVisible()
  await it.isSound('audit-exceptions')

  // What was typed is there again after the page is gone.
  await page.waitForTimeout(800)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await page.keyboard.press('Control+6')
  await expect(step.getByLabel(/^Reason, /).first()).toHaveValue('Migration in January')
  await step.getByRole('button', { name: 'Fill empty rows like the first' }).click()
  await page.keyboard.press('Control+Enter')
  await expect(step.getByRole('heading', { level: 2 })).toHaveText('TLS with a valid certificate on the proxy')
  await expect(page.getByRole('button', { name: 'Audit' })).toContainText('1/18')

  // A look at the evidence on a host, and back at the same step.
  await page.getByRole('button', { name: /Model files owned/ }).click()
  await step.getByRole('region', { name: 'Collected evidence' }).getByRole('table').getByRole('button').first().click()
  await expect(page.getByRole('tab', { name: 'Findings' })).toBeVisible()
  await page.keyboard.press('Control+[')
  await expect(step.getByRole('heading', { level: 2 })).toHaveText(/^Model files owned/)

  // A statement in prepared words, a document to start from, a file that is kept by its digest.
  await page.getByRole('button', { name: /Incident playbook/ }).click()
  await step.getByRole('button', { name: 'Use its wording' }).click()
  await expect(step.getByLabel('Statement', { exact: true })).toHaveValue(/rehearsed on/)
  expect(await page.evaluate(() => document.getSelection()?.toString())).toBe('[place]')
  await step.getByLabel('The statement holds until').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10))
  await step.getByRole('button', { name: 'Save template…' }).click()
  await expect.poll(() => (existsSync(chosen) ? readFileSync(chosen, 'utf8') : '')).toContain('# Incident response playbook')
  writeFileSync(chosen, 'filled in')
  await step.getByRole('button', { name: 'Attach file…' }).click()
  await expect(step.getByRole('button', { name: /review\.md, 9 B/ })).toBeVisible()
  await step.getByLabel('Met', { exact: true }).check()
  // A prepared statement whose blanks are left states nothing.
  await expect(step.getByText('what belongs at [place], [date], [names]')).toBeVisible()
  await step
    .getByLabel('Statement', { exact: true })
    .fill('The playbook is kept in the wiki and was last rehearsed on 2 November by M. Ito.')
  await step.getByLabel('Reviewed by').fill('M. Ito')
  await it.isSound('audit')
  await step.getByRole('button', { name: 'Sign and record' }).click()
  await expect(page.getByRole('button', { name: /Incident playbook/ })).toContainText('Pass')

  await page.getByRole('button', { name: 'Build evidence pack…' }).click()
  await expect(page.getByText('VERIFY.md in it says')).toBeVisible({ timeout: 60_000 })
  expect(await verifyPack(zip)).toMatchObject({ problems: [] })
  execFileSync('unzip', ['-q', zip, '-d', gatehouse.userData.concat('/unzipped')])
  copyFileSync(join(gatehouse.userData, 'unzipped', 'q4', 'report.pdf'), 'e2e/results/report.pdf')
  const printed = readFileSync('e2e/results/report.pdf')
  const pdf = printed.toString('latin1')
  // ISO 32000-1: bookmarks (12.3.3), tags (14.7), more than one page, nothing that runs.
  for (const mark of ['%PDF-', '/Outlines', '/StructTreeRoot']) expect(pdf).toContain(mark)
  const pages = pdfPages(printed)
  expect(pages.length).toBeGreaterThan(3)
  expect(pages.map((text) => /Page \d+ of \d+$/.exec(text)?.[0])).toEqual(pages.map((_, at) => `Page ${at + 1} of ${pages.length}`))
  expect(pages[0]).toMatch(/^Audit of demo.*with J\. Lindqvist, Northline from.*What cannot wait.*Results by item/)
  // A summary, then what is open: five hosts are read in one sitting.
  expect(pages.length).toBeLessThan(30)
  // No host is named at the end of a page that has nothing of it.
  expect(pages.filter((text) => /audited as \S+\.Page \d+ of \d+$/.test(text))).toEqual([])
  // Every glyph is a letter that can be taken out.
  expect(pages.join('')).not.toContain('\ufffd')
  expect(pdf).not.toMatch(/\/JavaScript|\/Launch|\/EmbeddedFile|\/URI/)

  await page.getByRole('button', { name: 'History' }).click()
  await expect(page.getByRole('heading', { name: 'One audit is no history' })).toBeVisible()
  await it.auditByKey()
  await expect(page.getByRole('img', { name: /^Score from/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Comparison' }).getByText('Nothing is different')).toBeVisible()
  await page.getByRole('button', { name: 'Known on a day' }).press('Enter')
  const known = page.getByRole('region', { name: 'Known on a day' })
  await expect(known).toContainText(/of 90 checks passed on 5 hosts, as it was judged then/)
  await expect(known.getByText('Inference port is open to the network').first()).toBeVisible()
  await it.isSound('audit-known')
  await known.getByLabel(/^Day/).fill('2020-01-01')
  await expect(known.getByRole('alert')).toContainText('a day from')
  await known.getByLabel(/^Day/).fill('2026-02-3')
  await expect(known).toContainText('Write the day as YYYY-MM-DD')
  await page.getByLabel('Audit while the app runs').selectOption('Every day')
  await expect.poll(() => it.invoke('schedule:get')).toMatchObject({ everyHours: 24 })
  await expect(page.locator('.schedule')).toContainText(/Next on \d+ \w+( \d{4})? at \d\d:\d\d/)
  await it.isSound('audit-history')
})
