import type { DemoHost, DemoProcess } from '../../demo/demo-host.ts'
import { rules, vllm } from '../bases.ts'
import { applied, type CorpusHost, corpusHost } from '../corpus-host.ts'
import { rewritten } from '../sins/answers.ts'
import { flag, on, withFirewall, withListener, withProcess, withWords } from '../sins/host.ts'
import { closedToJump, listensOn } from '../sins/listening.ts'

/** The sound host with one more program, which listens on this machine only. */
const beside = (name: string, port: number, process: DemoProcess): DemoHost =>
  applied({
    base: { ...vllm, name },
    sins: [withProcess(process), withListener({ protocol: 'tcp', address: '127.0.0.1', port, process: process.name, pid: process.pid })],
  })
const person = { ppid: 1, user: 'okafor', uid: 1000, cgroup: '/user.slice/user-1000.slice/session-4.scope' }

const notebook = beside('notebook', 8888, {
  ...person,
  pid: 2101,
  name: 'jupyter-lab',
  argv: ['/opt/jupyter/bin/python3', '/opt/jupyter/bin/jupyter-lab', '--ip', '127.0.0.1'],
})
const webui = beside('webui', 3000, {
  ...person,
  pid: 2103,
  name: 'open-webui',
  argv: ['/opt/webui/bin/python3', '/opt/webui/bin/open-webui', 'serve', '--host', '127.0.0.1', '--port', '3000'],
})

const scraped = (from: string) => withFirewall(rules({ inbound: [`ip saddr ${from} tcp dport 9400 accept`] }))
/** The exporter of the sound host, for the management network. */
const monitored = applied({
  base: { ...vllm, name: 'monitored' },
  sins: [listensOn(1380, 'dcgm-exporter', 9400, '0.0.0.0'), closedToJump(9400), scraped('10.20.2.0/24')],
})

/** A port that the rules let the application servers reach. */
const opened = { firewall: rules({ inbound: ['ip saddr 10.20.1.0/24 tcp dport 9000 accept'] }) }

const database: DemoHost['containers'][number] = {
  name: 'shop-db',
  image: 'postgres:17.2',
  id: 'b'.repeat(64),
  ports: [{ hostAddress: '0.0.0.0', hostPort: 9000, containerPort: 5432 }],
  user: '999',
  command: ['postgres'],
  environment: {},
  mounts: [],
  pid: 2201,
}

/** As its documentation starts it (docs.portainer.io). */
const portainer: DemoHost['containers'][number] = {
  ...database,
  ...{
    name: 'portainer',
    image: 'portainer/portainer-ce:lts',
    id: 'd'.repeat(64),
    ports: [],
    user: '',
    command: ['/portainer'],
    pid: 2211,
  },
  mounts: [
    { source: '/run/docker.sock', destination: '/var/run/docker.sock' },
    { source: '/var/lib/docker/volumes/portainer_data/_data', destination: '/data' },
  ],
}

const inContainer = ({ id, pid, command }: DemoHost['containers'][number], uid: number, name: string) =>
  withProcess({ pid, ppid: 1, user: String(uid), uid, name, argv: [...command], cgroup: `/system.slice/docker-${id}.scope` })

const KUBELET = ['/usr/bin/kubelet', '--kubeconfig=/etc/kubernetes/kubelet.conf', '--config=/var/lib/kubelet/config.yaml']
/** A node of a cluster, whose kubelet the application servers reach. */
const node = [
  withFirewall(rules({ inbound: ['ip saddr 10.20.1.0/24 tcp dport 10250 accept'] })),
  withProcess({ ppid: 1, user: 'root', uid: 0, cgroup: '/system.slice/kubelet.service', pid: 2301, name: 'kubelet', argv: KUBELET }),
  withListener({ protocol: 'tcp', address: '*', port: 10_250, process: 'kubelet', pid: 2301 }),
]
/** What the probe reads of it, as kubeadm 1.31 writes the file. */
const configured = (rest: string) =>
  rewritten('processes', (stdout) =>
    stdout.replace(
      '@exe ',
      () =>
        `@kubelet 2301 whole\n${rest
          .trim()
          .split('\n')
          .map((row) => (row.startsWith('@') ? row : `=${row}`))
          .join('\n')}\n@exe `,
    ),
  )
const FILE = `@kubelet 2301 config /var/lib/kubelet/config.yaml
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
authorization:
  mode: Webhook
kind: KubeletConfiguration`

/** A Quadlet, as the generator of Podman 5.2 makes a unit of it; everybody may write what it is made from. */
const quadlet = (mode: string) =>
  rewritten('units', (stdout) =>
    stdout
      .replace(
        /\n\n@/,
        () => `\n\nId=chat.service
LoadState=loaded
ActiveState=inactive
UnitFileState=generated
MainPID=0
User=
ExecStart={ path=/usr/bin/podman ; argv[]=/usr/bin/podman run --name=systemd-chat --cidfile=/run/chat.cid --replace --rm --cgroups=split --sdnotify=conmon -d --device nvidia.com/gpu=all --publish 0.0.0.0:11434:11434 docker.io/ollama/ollama:0.6.2 ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
FragmentPath=/run/systemd/generator/chat.service
SourcePath=/etc/containers/systemd/chat.container
DropInPaths=

@`,
      )
      .replace(
        '@paths\n',
        () =>
          `@paths\n=directory/755/root/root//run\n=directory/755/root/root//run/systemd\n=directory/755/root/root//run/systemd/generator\n=regular file/644/root/root//run/systemd/generator/chat.service\n=directory/755/root/root//etc/containers\n=directory/755/root/root//etc/containers/systemd\n=regular file/${mode}/root/root//etc/containers/systemd/chat.container\n=regular file/755/root/root//usr/bin/podman\n`,
      ),
  )

/** Programs beside the inference server. */
export const others: readonly CorpusHost[] = [
  corpusHost(
    'database-published',
    'A database in a container, published to the application servers',
    vllm,
    on((host) => ({ ...host, containers: [...host.containers, database], firewall: opened.firewall })),
    withListener({ protocol: 'tcp', address: '0.0.0.0', port: 9000, process: 'docker-proxy', pid: 2200 }),
    inContainer(database, 999, 'postgres'),
  ),
  corpusHost(
    'manager-of-containers',
    'Portainer, published nowhere, with the socket of Docker',
    vllm,
    on((host) => ({ ...host, containers: [...host.containers, portainer] })),
    inContainer(portainer, 0, 'portainer'),
  ),
  corpusHost('notebook', 'A notebook on loopback', notebook),
  corpusHost(
    'notebook-wide',
    'A notebook on every interface',
    notebook,
    listensOn(2101, 'jupyter-lab', 8888, '0.0.0.0'),
    withWords(2101, flag('--ip', '0.0.0.0')),
  ),
  corpusHost('node', 'A kubelet that the application servers reach, as kubeadm sets it up', vllm, ...node, configured(FILE)),
  corpusHost(
    'node-read-only-port',
    'A kubelet whose file opens the read-only port',
    vllm,
    ...node,
    configured(`${FILE}\nreadOnlyPort: 10255`),
  ),
  corpusHost(
    'node-unread',
    'A kubelet whose file nobody could read',
    vllm,
    ...node,
    configured('@kubelet 2301 unread /var/lib/kubelet/config.yaml'),
  ),
  corpusHost('quadlet', 'A stopped Quadlet with Ollama, published to the network', vllm, quadlet('644')),
  corpusHost('quadlet-writable', 'The same, and everybody may write its file', vllm, quadlet('666')),
  corpusHost('webui', 'Open WebUI on loopback', webui),
  corpusHost(
    'webui-wide',
    'Open WebUI on every interface',
    webui,
    listensOn(2103, 'open-webui', 3000, '0.0.0.0'),
    withWords(2103, flag('--host', '0.0.0.0')),
  ),
  corpusHost('monitored', 'The management network reads the exporter', monitored),
  corpusHost('monitored-by-app', 'The application servers read the exporter as well', monitored, scraped('10.20.1.0/24')),
  corpusHost(
    'unexpected-listener',
    'A program that nobody expects listens on a port that the rules open',
    { ...vllm, ...opened },
    withProcess({ ...person, pid: 2104, name: 'demo-api', argv: ['/home/okafor/demo-api', '--listen', ':9000'] }),
    withListener({ protocol: 'tcp', address: '*', port: 9000, process: 'demo-api', pid: 2104 }),
  ),
]
