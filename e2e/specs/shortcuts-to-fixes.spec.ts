import { expect, test } from '../fixtures/app.ts'
import { ModelsPage } from '../pages/models.page.ts'

/** Ways that save steps: a fix beside what needs attention, models and decisions in the palette, and back by the key that goes on. */

test('a fix from Attention, a model and the decisions about a finding from the palette', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new ModelsPage(gatehouse)
  const { page } = it
  await it.auditedDemo()

  const attention = page.getByRole('complementary', { name: 'Attention' })
  const entry = attention.getByRole('listitem').filter({ hasText: 'Inference port is open to the network' })
  await expect(entry.getByRole('button', { name: 'Fix with ollama-loopback…' })).toBeVisible()
  await it.isSound('fleet-fix')
  await entry.getByRole('button', { name: /^Fix with/ }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Config push' })).toBeVisible()
  await expect(page.getByLabel('Template')).toHaveValue('ollama-loopback')
  await page.keyboard.press('Control+[')

  // F6 and back.
  await page.keyboard.press('F6')
  const first = await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.className)
  await page.keyboard.press('F6')
  expect(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.className)).not.toBe(first)
  await page.keyboard.press('Shift+F6')
  expect(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.className)).toBe(first)

  // No finding is on screen: nothing to decide about.
  const palette = async (words: string) => {
    await page.keyboard.press('Control+k')
    await expect(page.getByPlaceholder('Search or run a command')).toBeFocused()
    await page.keyboard.type(words)
  }
  await palette('this finding')
  await expect(it.dialog).toContainText('Nothing matches')
  await page.keyboard.press('Escape')
  await palette('port is open to the network')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Fix…' })).toBeVisible()
  await palette('this finding')
  await it.isSound('palette-finding')
  await expect(it.dialog.getByRole('option')).toContainText(['Fix this finding…', 'Waive this finding…'])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(it.dialog).toContainText('Waive')
  await page.keyboard.press('Escape')
  await palette('fix this')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Config push' })).toBeVisible()

  await page.keyboard.press('Control+3')
  await page.keyboard.press('l')
  await it.lookIsFinished()
  await palette('whisper')
  await it.isSound('palette-model')
  await page.keyboard.press('Enter')
  await expect(it.detail.getByRole('heading', { level: 2 })).toHaveText('whisper-large-v3')
})
