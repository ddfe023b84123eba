import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, lab, type Server } from './lab.ts'
import { STATE, templateDesk, verdictOf } from './template-desk.ts'

/** Hosts on which others have set what a template sets, or where something else is in the way: refused before anything changes, with what to do. */

const FOLDER = '/etc/systemd/system/ollama.service.d'
const anew = 'systemctl daemon-reload; systemctl restart ollama'
const away = `rm -rf ${FOLDER}; ${anew}`
const dropIn = (name: string, text: string) => `mkdir -p ${FOLDER}; printf '[Service]\\n${text}\\n' >${FOLDER}/${name}; ${anew}`

const units = templateDesk('ollama-loopback')
const sshd = templateDesk('sshd-behind-jump')
const nginx = templateDesk('nginx-ollama')
const vllm = templateDesk('vllm-credential')

/** The host refuses what was planned, and is as it was. `since`: what comes after the plan. */
async function refused(desk: typeof units, host: Server, why: RegExp, values = {}, since = 'true'): Promise<void> {
  const { file } = await desk.plan(host, values)
  await arrange(host, since)
  const before = await arrange(host, STATE)
  const run = await desk.push(file)
  expect([run.status, verdictOf(run)]).toEqual([2, expect.stringMatching(why)])
  expect(run.stderr).toContain('push.not-possible')
  expect((await arrange(host, STATE)).split('\n')).toEqual(before.split('\n'))
  expect(await arrange(host, 'ls /var/lib/gatehouse-push 2>/dev/null || echo none')).toBe('none\n')
}

test.each([
  ['a drop-in of a later name', dropIn('zzz-local.conf', 'Environment=OLLAMA_HOST=0.0.0.0'), /zzz-local\.conf sets OLLAMA_HOST/],
  [
    'a file of variables',
    `echo OLLAMA_HOST=0.0.0.0 >/etc/default/ollama; ${dropIn('override.conf', 'EnvironmentFile=-/etc/default/ollama')}`,
    /\/etc\/default\/ollama sets OLLAMA_HOST/,
  ],
])(
  'systemd: %s is the stronger one',
  async (_, lived, why) => {
    await arrange('gpu3', lived)
    await refused(units, 'gpu3', why)
    await arrange('gpu3', `rm -f /etc/default/ollama; ${away}`)
  },
  240_000,
)

test('systemd: what others set in a drop-in of an earlier name stays, and the push holds', async () => {
  await arrange('gpu3', dropIn('override.conf', 'Environment=OLLAMA_HOST=0.0.0.0 OLLAMA_DEBUG=1'))
  const { file, plan } = await units.plan('gpu3')
  const before = await arrange('gpu3', STATE)
  await units.done(file)
  const environment = await arrange('gpu3', 'systemctl show -p Environment --value ollama')
  for (const one of ['OLLAMA_DEBUG=1', 'OLLAMA_HOST=127.0.0.1:11434']) expect(environment).toContain(one)
  expect(await units.takenBack(plan)).toBe('committed and proven')
  expect((await arrange('gpu3', STATE)).split('\n')).toEqual(before.split('\n'))
  await arrange('gpu3', away)
}, 240_000)

test('systemd: too little room in /run for a reload, which the undo would need, too', async () => {
  await arrange('gpu3', 'head -c $(($(df --output=avail -B1M /run | tail -1) - 8))M /dev/zero >/run/full')
  try {
    await refused(units, 'gpu3', /\/run has less than 16 MB left/)
  } finally {
    await arrange('gpu3', 'rm /run/full')
  }
}, 240_000)

test('systemd: a service that takes its time to end is waited for', async () => {
  await arrange('gpu3', dropIn('override.conf', 'ExecStop=/bin/sleep 70\\nTimeoutStopSec=120'))
  const { file } = await units.plan('gpu3')
  const late = await units.push(file)
  expect([verdictOf(late), late.stdout]).toEqual([
    'rolled back and proven',
    expect.stringContaining('did not end and begin anew within 60 s; half of --undo-after is waited'),
  ])
  expect(verdictOf(await units.push(file, undefined, 240))).toBe('committed and proven')
  await arrange('gpu3', `rm ${FOLDER}/override.conf; systemctl daemon-reload; ${away}`)
}, 600_000)

test('systemd: a folder from which nothing may be taken is refused before a file is put there', async () => {
  await arrange('gpu3', `mkdir -p ${FOLDER}; chattr +a ${FOLDER}`)
  try {
    await refused(units, 'gpu3', /may only grow: chattr -i -a \/etc\/systemd\/system\/ollama\.service\.d/)
  } finally {
    await arrange('gpu3', `chattr -a ${FOLDER}; ${away}`)
  }
}, 240_000)

test('systemd: a unit that somebody edited, of which systemd was not told, is refused: the undo could not have the old one run', async () => {
  const unit = '/etc/systemd/system/ollama.service'
  await arrange('gpu3', `cp -a ${unit} /root/; sed -i 's#^ExecStart=.*#ExecStart=/usr/local/bin/ollamma serve#' ${unit}`)
  await refused(units, 'gpu3', /files of ollama\.service changed since systemd read them.*systemctl daemon-reload/)
  expect(await arrange('gpu3', 'systemctl is-active ollama')).toBe('active\n')
  await arrange('gpu3', `mv /root/ollama.service ${unit}; ${away}`)
}, 240_000)

test('vLLM loads its model before it listens: it is waited for, and who gives it too little time is told so', async () => {
  const unit = '/etc/systemd/system/vllm.service'
  await arrange(
    'gpu1',
    `sed -i '2i import time; time.sleep(45)' /opt/vllm/bin/vllm
     sed -i '/^EnvironmentFile/d; s/--host 127.0.0.1/--host 0.0.0.0/' ${unit}
     systemctl daemon-reload; systemctl restart vllm`,
  )
  const loaded = () => arrange('gpu1', 'until ss -Hltn | grep -q :8000; do sleep 1; done')
  await loaded()
  const { file } = await vllm.plan('gpu1')
  const before = await arrange('gpu1', STATE)
  const early = await vllm.push(file, undefined, 60)
  expect([verdictOf(early), early.stdout]).toEqual([
    'rolled back and proven',
    expect.stringContaining('vllm.service runs, but does not listen yet, as it did before'),
  ])
  expect((await arrange('gpu1', STATE)).split('\n')).toEqual(before.split('\n'))
  await loaded()
  const run = await vllm.push(file, undefined, 240)
  expect([verdictOf(run), run.stdout]).toEqual(['committed and proven', expect.not.stringContaining('because')])
  const ask = (words: string) => arrange('gpu1', `curl -s -o /dev/null -w '%{http_code}' ${words} http://127.0.0.1:8000/v1/models`)
  expect([await ask(''), await ask('-H "Authorization: Bearer $(cut -d= -f2 /etc/gatehouse/vllm.env)"')]).toEqual(['401', '200'])
}, 600_000)

test.each([
  ['without an Include', "sed -i '/^Include/d' /etc/ssh/sshd_config", /sshd would not take allowusers/],
  [
    'with words of its own before the Include',
    "sed -i '1i PasswordAuthentication yes' /etc/ssh/sshd_config",
    /sshd would not take passwordauthentication no \(it goes on with passwordauthentication yes\)/,
  ],
])(
  'sshd: a main file %s',
  async (_, lived, why) => {
    await arrange('gpu2', `cp -a /etc/ssh/sshd_config /root/; ${lived}; sshd -t && systemctl reload ssh`)
    await refused(sshd, 'gpu2', why)
    await arrange('gpu2', 'mv -f /root/sshd_config /etc/ssh/; systemctl reload ssh')
  },
  240_000,
)

test('nginx: a broken site that has nothing to do with it is named, not the values that could not be read for it', async () => {
  await arrange('gpu2', "echo 'server { listen 80; nonsense on; }' >/etc/nginx/conf.d/zz-broken.conf")
  const words = ['--fleet', lab.fleetFile, '--host', 'gpu2', '--template', 'nginx-ollama', '--data', nginx.data]
  const run = await gatehouse(['plan', ...words])
  expect([run.status, run.stderr]).toEqual([
    2,
    expect.stringMatching(/nginx -T failed: .*"nonsense" in \/etc\/nginx\/conf\.d\/zz-broken\.conf/),
  ])
  expect(run.stderr).not.toContain('serverName')
  await arrange('gpu2', 'rm /etc/nginx/conf.d/zz-broken.conf')
}, 120_000)

const SITE = '/etc/nginx/sites-available/ollama-secure'
const NO_IPV6 =
  "for unit in nginx ssh; do mkdir -p /run/systemd/system/$unit.service.d; printf '[Service]\\nRestrictAddressFamilies=~AF_INET6\\n' >/run/systemd/system/$unit.service.d/no-ipv6.conf; done"
const logins = { logins: `app:$2b$10$${'a'.repeat(53)}` }

test.each([
  [
    'a site that the push takes out of use broke since the plan: the undo could not have it read again',
    '',
    `sed -i '1i nonsense on;' ${SITE}`,
    /as it is now, so the undo .*"nonsense"/,
    '',
  ],
  [
    'a kernel without IPv6',
    `${NO_IPV6}; systemctl daemon-reload; systemctl restart nginx ssh`,
    'true',
    /the host has no IPv6: a copy of the template without its lines listen \[::\]/,
    'rm -r /run/systemd/system/*.service.d; systemctl daemon-reload; systemctl restart ssh;',
  ],
  [
    'sites that lie elsewhere',
    'mv /etc/nginx/sites-enabled /srv/; ln -s /srv/sites-enabled /etc/nginx/sites-enabled; ln -sf ../../etc/nginx/sites-available/ollama-secure /srv/sites-enabled/',
    'true',
    /sites-enabled is a link: have the folder itself lie there/,
    'rm -r /srv/sites-enabled;',
  ],
])(
  'nginx: %s',
  async (_, lived, since, why, back) => {
    await arrange('gpu2', `cp -a /etc/nginx /root/; ${lived || 'true'}; nginx -t && systemctl reload nginx`)
    await refused(nginx, 'gpu2', why, logins, since)
    await arrange('gpu2', `${back} rm -rf /etc/nginx; mv /root/nginx /etc/; systemctl restart nginx`)
  },
  240_000,
)

test('nginx: a socket that takes IPv4, too, which a reload hands on, is told while it is planned', async () => {
  await arrange(
    'gpu2',
    `cp -a /etc/nginx /root/; sed -i 's/^listen 443 ssl;/listen [::]:443 ssl ipv6only=off;/' ${SITE}; systemctl restart nginx`,
  )
  const words = [
    '--fleet',
    lab.fleetFile,
    '--host',
    'gpu2',
    '--template',
    'nginx-ollama',
    '--data',
    nginx.data,
    '--set',
    `logins=${logins.logins}`,
  ]
  const run = await gatehouse(['plan', ...words])
  expect([run.status, run.stderr]).toEqual([
    2,
    expect.stringMatching(/take IPv4 by \[::\]:443 \(ipv6only=off\).*restart nginx, then plan again/),
  ])
  await arrange('gpu2', 'rm -rf /etc/nginx; mv /root/nginx /etc/; systemctl restart nginx')
}, 240_000)
