import { directory, file } from '../../demo/demo-host.ts'
import { backupAccount, backupKey, lundAccount, lundKey } from '../../demo/hosts/baseline.ts'
import { llama, ollama, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { rewritten } from '../sins/answers.ts'
import { below, on, withFiles, withProcess, withUnit } from '../sins/host.ts'

const models = '/srv/models/llama-3.1-8b-instruct'
const mertens = { name: 'mertens', uid: 1020, gid: 1020, home: '/home/mertens', shell: '/bin/bash' }
const person = on((host) => ({
  ...host,
  accounts: [...host.accounts, mertens],
  groups: [...host.groups, { name: 'mertens', gid: 1020, members: [] }],
}))
const member = (group: string) =>
  on((host) => ({ ...host, groups: host.groups.map((it) => (it.name === group ? { ...it, members: [...it.members, 'mertens'] } : it)) }))
const runsAs = (user: string, uid: number) =>
  on((host) => ({
    ...host,
    processes: host.processes.map((process) => (process.user === 'vllm' ? { ...process, user, uid } : process)),
    units: host.units.map((unit) => ({ ...unit, properties: { ...unit.properties, User: user, Group: user } })),
  }))

/** Accounts, units and the files of the models. */
export const accounts: readonly CorpusHost[] = [
  corpusHost('vllm-as-root', 'The unit runs as root', vllm, runsAs('root', 0)),
  corpusHost('vllm-as-a-person', 'The unit runs as the admin who installed it', vllm, person, runsAs('mertens', 1020)),
  corpusHost(
    'vllm-login-shell',
    'The service account may log in',
    vllm,
    on((host) => ({ ...host, accounts: host.accounts.map((it) => (it.name === 'vllm' ? { ...it, shell: '/bin/bash' } : it)) })),
  ),
  corpusHost(
    'vllm-shared-account',
    'A notebook runs under the same account',
    vllm,
    withProcess({
      pid: 2100,
      ppid: 1,
      user: 'vllm',
      uid: 991,
      name: 'jupyter-lab',
      argv: ['/opt/jupyter/bin/python3', '/opt/jupyter/bin/jupyter-lab'],
      cgroup: '/system.slice/jupyter.service',
    }),
  ),
  corpusHost(
    'vllm-no-sandbox',
    'No hardening in the unit at all',
    vllm,
    withUnit('vllm.service', {
      NoNewPrivileges: 'no',
      PrivateTmp: 'no',
      ProtectSystem: 'no',
      ProtectHome: 'no',
      ProtectKernelTunables: 'no',
      ProtectKernelModules: 'no',
      ProtectControlGroups: 'no',
      RestrictSUIDSGID: 'no',
      // With one of these systemd sets NoNewPrivileges by itself.
      ...{ ProtectKernelLogs: 'no', ProtectClock: 'no', ProtectHostname: 'no', RestrictRealtime: 'no', LockPersonality: 'no' },
      ...{ RestrictNamespaces: 'no', RestrictAddressFamilies: '~', SystemCallFilter: '~', SystemCallArchitectures: '' },
      CapabilityBoundingSet: 'cap_chown cap_dac_override cap_sys_admin cap_sys_ptrace',
      DevicePolicy: 'auto',
    }),
  ),
  corpusHost('llama-writes-everywhere', 'ProtectSystem is off', llama, withUnit('llama-server.service', { ProtectSystem: 'no' })),
  corpusHost(
    'vllm-models-readable',
    'Everybody may read the models',
    vllm,
    below(models, (it) => ({ ...it, mode: it.type === 'directory' ? 0o755 : 0o644 })),
  ),
  corpusHost(
    'vllm-models-writable',
    'Everybody may write the models',
    vllm,
    below(models, (it) => ({ ...it, mode: it.type === 'directory' ? 0o777 : 0o666 })),
  ),
  corpusHost(
    'vllm-models-of-a-person',
    'The models belong to the person who fetched them',
    vllm,
    person,
    below(models, (it) => ({ ...it, owner: 'mertens' })),
  ),
  corpusHost(
    'ollama-group-may-write',
    'A person is in the group of the service, which may write',
    ollama,
    person,
    member('ollama'),
    below('/usr/share/ollama/.ollama/models', (it) => ({ ...it, mode: it.type === 'directory' ? 0o770 : 0o660 })),
  ),
  corpusHost('ollama-person-in-group', 'A person is in the group of the service, which may only read', ollama, person, member('ollama')),
  corpusHost(
    'vllm-pickle-beside',
    'A pickle lies beside the SafeTensors',
    vllm,
    withFiles({ [`${models}/pytorch_model.bin`]: file('vllm', 0o640, 4_000_000_000) }),
  ),
  corpusHost(
    'vllm-models-elsewhere',
    'The models lie in a directory that nobody named',
    vllm,
    on((host) => ({ ...host, files: new Map([...host.files].map(([path, it]) => [path.replace('/srv/models', '/data/weights'), it])) })),
  ),
  corpusHost(
    'vllm-empty-model-directory',
    'The directory is there and empty',
    vllm,
    on((host) => ({
      ...host,
      files: new Map([...[...host.files].filter(([path]) => !path.startsWith('/srv/models')), ['/srv/models', directory('vllm', 0o750)]]),
    })),
  ),
  corpusHost(
    'operator-in-docker',
    'An operator is in group docker',
    vllm,
    on((host) => ({ ...host, groups: [...host.groups, { name: 'docker', gid: 998, members: ['reyes'] }] })),
  ),
  corpusHost(
    'forgotten-account',
    'An account with a key that no tier names',
    vllm,
    on((host) => ({
      ...host,
      accounts: [...host.accounts, backupAccount],
      keys: [...(host.keys ?? []), backupKey],
      logins: [...(host.logins ?? []), { account: 'backup', daysAgo: 2 }],
    })),
  ),
  corpusHost(
    'leaver-with-key',
    'Somebody who left has a key',
    vllm,
    on((host) => ({
      ...host,
      accounts: [...host.accounts, lundAccount],
      keys: [...(host.keys ?? []), lundKey],
      logins: [...(host.logins ?? []), { account: 'lund', daysAgo: 40 }],
    })),
  ),
  corpusHost(
    'leaver-at-the-proxy',
    'An account is closed on the host, and the password file of the proxy names it',
    vllm,
    rewritten('access', (stdout) =>
      stdout.replace(/^@shadow .*$/m, '$&\n=lund:!:1').replace(/^@keys .*$/m, '$&\n=/etc/nginx/vllm.htpasswd:2:lund:'),
    ),
  ),
  corpusHost(
    'shared-key',
    'The operator has the key of the admin',
    vllm,
    on((host) => ({
      ...host,
      keys: (host.keys ?? []).flatMap((key) => (key.account === 'okafor' ? [key, { ...key, account: 'reyes' }] : [key])),
    })),
  ),
  corpusHost(
    'unused-account',
    'The operator has not logged in for half a year',
    vllm,
    on((host) => ({
      ...host,
      logins: (host.logins ?? []).map((login) => (login.account === 'reyes' ? { ...login, daysAgo: 180 } : login)),
    })),
  ),
]
