import { gpu03 } from '../../demo/hosts/gpu-03.ts'
import { lab01 } from '../../demo/hosts/lab-01.ts'
import { ollama, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { answers, cutInHalf, rewritten } from '../sins/answers.ts'
import { on } from '../sins/host.ts'
import { replaced } from '../sins/proxy.ts'

const nothing = { stdout: '', exitCode: 0 }

/** As ps prints it under hidepid: its own line, and that of the shell above it. */
const hidepid = rewritten(
  'processes',
  () => `@ps procps
@proc rw,nosuid,nodev,noexec,relatime,hidepid=invisible
   4100    4099   990 gatehouse-ro                     sh                               /bin/sh
   4101    4100   990 gatehouse-ro                     ps                               ps -eww
`,
)

const uid = '0a1b2c3d-0000-4111-8222-333344445555'
const container = 'ab'.repeat(32)
const cgroup = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`

/** vLLM is no unit but a pod. Without the host's network nothing is seen of its sockets. */
const inPod = on((host) => ({
  ...host,
  units: host.units.filter(({ id }) => id !== 'vllm.service'),
  processes: host.processes.map((process) => (process.cgroup === '/system.slice/vllm.service' ? { ...process, cgroup } : process)),
}))
const ownNetwork = on((host) => ({ ...host, listeners: host.listeners.filter(({ pid }) => pid !== 1410 && pid !== 1412) }))
const rows = (of: (pid: string) => readonly string[]) =>
  rewritten('processes', (stdout) =>
    stdout.replace(/^(@cgroup (\d+) 0::\/kubepods.*)$/gm, (row, _, pid: string) => [row, ...of(pid)].join('\n')),
  )
const nameOf = (pid: string) => `@pod ${pid} /var/log/containers/chat-0_ai_vllm-${container}.log`
const named = rows((pid) => [nameOf(pid)])
/** What the kernel says of its processes, too; the capabilities are those that containerd gives. */
const confined = (mount: string) =>
  rows((pid) => [nameOf(pid), `@bound ${pid} 00000000a80425fb`, `@idmap ${pid} 0 0 4294967295`, `@mount ${pid} ${mount}`])

/** Hosts that cannot be read whole: what is not known is never passed. */
export const odd: readonly CorpusHost[] = [
  corpusHost('lab-01', 'The audit account has no sudo', lab01),
  corpusHost(
    'vllm-no-sudo',
    'A sound host, but no sudo for the audit account',
    vllm,
    on((host) => ({ ...host, sudo: false })),
  ),
  corpusHost(
    'gpu-03-no-sudo',
    'A bare host, and no sudo: what is seen without root is found all the same',
    gpu03,
    on((host) => ({ ...host, sudo: false })),
  ),
  corpusHost('vllm-hidepid', '/proc hides the processes of others', vllm, hidepid),
  corpusHost('gpu-03-hidepid', 'A bare host that hides processes: what sockets, rules and files tell is found', gpu03, hidepid),
  corpusHost('vllm-nginx-refused', 'sudo refuses nginx -T', vllm, answers('denied', 'nginx')),
  corpusHost('vllm-nginx-cut', 'Half of the nginx configuration', vllm, cutInHalf('nginx')),
  corpusHost(
    'vllm-nginx-broken',
    'nginx -T ends with an error',
    vllm,
    answers(
      { stdout: '', stderr: 'nginx: [emerg] unexpected end of file, expecting "}" in /etc/nginx/nginx.conf:9\n', exitCode: 1 },
      'nginx',
    ),
  ),
  corpusHost(
    'vllm-nginx-stopped',
    'nginx is installed and does not run',
    vllm,
    on((host) => ({
      ...host,
      listeners: host.listeners.filter(({ process }) => process !== 'nginx'),
      processes: host.processes.filter(({ name }) => name !== 'nginx'),
    })),
  ),
  corpusHost('vllm-ss-missing', 'No ss, and /proc says nothing', vllm, answers('missing', 'listeners', 'listeners-proc')),
  corpusHost('vllm-ss-cut', 'The list of sockets is cut short', vllm, answers('truncated', 'listeners')),
  corpusHost('vllm-ps-times-out', 'ps does not end', vllm, answers('timed-out', 'processes')),
  corpusHost(
    'vllm-units-refuse',
    'systemctl fails',
    vllm,
    answers({ stdout: 'Failed to connect to bus: No such file or directory\n', exitCode: 1 }, 'units'),
  ),
  corpusHost(
    'vllm-units-cut',
    'What systemctl says ends in the middle of the sandbox',
    vllm,
    rewritten('units', (stdout) => stdout.slice(0, stdout.indexOf('ProtectKernelModules='))),
  ),
  corpusHost(
    'vllm-old-systemd',
    'A systemd that does not know some directives, and prints none of them',
    vllm,
    rewritten('units', (stdout) => stdout.replace(/^(?:PrivateTmp|ProtectSystem|ReadWritePaths|DevicePolicy|LimitCORE)=.*\n/gm, '')),
  ),
  corpusHost('vllm-no-systemd', 'A container or Alpine: no systemd', vllm, answers({ stdout: '@none\n', exitCode: 0 }, 'units')),
  corpusHost('vllm-firewall-refused', 'sudo refuses to list the rules', vllm, answers('denied', 'nft', 'iptables', 'ip6tables', 'ufw')),
  corpusHost('vllm-firewall-cut', 'Half of the rules', vllm, cutInHalf('nft')),
  corpusHost(
    'vllm-firewall-missing',
    'Neither nft nor iptables is installed',
    vllm,
    answers('missing', 'nft', 'iptables', 'ip6tables', 'ufw'),
  ),
  corpusHost('vllm-models-cut', 'The listing of the models is cut short', vllm, answers('truncated', 'model-files')),
  corpusHost('ollama-models-times-out', 'The listing of the models does not end', ollama, answers('timed-out', 'model-files')),
  corpusHost('vllm-accounts-unreadable', 'No passwd and no groups', vllm, answers('missing', 'accounts', 'groups')),
  corpusHost('vllm-certificates-silent', 'Nothing is known of the certificates', vllm, answers(nothing, 'certificates')),
  corpusHost(
    'vllm-containers-refused',
    'sudo refuses to list the containers',
    vllm,
    answers({ stdout: '@docker denied\n@end\n', exitCode: 0 }, 'containers'),
  ),
  corpusHost(
    'vllm-hostile-text',
    'Every answer ends in markup, escapes and a very long line',
    vllm,
    on((host) => ({ ...host, fault: 'hostile-text' })),
  ),
  corpusHost('vllm-says-nothing', 'Every command ends well and prints nothing', vllm, {
    answer: (section) => (section === 'system' ? undefined : nothing),
  }),
  corpusHost(
    'vllm-clock-ahead',
    'The clock of the host is three days ahead',
    vllm,
    on((host) => ({ ...host, clockSkewSeconds: 259_200 })),
  ),
  corpusHost(
    'vllm-clock-years-ahead',
    'The clock of the host says 2043, after the certificate ended',
    vllm,
    on((host) => ({ ...host, clockSkewSeconds: 17 * 31_557_600 })),
  ),
  corpusHost('vllm-crlf-site', 'The site file has the line ends of Windows', vllm, replaced(/\n/g, '\r\n')),
  corpusHost('vllm-pod', 'vLLM runs in a pod with a network of its own', vllm, inPod, ownNetwork, confined('ro /srv/models /models')),
  corpusHost('vllm-pod-nameless', 'The same, and the node lists no names', vllm, inPod, ownNetwork),
  corpusHost('vllm-pod-host-network', 'vLLM runs in a pod on the network of the host', vllm, inPod, named),
  corpusHost(
    'vllm-pod-with-socket',
    'vLLM runs in a pod that has the socket of containerd',
    ...[vllm, inPod, ownNetwork, confined('rw /run/containerd/containerd.sock /run/containerd/containerd.sock')],
  ),
]
