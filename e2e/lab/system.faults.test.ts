import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, install, lab } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** Templates of the operating system and of the jump host: found, pushed, undone to the byte, pushed again. */

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-system-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('services that have no place: stopped and masked, and running again after the undo', async () => {
  const unit = (name: string, lines: string) => `printf '%b' '${lines}' >/usr/lib/systemd/system/${name}`
  await arrange(
    'gpu2',
    `${unit('cups.service', '[Service]\\nExecStart=/usr/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n')}
     ${unit('cups.socket', '[Socket]\\nListenStream=/run/cups.sock\\n[Install]\\nWantedBy=sockets.target\\n')}
     ${unit('bluetooth.service', '[Service]\\nExecStart=/usr/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n')}
     systemctl daemon-reload && systemctl -q enable --now cups.socket cups.service && systemctl -q enable bluetooth.service`,
  )
  const states = () => arrange('gpu2', 'systemctl is-active cups.service cups.socket bluetooth.service; true')
  const desk = templateDesk('services-masked')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.parameters).toEqual({ services: ['cups', 'bluetooth'] })
  const before = await states()
  expect(before).toBe('active\nactive\ninactive\n')
  await desk.undone('gpu2', file)
  await expect.poll(states, { timeout: 10_000 }).toBe(before)
  await desk.done(file)
  expect(await states()).toBe('inactive\ninactive\ninactive\n')
  expect((await asRoot('gpu2', 'systemctl start cups.service')).stderr).toContain('masked')

  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await states()).toBe(before)
}, 300_000)

test('access logs that are gone after two weeks', async () => {
  const desk = templateDesk('logrotate-ai-access')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan).toMatchObject({ parameters: { log: '/var/log/nginx/access.log', owner: 'www-data', days: 90 }, unit: '' })
  expect(plan.turns).toEqual([expect.objectContaining({ control: 'proxy-access-log-kept', status: 'warning' })])
  await desk.undone('gpu2', file)
  await desk.done(file)
  // nginx goes on in the new file, and the new file is as it was asked for.
  const rotated = await arrange(
    'gpu2',
    `echo old >>/var/log/nginx/access.log; logrotate -f /etc/logrotate.d/nginx && sleep 1 && curl -sk https://127.0.0.1/ >/dev/null
     stat -c '%U:%G %a' /var/log/nginx/access.log; grep -c curl /var/log/nginx/access.log; tail -n 1 /var/log/nginx/access.log.1`,
  )
  expect(rotated).toBe('www-data:adm 640\n1\nold\n')
}, 300_000)

test('an audit account that may do everything', async () => {
  await arrange('gpu2', 'echo "gatehouse-audit ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/gatehouse-audit')
  const desk = templateDesk('gatehouse-audit-account')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toEqual([expect.objectContaining({ control: 'audit-account-read-only', status: 'fail' })])
  expect(plan.files[0]?.diff).toContain('-gatehouse-audit ALL=(ALL) NOPASSWD: ALL')
  await desk.undone('gpu2', file)
  await desk.done(file)
  expect((await asRoot('gpu2', 'su gatehouse-audit -s /bin/sh -c "sudo -n id"')).status).toBe(1)
  expect((await asRoot('gpu2', 'su gatehouse-audit -s /bin/sh -c "sudo -n sshd -T -C lport=65535"')).stdout).toContain('permitrootlogin')
}, 300_000)

test('model folders that nobody watches; auditctl and augenrules are stand-ins, since the lab has no audit of the kernel', async () => {
  await arrange('gpu2', 'cat >/sbin/augenrules && chmod 755 /sbin/augenrules', AUGENRULES)
  await arrange('gpu2', 'cat >/sbin/auditctl && chmod 755 /sbin/auditctl', AUDITCTL)
  await arrange(
    'gpu2',
    `mkdir -p /etc/audit/rules.d && chmod 750 /etc/audit/rules.d && printf '%s\\n' -D '-b 8192' >/etc/audit/rules.d/audit.rules
     printf '%s\\n' -D '-b 320' '-w /etc/passwd -p wa' >/etc/audit/audit.rules && auditctl -R /etc/audit/audit.rules
     printf '%b' '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' >/usr/lib/systemd/system/auditd.service && systemctl daemon-reload && systemctl start auditd`,
  )
  const loaded = () => arrange('gpu2', 'auditctl -l')
  const before = await loaded()
  const desk = templateDesk('auditd-models-watch')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toEqual([expect.objectContaining({ control: 'model-directories-audited', status: 'warning' })])
  await desk.undone('gpu2', file)
  expect(await loaded()).toBe(before)
  await desk.done(file)
  expect(await loaded()).toBe(
    '-w /usr/share/ollama/.ollama/models -p wa -k gatehouse-models\n-w /etc/systemd/system -p wa -k gatehouse-configuration\n',
  )
}, 300_000)

test('a driver that is unloaded when idle', async () => {
  await arrange(
    'gpu2',
    `useradd --system nvidia-persistenced
     printf '%s\\n' '#!/bin/sh' 'case $* in *--no-persistence-mode*) rm -f /run/persistence ;; *) : >/run/persistence; chmod 644 /run/persistence ;; esac' 'exec sleep infinity' >/usr/bin/nvidia-persistenced
     chmod 755 /usr/bin/nvidia-persistenced
     printf '%b' '[Service]\\nExecStart=/usr/bin/nvidia-persistenced --user nvidia-persistenced --no-persistence-mode\\n' >/usr/lib/systemd/system/nvidia-persistenced.service
     sed -i 's#<persistence_mode>Enabled#<persistence_mode>$([ -e /run/persistence ] \\&\\& echo Enabled || echo Disabled)#' /usr/bin/nvidia-smi
     systemctl daemon-reload && systemctl start nvidia-persistenced`,
  )
  const desk = templateDesk('gpu-persistence')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toEqual([expect.objectContaining({ control: 'gpu-persistence-on', subject: '*', status: 'warning' })])
  await desk.undone('gpu2', file)
  await desk.done(file)
}, 300_000)

test('figures of the GPUs for everyone: a stand-in for dcgm-exporter, in the unit of its package', async () => {
  await arrange('gpu2', 'cat >/usr/local/lib/stand-ins/gpu_exporter.py', EXPORTER)
  await arrange(
    'gpu2',
    `cp /usr/bin/python3 /usr/local/lib/stand-ins/bin/dcgm-exporter
     printf '%s\\n' '#!/usr/bin/python3 -I' 'import sys' 'sys.path.insert(0, "/usr/local/lib/stand-ins")' 'import pose' \\
       'pose.launch("/usr/local/lib/stand-ins/bin/dcgm-exporter", "gpu_exporter.py")' >/usr/bin/dcgm-exporter
     chmod 755 /usr/bin/dcgm-exporter
     printf '%s\\n' '[Service]' User=root PrivateTmp=false StandardOutput=append:/var/dcgm-exporter.log StandardError=append:/var/dcgm-exporter.log \\
       'ExecStart=/usr/bin/dcgm-exporter -f /etc/dcgm-exporter/default-counters.csv -a :9400' Restart=on-abort >/usr/lib/systemd/system/nvidia-dcgm-exporter.service
     systemctl daemon-reload && systemctl start nvidia-dcgm-exporter && ufw allow 9400/tcp >/dev/null`,
  )
  const desk = templateDesk('gpu-exporter-unit')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toEqual([
    expect.objectContaining({ control: 'metrics-only-from-monitoring', subject: 'dcgm-exporter', status: 'fail' }),
  ])
  expect(plan.parameters).toMatchObject({
    ...{ unit: 'nvidia-dcgm-exporter.service', program: '/usr/bin/dcgm-exporter', account: 'dcgm-exporter', listen: '127.0.0.1:9400' },
    arguments: ['-f', '/etc/dcgm-exporter/default-counters.csv'],
  })
  await desk.undone('gpu2', file)
  await desk.done(file)
  const [figures, uid] = (
    await arrange(
      'gpu2',
      'curl -s http://127.0.0.1:9400/metrics; stat -c %u /proc/$(systemctl show -p MainPID --value nvidia-dcgm-exporter)',
    )
  ).split('\n')
  expect([figures, Number(uid) >= 61_184]).toEqual(['DCGM_FI_DEV_GPU_TEMP 41', true])
  expect(await arrange('gpu2', 'curl -s -m 2 http://$(hostname -I | cut -d " " -f 1):9400/metrics || echo refused')).toBe('refused\n')
  // The rules of the kernel outlive the host: its network is the lab's.
  await arrange('gpu2', 'ufw delete allow 9400/tcp')
}, 300_000)

test('a real exporter in Go, by the other flag: it serves its figures in the sandbox, to this machine alone', async () => {
  await install('gpu2', 'exporter', ['exporter.sh'])
  await arrange('gpu2', 'ufw allow 9835/tcp >/dev/null')
  const address = (await arrange('gpu2', "ip -4 -o addr show eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")).trim()
  const asked = async () => [
    (await asRoot('jump', `curl -s -m 3 http://${address}:9835/metrics`)).stdout.includes('node_load1 '),
    (await arrange('gpu2', 'curl -s -m 3 http://127.0.0.1:9835/metrics')).includes('node_load1 '),
  ]
  const desk = templateDesk('gpu-exporter-unit')
  const { file, plan } = await desk.plan('gpu2', { exporter: 'nvidia-gpu-exporter' })
  expect(plan.turns).toEqual([
    expect.objectContaining({ control: 'metrics-only-from-monitoring', subject: 'nvidia-gpu-exporter', status: 'fail' }),
  ])
  expect(plan.parameters).toMatchObject({
    ...{
      unit: 'nvidia_gpu_exporter.service',
      program: '/usr/bin/nvidia_gpu_exporter',
      listen: '127.0.0.1:9835',
      flag: '--web.listen-address',
    },
    arguments: ['--collector.disable-defaults', '--collector.loadavg', '--collector.meminfo'],
  })
  expect(await asked()).toEqual([true, true])
  await desk.undone('gpu2', file)
  await expect.poll(asked, { timeout: 10_000 }).toEqual([true, true])
  await desk.done(file)
  expect(await asked()).toEqual([false, true])
  const user = await arrange('gpu2', 'stat -c %u /proc/$(systemctl show -p MainPID --value nvidia_gpu_exporter)')
  expect(Number(user)).toBeGreaterThanOrEqual(61_184)
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await asked()).toEqual([true, true])
  await arrange('gpu2', 'ufw delete allow 9835/tcp')
}, 300_000)

test('a jump host that forwards to anywhere', async () => {
  const fleet = join(folder, 'fleet.yaml')
  writeFileSync(fleet, readFileSync(lab.fleetFile, 'utf8').replace('  - name: jump\n', '  - name: jump\n    audit: true\n'))
  const { stdout: rights } = await gatehouse(['sudoers', '--fleet', fleet, '--host', 'jump', ...lab.sudoWords])
  await arrange('jump', 'cat >/etc/sudoers.d/gatehouse && chmod 440 /etc/sudoers.d/gatehouse && visudo -c', rights)
  const [admin, change] = (await arrange('jump', 'ls /home')).trim().split('\n').concat('gatehouse-change')
  await arrange(
    'jump',
    `useradd --create-home --shell /bin/bash ${change} && cp -a /home/${admin}/.ssh /home/${admin}/.google_authenticator /home/${change}/
     chown -R ${change}: /home/${change}; echo '${change} ALL=(root) NOPASSWD: /bin/sh ""' >/etc/sudoers.d/gatehouse-change`,
  )
  const desk = templateDesk('sshd-jump-forwarding', fleet)
  const words = ['plan', '--fleet', fleet, '--host', 'jump', '--template', 'sshd-jump-forwarding', '--set', 'destinations=10.9.9.9:22']
  expect(await gatehouse(words)).toMatchObject({ status: 2, stderr: expect.stringContaining('leaves out') })
  const { file, plan } = await desk.plan('jump')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'jump-forwards-to-fleet-only', status: 'fail' }))
  await desk.undone('jump', file)
  await desk.done(file)
  expect(await arrange('jump', 'sshd -T | grep -E "^(authenticationmethods|permitopen|allowtcp)" | sort')).toMatch(
    /^allowtcpforwarding local\nauthenticationmethods publickey,keyboard-interactive:pam\npermitopen (?:10\.77\.\d+\.1[123]:22 ?){3}\n$/,
  )
}, 400_000)

/** As augenrules(8) says: one file of all, -D first, the old one kept beside it. */
const AUGENRULES = `#!/bin/sh
all=$(mktemp) && echo -D >"$all" && cat /etc/audit/rules.d/*.rules | grep -v -e '^#' -e '^-D' >>"$all"
[ "$1" = --load ] || { rm "$all"; exit 0; }
cmp -s "$all" /etc/audit/audit.rules || { cp /etc/audit/audit.rules /etc/audit/audit.rules.prev; cp "$all" /etc/audit/audit.rules; chmod 640 /etc/audit/audit.rules; }
rm "$all"
/sbin/auditctl -R /etc/audit/audit.rules
`

/** Holds rules as the kernel would: lists, takes all away, reads a file. */
const AUDITCTL = `#!/bin/sh
held=/run/audit-held
case $1 in
-s) echo 'enabled 1'; echo 'failure 1' ;;
-l) cat "$held" ;;
-D) : >"$held" ;;
-R) while read -r line; do case $line in -D) : >"$held" ;; -w*) echo "$line" >>"$held" ;; esac; done <"$2" ;;
esac
`

/** Numbers for whoever asks; on every interface unless it is told where. */
const EXPORTER = `import sys
sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose
argv = pose.command_line()
given = [argv[index + 1] for index, word in enumerate(argv[:-1]) if word in ("-a", "--address")]
host, _, port = (given[-1] if given else ":9400").rpartition(":")
api.serve(host or "0.0.0.0", int(port), {("GET", "/metrics"): lambda _: api.Reply("DCGM_FI_DEV_GPU_TEMP 41\\n")}, server="")
`
