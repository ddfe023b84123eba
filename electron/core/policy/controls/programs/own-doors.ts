import type { Process } from '../../../facts/processes/processes.ts'

/** A daemon that lets others in by a connection or a network of its own. By its words it does not tell what, or whom. */
export interface OwnDoor {
  readonly subject: string
  /** The kernel's short name, of 15 bytes. */
  readonly process: RegExp
  readonly title: string
  readonly reason: string
  readonly hint: string
  /** A login that asks neither sshd nor the rules for its port. */
  readonly login?: { readonly name: string; readonly reason: string; readonly hint: string; readonly from?: string }
}

export const ownDoors: readonly OwnDoor[] = [
  {
    subject: 'tailscaled',
    process: /^tailscaled$/,
    title: 'What Tailscale publishes is not known',
    reason: 'tailscaled runs. Whether serve or funnel publishes a port of this host is known to the daemon only.',
    hint: 'Look with: tailscale serve status; tailscale funnel status',
    // tailscale.com/kb/1193/tailscale-ssh: tailscaled takes port 22 of its own address before the host sees it.
    login: {
      name: 'Tailscale',
      reason:
        'tailscaled runs. Where it was told to (tailscale up --ssh) it answers SSH at its own address itself: whom its access rules name gets a shell, and neither sshd nor the firewall is asked.',
      hint: 'Look with: tailscale debug prefs | grep RunSSH. Turn it off with: tailscale set --ssh=false',
      from: '100.64.0.0/10',
    },
  },
  {
    subject: 'tor',
    process: /^tor$/,
    title: 'What Tor publishes is not known',
    reason:
      'tor runs. Whether it lets clients in to a port of this host as an onion service (HiddenServicePort) its configuration says, which was not read.',
    hint: 'Look with: sudo grep -rs HiddenService /etc/tor',
  },
  {
    subject: 'teleport',
    process: /^teleport$/,
    title: 'What Teleport lets in is not known',
    reason:
      'teleport runs. Over a connection that it makes to its proxy it may give shells on this host and lead to applications on it; its configuration, which was not read, says which.',
    hint: 'Look with: sudo cat /etc/teleport.yaml',
    login: {
      name: 'Teleport',
      reason:
        'teleport runs. Where its SSH service is on, whom its roles name gets a shell by it, over a connection that it makes itself: neither sshd nor the firewall is asked.',
      hint: 'Look at ssh_service in /etc/teleport.yaml.',
    },
  },
  {
    subject: 'amazon-ssm-agent',
    process: /^amazon-ssm-agen/,
    title: 'What the SSM agent lets in is not known',
    reason:
      'amazon-ssm-agent runs. Over a connection that it makes itself, Session Manager gives whom the cloud account lets a shell on this host, and leads to its ports.',
    hint: 'See who may call ssm:StartSession; where nobody is to, disable the agent.',
    login: {
      name: 'the SSM agent',
      reason:
        'amazon-ssm-agent runs. Session Manager gives whom the cloud account lets a shell on this host, over a connection that the agent makes itself: neither sshd nor the firewall is asked.',
      hint: 'See who may call ssm:StartSession; where nobody is to, disable the agent.',
    },
  },
  {
    subject: 'ziti-edge-tunnel',
    process: /^ziti-edge-tunne/,
    title: 'What OpenZiti lets in is not known',
    reason: 'ziti-edge-tunnel runs. Whether it leads others to a port of this host its controller says.',
    hint: 'Look with: ziti-edge-tunnel tunnel_status',
  },
]

/** Those that run, each with its first process. */
export const ownDoorsAmong = (processes: readonly Process[]): readonly { readonly door: OwnDoor; readonly process: Process }[] =>
  ownDoors.flatMap((door) => {
    const process = processes.find(({ name }) => door.process.test(name))
    return process ? [{ door, process }] : []
  })
