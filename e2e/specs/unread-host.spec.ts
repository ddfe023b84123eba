import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { HostPage } from '../pages/host.page.ts'
import { NetworkPage } from '../pages/network.page.ts'

/** hidepid: the audit account sees its own processes only, and sudo refuses nothing. What was not seen is not said to be absent. */
test('a host that hides its processes: nothing is said to be absent, and sudo is not blamed', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([{ ...gpu02, processes: [] }])
  const { page } = it
  const host = new HostPage(it)
  await it.auditByKey()
  const notice = page.locator('.notice')
  await expect(notice).toContainText('gpu-02 was read in part. Not all could be asked, or was answered in time.')
  await expect(notice).not.toContainText('sudo')
  await it.isSound('fleet-incomplete')

  await host.open('gpu-02')
  await expect(page.locator('.host-facts')).toContainText(/Engine\s*Not read/)
  await expect(page.locator('.host-facts')).toContainText('gatehouse-ro, not all was read')
  await it.isSound('host-unread')
  await host.tab('Exposure').click()
  await expect(page.getByRole('heading', { name: 'Ways to models could not be read' })).toBeVisible()
  await expect(host.panel).toContainText('others are hidden too. Whether a model answers on this host, and to whom, is not known.')
  await host.isSoundAndFits(it, 'host-exposure-unread')
})

test('long lines of a hostile host break in their frame, and a count of sockets is whole or left out', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it, running } = await openServed([{ ...gpu03, fault: 'hostile-text' }])
  const { page } = it
  const host = new HostPage(it)
  await it.auditByKey()
  await host.open('gpu-03')
  await expect(page.getByRole('region', { name: 'Bindings' })).toContainText(/Not read.*What listens on this host is not known/s)
  await host.tab('GPUs').click()
  await expect(host.gaps).toContainText('nvidia-smi')
  expect(await host.gaps.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  await page.keyboard.press('Control+8')
  const network = new NetworkPage(running)
  await expect(network.flow('Anyone else to gpu-03')).toHaveAccessibleName(/: Unknown, 3 of 3 sockets/)
  const cut = await page.locator('.network-matrix .cell').evaluateAll((cells) =>
    cells.flatMap((cell) => {
      const { top, bottom, right } = cell.getBoundingClientRect()
      return [...cell.children]
        .map((part) => [part.textContent, part.getBoundingClientRect()] as const)
        .filter(([, box]) => box.top < bottom && box.bottom > top && box.right > right - 4)
        .map(([text]) => text)
    }),
  )
  expect(cut).toEqual([])
  await it.isSound('network-hostile')
})
