import { text } from '../../electron/testing/demo/demo-host.ts'
import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { HostPage } from '../pages/host.page.ts'

const site = (name: string) => `server {
listen 443 ssl;
server_name ${name};
ssl_certificate /etc/ssl/certs/internal-ca.crt;
ssl_certificate_key /etc/ssl/private/internal-ca.key;
location / { proxy_pass http://127.0.0.1:11434; }
}
`
const sites = Array.from({ length: 60 }, (_, index) => site(`team-${index + 10}.example`)).join('')

test('what is wrong with each of sixty sites is one row, which opens by mouse, by keys and for what was searched', async ({
  openServed,
}) => {
  test.setTimeout(120_000)
  const files = new Map([...gpu02.files, ['/etc/nginx/sites-enabled/ollama-secure', text(sites)] as const])
  const { it } = await openServed([{ ...gpu02, files }])
  const { page } = it
  await it.auditByKey()
  await new HostPage(it).open('gpu-02')
  const list = page.locator('.findings')
  const row = list.getByRole('button', { name: /Every route answers without a login 60 findings/ })
  const members = list.getByRole('button', { name: /Every route answers without a login team-/ })
  await row.click()
  await expect(members).toHaveCount(60)
  await expect(members.first()).toHaveAttribute('aria-current', 'true')
  await expect(page.getByRole('heading', { level: 2, name: 'Every route answers without a login' })).toBeVisible()
  await it.isSound('findings-unfolded')

  // Each is a stop of its own now, and the fold is one again.
  await page.keyboard.press('j')
  await expect(members.nth(1)).toHaveAttribute('aria-current', 'true')
  await row.click()
  await expect(members).toHaveCount(0)
  await expect(row).toHaveAttribute('aria-current', 'true')
  await it.isSound('findings-folded')
  await page.keyboard.press('j')
  await expect(row).not.toHaveAttribute('aria-current')
  await page.keyboard.press('k')
  await expect(row).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(members).toHaveCount(60)
  await page.keyboard.press('Enter')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('without a login team-42')
  await it.isSound('palette-alike')
  await it.dialog
    .getByRole('option', { name: /team-42/ })
    .first()
    .click()
  await expect(members).toHaveCount(60)
  await expect(list.getByRole('button', { name: /team-42/ })).toBeInViewport()
  await expect(page.locator('.detail')).toContainText('team-42.example:443')
})
