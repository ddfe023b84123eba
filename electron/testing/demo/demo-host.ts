/** The jump host, as the simulated hosts see it. */
export const JUMP_ADDRESS = '10.20.0.10'

/**
 * A simulated GPU server: enough of a machine that every probe section has an answer that follows from it.
 * It runs no shell. That the probe's script works on real shells is proven in the lab.
 */
export interface DemoHost {
  readonly name: string
  readonly address: string
  readonly os: { readonly id: string; readonly version: string; readonly pretty: string }
  readonly kernel: string
  readonly account: { readonly name: string; readonly uid: number }
  /** May the audit account run the exact commands of the sudoers drop-in? */
  readonly sudo: boolean
  readonly accounts: readonly DemoAccount[]
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[]
  readonly listeners: readonly DemoListener[]
  readonly processes: readonly DemoProcess[]
  readonly units: readonly DemoUnit[]
  readonly containers: readonly DemoContainer[]
  /** Files that the sections read or list, by absolute path. */
  readonly files: ReadonlyMap<string, DemoFile>
  /** Version, when nginx is installed. Its configuration is what the files below /etc/nginx say. */
  readonly nginx?: { readonly version: string; readonly running: boolean }
  /** The configuration of a Caddy that runs, as its admin endpoint prints it. */
  /** What each Caddy runs, in the order of their processes. */
  readonly caddies?: readonly object[]
  readonly firewall: DemoFirewall
  /** Ports that the packet filter closes to the jump host without a word: it gets no answer there. */
  readonly closedToJump?: readonly number[]
  /** Lines of `sshd -T`. */
  readonly sshd: readonly string[]
  readonly system: DemoSystem
  readonly addresses: readonly { readonly interface: string; readonly address: string; readonly prefixLength: number }[]
  readonly gateway?: string
  /** The one that its configuration names, where that is another. */
  readonly gatewayAtStart?: string
  readonly gpus: readonly DemoGpu[]
  /** What AMD's driver says of its cards and of the processes on them, in the lines of section `gpu-health`. */
  readonly amdCards?: string
  readonly software: DemoSoftware
  /** What the fleet file says of it. */
  readonly airGapped?: boolean
  readonly modelPaths?: readonly string[]
  /** It is a jump host, which the fleet file has with `audit: true`. */
  readonly jumpHost?: boolean
  /** Options of the audit account's key; bound to the jump host when left out. */
  readonly auditKeyOptions?: string
  /** Lines of authorized_keys. */
  readonly keys?: readonly { readonly account: string; readonly text: string }[]
  /** Rules of sudo beside those of `system`. */
  readonly sudoRules?: readonly string[]
  readonly logins?: readonly { readonly account: string; readonly daysAgo: number }[]
  /** Lines of /etc/pam.d/sshd. */
  readonly pam?: readonly string[]
  /** It has picklescan, which finds these imports, by file. */
  readonly picklescan?: Readonly<Record<string, readonly string[]>>
  /** Seconds that its clock is ahead of ours. */
  readonly clockSkewSeconds?: number
  /** What goes wrong on purpose. */
  readonly fault?: DemoFault
}

/** Options with the blank behind them. */
export const auditKeyOptions = (host: DemoHost): string => host.auditKeyOptions ?? 'from="10.20.0.10",restrict '

/** Faults of the protocol and of the answer, for tests. */
export type DemoFault =
  | 'hang-handshake'
  | 'hang-authentication'
  | 'hang-exec'
  | 'refuse-exec'
  | 'drop-mid-probe'
  | 'flood'
  | 'forged-frames'
  | 'hostile-text'
  | 'greeting'
  | 'no-shell'
  | 'hang-section'

export interface DemoAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  /** Locked when left out. */
  readonly password?: 'usable'
}

export interface DemoListener {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly process: string
  readonly pid: number
}

export interface DemoProcess {
  readonly pid: number
  readonly ppid: number
  readonly user: string
  readonly uid: number
  readonly name: string
  readonly argv: readonly string[]
  readonly cgroup: string
}

export interface DemoUnit {
  readonly id: string
  /** As `systemctl show` prints them. */
  readonly properties: Readonly<Record<string, string>>
  /** The last and the weightiest rows of `systemd-analyze security`. */
  readonly security?: readonly string[]
}

export interface DemoContainer {
  readonly name: string
  readonly image: string
  readonly id: string
  readonly ports: readonly { readonly hostAddress: string; readonly hostPort: number; readonly containerPort: number }[]
  readonly user: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly mounts: readonly { readonly source: string; readonly destination: string }[]
  /** 0: it is stopped. */
  readonly pid: number
}

export interface DemoFile {
  readonly type: 'directory' | 'file' | 'symlink'
  readonly owner: string
  readonly group: string
  readonly mode: number
  readonly size: number
  readonly content?: string
  /** First bytes of a model file; zeros follow up to its size. */
  readonly head?: Buffer
  /** An ACL lets the audit account read it. */
  readonly acl?: boolean
  readonly target?: string
}

export interface DemoFirewall {
  readonly nft: string
  readonly iptables: string
  readonly ip6tables: string
}

export interface DemoSoftware {
  /** Answers of engines on 127.0.0.1 that state a version. */
  readonly endpoints?: readonly { readonly engine: string; readonly port: number; readonly path: string; readonly answer: string }[]
  /** Folder of Python packages, and what it holds as `name-version`. */
  readonly python?: { readonly folder: string; readonly packages: readonly string[] }
  /** Packages of the host: name, version, maintainer. */
  readonly packages: readonly (readonly [string, string, string])[]
  /** Newer versions in the security archive: name, installed, available. */
  readonly updates: readonly (readonly [string, string, string])[]
  /** Age of the security lists. */
  readonly listsAgeDays: number
  readonly automaticUpdates: boolean
  /** Beside the running one. */
  readonly otherKernels?: readonly string[]
  readonly resolvers: readonly string[]
  readonly packageSources: readonly string[]
}

export interface DemoGpu {
  readonly name: string
  readonly uuid: string
  readonly driver: string
  readonly memoryTotalMiB: number
  readonly memoryUsedMiB: number
  readonly utilizationPercent: number
  readonly temperatureC: number
  readonly powerDrawW: number
  readonly powerLimitW: number
}

export const directory = (owner: string, mode: number, group = owner): DemoFile => ({ type: 'directory', owner, group, mode, size: 4096 })

export const file = (owner: string, mode: number, size: number, group = owner): DemoFile => ({ type: 'file', owner, group, mode, size })

export const text = (content: string, mode = 0o644): DemoFile => ({
  type: 'file',
  owner: 'root',
  group: 'root',
  mode,
  size: content.length,
  content,
})

/** Settings of the operating system, as sections `os` and `privileged` show them. */
export interface DemoSystem {
  /** By path below /proc/sys. */
  readonly sysctl: Readonly<Record<string, string>>
  /** `auditd.service loaded active enabled`. */
  readonly services: readonly string[]
  readonly swap?: { readonly path: string; readonly kind: 'partition' | 'file'; readonly source: string; readonly chain: readonly string[] }
  /** What model directories lie on; the chain is of lsblk, `data crypt`. */
  readonly storage: { readonly fileSystem: string; readonly source: string; readonly mountedOn: string; readonly chain: readonly string[] }
  readonly clockSynchronised: boolean
  readonly persistentJournal: boolean
  /** Lockdown and signatures of modules, as Secure Boot brings them. */
  readonly lockedDown: boolean
  /** What logrotate does with the logs below /var/log/nginx, one setting a line. */
  readonly logrotate: readonly string[]
  readonly coredumps: 'none' | 'external'
  /** Mode of /dev/nvidia*, and the group that owns them. */
  readonly deviceMode: number
  readonly deviceGroup: string
  /** Lines of rsyslog that send away. */
  readonly forwarding: readonly string[]
  /** Lines of `auditctl -l`; undefined without auditd. */
  readonly auditRules?: readonly string[]
  readonly sudoers: readonly string[]
}
