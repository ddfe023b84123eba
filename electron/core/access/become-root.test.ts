import { expect, test } from 'vitest'
import { known } from '../facts/fact.ts'
import { factsOf, type Host, way } from './host-access.testing.ts'
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

test.each(['/etc/environment.d/90-x.conf', '/etc/zshenv', '/etc/resolvconf/update.d/x', '/etc/sv/app/run', '/etc/pacman.d/hooks'])(
  'whoever writes %s is root when it is next read',
  (path) => {
    const facts = factsOf({})
    const entry = { path, type: 'file', owner: 'ada', group: 'ada', mode: 0o644, line: 4 } as const
    const access = facts.access.known ? known({ ...facts.access.value, paths: [entry] }) : facts.access
    const ada = hostAccess({ ...facts, access }, 0).accounts.find((one) => one.name === 'ada')
    expect(ada?.holdings.find(({ capability }) => capability === 'become-root')?.path.slice(1)).toEqual([`owns ${path}`, 'root'])
  },
)

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
  [
    'a file of root’s for everybody',
    { open: 'd/755/root/root//etc/cron.d\nf/666/root/root//etc/cron.d/job' },
    'every account may write /etc/cron.d/job → root → (only once cron takes /etc/cron.d/job, which it refuses while others may write it)',
  ],
  [
    'the folder of those rules',
    { open: 'd/775/root/ops//etc/sudoers.d', groups: { ops: 'ada' } },
    'group ops may write /etc/sudoers.d → root → (only once sudo takes /etc/sudoers.d, which it refuses while others may write it)',
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
  ['groups of chroots', { groups: { sbuild: 'ada' } }, 'group sbuild → root'],
  ['a group of MicroK8s from its snap', { groups: { snap_microk8s: 'ada' } }, 'group snap_microk8s → root'],
  [
    'libraries of Python that root loads',
    { paths: 'directory/2775/root/ops//usr/local/lib/python3.10/dist-packages', groups: { ops: 'ada' } },
    'group ops may write /usr/local/lib/python3.10/dist-packages, from which Python of root loads → root → (only when root starts this Python)',
  ],
  [
    'scripts of the network in a folder below',
    { paths: 'directory/775/root/ops//etc/network/if-up.d', groups: { ops: 'ada' } },
    'group ops may write /etc/network/if-up.d → root',
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
    'the home of somebody who is root',
    { groups: { docker: 'bob' }, paths: 'directory/777/bob/bob//home/bob' },
    'every account may write /home/bob, home of bob → account bob → group docker → root',
  ],
  [
    'rules of sudo for a group of hers',
    { open: 'f/660/root/ops//etc/sudoers.d/app', groups: { ops: 'ada' } },
    'group ops may write /etc/sudoers.d/app → root → (only once sudo takes /etc/sudoers.d/app, which it refuses while others may write it)',
  ],
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
    'a socket of libvirt, which asks polkit',
    { open: 's/666/root/root//run/libvirt/libvirt-sock' },
    'every account may write /run/libvirt/libvirt-sock → root → (only if libvirt does not ask polkit (auth_unix_rw))',
  ],
])('root by %s', (_, host, expected) => {
  expect(way(host, 'ada', 'become-root')).toBe(expected)
})
