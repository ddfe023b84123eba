import { expect, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'
import { HostPage } from '../pages/host.page.ts'

/** The tabs of a host, over the real engine and the demo fleet. */

test('Services: what runs, as whom, in which version; its command line, and the way to its findings', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  const host = new HostPage(it)
  await it.referenceSize()
  await it.invoke('fleet:demo')
  await it.auditByKey()
  await host.open('gpu-02')

  await host.tab('Services').click()
  await expect(host.row(/^Ollama/)).toContainText('0.12.6')
  await expect(host.row(/^nginx/)).toContainText('*:443')
  await expect(host.detail).toContainText('/usr/local/bin/ollama serve')
  await it.isSound('host-services')
  await host.fitsSideways()
  await it.referenceSize(1180, 720)
  await host.fitsSideways()
  await it.referenceSize()
  await page.keyboard.press('j')
  await expect(host.row(/^nginx/).getByRole('button', { name: /^nginx/ })).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('ArrowUp')
  await expect(host.row(/^Ollama/).getByRole('button', { name: /^Ollama/ })).toBeFocused()
  await page.keyboard.press('o')
  await expect(host.tab('Findings')).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('heading', { name: 'Ollama 0.12.6 is vulnerable' })).toBeVisible()
})
