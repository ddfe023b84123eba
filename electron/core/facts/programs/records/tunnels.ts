import type { ProgramRecord } from '../record.ts'
import { sshForwards } from '../ssh-forwards.ts'

const tunnel = (
  id: string,
  name: string,
  how: Pick<ProgramRecord, 'program' | 'command' | 'anywhere' | 'when' | 'image' | 'repository'>,
  source: string,
  danger = 'It lets clients from elsewhere in over a connection that this host made: the inbound rules of the firewall and the jump host never see them.',
): ProgramRecord => ({
  id,
  name,
  kind: 'tunnel',
  ...how,
  authentication: { usual: 'unknown' },
  danger,
  source,
})

/** Releases are named after system and processor: `cloudflared-linux-amd64`; Gradio's share runs `frpc_linux_amd64_v0.3`. */
const released = (name: string): RegExp => new RegExp(`^${name}(?:[-_.].*)?$`)

/** A screen or a terminal of this host, lent to whoever its service lets in. */
const remoteControl = (id: string, name: string, how: Parameters<typeof tunnel>[2], source: string): ProgramRecord =>
  tunnel(
    id,
    name,
    how,
    source,
    'It gives people elsewhere the screen or a terminal of this host over a connection that this host made, by a login of its own: neither sshd nor the inbound rules of the firewall nor the jump host ask them.',
  )

const remoteControls: readonly ProgramRecord[] = [
  remoteControl('anydesk', 'AnyDesk', { program: /^anydesk$/ }, 'https://support.anydesk.com/anydesk-for-linux-raspberry-pi-chromeos'),
  remoteControl('teamviewer', 'TeamViewer', { program: /^teamviewerd$/ }, 'https://www.teamviewer.com/en/global/support/knowledge-base/'),
  remoteControl('rustdesk', 'RustDesk', { program: /^rustdesk$/ }, 'rustdesk/rustdesk res/rustdesk.service'),
  remoteControl('meshagent', 'MeshCentral', { program: /^meshagent$/ }, 'https://ylianst.github.io/MeshCentral/meshcentral/agents/'),
  remoteControl(
    'chrome-remote-desktop',
    'Chrome Remote Desktop',
    { program: /^chrome-remote-desktop(?:-host)?$/ },
    'chromium remoting/host/linux/linux_me2me_host.py',
  ),
  remoteControl('dwagent', 'DWService', { program: /^dwagsvc$/, command: /^run$/ }, 'dwservice/agent'),
  remoteControl('tmate', 'tmate', { program: /^tmate$/ }, 'https://tmate.io/'),
  remoteControl('upterm', 'Upterm', { program: /^upterm$/, command: /^host$/ }, 'owenthereal/upterm README.md'),
  remoteControl('sshx', 'sshx', { program: /^sshx$/ }, 'ekzhang/sshx README.md'),
]

/** What brings outsiders in by a connection that goes out. */
export const tunnels: readonly ProgramRecord[] = [
  tunnel(
    'cloudflared',
    'cloudflared',
    { program: released('cloudflared'), anywhere: /^tunnel$/, image: /^cloudflared$/ },
    'https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/',
  ),
  tunnel(
    'ngrok',
    'ngrok',
    { program: released('ngrok'), anywhere: /^(?:http|tcp|tls|start|tunnel|service)$/, image: /^ngrok$/ },
    'https://ngrok.com/docs/agent/',
  ),
  tunnel(
    'tailscale-serve',
    'Tailscale serve or funnel',
    { program: /^tailscale$/, anywhere: /^(?:funnel|serve)$/ },
    'https://tailscale.com/kb/1223/funnel',
  ),
  tunnel(
    'tailscale-userspace',
    'Tailscale without a network device',
    { program: /^tailscaled$/, anywhere: /^(?:-{1,2}tun=)?userspace-networking$/ },
    'tailscale/tailscale wgengine/netstack/netstack.go, acceptTCP',
    'It hands what the other machines of its network connect to on to 127.0.0.1, at the same port: they reach what listens on loopback alone, past the firewall, and to a server all of them are local.',
  ),
  tunnel('frp', 'frp', { program: released('frpc'), image: /^frpc$/ }, 'fatedier/frp README.md'),
  tunnel('ssh-remote-forward', 'ssh -R', { program: /^(?:auto)?ssh$/, when: (words) => sshForwards(words) === 'remote' }, 'ssh(1)'),
  tunnel('rathole', 'rathole', { program: released('rathole'), anywhere: /^--client$|^-c$|\.toml$/ }, 'rapiz1/rathole README.md'),
  tunnel('bore', 'bore', { program: released('bore'), command: /^local$/ }, 'ekzhang/bore README.md'),
  tunnel('chisel', 'chisel', { program: released('chisel'), command: /^client$/ }, 'jpillora/chisel README.md'),
  tunnel('zrok', 'zrok', { program: /^zrok2?$/, command: /^share$/ }, 'https://docs.zrok.io/'),
  tunnel(
    'vscode-tunnel',
    'VS Code tunnel',
    { program: /^code(?:-insiders|-tunnel)?$/, command: /^(?:tunnel|--.*)$/, anywhere: /^tunnel$/ },
    'https://code.visualstudio.com/docs/remote/tunnels',
  ),
  tunnel(
    'devtunnel',
    'Dev tunnel',
    { program: /^devtunnel$/, command: /^host$/ },
    'https://learn.microsoft.com/azure/developer/dev-tunnels/',
  ),
  tunnel(
    'localtunnel',
    'localtunnel',
    { program: /^(?:lt|localtunnel)$/, anywhere: /^(?:-p|--port)(?:=.*)?$/ },
    'localtunnel/localtunnel README.md',
  ),
  tunnel('newt', 'Pangolin', { program: released('newt'), image: /^newt$/ }, 'https://docs.pangolin.net/manage/sites/install-site'),
  tunnel('playit', 'playit', { program: /^playitd?$/, image: /^playit-agent$/ }, 'playit-cloud/playit-agent linux/playit.service'),
  tunnel(
    'twingate-connector',
    'Twingate connector',
    { program: /^twingate-connector$/, repository: /(?:^|\/)twingate\/connector$/ },
    'https://docs.twingate.com/docs/upgrading-connectors',
  ),
  tunnel(
    'wstunnel-reverse',
    'wstunnel',
    { program: released('wstunnel'), command: /^client$/, anywhere: /^(?:-R|--remote-to-local)(?:=|$)/ },
    'erebe/wstunnel README.md',
  ),
  tunnel('localxpose', 'LocalXpose', { program: released('loclx'), command: /^tunnel$/ }, 'https://localxpose.io/docs/cli'),
  tunnel('nps', 'nps', { program: /^npc$/, anywhere: /^-{1,2}(?:vkey|config)=/, image: /^npc$/ }, 'ehang-io/nps README.md'),
  tunnel(
    'cpolar',
    'cpolar',
    { program: released('cpolar'), command: /^(?:http|tcp|tls|ftp|start|start-all)$/ },
    'https://www.cpolar.com/docs',
  ),
  tunnel('natapp', 'NATAPP', { program: released('natapp') }, 'https://natapp.cn/article/config_ini'),
  tunnel('tunnelmole', 'Tunnelmole', { program: /^(?:tmole|tunnelmole)(?:\.js)?$/ }, 'https://tunnelmole.com/docs/'),
  tunnel('pagekite', 'PageKite', { program: /^pagekite(?:\.py)?$/ }, 'pagekite(1)'),
  tunnel(
    'ziti-host',
    'OpenZiti',
    { program: /^ziti-edge-tunnel$/, command: /^run-host$/, image: /^ziti-host$/ },
    'https://openziti.io/docs/',
  ),
  tunnel('jprq', 'jprq', { program: /^jprq$/, command: /^(?:http|tcp|serve)$/ }, 'azimjohn/jprq README.md'),
  tunnel('packetriot', 'Packetriot', { program: /^pktriot$/, anywhere: /^(?:http|tcp|start)$/ }, 'https://docs.packetriot.com/'),
  tunnel(
    'gost-reverse',
    'gost',
    { program: released('gost'), anywhere: /^(?:-L=?)?r(?:tcp|udp)(?:\+\w+)?:\/\// },
    'https://gost.run/en/tutorials/reverse-proxy/',
  ),
  tunnel('inlets', 'inlets', { program: /^inlets(?:-pro)?$/, anywhere: /^client$/ }, 'https://docs.inlets.dev/'),
  ...remoteControls,
]
