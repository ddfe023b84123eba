import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { standingApp } from '../fixtures/app.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'
import { HostPage } from '../pages/host.page.ts'

/** The tabs of a host, over the real engine and the demo fleet. */

test.describe('of the demo fleet, audited once', () => {
  const gatehouse = standingApp((running) => new GatehousePage(running).auditedDemo())

  async function opened(name: string) {
    const it = new GatehousePage(gatehouse())
    const host = new HostPage(it)
    await it.referenceSize()
    await host.open(name)
    return { it, host, page: it.page }
  }

  test('Services: what runs, as whom, in which version; its command line, and the way to its findings', async () => {
    const { it, host, page } = await opened('gpu-02')
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

  test('Findings: the sentence beneath a marked line is read whole in the smallest window, and stays when the lines are scrolled', async () => {
    const { it, page } = await opened('gpu-02')
    await it.referenceSize(1180, 720)
    await page.getByRole('button', { name: /8 management routes open/ }).click()
    const cut = () =>
      page
        .locator('.evidence pre')
        .first()
        .evaluate((lines) => {
          const box = lines.getBoundingClientRect()
          return [...lines.querySelectorAll('.why')].map((sentence) => {
            const range = document.createRange()
            range.selectNodeContents(sentence)
            const { left, right } = range.getBoundingClientRect()
            return left < box.left || right > box.right
          })
        })
    await expect.poll(cut).toEqual([false])
    await page
      .locator('.evidence pre')
      .first()
      .evaluate((lines) => {
        lines.querySelector('.marked')?.append('x'.repeat(400))
        lines.scrollLeft = 300
      })
    await expect.poll(cut).toEqual([false])
  })

  test('Exposure: what stands beside the picture is marked in it, and J and K go through its parts', async () => {
    const { page, host } = await opened('gpu-02')
    await host.tab('Exposure').press('Enter')
    const lane = page.getByRole('region', { name: 'nginx, ai.internal.yourcompany.com:443' })
    const marked = lane.locator('[aria-pressed=true]')
    await expect(marked).toHaveCount(1)
    await expect(marked).toContainText('nginx, TLS')
    await expect(page.locator('.path-bar')).toContainText('Next part')
    await page.keyboard.press('j')
    await expect(marked).toContainText('Health')
    await expect(marked).toBeFocused()
    await page.keyboard.press('k')
    await page.keyboard.press('k')
    await expect(marked).toContainText('Anyone else')
  })

  test('GPUs: figures as they were, whose the processes are, and what holds a card down', async () => {
    const { it, host } = await opened('gpu-02')
    await host.tab('GPUs').click()
    await expect(host.row(/^GPU 1/)).toContainText('2 warn')
    await host.rowButton(/^GPU 1/).click()
    await expect(host.detail).toContainText('slowed by heat (hardware)')
    await expect(host.row(/^\/usr\/local\/bin\/ollama/).first()).toContainText('ollama.service')
    await host.isSoundAndFits(it, 'host-gpus')
  })

  test('Hardening: directives, account and settings of the host as observed, judged line by line', async () => {
    const { it, host, page } = await opened('gpu-02')
    await host.tab('GPUs').focus()
    await host.tab('Findings').press('ArrowRight')
    await host.tab('Exposure').press('ArrowRight')
    await host.tab('Services').press('ArrowRight')
    await expect(host.tab('Hardening')).toHaveAttribute('aria-selected', 'true')
    await expect(host.row('NoNewPrivileges')).toContainText('Warning')
    await expect(host.row('PrivateDevices')).toContainText('Off, for CUDA')
    await expect(host.row('permitrootlogin')).toContainText('Holds')
    await host.rowButton('systemd-analyze security').click()
    await expect(host.detail).toContainText('9.2 of 10, UNSAFE')
    await host.isSoundAndFits(it, 'host-hardening')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(host.row('permitrootlogin')).toHaveCount(0)
    await host.rowButton('kernel.kptr_restrict').click()
    await page.keyboard.press('o')
    await expect(page.getByRole('heading', { name: '2 kernel settings are loose' })).toBeVisible()
  })

  test('Packages: versions, what is known against them, a filter, an order, and a copy', async () => {
    const { it, host, page } = await opened('gpu-02')
    await host.tab('Packages').click()
    await expect(host.row(/^Ollama/)).toContainText(/\d+ advisories/)
    await expect(host.row(/^sudo/)).toContainText('Update pending')
    await expect(host.detail).toContainText(/Fixed in/)
    await host.isSoundAndFits(it, 'host-packages')
    await page.keyboard.press('/')
    await page.keyboard.type('nginx')
    await expect(host.row(/^Ollama/)).toHaveCount(0)
    await expect(host.detail).toContainText('The security list of the distribution')
    await page.getByRole('button', { name: 'Copy 1 row as a table' }).click()
    await page.getByRole('searchbox', { name: 'Filter packages' }).fill('')
    await page.getByRole('button', { name: 'Name' }).click()
    await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending')
  })

  test('without sudo each tab says what was not read, and the line that would change it', async () => {
    const { it, host } = await opened('lab-01')
    for (const name of ['Services', 'Hardening', 'GPUs', 'Packages']) {
      await host.tab(name).click()
      await expect(host.panel).not.toContainText('Reading the stored audit')
      await host.isSoundAndFits(it, `host-${name.toLowerCase()}-limited`)
    }
    await host.tab('Hardening').click()
    await expect(host.gaps).toContainText('NOPASSWD:')
    await expect(host.gaps.getByRole('button', { name: /^Copy the (?:\d+ )?sudoers lines?$/ }).first()).toBeVisible()
  })
})

test('thousands of packages: few rows are drawn, and the keyboard reaches the last', async ({ openServed }) => {
  test.setTimeout(180_000)
  const many = Array.from({ length: 3000 }, (_, index) => `package_${String(index).padStart(4, '0')}-1.${index}`)
  const folder = '/opt/vllm/lib/python3.11/site-packages'
  const { it } = await openServed([{ ...gpu01, software: { ...gpu01.software, python: { folder, packages: many } } }])
  const host = new HostPage(it)
  await it.auditByKey()
  await host.open('gpu-01')
  await host.tab('Packages').click()
  const table = it.page.getByRole('table', { name: 'Packages' })
  await expect(table).toHaveAttribute('aria-rowcount', /^30\d\d$/)
  await it.page.getByRole('button', { name: 'Name' }).click()
  await host.rowButton('package_0000').click()
  await it.page.keyboard.press('End')
  await expect(host.rowButton('vLLM')).toBeFocused()
  await it.page.keyboard.press('ArrowUp')
  await expect(host.rowButton('unattended-upgrades')).toBeFocused()
  await it.page.keyboard.press('PageUp')
  await expect(host.rowButton(/^package_29\d\d$/).and(it.page.locator(':focus'))).toHaveCount(1)
  expect(await table.getByRole('row').count()).toBeLessThan(90)
  const started = await it.page.evaluate(() => performance.now())
  for (let press = 0; press < 20; press++) await it.page.keyboard.press('PageUp')
  expect((await it.page.evaluate(() => performance.now())) - started).toBeLessThan(5000)
})

test('cards of AMD alone: figures, whose the processes are, and the one with memory errors', async ({ openServed }) => {
  test.setTimeout(180_000)
  const pid = gpu01.processes.find(({ name }) => /^vllm/i.test(name))?.pid
  // As Linux documents the files of amdgpu and kfd.
  const card = (slot: string, busy: number, heat: number, watts: number, errors: number) => `@amd-gpu 0000:${slot}:00.0
=name AMD Instinct MI300X OAM
=errors umc ue: ${errors} ce: 4
=errors gfx ue: 0 ce: 0
=figure gpu_busy_percent ${busy}
=figure mem_info_vram_used 185542587187
=figure mem_info_vram_total 206141652992
=figure temp2_input ${heat}000
=figure power1_input ${watts}000000
=figure power1_cap 750000000
`
  const amdCards = `${card('05', 97, 61, 612, 0)}${card('c1', 12, 88, 140, 2)}@amd-node 51545
=location_id 1280
@amd-node 7210
=location_id 49408
@amd-process ${pid}
=name python3
=cgroup /system.slice/vllm.service
=vram 51545 182536110080
@amd-process 4711
=name python3
=uid 1004
=cgroup /user.slice/user-1004.slice/session-3.scope
=vram 7210 1073741824
`
  const { it } = await openServed([{ ...gpu01, gpus: [], amdCards }])
  const host = new HostPage(it)
  await it.auditByKey()
  await host.open('gpu-01')
  await expect(it.page.getByText('2 × AMD Instinct MI300X OAM')).toBeVisible()
  await expect(it.page.getByRole('region', { name: 'GPUs' })).toContainText('ECC 2')
  await it.isSound('host-amd')
  await host.tab('GPUs').click()
  await expect(host.row(/^GPU 0/)).toContainText('612 of 750 W')
  await expect(host.row(/^GPU 1/)).toContainText('Fail')
  await host.rowButton(/^GPU 1/).click()
  await host.isSoundAndFits(it, 'host-gpus-amd')
})

test('a host without GPUs says why there are none', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed([{ ...gpu01, gpus: [] }])
  const host = new HostPage(it)
  await it.auditByKey()
  await host.open('gpu-01')
  await host.tab('GPUs').click()
  await expect(it.page.getByRole('heading', { name: 'nvidia-smi is not on this host' })).toBeVisible()
  await host.isSoundAndFits(it, 'host-gpus-none')
})
