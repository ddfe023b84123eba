import { DAY_MS } from '#shared/day.ts'
import { type Answering, lines } from '../answer.ts'

const block = (head: string, all: readonly string[]): readonly string[] => [`@${head}`, ...all.map((line) => `=${line}`)]

export const software: Answering = (host) => {
  const { gpus, kernel, software: has } = host
  const [gpu] = gpus
  return lines([
    ...(gpu
      ? block('driver', [
          `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  ${gpu.driver}  Release Build  (dvs-builder@U22-I3-AE18-23-3)`,
        ])
      : []),
    ...(has.python
      ? block(
          `python ${has.python.folder}`,
          has.python.packages.map((one) => `${one}.dist-info`),
        )
      : []),
    ...block(
      'resolver /etc/resolv.conf',
      has.resolvers.map((address) => `nameserver ${address}`),
    ),
    ...(has.resolvers.includes('127.0.0.53') ? block('resolver /run/systemd/resolve/resolv.conf', ['nameserver 10.20.0.53']) : []),
    ...block('apt-sources /etc/apt/sources.list', has.packageSources),
    ...block('apt-config', has.automaticUpdates ? automatic(host.os.id) : []),
    ...block(
      'kernels',
      [kernel, ...(has.otherKernels ?? [])].map((release) => `vmlinuz-${release}`),
    ),
    '@end',
  ])
}

const automatic = (osId: string): readonly string[] => [
  'APT::Periodic::Update-Package-Lists "1";',
  'APT::Periodic::Unattended-Upgrade "1";',
  osId === 'debian'
    ? `Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security";`
    : `Unattended-Upgrade::Allowed-Origins:: "\${distro_id}:\${distro_codename}-security";`,
]

export const updates: Answering = ({ os, software: has }) => {
  const archive =
    os.id === 'debian' ? 'security.debian.org_debian-security_dists_bookworm-security' : 'security.ubuntu.com_ubuntu_dists_noble-security'
  const [codename, ...said] =
    os.id === 'debian'
      ? ['bookworm', 'Origin: Debian', 'Label: Debian-Security', 'Suite: oldstable-security', 'Codename: bookworm-security']
      : ['noble', 'Origin: Ubuntu', 'Label: Ubuntu', 'Suite: noble-security', 'Codename: noble']
  const [made, until] = [0, 7].map((days) => new Date(Date.now() + (days - has.listsAgeDays) * DAY_MS).toUTCString().replace('GMT', 'UTC'))
  return lines([
    '@dpkg',
    `@codename ${codename}`,
    ...block(`release ${archive}_InRelease`, [...said, `Date: ${made}`, ...(os.id === 'debian' ? [`Valid-Until: ${until}`] : [])]),
    '@packages',
    ...has.packages.map(([name, version, vendor]) => ['i', name, 'amd64', version, vendor].join('\t')),
    ...has.updates.map(([name, installed, available]) => ['u', name, 'amd64', installed, available].join('\t')),
    '@counts 612 2874',
  ])
}
