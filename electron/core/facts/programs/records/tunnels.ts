import type { ProgramRecord } from '../record.ts'
import { sshForwards } from '../ssh-forwards.ts'

const tunnel = (
  id: string,
  name: string,
  how: Pick<ProgramRecord, 'program' | 'command' | 'anywhere' | 'when' | 'image' | 'repository'>,
  source: string,
): ProgramRecord => ({
  id,
  name,
  kind: 'tunnel',
  ...how,
  authentication: { usual: 'unknown' },
  danger:
    'It lets clients from elsewhere in over a connection that this host made: the inbound rules of the firewall and the jump host never see them.',
  source,
})

/** Releases are named after system and processor: `cloudflared-linux-amd64`; Gradio's share runs `frpc_linux_amd64_v0.3`. */
const released = (name: string): RegExp => new RegExp(`^${name}(?:[-_.].*)?$`)

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
  tunnel('inlets', 'inlets', { program: /^inlets(?:-pro)?$/, anywhere: /^client$/ }, 'https://docs.inlets.dev/'),
]
