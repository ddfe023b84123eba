import { expect, test } from 'vitest'
import { known } from '../facts/fact.ts'
import { factsOf, type Host, manageUnits, unit, way } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'

// What setuid and capabilities do of a program that nobody knows is not known (capabilities(7)).
test.each<[string, string, string, boolean]>([
  ['a program of one’s own', '/usr/local/bin/helper', 'setuid root', true],
  ['a vendor', '/opt/backup/agent', 'cap_dac_read_search=ep', true],
  ['the distribution', '/usr/sbin/exim4', 'setuid root', false],
  ['a capability given to it', '/usr/bin/wc', 'cap_dac_override=ep', true],
  ['shadow-utils', '/usr/bin/newuidmap', 'cap_setuid=ep', false],
  ['one in a home', '/home/ada/agent', 'setuid root', true],
  ['a browser', '/opt/google/chrome/chrome-sandbox', 'setuid root', false],
  ['one that is a way by itself', '/usr/local/bin/find', 'setuid root', false],
])('who becomes root is not known beside %s', (_, path, by, open) => {
  const facts = factsOf({})
  const access = facts.access.known ? known({ ...facts.access.value, raised: [{ path, by, line: 3 }] }) : facts.access
  const { gaps } = hostAccess({ ...facts, access }, 0)
  expect(gaps.some(({ leavesOpen }) => leavesOpen.includes('become-root'))).toBe(open)
  if (open) expect(gaps[0]?.reason).toBe(`${path} is ${by}, and what it does for its caller is not known`)
})

test.each<[file: string, onlyIf: readonly string[], expected: string | undefined]>([
  ['common-auth', [], 'su, of which /etc/pam.d/common-auth asks no password → root'],
  [
    'system-auth',
    ['pam_succeed_if user = root'],
    'su, of which /etc/pam.d/system-auth asks no password → root, only if pam_succeed_if user = root says yes',
  ],
  // That of sshd.
  ['password-auth', [], undefined],
  ['sshd', [], undefined],
])('a stack of PAM that asks nobody: %s %j', (name, onlyIf, expected) => {
  const facts = factsOf({})
  const trust = { trusted: [], libraries: [], openStacks: [{ file: `/etc/pam.d/${name}`, onlyIf, line: 3 }] }
  const access = facts.access.known ? known({ ...facts.access.value, trust }) : facts.access
  const ada = hostAccess({ ...facts, access }, 0).accounts.find((one) => one.name === 'ada')
  const root = ada?.holdings.find(({ capability }) => capability === 'become-root')
  expect(root && [root.path.slice(1).join(' → '), root.condition].filter(Boolean).join(', ')).toBe(expected)
})

test.each<[string, object, string | undefined]>([
  ['Docker over TCP', {}, 'Docker at 127.0.0.1:2375, which asks for no password → root'],
  ['it asks for a certificate', { authentication: 'on' }, undefined],
  ['a notebook of another', { kind: 'notebook', user: 'svc' }, undefined],
  ['a notebook of root', { kind: 'notebook' }, 'Docker at 127.0.0.1:2375, which asks for no password → root'],
  ['a notebook in a container', { kind: 'notebook', container: 'x' }, undefined],
  ['an interface', { kind: 'interface' }, undefined],
  ['no port', { binds: [] }, undefined],
  ['it only lets read', { kind: 'cluster', readsOnly: true }, undefined],
])('root by what runs code for whoever connects: %s', (_, more, expected) => {
  const binds = [{ address: '127.0.0.1', port: 2375, section: 'listeners', line: 2 }]
  const program = {
    id: 'docker-tcp',
    name: 'Docker',
    kind: 'container-api',
    user: 'root',
    authentication: 'none',
    binds,
    pids: [7],
    ...more,
  }
  const facts = { ...factsOf({}), programs: known([{ ...program, section: 'processes', line: 5 }]) } as unknown as ReturnType<
    typeof factsOf
  >
  const ada = hostAccess(facts, 0).accounts.find(({ name }) => name === 'ada')
  const root = ada?.holdings.find(({ capability }) => capability === 'become-root')
  expect(root?.path.slice(1).join(' → ')).toBe(expected)
})

test.each<[string, Host, string | undefined]>([
  ['root', { shadow: 'root::\nada:$:' }, 'su root, whose password is empty → root → (only if su takes an empty password (nullok))'],
  [
    'somebody who becomes root',
    { shadow: 'bob::\nada:$:', sudoers: 'bob ALL=(ALL) NOPASSWD: ALL' },
    'su bob, whose password is empty → account bob → sudo ALL → root → (only if su takes an empty password (nullok))',
  ],
  ['a locked one', { shadow: 'bob:!:\nada:$:', sudoers: 'bob ALL=(ALL) NOPASSWD: ALL' }, undefined],
])('an empty password: %s', (_, host, expected) => expect(way(host, 'ada', 'become-root')).toBe(expected))

const k3s = 'directory/755/root/root//etc/rancher\ndirectory/755/root/root//etc/rancher/k3s\nregular file/'
test.each<[string, Host, string | undefined]>([
  [
    'keys of a cluster that everybody may read',
    { paths: `${k3s}644/root/root//etc/rancher/k3s/k3s.yaml` },
    'every account may read /etc/rancher/k3s/k3s.yaml, with which a pod takes the disks of the host → root → (only while its cluster runs)',
  ],
  ['keys of a cluster in a group of others', { paths: `${k3s}640/root/bob//etc/rancher/k3s/k3s.yaml` }, undefined],
  [
    'keys of a cluster in a group',
    { groups: { kube: 'ada' }, paths: `${k3s}640/root/kube//etc/rancher/k3s/k3s.yaml` },
    'group kube may read /etc/rancher/k3s/k3s.yaml, with which a pod takes the disks of the host → root → (only while its cluster runs)',
  ],
  ['keys behind a closed folder', { paths: `${k3s}644/root/root//etc/rancher/k3s/k3s.yaml`.replace('755', '700') }, undefined],
  [
    'numbers that newuidmap lends',
    { groups: { idm: 'ada' }, paths: 'directory/755/root/root//etc\nregular file/664/root/idm//etc/subuid' },
    'group idm may write /etc/subuid → root',
  ],
  [
    'where packages come from',
    { groups: { apt: 'ada' }, paths: 'directory/775/root/apt//etc/apt/sources.list.d' },
    'group apt may write /etc/apt/sources.list.d → root',
  ],
  ['another file of /etc', { groups: { app: 'ada' }, paths: 'regular file/664/root/app//etc/app.conf' }, undefined],
])('root by what lies in /etc: %s', (_, host, expected) => expect(way(host, 'ada', 'become-root')).toBe(expected))

test.each<[string, Host, string | undefined]>([
  ['nothing', {}, undefined],
  ['status of a systemd that is new', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl status vllm' }, undefined],
  [
    'a path of its caller',
    { sudoers: 'Defaults:ada !secure_path\nada ALL=NOPASSWD: /opt/run' },
    'sudo /opt/run → root → (only if what it runs does as variables of its caller say)',
  ],
  [
    'a variable that is kept',
    { sudoers: 'Defaults env_keep += "PYTHONPATH LANG"\nada ALL=NOPASSWD: /opt/run' },
    'sudo /opt/run → root → (only if what it runs does as variables of its caller say)',
  ],
  ['a variable that says nothing', { sudoers: 'Defaults env_keep += "DISPLAY LANG"\nada ALL=NOPASSWD: /opt/run' }, undefined],
  [
    'a script that is not there yet',
    { sudoers: 'ada ALL=NOPASSWD: /bin/sh /tmp/x', paths: 'directory/1777/root/root//tmp' },
    'every account may write /tmp, which leads to sudo /tmp/x → root',
  ],
  [
    'a script of somebody else in the same folder',
    { sudoers: 'ada ALL=NOPASSWD: /bin/sh /tmp/x', paths: 'directory/1777/root/root//tmp\nregular file/644/root/root//tmp/x' },
    undefined,
  ],
  ['a file in its own folder, edited as root', { sudoers: 'ada ALL=NOPASSWD: sudoedit /home/ada/x' }, undefined],
  [
    'followed there',
    { sudoers: 'Defaults !sudoedit_checkdir\nada ALL=NOPASSWD: sudoedit /home/ada/x' },
    'owns /home/ada, which leads to sudo sudoedit /home/ada/x → root',
  ],
  ['group docker', { groups: { docker: 'ada' } }, 'group docker → root'],
  ['all of sudo, with a password', { sudoers: 'ada ALL=(ALL) ALL' }, 'sudo ALL → root → (asks for its own password)'],
  ['without one', { sudoers: 'ada ALL=(ALL) NOPASSWD: ALL' }, 'sudo ALL → root'],
  ['a password that nobody has', { sudoers: 'ada ALL=(ALL) ALL', shadow: 'ada:!:' }, undefined],
  ['root’s password is asked for', { sudoers: 'Defaults targetpw\nada ALL=(ALL) ALL' }, undefined],
  ['a rule for another host', { sudoers: 'ada gpu-02=(ALL) NOPASSWD: ALL' }, undefined],
  ['taken back by a later rule', { sudoers: 'ada ALL=NOPASSWD: ALL\nada ALL=!ALL' }, undefined],
  ['all but her', { sudoers: 'ALL, !ada ALL=NOPASSWD: ALL' }, undefined],
  [
    'aliases in aliases',
    { sudoers: 'User_Alias A = B : B = %ops\nCmnd_Alias X = Y : Y = /bin/bash\nA ALL=NOPASSWD: X', groups: { ops: 'ada' } },
    'sudo /bin/bash → root',
  ],
  [
    'a command that is asked for nothing',
    { sudoers: 'Defaults!/usr/bin/env !authenticate\nada ALL=(ALL) ALL' },
    'sudo /usr/bin/env → root',
  ],
  [
    'a command that is asked for nothing, taken back',
    { sudoers: 'Defaults!/usr/bin/env !authenticate\nada ALL=(ALL) ALL, !/usr/bin/env' },
    'sudo ALL → root → (asks for its own password)',
  ],
  ['a default for the target', { sudoers: 'Defaults>root !authenticate\nada ALL=(ALL) ALL' }, 'sudo ALL → root'],
  ['a default for this host', { sudoers: 'Host_Alias H = gpu-01\nDefaults@H !authenticate\nada ALL=(ALL) ALL' }, 'sudo ALL → root'],
  ['somebody else’s password, for her alone', { sudoers: 'Defaults:ada rootpw\nada ALL=(ALL) ALL' }, undefined],
  ['a group that sudo lends', { sudoers: 'ada ALL=(:docker) NOPASSWD: ALL', groups: { docker: '' } }, 'sudo -g docker ALL → root'],
  ['a group that gives nothing', { sudoers: 'ada ALL=(:ops) NOPASSWD: ALL', groups: { ops: '' } }, undefined],
  ['a pager', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/less /var/log/syslog' }, 'sudo /usr/bin/less /var/log/syslog → root'],
  ['a pager that starts nothing', { sudoers: 'Defaults noexec\nada ALL=NOPASSWD: /usr/bin/less /var/log/syslog' }, undefined],
  [
    'sudoedit of a unit',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /srv/units/vllm.service', units: [unit({ fragmentPath: '/srv/units/vllm.service' })] },
    'sudo sudoedit /srv/units/vllm.service, which leads to vllm.service → root',
  ],
  [
    'a program that she may write',
    {
      sudoers: 'ada ALL=NOPASSWD: /opt/run --now',
      groups: { ops: 'ada' },
      paths: 'directory/755/root/root//opt\nregular file/775/root/ops//opt/run',
    },
    'group ops may write /opt/run, which leads to sudo /opt/run → root',
  ],
  ['a program of root', { sudoers: 'ada ALL=NOPASSWD: /opt/run', paths: 'regular file/755/root/ops//opt/run' }, undefined],
  ['a shell that runs one script', { sudoers: 'ada ALL=NOPASSWD: /bin/sh /opt/run' }, undefined],
  ['a shell that is given its script', { sudoers: 'ada ALL=NOPASSWD: /bin/sh /opt/*' }, 'sudo /bin/sh /opt/* → root'],
  ['variables for an exact command', { sudoers: 'ada ALL=NOPASSWD: SETENV: /usr/bin/id' }, 'sudo /usr/bin/id with LD_PRELOAD → root'],
  [
    'the environment file of a unit of root',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/664/root/ops//etc/vllm/env',
      units: [unit({ user: '', environmentFiles: ['/etc/vllm/env'] })],
    },
    'group ops may write /etc/vllm/env, from which vllm.service has its variables → root',
  ],
  [
    'configuration of nginx, which root reads',
    { groups: { ops: 'ada' }, guarded: 'f/664/root/ops//etc/nginx/nginx.conf' },
    'group ops may write /etc/nginx/nginx.conf, which a proxy reads as root → root',
  ],
  [
    'a site of nginx that is switched on',
    {
      groups: { ops: 'ada' },
      guarded: 'f/664/root/ops//etc/nginx/sites-available/ai\nl/777/root/root//etc/nginx/sites-enabled/ai\t../sites-available/ai',
    },
    'group ops may write /etc/nginx/sites-available/ai, which a proxy reads as root → root',
  ],
  [
    'a site of nginx that is not switched on',
    { groups: { ops: 'ada' }, guarded: 'f/664/root/ops//etc/nginx/sites-available/ai' },
    undefined,
  ],
  ['names of nginx, which are no configuration', { groups: { ops: 'ada' }, guarded: 'f/664/root/ops//etc/nginx/htpasswd' }, undefined],
  ...(
    [
      ['sudoedit /etc/nginx/sites-available/ai', 'sudo sudoedit /etc/nginx/sites-available/ai', ' → (only if it is switched on)'],
      ['sudoedit /etc/nginx/conf.d/*', 'sudo sudoedit /etc/nginx/conf.d/new.conf', ''],
      ['/usr/bin/tee /etc/nginx/conf.d/ai.conf', 'sudo /usr/bin/tee /etc/nginx/conf.d/ai.conf', ''],
      ['sudoedit /etc/nginx/*', 'sudo sudoedit /etc/nginx/nginx.conf', ''],
      ['sudoedit /etc/nginx/htpasswd', undefined, ''],
      ['sudoedit /etc/nginx/conf.d/*, !sudoedit /etc/nginx/conf.d/*', undefined, ''],
      ['sudoedit /etc/apache2/sites-enabled/*', undefined, ''],
    ] as const
  ).map(([command, by, condition]): [string, Host, string | undefined] => [
    `${command} where nginx is`,
    { sudoers: `ada ALL=NOPASSWD: ${command}`, guarded: 'd/755/root/root//etc/nginx' },
    by && `${by}, which a proxy reads as root → root${condition}`,
  ]),
  [
    'sudoedit of what Caddy reads',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/caddy/Caddyfile', units: [unit({ id: 'caddy.service', user: 'svc' })] },
    undefined,
  ],
  [
    'sudoedit of what Caddy reads as root',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/caddy/Caddyfile', units: [unit({ id: 'caddy.service', user: '' })] },
    'sudo sudoedit /etc/caddy/Caddyfile, which a proxy reads as root → root',
  ],
  ['sudoedit of nginx where there is none', { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/nginx/nginx.conf' }, undefined],
  ['exact arguments', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl restart vllm.service' }, undefined],
  [
    'as another account, who is root',
    { sudoers: 'ada ALL=(bob) NOPASSWD: ALL', groups: { docker: 'bob' } },
    'sudo ALL as bob → account bob → group docker → root',
  ],
  [
    'a file of root’s for everybody',
    { open: 'd/755/root/root//etc/cron.d\nf/666/root/root//etc/cron.d/job' },
    'every account may write /etc/cron.d/job → root → (only once cron takes /etc/cron.d/job, which it refuses while others may write it)',
  ],
  [
    'a file of logrotate’s that is hers',
    { open: 'f/644/ada/root//etc/logrotate.d/app' },
    'owns /etc/logrotate.d/app → root → (only once logrotate takes /etc/logrotate.d/app, which it refuses while others may write it)',
  ],
  [
    'rules of sudo for a group of hers',
    { open: 'f/660/root/ops//etc/sudoers.d/app', groups: { ops: 'ada' } },
    'group ops may write /etc/sudoers.d/app → root → (only once sudo takes /etc/sudoers.d/app, which it refuses while others may write it)',
  ],
  [
    'the folder of those rules',
    { open: 'd/775/root/ops//etc/sudoers.d', groups: { ops: 'ada' } },
    'group ops may write /etc/sudoers.d → root → (only once sudo takes /etc/sudoers.d, which it refuses while others may write it)',
  ],
  [
    'a socket of libvirt, which asks polkit',
    { open: 's/666/root/root//run/libvirt/libvirt-sock' },
    'every account may write /run/libvirt/libvirt-sock → root → (only if libvirt does not ask polkit (auth_unix_rw))',
  ],
  [
    'that for a group of hers',
    { open: 's/660/root/ops//run/libvirt/libvirt-sock', groups: { ops: 'ada' } },
    'group ops may write /run/libvirt/libvirt-sock → root',
  ],
  [
    'a drop-in of a unit that no other way tells of',
    { paths: 'regular file/664/root/ops//etc/systemd/system/docker.service.d/proxy.conf', groups: { ops: 'ada' } },
    'group ops may write /etc/systemd/system/docker.service.d/proxy.conf → root',
  ],
  ...[
    ...['hosts.allow', 'keepalived/keepalived.conf', 'samba/smb.conf', 'ufw/before.init', 'lvm/lvm.conf', 'perl/Net/libnet.cfg'],
    ...['python3.12/sitecustomize.py', 'krb5.conf', 'ssl/openssl.cnf', 'tuned/gpu/tuned.conf', 'auto.master', 'bash_completion.d/x'],
  ].map((name): [string, Host, string] => [
    `/etc/${name}`,
    { paths: `regular file/664/root/ops//etc/${name}`, groups: { ops: 'ada' } },
    `group ops may write /etc/${name} → root`,
  ]),
  ['a file of a daemon that is not root', { paths: 'regular file/664/root/ops//etc/telegraf/x.conf', groups: { ops: 'ada' } }, undefined],
  [
    'variables that sudo takes from a file',
    {
      sudoers: 'Defaults env_file=/opt/env\nbob ALL=(ALL) ALL',
      paths: 'regular file/664/root/ops//opt/env',
      groups: { ops: 'ada' },
    },
    'group ops may write /opt/env, from which sudo takes variables → root → (only when somebody calls sudo)',
  ],
  [
    'what the unit of a server starts before it, as root',
    { started: 'root\tvllm.service\t/opt/pre', paths: 'regular file/775/root/ops//opt/pre', groups: { ops: 'ada' } },
    'group ops may write /opt/pre, which leads to what vllm.service runs → root',
  ],
  [
    'a folder that a job goes to, and takes nothing from',
    { cron: '* * * * * root cd /var/spool/x && /opt/backup --all', paths: 'directory/777/root/root//var/spool/x' },
    undefined,
  ],
  [
    'a folder that a job goes to, whose files it runs',
    { cron: '* * * * * root cd /srv/app && php artisan schedule:run', paths: 'directory/777/root/root//srv/app' },
    'every account may write /srv/app, which cron runs as root → root',
  ],
  ['groups of chroots', { groups: { sbuild: 'ada' } }, 'group sbuild → root'],
  ['a group of MicroK8s from its snap', { groups: { snap_microk8s: 'ada' } }, 'group snap_microk8s → root'],
  [
    'a folder in which sudo looks for programs',
    {
      sudoers: 'Defaults secure_path="/opt/tools/bin:/usr/sbin:/usr/bin"\nroot ALL=(ALL:ALL) ALL\nbob ALL=(ALL) ALL',
      paths: 'directory/2775/root/ops//opt/tools/bin',
      groups: { ops: 'ada' },
    },
    'group ops may write /opt/tools/bin, where sudo looks for programs → root → (only when somebody has sudo run one by its bare name)',
  ],
  [
    'a folder in which sudo looks no more',
    {
      sudoers: 'Defaults secure_path="/opt/tools/bin:/usr/bin"\nDefaults secure_path=/usr/bin\nbob ALL=(ALL) ALL',
      paths: 'directory/2775/root/ops//opt/tools/bin',
      groups: { ops: 'ada' },
    },
    undefined,
  ],
  [
    'libraries of Python that root loads',
    { paths: 'directory/2775/root/ops//usr/local/lib/python3.10/dist-packages', groups: { ops: 'ada' } },
    'group ops may write /usr/local/lib/python3.10/dist-packages, from which Python of root loads → root → (only when root starts this Python)',
  ],
  [
    'a program of a unit of another that may do all',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ properties: { AmbientCapabilities: 'cap_net_bind_service cap_dac_override' } })],
    },
    'group ops may write /opt/vllm/bin/vllm, which vllm.service runs with cap_dac_override → root',
  ],
  [
    'what a unit starts of an account that is named by its number',
    {
      groups: { ops: 'ada', docker: 'svc' },
      paths: 'regular file/775/root/ops//opt/run',
      started: '1004\trun.service\t/opt/run',
    },
    'group ops may write /opt/run, which leads to what run.service runs → account svc → group docker → root',
  ],
  [
    'a program of a unit of another in a group of root',
    {
      groups: { ops: 'ada', docker: '' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ supplementaryGroups: ['video', 'docker'] })],
    },
    'group ops may write /opt/vllm/bin/vllm, which vllm.service runs with group docker → root',
  ],
  [
    'variables of a unit of her own in such a group',
    {
      groups: { docker: '' },
      paths: 'regular file/644/ada/ada//etc/vllm/env',
      units: [unit({ user: 'ada', group: 'docker', environmentFiles: ['/etc/vllm/env'] })],
    },
    'owns /etc/vllm/env, which vllm.service reads with group docker → root',
  ],
  [
    'a program of a unit of another in none',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ properties: { AmbientCapabilities: 'cap_net_bind_service' }, supplementaryGroups: ['video'] })],
    },
    undefined,
  ],
  [
    'a script that a script of cron starts',
    {
      groups: { ops: 'ada' },
      cron: '1 1 * * * root /opt/a.sh',
      hooks: 'calls\t/opt/a.sh\t/opt/b.sh\ncalls\t/opt/b.sh\t/opt/c.sh',
      paths: 'regular file/775/root/ops//opt/c.sh',
    },
    'group ops may write /opt/c.sh, which cron runs as root → root',
  ],
  [
    'one that a script of a unit starts',
    {
      groups: { ops: 'ada' },
      started: 'root\tbackup.service\t/opt/a.sh',
      hooks: 'calls\t/opt/a.sh\t/opt/b.sh',
      paths: 'regular file/775/root/ops//opt/b.sh',
    },
    'group ops may write /opt/b.sh, which leads to what backup.service runs → root',
  ],
  [
    'one that a hook starts by another',
    {
      groups: { ops: 'ada' },
      hooks: 'root\t/etc/logrotate.d/app\t/opt/a.sh\ncalls\t/opt/a.sh\t/opt/b.sh',
      paths: 'regular file/775/root/ops//opt/b.sh',
    },
    'group ops may write /opt/b.sh, which /etc/logrotate.d/app has root run → root',
  ],
  [
    'a script that nothing starts',
    { groups: { ops: 'ada' }, hooks: 'calls\t/opt/a.sh\t/opt/b.sh', paths: 'regular file/775/root/ops//opt/b.sh' },
    undefined,
  ],
  [
    'scripts of the network in a folder below',
    { paths: 'directory/775/root/ops//etc/network/if-up.d', groups: { ops: 'ada' } },
    'group ops may write /etc/network/if-up.d → root',
  ],
  [
    'programs of supervisor',
    { paths: 'regular file/664/root/ops//etc/supervisor/conf.d/app.conf', groups: { ops: 'ada' } },
    'group ops may write /etc/supervisor/conf.d/app.conf → root',
  ],
  ['keys of puppet, which are its own', { paths: 'directory/755/ada/ada//etc/puppet/ssl/certs' }, undefined],
  ['a library of others in /usr/local/lib', { paths: 'directory/755/ada/ada//usr/local/lib/node_modules/app' }, undefined],
  ['the folder of jobs', { open: 'd/775/root/ops//etc/cron.d', groups: { ops: 'ada' } }, 'group ops may write /etc/cron.d → root'],
  ['in a closed folder', { open: 'd/750/root/root//etc/sudoers.d\nf/666/root/root//etc/sudoers.d/job' }, undefined],
  [
    'for a group of hers',
    { open: 'f/664/root/ops//etc/profile.d/x.sh', groups: { ops: 'ada' } },
    'group ops may write /etc/profile.d/x.sh → root',
  ],
  ['for a group of others', { open: 'f/664/root/ops//etc/profile.d/x.sh', groups: { ops: 'bob' } }, undefined],
  [
    'a socket by another group',
    { open: 'o/660/root/gpu//run/docker.sock'.replace('o/', 's/'), groups: { gpu: 'ada' } },
    'group gpu may write /run/docker.sock → root',
  ],
  [
    'a folder above those of root',
    { paths: 'directory/775/root/ops//usr/local', groups: { ops: 'ada' } },
    'group ops may write /usr/local → root',
  ],
  [
    'a folder above them that its group may write and not enter',
    { paths: 'directory/760/root/ops//usr/local', groups: { ops: 'ada' } },
    undefined,
  ],
  ['a sticky folder above them', { paths: 'directory/1777/root/root//usr/local' }, undefined],
  ['a folder above behind a closed one', { paths: 'directory/750/root/root//usr\ndirectory/777/root/root//usr/local' }, undefined],
  ['a folder elsewhere', { paths: 'directory/777/root/root//srv' }, undefined],
  [
    'a folder above the program of a unit',
    {
      started: 'root\tbackup.service\t/opt/backup/run',
      paths: 'directory/755/root/root//opt\ndirectory/775/root/ops//opt/backup',
      groups: { ops: 'ada' },
    },
    'group ops may write /opt/backup, which leads to what backup.service runs → root',
  ],
  [
    'what su gives to another account in a job of root',
    { cron: "* * * * * root su - bob -c '/srv/tool/run.sh >/dev/null'", paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
  [
    'what sudo gives to another account in a job of root',
    { cron: '* * * * * root cd / && /usr/bin/sudo -n -u bob /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
  [
    'what setpriv gives to another account in a job of root',
    { cron: '* * * * * root setpriv --reuid bob --regid bob -- /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
  [
    'what su starts as root',
    { cron: '* * * * * root su -c /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'what su starts as root by its name',
    { cron: '* * * * * root su - root -c /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'what comes before su',
    { cron: '* * * * * root /srv/tool/run.sh && su bob -c true', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'an action that polkit grants to everybody',
    { actions: 'org.freedesktop.systemd1.manage-units\t' },
    'polkit, which grants everybody org.freedesktop.systemd1.manage-units → root',
  ],
  ['an action of a distribution that leads nowhere', { actions: 'org.freedesktop.login1.set-self-linger\t' }, undefined],
  [
    'a program that pkexec starts for everybody',
    { actions: 'org.x.find\t/usr/bin/find', paths: 'regular file/755/root/root//usr/bin/find' },
    '/usr/bin/find, which is run as root for everybody by pkexec → root',
  ],
  [
    'a program of hers that pkexec starts for everybody',
    { actions: 'org.x.run\t/opt/x/run', paths: 'regular file/755/ada/ada//opt/x/run' },
    'owns /opt/x/run, which is run as root for everybody by pkexec → root',
  ],
  [
    'a program that logrotate has root run',
    { hooks: 'root\t/etc/logrotate.d/app\t/opt/app/rotate', paths: 'regular file/755/ada/ada//opt/app/rotate' },
    'owns /opt/app/rotate, which /etc/logrotate.d/app has root run → root',
  ],
  [
    'a sticky folder in which a script of root looks for something',
    { hooks: 'root\t/etc/cron.daily/x\t/tmp', paths: 'directory/1777/root/root//tmp' },
    undefined,
  ],
  [
    'a program of a unit that runs as herself',
    { started: 'ada\tmine.service\t/opt/mine', paths: 'regular file/755/ada/ada//opt/mine' },
    undefined,
  ],
  [
    'a program that nobody else writes',
    { started: 'root\tbackup.service\t/opt/run', paths: 'directory/755/root/root//opt\nregular file/755/root/root//opt/run' },
    undefined,
  ],
  ['a sticky folder', { open: 'd/1777/root/root//var/spool/cron' }, undefined],
  [
    'an ACL',
    {
      acls: '# file: /etc/sudoers\n# owner: root\n# group: root\nuser::rw-\nuser:ada:rw-\ngroup::r--\nmask::rw-',
      open: 'f/664/root/root//etc/sudoers',
    },
    'an ACL lets it write /etc/sudoers → root',
  ],
  [
    'the group of a file with an ACL for others',
    {
      acls: '# file: /etc/sudoers\n# owner: root\n# group: ops\nuser::rw-\nuser:bob:rw-\ngroup::r--\nmask::rw-',
      open: 'f/664/root/ops//etc/sudoers',
      groups: { ops: 'ada' },
    },
    undefined,
  ],
  ['an ACL behind its mask', { acls: '# file: /etc/sudoers\nuser:ada:rw-\nmask::r--', open: 'f/644/root/root//etc/sudoers' }, undefined],
  [
    'a unit file of hers',
    {
      units: [
        unit({ paths: [{ path: '/etc/systemd/system/vllm.service', type: 'file', owner: 'ada', group: 'ada', mode: 0o644, line: 9 }] }),
      ],
    },
    'owns /etc/systemd/system/vllm.service, which leads to vllm.service → root',
  ],
  [
    'a folder above a program that root runs',
    { units: [unit({ user: '', paths: [{ path: '/opt/vllm', type: 'directory', owner: 'root', group: 'ada', mode: 0o775, line: 9 }] })] },
    'group ada may write /opt/vllm, which vllm.service runs → root',
  ],
  ['polkit', { polkit: manageUnits('subject.isInGroup("ops")'), groups: { ops: 'ada' } }, 'a rule of polkit → root'],
  ['polkit, one unit', { polkit: manageUnits('action.lookup("unit") == "vllm.service" && subject.user == "ada"') }, undefined],
  ['polkit, a unit and what to do', { polkit: manageUnits('action.lookup("verb") == "restart" && subject.user == "ada"') }, undefined],
  [
    'polkit, a unit by how it begins',
    { polkit: manageUnits('action.lookup("unit").indexOf("vllm") == 0 && subject.user == "ada"') },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  ['polkit, two conditions about who asks', { polkit: manageUnits('subject.user == "ada" && subject.isInGroup("ops")') }, undefined],
  [
    'polkit, both of which she meets',
    { polkit: manageUnits('subject.user == "ada" && subject.isInGroup("ops")'), groups: { ops: 'ada' } },
    'a rule of polkit → root',
  ],
  [
    'polkit, two groups',
    { polkit: manageUnits('subject.isInGroup("ops") && subject.isInGroup("ml")'), groups: { ops: 'ada', ml: 'bob' } },
    undefined,
  ],
  [
    'polkit, a rule before it that refuses',
    { polkit: `${manageUnits('subject.isInGroup("ops")').replace('YES', 'NO')}\n${manageUnits('subject.user == "ada"')}` },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  ...(
    [
      ['org.freedesktop.systemd1.set-environment', ''],
      ['org.freedesktop.machine1.host-shell', ''],
      ['io.snapcraft.snapd.manage', ''],
      ['org.libvirt.unix.manage', ''],
      ['org.freedesktop.udisks2.open-device-system', ''],
      ['com.vendor.helper', ' → (only if com.vendor.helper, which is not known here, leads to it)'],
      ['org.freedesktop.timedate1.set-time', undefined],
      ['org.freedesktop.udisks2.filesystem-mount', undefined],
    ] as const
  ).map(([action, more]): [string, Host, string | undefined] => [
    `polkit, ${action}`,
    { polkit: manageUnits('subject.user == "ada"').replace('org.freedesktop.systemd1.manage-units', action) },
    more === undefined ? undefined : `a rule of polkit → root${more}`,
  ]),
  [
    'polkit, an administrator by name',
    { polkit: 'polkit.addAdminRule(function(action, subject) { return ["unix-user:ada"]; });' },
    'an administrator of polkit → root → (asks for its own password)',
  ],
  ['polkit, another account', { polkit: manageUnits('subject.user == "bob"') }, undefined],
  [
    'polkit, more conditions',
    { polkit: manageUnits('subject.user == "ada" && subject.active') },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  [
    'a program that cron runs',
    {
      cron: '* * * * * root /srv/tool/run.sh >/dev/null',
      paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
    },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  // As crontab(5) hands them to /bin/sh.
  ...[
    'root bash -c "/srv/tool/run.sh --all"',
    "root sh -c '/srv/tool/run.sh'",
    'root (/srv/tool/run.sh)',
    'root x=$(/srv/tool/run.sh)',
    'root echo `/srv/tool/run.sh`',
    'root LD_PRELOAD=/srv/tool/run.sh /usr/bin/true',
    'root true;/srv/tool/run.sh',
  ].map((job): [string, object, string] => [
    `a program that cron runs by ${job}`,
    { cron: `* * * * * ${job}`, paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ]),
  ...['SHELL=/srv/tool/run.sh', 'BASH_ENV = "/srv/tool/run.sh"', 'LD_LIBRARY_PATH=/opt/lib:/srv/tool/run.sh'].map(
    (variable): [string, object, string] => [
      `what cron is told by ${variable}`,
      {
        cron: `${variable}\n* * * * * root backup`,
        paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
      },
      'owns /srv/tool/run.sh, which cron runs as root → root',
    ],
  ),
  [
    'a variable of cron below the line',
    {
      cron: '* * * * * root backup\nSHELL=/srv/tool/run.sh',
      paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
    },
    undefined,
  ],
  [
    'the home of somebody who is root',
    { groups: { docker: 'bob' }, paths: 'directory/777/bob/bob//home/bob' },
    'every account may write /home/bob, home of bob → account bob → group docker → root',
  ],
])('root by %s', (_, host, expected) => {
  expect(way(host, 'ada', 'become-root')).toBe(expected)
})
