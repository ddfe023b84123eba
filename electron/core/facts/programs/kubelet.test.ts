import { expect, test } from 'vitest'
import type { KubeletFile, KubeletFiles, Process } from '../processes/processes.ts'
import { kubeletAuthentication } from './kubelet.ts'

const file = (text: string, path = '/var/lib/kubelet/config.yaml', kind: KubeletFile['kind'] = 'config'): KubeletFile => ({
  kind,
  path,
  lines: text.split('\n'),
})
const drop = (name: string, text: string) => file(text, `/etc/kubernetes/kubelet.conf.d/${name}`, 'drop-in')
const k3s = (text: string) => file(text, '/etc/rancher/k3s/config.yaml', 'k3s')
/** What systemd starts it with, as far as it leaves the host. */
const unit = (...words: readonly string[]) => file(['argv[]=/usr/local/bin/k3s', ...words].join('\n'), 'k3s.service', 'words')
const variables = (text: string) => file(text, '/etc/systemd/system/k3s.service.env', 'variables')
/** By its configuration, and a drop-in of that, which the host names first. */
const k3sSays = (text: string, more = '') =>
  judge('/usr/local/bin/k3s server', [unit(), file(more, '/etc/rancher/k3s/config.yaml.d/9.yml', 'k3s'), k3s(text)])

function judge(
  words: string,
  files: readonly KubeletFile[] = [],
  more: Partial<KubeletFiles> = {},
  ports = [10_250],
  cgroup = '/x.service',
) {
  const argv = words.split(' ')
  const name = argv[0]?.split('/').at(-1) ?? ''
  const kubelet = { whole: true, files, unread: [], ...more }
  const process: Process = { pid: 5, ppid: 1, user: 'root', uid: 0, name, argv, cgroup, kubelet, line: 5 }
  return kubeletAuthentication(process, ports)
}

const BY_FILE = '/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml'
const KUBEADM =
  'apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\nauthorization:\n  mode: Webhook\nkind: KubeletConfiguration'

// kubelet(8); kubelet-config.v1beta1; "Kubelet authentication/authorization"; "Set Kubelet Parameters Via A Configuration File".
test.each<[string, ReturnType<typeof judge>, string, RegExp?]>([
  ['as kubeadm writes it', judge(BY_FILE, [file(KUBEADM)]), 'on'],
  ['a file that says nothing of it', judge(BY_FILE, [file('kind: KubeletConfiguration')]), 'on'],
  [
    'JSON',
    judge(BY_FILE, [file('{"authentication": {"anonymous": {"enabled": true}},\n "authorization": {"mode": "AlwaysAllow"}}')]),
    'none',
  ],
  ['the read-only port', judge(BY_FILE, [file(`${KUBEADM}\nreadOnlyPort: 10255`)]), 'none', /readOnlyPort: 10255/],
  ['a read-only port elsewhere', judge(BY_FILE, [file(`${KUBEADM}\nreadOnlyPort: 8099`)]), 'none'],
  ['a file that was changed since: the port is still open', judge(BY_FILE, [file(KUBEADM)], {}, [10_250, 10_255]), 'none', /10255/],
  ['everybody may', judge(BY_FILE, [file('authentication: {anonymous: {enabled: true}}\nauthorization: {mode: AlwaysAllow}')]), 'none'],
  ['YAML 1.1', judge(BY_FILE, [file('authentication: {anonymous: {enabled: yes}}\nauthorization: {mode: AlwaysAllow}')]), 'none'],
  ['the cluster decides', judge(BY_FILE, [file('authentication: {anonymous: {enabled: true}}')]), 'unknown', /anonymous/],
  ['a flag wins over the file', judge(`${BY_FILE} --read-only-port=10255`, [file(KUBEADM)]), 'none'],
  ['and the other way', judge(`${BY_FILE} --read-only-port=0`, [file(`${KUBEADM}\nreadOnlyPort: 10255`)]), 'on'],
  ['the last flag counts', judge(`${BY_FILE} --read-only-port=0 --read-only-port 10255`, [file(KUBEADM)]), 'none'],
  ['an underscore is a dash', judge(`${BY_FILE} --read_only_port=10255`, [file(KUBEADM)]), 'none'],
  [
    'a switch alone is on',
    judge('/usr/bin/kubelet --config /k.yaml --anonymous-auth --authorization-mode=AlwaysAllow', [file(KUBEADM)]),
    'none',
  ],
  ['a drop-in wins over the file', judge(`${BY_FILE} --config-dir=/d`, [file(KUBEADM), drop('10.conf', 'readOnlyPort: 10255')]), 'none'],
  [
    'the last drop-in wins',
    judge(`${BY_FILE} --config-dir=/d`, [drop('20.conf', 'readOnlyPort: 0'), file(KUBEADM), drop('10.conf', 'readOnlyPort: 10255')]),
    'on',
  ],
  // `10` comes before `10.conf`, so that the file counts (filepath.WalkDir).
  [
    'a drop-in after those of the folder of its name',
    judge(`${BY_FILE} --config-dir=/d`, [file(KUBEADM), drop('10.conf', 'readOnlyPort: 10255'), drop('10/a.conf', 'readOnlyPort: 0')]),
    'none',
  ],
  ['drop-ins alone change the defaults of flags', judge('kubelet --config-dir=/d', [drop('10.conf', 'readOnlyPort: 0')]), 'none'],
  ['no file: everybody may', judge('kubelet --kubeconfig=/k.conf'), 'none'],
  ['no file, and no anonymous', judge('kubelet --anonymous-auth=false'), 'none', /10255/],
  ['no file, all flags', judge('kubelet --anonymous-auth=false --read-only-port=0'), 'on'],
  ['no file, the cluster decides', judge('kubelet --authorization-mode=Webhook --read-only-port=0'), 'unknown'],
  [
    'a file that was not read',
    judge(BY_FILE, [], { unread: ['/var/lib/kubelet/config.yaml'] }),
    'unknown',
    /config\.yaml could not be read/,
  ],
  ['the same, one flag', judge(`${BY_FILE} --anonymous-auth=false`, [], { unread: ['/var/lib/kubelet/config.yaml'] }), 'unknown'],
  ['the same, all flags', judge(`${BY_FILE} --anonymous-auth=false --read-only-port=0`, [], { unread: ['/x'] }), 'on'],
  ['the same, all open', judge(`${BY_FILE} --anonymous-auth=true`, [], { unread: ['/x'] }), 'unknown', /\/x, .* could/],
  ['drop-ins that were not read', judge(`${BY_FILE} --config-dir=/d`, [file(KUBEADM)], { unread: ['/d'] }), 'unknown', /\/d could/],
  ['a file that is cut', judge(BY_FILE, [file('authentication: {anonymous: {enab')]), 'unknown'],
  ['a file that is a list', judge(BY_FILE, [file('- a')]), 'unknown'],
  ['a word where a switch should be', judge(BY_FILE, [file('authentication: {anonymous: {enabled: "false"}}')]), 'unknown'],
  ['words that were cut', judge(BY_FILE, [file(KUBEADM)], { whole: false }), 'unknown', /command line/],
  ['in a container', judge(BY_FILE, [file(KUBEADM)], {}, [10_250], `/docker/${'a1'.repeat(32)}/kubelet.service`), 'unknown', /container/],
  [
    'MicroK8s, whose flags lie in a file',
    judge('/snap/microk8s/1/kubelite --kubelet-args-file=/var/snap/microk8s/1/args/kubelet', [], { whole: false }),
    'unknown',
    /^undefined \/var\/snap\/microk8s\/1\/args\/kubelet could not be read/,
  ],
  [
    'the same, with the read-only port open',
    judge('/snap/microk8s/1/kubelite --kubelet-args-file=/x', [], { whole: false }, [10_250, 10_255]),
    'none',
  ],
  ['k3s', judge('/usr/local/bin/k3s server', [unit()]), 'default'],
  ['k3s that hides its words, and has no unit', judge('/usr/local/bin/k3s server'), 'unknown', /command line, which k3s hides, could not/],
  ['k3s whose unit has no command', judge('/usr/local/bin/k3s server', [{ ...unit(), lines: [] }]), 'unknown'],
  [
    'k3s whose configuration was not read',
    judge('/usr/local/bin/k3s server', [unit()], { unread: ['/etc/rancher/k3s/config.yaml'] }),
    'unknown',
    /k3s\/config\.yaml could not be read/,
  ],
  [
    'the same, closed by its words',
    judge('/usr/local/bin/k3s server', [unit('--kubelet-arg=anonymous-auth=false', '--kubelet-arg read-only-port=0')], { unread: ['/x'] }),
    'on',
  ],
  [
    'k3s with a flag',
    judge('/usr/local/bin/k3s agent --kubelet-arg=anonymous-auth=true --kubelet-arg authorization-mode=AlwaysAllow'),
    'none',
  ],
  [
    'the same in its unit',
    judge('/usr/local/bin/k3s server', [unit('--kubelet-arg=anonymous-auth=true', '--kubelet-arg --authorization-mode=AlwaysAllow')]),
    'none',
  ],
  [
    'a switch alone',
    judge('k3s-server server', [unit('--kubelet-arg=anonymous-auth', '--kubelet-arg=authorization-mode=AlwaysAllow')]),
    'none',
  ],
  [
    'k3s, anonymous, and the cluster decides',
    judge('k3s-server server', [unit('--kubelet-arg=anonymous-auth=true')]),
    'unknown',
    /the cluster/,
  ],
  ['k3s with the read-only port', k3sSays('kubelet-arg:\n  - "max-pods=9"\n  - read-only-port=10255'), 'none'],
  ['k3s, the same in one line', k3sSays('"kubelet-arg+": ["v=2", "read-only-port=10255"]'), 'none'],
  ['k3s, JSON', k3sSays('{"kubelet-arg": ["read-only-port=10255"]}'), 'none'],
  ['k3s, a blank before the colon', k3sSays('kubelet-arg : [read-only-port=10255]'), 'none'],
  [
    'k3s, a remark',
    k3sSays('kubelet-arg:\n  # - read-only-port=10255\n  - max-pods=9 # read-only-port=10255\n# kubelet-arg: [read-only-port=10255]'),
    'default',
  ],
  ['k3s, another list', k3sSays('kubelet-arg:\n- max-pods=9\nkube-apiserver-arg:\n- read-only-port=10255'), 'default'],
  ['k3s, a later list takes its place', k3sSays('kubelet-arg:\n- read-only-port=10255', 'kubelet-arg: [max-pods=9]'), 'default'],
  ['k3s, a later list is added', k3sSays('kubelet-arg:\n- read-only-port=10255', 'kubelet-arg+: [max-pods=9]'), 'none'],
  ['k3s, the last item counts', k3sSays('kubelet-arg:\n- read-only-port=10255', 'kubelet-arg+: [read-only-port=0]'), 'default'],
  [
    'k3s, its words come after its files',
    judge('k3s-server server', [k3s('kubelet-arg: [read-only-port=10255]'), unit('--kubelet-arg=read-only-port=0')]),
    'default',
  ],
  [
    'k3s with its file elsewhere by a variable of its unit',
    judge('k3s-server server', [unit('K3S_CONFIG_FILE=/srv/k3s.yaml')]),
    'unknown',
    /\/srv\/k3s\.yaml could/,
  ],
  [
    'the same in a file of variables of its unit, which goes over it',
    judge('k3s-server server', [unit('K3S_CONFIG_FILE=/etc/rancher/k3s/config.yaml'), variables('K3S_CONFIG_FILE="/srv/k3s.yaml"')]),
    'unknown',
    /\/srv\/k3s\.yaml could/,
  ],
  [
    'a file of variables that names the usual one',
    judge('k3s-server server', [unit(), variables('K3S_CONFIG_FILE=/etc/rancher/k3s/config.yaml')]),
    'default',
  ],
  [
    'k3s with its data elsewhere by a variable',
    judge('k3s-server server', [unit(), variables('K3S_DATA_DIR=/srv/k3s')]),
    'unknown',
    /below \/srv\/k3s/,
  ],
  ['k3s with its files elsewhere', judge('k3s-server server', [unit('--config /srv/k3s.yaml')]), 'unknown', /\/srv\/k3s\.yaml could/],
  [
    'k3s whose own files then say nothing',
    judge('k3s-server server', [k3s('kubelet-arg: [read-only-port=10255]'), unit('-c=/srv/k3s.yaml')]),
    'unknown',
  ],
  ['k3s with its data elsewhere', k3sSays('data-dir:'), 'unknown', /drop-ins of its kubelet below its data-dir/],
  ['the same in its unit', judge('k3s-server server', [unit('--data-dir=/srv/k3s')]), 'unknown', /below \/srv\/k3s/],
  ['k3s that gives its kubelet a file', k3sSays('kubelet-arg: [config=/srv/kubelet.yaml]'), 'unknown', /\/srv\/kubelet\.yaml/],
  [
    'k3s with a drop-in',
    judge('k3s-server server', [
      unit(),
      drop('9.conf', 'authentication: {anonymous: {enabled: true}}\nauthorization: {mode: AlwaysAllow}'),
    ]),
    'none',
  ],
  [
    'k3s closes the port by a flag, which wins over a drop-in',
    judge('k3s-server server', [unit(), drop('9.conf', 'readOnlyPort: 8099')]),
    'default',
  ],
  ['unless it is open', judge('k3s-server server', [unit(), drop('9.conf', 'readOnlyPort: 8099')], {}, [10_250, 8099]), 'none', /8099/],
])('%s', (_, { authentication, decidedBy, authenticationUnknown }, expected, why) => {
  expect(authentication).toBe(expected)
  if (why) expect(`${decidedBy} ${authenticationUnknown}`).toMatch(why)
  expect(authenticationUnknown === undefined).toBe(authentication !== 'unknown')
})

test('a read-only port lets nobody run anything, what takes anonymous requests does', () => {
  const port = 'readOnlyPort: 10255'
  expect(judge(BY_FILE, [file(`${KUBEADM}\n${port}`)]).readsOnly).toBe(true)
  expect(judge(BY_FILE, [file(KUBEADM)], {}, [10_250, 10_255]).readsOnly).toBe(true)
  const both = judge(`${BY_FILE} --anonymous-auth --authorization-mode=AlwaysAllow`, [file(`${KUBEADM}\n${port}`)])
  expect(both).toEqual({ authentication: 'none', decidedBy: `anonymous requests and AlwaysAllow and ${port}` })
})
