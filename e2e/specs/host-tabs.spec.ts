import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'
import { HostPage } from '../pages/host.page.ts'

/** The tabs of a host, over the real engine and the demo fleet. */

async function audited(gatehouse: RunningApp, name: string) {
  const it = new GatehousePage(gatehouse)
  const host = new HostPage(it)
  await it.referenceSize()
  await it.invoke('fleet:demo')
  await it.auditByKey()
  await host.open(name)
  return { it, host, page: it.page }
}

test('Services: what runs, as whom, in which version; its command line, and the way to its findings', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const { it, host, page } = await audited(gatehouse, 'gpu-02')
  await host.tab('Services').click()
  await expect(host.row(/^Ollama/)).toContainText('0.12.6')
  await expect(host.row(/^nginx/)).toContainText('*:443')
  await expect(host.detail).toContainText('/usr/local/bin/ollama serve')
  await host.isSoundAndFits(it, 'host-services')
  await page.keyboard.press('j')
  await expect(host.rowButton(/^nginx/)).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(host.rowButton(/^Ollama/)).toBeFocused()
  await page.keyboard.press('o')
  await expect(host.tab('Findings')).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('heading', { name: 'Ollama 0.12.6 is vulnerable' })).toBeVisible()
})

test('GPUs: figures as they were, whose the processes are, and what holds a card down', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const { it, host } = await audited(gatehouse, 'gpu-02')
  await host.tab('GPUs').click()
  await expect(host.row(/^GPU 1/)).toContainText('2 warn')
  await host.rowButton(/^GPU 1/).click()
  await expect(host.detail).toContainText('slowed by heat (hardware)')
  await expect(host.row(/^\/usr\/local\/bin\/ollama/).first()).toContainText('ollama.service')
  await host.isSoundAndFits(it, 'host-gpus')
})
