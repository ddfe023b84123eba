import type { PackageSource, Sources } from '../../../facts/sources/sources.ts'
import type { Verdict } from '../../control.ts'
import { unreadSources } from './unread-sources.ts'

const title = 'Packages are installed without a signature'
const hint =
  'Give the source a key (signed-by= of apt, gpgkey= with gpgcheck=1 of dnf and zypper). Where packages have none, use https, and take out what leaves its certificate unchecked (trusted-host of pip, strict-ssl=false of npm, ssl_verify: false of conda).'

/** Files of apt, dnf and zypper that name sources, or say what is taken from them. */
const ofPackages = /^(?:\/usr)?\/(?:etc|share)\/(?:apt\/(?:apt\.conf|sources\.list)|dnf|yum|zypp\/|distro\.repos\.d\/)/

const onThisHost = /^(?:(?:file|copy|cdrom|media|hd|dir|iso):|\/|https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$))/

/** Sources of which packages are installed without anyone’s signature. What lies on this host is left out: nobody stands between. */
export function unsigned(sources: Sources): readonly Verdict[] {
  const { packageSources, aptUnsigned } = sources
  const byFile = new Map<string, PackageSource[]>()
  for (const source of packageSources)
    if (source.unsigned && !onThisHost.test(source.url)) byFile.set(source.file, [...(byFile.get(source.file) ?? []), source])
  const unread = unreadSources(sources, (file) => ofPackages.test(file))
  return [
    ...(unread
      ? [
          {
            ...({ status: 'not-evaluated', subject: 'unread', title: 'Package sources could not all be read' } as const),
            reason: `${unread}: whether what comes from there is signed is not known.`,
            cite: [],
          },
        ]
      : []),
    ...(aptUnsigned
      ? [
          {
            ...({ status: 'fail', subject: 'apt.conf', title, hint } as const),
            reason:
              'apt takes lists that nobody signed (AllowInsecureRepositories) and installs from them without asking (AllowUnauthenticated): whoever stands between this host and a mirror installs programs as root.',
            cite: [{ section: 'software', line: aptUnsigned.line, note: 'Expected no such setting.' }],
          },
        ]
      : []),
    ...[...byFile].map(([file, sources]): Verdict => {
      const plain = sources.filter(({ url, unsigned }) => unsigned?.unverified || !/^(?:[a-z0-9]+\+)?https:/.test(url))
      const [first] = plain.length > 0 ? plain : sources
      return {
        ...{ status: plain.length > 0 ? 'fail' : 'warning', subject: file, title, hint },
        reason: `What ${first?.url} gives is installed without a signature: ${plain.length > 0 ? 'whoever stands between, or has the mirror, puts programs of his own there' : 'whoever has the mirror puts programs of his own there, only its certificate is checked'}.`,
        cite: sources.slice(0, 8).map(({ unsigned, line }) => ({
          section: 'software',
          line: unsigned?.line ?? line,
          note: 'Nothing is checked here. Expected a signature.',
        })),
      }
    }),
  ]
}
