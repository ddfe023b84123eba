import { llama, rules } from '../bases.ts'
import { applied, type CorpusHost, corpusHost } from '../corpus-host.ts'
import { on, withFirewall, withListener, withProcess, withUnit, withWords } from '../sins/host.ts'
import { withSoftware } from '../sins/system.ts'

const offline = withWords(1290, (argv) => [...argv, '--offline'])
/** llama-server in an air gap: rules let out to the storage network and the resolver inside only. */
const sealed = applied({ base: { ...llama, name: 'sealed', airGapped: true }, sins: [offline] })

/** Hosts that are declared air-gapped. */
export const airgapped: readonly CorpusHost[] = [
  corpusHost('sealed', 'llama-server in an air gap that is one', sealed),
  corpusHost(
    'sealed-without-route',
    'No default route at all',
    sealed,
    on(({ gateway: _, ...host }) => host),
  ),
  corpusHost(
    'sealed-route-comes-back',
    'The route was taken away by hand, the rules would let HTTPS out, and netplan still names the gateway',
    sealed,
    on(({ gateway = '', ...host }) => ({ ...host, gatewayAtStart: gateway })),
    withFirewall(rules({ outbound: ['tcp dport 443 accept'] })),
  ),
  corpusHost(
    'sealed-route-gone',
    'No default route now nor at the next start, so that it does not matter that the rules would let HTTPS out',
    sealed,
    on(({ gateway: _, ...host }) => host),
    withFirewall(rules({ outbound: ['tcp dport 443 accept'] })),
  ),
  corpusHost(
    'sealed-https-leaves',
    'The rules let HTTPS out to anywhere',
    sealed,
    withFirewall(rules({ outbound: ['tcp dport 443 accept'] })),
  ),
  corpusHost('sealed-public-resolver', 'Names are asked of a public resolver', sealed, withSoftware({ resolvers: ['9.9.9.9'] })),
  corpusHost(
    'sealed-public-packages',
    'Packages come from the archive of the distribution',
    sealed,
    withSoftware({ packageSources: ['deb http://deb.debian.org/debian bookworm main'] }),
  ),
  corpusHost(
    'sealed-proxy-set',
    'A proxy stands in the environment of the server',
    sealed,
    withUnit('llama-server.service', { Environment: 'HTTPS_PROXY=http://proxy.dc1.internal:3128' }),
  ),
  corpusHost(
    'sealed-not-told',
    'The server is not told to stay offline',
    sealed,
    withWords(1290, (argv) => argv.filter((word) => word !== '--offline')),
  ),
  corpusHost(
    'sealed-sglang-beside',
    'SGLang runs beside the server; of its environment nothing is read, and its model stands in a hub',
    sealed,
    withProcess({
      ...{ pid: 2301, ppid: 1, user: 'okafor', uid: 1000, cgroup: '/user.slice/user-1000.slice/session-4.scope', name: 'python3' },
      argv: ['/opt/sglang/bin/python3', '-m', 'sglang.launch_server', '--model-path', 'Qwen/Qwen3-8B', '--port', '30000'],
    }),
    withListener({ protocol: 'tcp', address: '127.0.0.1', port: 30_000, process: 'python3', pid: 2301 }),
  ),
]
