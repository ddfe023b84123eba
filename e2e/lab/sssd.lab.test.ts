import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Looked, look, of, way } from './directory-look.ts'
import { arrange, install, kill, start } from './lab.ts'

/** A host that asks LDAP through the real SSSD: what only the directory knows passes nothing. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))

let hidden: Looked
let listed: Looked
let really: Set<string>

const TRIED = `for n in local1 local2 local3 d2 d3; do setpriv --reuid=$n --regid=$(id -g $n) --init-groups sudo -n true 2>/dev/null && echo "root $n"; done
for n in local1 local3; do setpriv --reuid=$n --regid=$(id -g $n) --init-groups sg dadmins -c "sudo -n true" </dev/null >/dev/null 2>&1 && echo "newgrp $n"; done
for n in d1 d2; do [ "$(timeout 10 ssh -n -i /root/dir.key -o BatchMode=yes -o UserKnownHostsFile=/root/dir.hosts $n@127.0.0.1 echo in 2>/dev/null)" = in ] && echo "login $n"; done
true`

beforeAll(async () => {
  await install('gpu1', 'sssd', ['sssd.sh'])
  hidden = await look(data)
  really = new Set((await arrange('gpu1', TRIED)).split('\n').filter(Boolean))
  await arrange(
    'gpu1',
    `sed -i 's/^enumerate.*/enumerate = true/' /etc/sssd/sssd.conf; systemctl stop sssd0; systemd-run -q --unit=sssd1 sssd -i -d 0
    for n in $(seq 300); do getent passwd | grep -q ^d3: && break; sleep 0.2; done`,
  )
  listed = await look(data)
  for (const line of (await arrange('gpu1', TRIED)).split('\n').filter(Boolean)) really.add(line)
}, 240_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu1')
  await start('gpu1')
})

const openFor = ({ access }: Looked, words: string) =>
  access.gaps.filter(({ reason }) => reason.includes(words)).map(({ leavesOpen }) => leavesOpen)

test('what is really so: group and rule of the directory make its own accounts root, and its access provider refuses d2', () => {
  // By newgrp local1 becomes root as well, but not for a while after SSSD was asked who it is and did not know (local_negative_timeout, sssd.conf(5)).
  const lasting = [...really].filter((one) => one !== 'newgrp local1')
  expect(lasting.toSorted()).toEqual(['login d1', 'root d2', 'root d3'])
})

test('who is in a group of the directory is followed where it lists its accounts', () => {
  expect(['local1', 'local3'].map((name) => way(hidden, name))).toEqual([undefined, undefined])
  // SSSD gives an account of the host the group at no login, but newgrp(1) does whoever is on its list of members, and sudo takes that.
  expect([way(listed, 'local1'), way(listed, 'local3')]).toEqual([['sudo ALL', 'root'], undefined])
  // Whom the directory lists is followed; of whom it does not nobody is said to be all there is.
  expect([way(listed, 'd2'), of(hidden, 'd2')?.login ?? 'unlisted']).toEqual([['sudo ALL', 'root'], expect.stringMatching(/^un/)])
  expect(hidden.access.unlisted).toContain('nsswitch.conf asks sss as well')
})

test('where it lists no group, a rule about one leaves open who is on its list', () => {
  expect(openFor(hidden, 'speaks of group dadmins').flat()).toContain('become-root')
})

test('rules of sudo that only the directory has leave open who is root', () => {
  for (const looked of [hidden, listed]) {
    expect(way(looked, 'd3')).toBeUndefined()
    expect(openFor(looked, 'rules of sudo from sss').flat()).toContain('become-root')
  }
})

test('keys and logins that the directory decides about are not known', () => {
  expect(['d1', 'd2', 'd3'].map((name) => of(listed, name)?.login)).toEqual(['unknown', 'unknown', 'unknown'])
  expect(of(listed, 'd1')?.loginNotes.join()).toContain('sss_ssh_authorizedkeys gives to sshd were not asked for')
})

// SSSD itself gives nobody uid 0 (sssd.conf(5), min_id).
test.each(['access-accounts-used', 'access-within-tiers', 'access-accounts-in-tiers', 'root-groups-empty'])(
  '%s passes nothing that was not seen',
  (control) => {
    expect([...hidden.status(control), ...listed.status(control)]).not.toContain('pass')
  },
)
