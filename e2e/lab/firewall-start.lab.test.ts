import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { audit, hostOf } from './audit.ts'
import { arrange, asRoot, install, kill, start } from './lab.ts'
import { maySee } from './template-desk.ts'

/** What is said of the next start of a host, and what the host then starts with. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-start-'))
beforeAll(() => asRoot('gpu3', 'nft flush ruleset'))
beforeEach(() => maySee('gpu3'))
afterEach(async () => {
  // The network of a host outlives it.
  await asRoot('gpu3', 'nft flush ruleset')
  await kill('gpu3')
  await start('gpu3')
}, 120_000)
afterAll(() => rmSync(data, { recursive: true }))

async function found(control: string): Promise<string> {
  const { report } = await audit(data, ['--host', 'gpu3'])
  const finding = hostOf(report, 'gpu3').findings.find((each) => each.control === control)
  return `${finding?.status} ${finding?.reason}`
}

/** Rules go with a kernel; those of the lab's hosts lie in a network that stays. */
async function startsAgain(): Promise<void> {
  await asRoot('gpu3', 'touch /run/before && nft flush ruleset && systemctl --no-block reboot')
  for (let tries = 0; tries < 60; tries++) {
    await pause(500)
    const asked = arrange('gpu3', 'test -e /run/before || systemctl is-active multi-user.target').catch(() => '')
    // A systemd that is going down may take the question and never answer it.
    if ((await Promise.race([asked, pause(5000, '')])) === 'active\n') return
  }
  throw new Error('gpu3 does not come again')
}

const table = (policy: string) => `table inet own {
  chain input {
    type filter hook input priority 0
    policy ${policy}
    ct state { established, related } accept # open connections
    iif lo accept; tcp dport ssh accept
  }
}`
const written = (text: string) => `cat >/etc/nftables.conf <<'E'\n#!/usr/sbin/nft -f\n${text}\nE
`
/** What the package of Debian does, which breaks ufw's and so is not in the lab. */
const saved = `mkdir -p /etc/iptables
cat >/lib/systemd/system/netfilter-persistent.service <<'UNIT'
[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'iptables-restore </etc/iptables/rules.v4; ip6tables-restore </etc/iptables/rules.v6'
[Install]
WantedBy=multi-user.target
UNIT
for tool in iptables ip6tables; do
  $tool -A INPUT -i lo -j ACCEPT && $tool -A INPUT -p tcp --dport 22 -j ACCEPT && $tool -P INPUT DROP && $tool-save >/etc/iptables/$tool
done
mv /etc/iptables/iptables /etc/iptables/rules.v4
mv /etc/iptables/ip6tables /etc/iptables/rules.v6
systemctl daemon-reload
systemctl enable netfilter-persistent.service
`
const ufw = 'ufw allow 22/tcp && ufw --force enable'

test.each<[string, string, RegExp, 'pass' | 'fail']>([
  ['ufw as its command switches it on', ufw, /^pass ufw.service/, 'pass'],
  ['ufw, its service disabled', `${ufw} && systemctl disable ufw.service`, /^fail .*ufw.service is disabled/, 'fail'],
  ['ufw, its service masked', `${ufw} && systemctl mask ufw.service`, /^fail .*ufw.service is masked/, 'fail'],
  ['ufw, off in its file', `${ufw} && sed -i s/^ENABLED=.*/ENABLED=no/ /etc/ufw/ufw.conf`, /^fail .*ENABLED=no/, 'fail'],
  [
    'ufw, a file of it changed and not loaded',
    `${ufw} && sed -i '/^# ok icmp codes for INPUT/i -A ufw-before-input -p tcp -j ACCEPT' /etc/ufw/before.rules`,
    /^fail .*what lies in \/etc\/ufw does not deny IPv4/,
    'fail',
  ],
  [
    'ufw, a script of the admin that it runs behind its files',
    `${ufw} && printf '#!/bin/sh\\niptables -I INPUT -p tcp -j ACCEPT\\n' >/etc/ufw/after.init && chmod 750 /etc/ufw/after.init`,
    /^not-evaluated .*after.init is run by it/,
    'fail',
  ],
  ['rules typed by hand', `nft -f - <<'E'\n${table('drop')}\nE`, /^fail .*nftables.service is disabled/, 'fail'],
  ['saved, and nothing loads it', `${written(table('drop'))}nft -f /etc/nftables.conf`, /^fail .*nftables.service is disabled/, 'fail'],
  ['saved, and loaded', `${written(table('drop'))}systemctl enable --now nftables.service`, /^pass nftables.service/, 'pass'],
  [
    'the file that Debian brings',
    `systemctl enable --now nftables.service; nft -f - <<'E'\n${table('drop')}\nE`,
    /^fail .*nftables.conf does not deny/,
    'fail',
  ],
  ['saved by iptables', saved, /^pass netfilter-persistent.service/, 'pass'],
  ['saved where root alone reads it', `${saved}chmod 640 /etc/iptables/rules.v4`, /^pass netfilter-persistent.service/, 'pass'],
  [
    'a script of its own behind it',
    `${written(table('drop'))}mkdir -p /etc/systemd/system/nftables.service.d
printf '#!/bin/sh\\nnft flush ruleset\\n' >/usr/local/sbin/opens
chmod 750 /usr/local/sbin/opens
printf '[Service]\\nExecStartPost=/usr/local/sbin/opens\\n' >/etc/systemd/system/nftables.service.d/own.conf
systemctl daemon-reload
systemctl enable nftables.service
nft -f /etc/nftables.conf`,
    /^not-evaluated .*own\.conf changes what it loads/,
    'fail',
  ],
  [
    'a file among others',
    `mkdir -p /etc/nftables.d; ${written('flush ruleset\ninclude "/etc/nftables.d/*.nft"')}cat >/etc/nftables.d/in.nft <<'E'\n${table('drop')}\nE
systemctl enable --now nftables.service`,
    /^pass nftables.service/,
    'pass',
  ],
])(
  '%s',
  async (_, script, said, then) => {
    await arrange('gpu3', script)
    expect(await found('firewall-default-deny-inbound')).toMatch(/^pass /)
    expect(await found('firewall-loaded-at-start')).toMatch(said)
    await startsAgain()
    expect(await found('firewall-default-deny-inbound')).toMatch(new RegExp(`^${then} `))
  },
  120_000,
)

/** firewalld runs and comes again, and so does a door that anybody may try. */
const firewalld = `cat >/etc/systemd/system/door.service <<'U'
[Service]
ExecStart=/usr/bin/python3 -m http.server --bind 0.0.0.0 --directory /var/empty 9000
[Install]
WantedBy=multi-user.target
U
mkdir -p /var/empty
systemctl daemon-reload
systemctl enable --now door.service firewalld.service
interface=$(ip -o -4 addr show scope global | awk '{ print $2; exit }')
`
/** From the jump host. */
const opens = async (): Promise<boolean> => (await asRoot('jump', 'nc -z -w 2 "$(getent hosts gpu3 | cut -d " " -f 1)" 9000')).status === 0

test.each<[string, string, RegExp, 'pass' | 'fail', boolean]>([
  ['as it comes', '', /^pass firewalld.service/, 'pass', false],
  ['what was opened until the next start', 'firewall-cmd --add-port=9000/tcp', /^pass firewalld.service/, 'pass', false],
  ['a port that its files open', 'firewall-cmd --permanent --add-port=9000/tcp', /^fail .*to port 9000/, 'pass', true],
  ['its interface trusted', 'firewall-cmd --permanent --zone=trusted --add-interface="$interface"', /^fail .*does not deny/, 'fail', true],
  [
    'a rich rule',
    `firewall-cmd --permanent --add-rich-rule='rule family="ipv4" source address="0.0.0.0/0" accept'`,
    /^fail .*IPv4/,
    'fail',
    true,
  ],
  ['disabled', 'systemctl disable firewalld.service', /^fail .*firewalld.service is disabled/, 'fail', true],
])(
  'firewalld, %s',
  async (_, script, said, then, open) => {
    await install('gpu3', 'firewalld', ['unpack.sh', 'firewalld.sh'])
    await arrange('gpu3', `${firewalld}${script}`)
    expect(await found('firewall-default-deny-inbound')).toMatch(/^pass /)
    expect(await opens()).toBe(/ --add-port/.test(script) && !/permanent/.test(script))
    expect(await found('firewall-loaded-at-start')).toMatch(said)
    await startsAgain()
    expect(await found('firewall-default-deny-inbound')).toMatch(new RegExp(`^${then} `))
    expect(await opens()).toBe(open)
  },
  150_000,
)
