import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccessList } from '#shared/model/access.ts'
import type { AccessReview } from '#shared/model/access-review.ts'
import { pushPlanSchema } from '#shared/model/push-plan.ts'
import { audit } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, kill, lab, start } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** What a review removes on gpu2, closed by a push, undone to the byte, closed again; tried as those accounts and as one that stays. */

const desk = templateDesk('accounts-closed')
const file = join(desk.data, 'removals.json')
const words = ['--fleet', lab.fleetFile, '--data', desk.data]

/** kim has all that a file can give; lou shares the file of sudo with sid, who stays. */
const PLANT = `set -eu
ssh-keygen -q -t ed25519 -N '' -C planted -f /root/removed.key
groupadd ops
for n in kim lou sid; do
  useradd --create-home --shell /bin/bash $n
  echo "$n:correct horse" | chpasswd
  install -d -m 700 -o $n -g $n /home/$n/.ssh
  install -m 600 -o $n -g $n /root/removed.key.pub /home/$n/.ssh/authorized_keys
  usermod -aG ops $n
done
gpasswd -A kim ops
echo 'kim ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/kim
echo 'lou, sid ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/team
chmod 440 /etc/sudoers.d/kim /etc/sudoers.d/team
loginctl enable-linger kim
printf 'kim:%s\\nkimono:%s\\n' "$(openssl passwd -apr1 a)" "$(openssl passwd -apr1 b)" >>/etc/nginx/.htpasswd
`
/** Who gets in by the key, who becomes root, whose groups are which, who is asked for at the proxy. */
const TRIED = `sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >/root/removed.hosts
for n in kim lou sid; do
  ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/root/removed.hosts -i /root/removed.key $n@127.0.0.1 true 2>/dev/null && echo "$n in"
  setpriv --reuid $n --regid $n --init-groups -- sudo -n /usr/bin/env true 2>/dev/null && echo "$n root"
  id -nG $n | grep -qw ops && echo "$n ops"
  [ ! -e /var/lib/systemd/linger/$n ] || echo "$n lingers"
done
true
`
const passwords = '/etc/nginx/.htpasswd'

beforeAll(async () => {
  await arrange('gpu2', PLANT)
  await audit(desk.data, ['--host', 'gpu2'])
  await gatehouse(['access', 'review', 'start', ...words])
  const remove = (name: string, ...more: readonly string[]) =>
    gatehouse(['access', 'review', 'decide', `${name}@gpu2`, 'remove', ...more, ...words])
  // The name at the proxy is one thing, the account another.
  expect((await remove('kim')).stderr).toContain('say which')
  for (const kind of ['account', 'web']) await remove('kim', '--kind', kind)
  await remove('lou')
}, 120_000)
afterAll(async () => {
  await kill('gpu2')
  await start('gpu2')
})

const planned = async () => {
  const run = await gatehouse(['access', 'review', 'plan', '--output', file, ...words])
  expect([run.status, run.stderr]).toEqual([1, expect.stringContaining('written')])
  return { shown: run.stdout, plan: pushPlanSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) }
}
const everything = ['kim in', 'kim root', 'kim ops', 'kim lingers', 'lou in', 'lou root', 'lou ops', 'sid in', 'sid root', 'sid ops']
const tried = async () => (await arrange('gpu2', TRIED)).split('\n').filter(Boolean)

test('closed by a push: planned without a secret, undone to the byte, done, taken back, done again', async () => {
  expect(await tried()).toEqual(everything)
  const { shown, plan } = await planned()
  expect(plan.files.map(({ path }) => path)).toEqual([
    ...['/etc/shadow', '/etc/group', '/etc/gshadow', passwords, '/etc/sudoers.d/kim', '/var/lib/systemd/linger/kim'],
  ])
  expect(shown).not.toMatch(/\$(?:6|y|apr1)\$/)
  await desk.undone('gpu2', file)
  expect(await tried()).toEqual(everything)
  await desk.done(file)
  expect(await tried()).toEqual(['sid in', 'sid root', 'sid ops'])
  expect(await arrange('gpu2', `cut -d: -f1 ${passwords} | grep kim; pwck -q -r; grpck -r; visudo -c -q; echo $?`)).toMatch(
    /^kimono\n(?:.*\n)*0\n$/,
  )
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await tried()).toEqual(everything)
  await planned()
  await desk.done(file)
  expect(await tried()).toEqual(['sid in', 'sid root', 'sid ops'])
}, 400_000)

test('the audit sees it, and the accounts are due no more', async () => {
  await audit(desk.data, ['--host', 'gpu2'])
  const { stdout } = await gatehouse(['access', 'list', '--host', 'gpu2', '--json', ...words])
  const [gpu2] = (JSON.parse(stdout) as AccessList).hosts
  const of = (name: string) => gpu2?.access?.accounts.find((one) => one.kind === 'account' && one.name === name)
  expect([of('kim')?.login, of('lou')?.login, of('sid')?.logins.includes('SSH key')]).toEqual(['no', 'no', true])
  expect(gpu2?.access?.accounts.filter(({ kind, name }) => kind === 'web' && name === 'kim')).toEqual([])
  expect((await desk.findings('gpu2', ['access-closed-accounts-shut'])).map(({ status, subject }) => `${status} ${subject}`)).toEqual(
    expect.arrayContaining(['pass kim', 'pass lou']),
  )

  // What is in homes is by hand: it is done when an audit no longer finds it, not when somebody says so.
  const review = async () => JSON.parse((await gatehouse(['access', 'review', '--json', ...words])).stdout) as AccessReview
  const { left } = await review()
  const byHand = left.flatMap(({ command }) => (command?.startsWith('if test -e /home/') ? [command] : []))
  expect(byHand.map((command) => /\/home\/(\w+)\/\.ssh\/authorized_keys/.exec(command)?.[1])).toEqual(['kim', 'lou'])
  await arrange('gpu2', byHand.join('\n'))
  expect((await review()).left).toEqual(left)
  await audit(desk.data, ['--host', 'gpu2'])
  expect((await review()).left.filter(({ command }) => command?.includes('/home/'))).toEqual([])
}, 240_000)
