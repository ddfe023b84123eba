import { bastion01 } from '../../electron/testing/demo/hosts/bastion-01.ts'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { gpu04 } from '../../electron/testing/demo/hosts/gpu-04.ts'
import { expect, test } from '../fixtures/served-app.ts'

const without = (name: string) => gpu01.accounts.filter((account) => account.name !== name)
const rootKey = { account: 'root', text: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'z'.repeat(43)} install@old-notebook` }

/** Each way in which what is found can differ from the tiers: in readable words, with the way by which it is held, and what to do. */
test('the comparison says what differs, why, and what to do', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed([
    { ...gpu01, accounts: without('okafor'), keys: [...(gpu01.keys ?? []).filter(({ account }) => account !== 'okafor')] },
    gpu02,
    {
      ...gpu03,
      sshd: gpu03.sshd.filter((line) => !line.startsWith('allowgroups')),
      keys: [...(gpu03.keys ?? []), rootKey],
      logins: [{ account: 'okafor', daysAgo: 200 }],
    },
    gpu04,
    { ...bastion01, sshd: bastion01.sshd.map((line) => (line.startsWith('authenticationmethods') ? 'authenticationmethods any' : line)) },
  ])
  const { page } = it
  await it.auditByKey()
  await page.keyboard.press('Control+4')
  const cell = (sentence: string) => page.getByRole('grid').getByRole('button', { name: `${sentence}:` })
  const detail = page.getByRole('article', { name: 'Account' })
  const tiers = page.getByRole('region', { name: 'Tiers' })

  const differs: readonly (readonly [string, RegExp, readonly (RegExp | string)[]])[] = [
    ['reyes on gpu-04', /Above tier/, ['Operators may not become root', /reyes → .*→ root/, 'Take away the way shown here']],
    ['reyes on gpu-01', /Below tier/, ['Operators may read logs (vllm.service): no way', 'Give it the way that its tier needs']],
    ['okafor on gpu-01', /Missing/, ['is named in tier administrators', 'Make the account here']],
    ['backup on gpu-02', /No tier/, ['and no tier names it', 'Name it in a tier', 'Shared key', 'lund on gpu-03 as well']],
    ['lund on gpu-03', /Still active/, ['lund left on 2026-10-31', 'choose Remove', 'backup on gpu-02 as well']],
    ['okafor on gpu-03', /Match/, ['has not logged in lately', 'Ask its owner']],
    ['root on gpu-03', /No tier/, ['Key of nobody', 'install@old-notebook opens root alone']],
  ]
  for (const [sentence, state, words] of differs) {
    await expect(cell(sentence)).toHaveAccessibleName(state)
    await cell(sentence).focus()
    for (const word of words) await expect(detail).toContainText(word)
  }
  await it.isSound('access-comparison')

  const factor = tiers.getByRole('region', { name: 'Second factor of administrators' })
  await expect(factor).toContainText('okafor gets in without a second factor (bastion-01)')
  await expect(factor).toContainText('AuthenticationMethods publickey,keyboard-interactive:pam')
  await expect(tiers).toContainText('Opens 2 accounts')
  await expect(tiers).toContainText('Opens root alone')
  await expect(tiers).toContainText('Give each person a key of their own')
  const used = tiers.getByRole('region', { name: 'Accounts that are used' })
  await expect(used).toContainText('okafor has not logged in lately (gpu-03)')
  await factor.scrollIntoViewIfNeeded()
  await used.scrollIntoViewIfNeeded()
  await it.isSound('access-asked')
  // Each leads to its evidence.
  await factor.getByRole('button', { name: /without a second factor/ }).click()
  await expect(page.getByRole('heading', { name: 'okafor gets in without a second factor' })).toBeVisible()
})
