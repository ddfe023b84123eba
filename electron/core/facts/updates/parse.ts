import { compareDebian } from '../../advisories/versions/debian.ts'
import { compareRpm } from '../../advisories/versions/rpm.ts'
import { type Block, blocksOf } from '../packages/blocks.ts'
import type { InstalledPackage, SecurityArchive, SecurityUpdate, Updates } from './updates.ts'

/** Reads what `collect.ts` prints. A string says why nothing could be read. */
export function parseUpdates(stdout: string): Updates | string {
  const blocks = blocksOf(stdout)
  const manager = blocks.some(({ tag }) => tag === 'dpkg') ? 'dpkg' : blocks.some(({ tag }) => tag === 'rpm') ? 'rpm' : undefined
  if (manager === undefined) {
    return blocks.some(({ tag }) => tag === 'none') ? 'neither dpkg nor rpm is on this host' : 'the package manager gave no answer'
  }
  const counts = blocks.findLast(({ tag }) => tag === 'counts')
  const [, installed = 0, listed = 0, own = 1] =
    /^(\d+) (\d+)(?: (\d+))?$/.exec(counts?.arguments ?? '')?.map((digits) => (digits === undefined ? undefined : Number(digits))) ?? []
  if (counts === undefined || installed === 0) return 'the list of installed packages is empty or was cut short'
  const compare = manager === 'dpkg' ? compareDebian : compareRpm
  const rows = stdout.split('\n').map((raw, index) => ({ fields: raw.split('\t'), line: index + 1 }))
  const { listsMs, listLine, unknown } = manager === 'dpkg' ? aptLists(blocks) : dnfLists(blocks)
  return {
    manager,
    installed,
    packages: rows.flatMap(({ fields, line }) => installedPackage(/^[ih]$/, fields, line)),
    held: rows.flatMap(({ fields, line }) => installedPackage(/^h$/, fields, line)).filter(({ byDistribution }) => byDistribution),
    ...(manager === 'dpkg' && { ...archivesOf(blocks), ...proOf(blocks) }),
    pending: withKernel(newest(rows, 'u', compare), rows),
    rebuiltKernel: rebuiltKernel(blocks, rows),
    ofUnknownStream: newest(rows, 'm', compare),
    unknown: unknown ?? incomparable(rows, compare) ?? unlisted(listed, own),
    listsMs,
    listLine,
  }
}

/** What has no place in the order of versions may be an update. */
function incomparable(rows: readonly Row[], compare: typeof compareDebian): string | undefined {
  const odd = rows.find(
    ({ fields: [kind, , , all = '', available = ''] }) =>
      kind === 'u' && [available, ...all.split(' ')].some((version) => compare(version, version) === undefined),
  )
  return odd && `version ${odd.fields[4]?.slice(0, 60)} of ${odd.fields[1]} cannot be compared with what is installed`
}

/** Of another repository, or of a distribution without such lists, nothing is pending either. */
function unlisted(listed: number, own: number): string | undefined {
  if (listed === 0) return 'the cached lists of the security archive hold no package'
  return own === 0 ? 'none of the cached lists names glibc, systemd or the kernel, so they are not those of the distribution' : undefined
}

const distributions =
  /debian\.(?:org|net)\b|ubuntu\.com\b|\b(?:Red Hat|Fedora|CentOS|Rocky|AlmaLinux|CloudLinux|Oracle America|Oracle Linux|SUSE|openSUSE|Amazon)\b|alioth/i

function installedPackage(wanted: RegExp, fields: readonly string[], line: number): InstalledPackage[] {
  const [kind, name = '', , version = '', vendor = ''] = fields
  if (!wanted.test(kind ?? '') || name === '' || version === '') return []
  const byDistribution =
    !/sury|ppa|~bpo\d|\.gbp[0-9a-f]/.test(version) && (distributions.test(vendor) || /\d(?:ubuntu|[+~]deb\d+u)\d/.test(version))
  return [{ name, version: version.replace(/^0:/, ''), vendor, byDistribution, line }]
}

type Row = { readonly fields: readonly string[]; readonly line: number }

/** Of each package the newest version in the lists, when that is newer than the installed one. A version that cannot be compared stays out. */
function newest(rows: readonly Row[], wanted: 'u' | 'm', compare: typeof compareDebian): SecurityUpdate[] {
  const found = new Map<string, SecurityUpdate>()
  for (const { fields, line } of rows) {
    const [kind, name = '', architecture = '', all = '', available = ''] = fields
    // RPM keeps several kernels side by side: the newest counts.
    const installed = all.split(' ').toSorted((a, b) => -(compare(a, b) ?? 0))[0] ?? ''
    if (kind !== wanted) continue
    const key = `${name} ${architecture}`
    const before = found.get(key)
    if ((compare(available, before?.available ?? installed) ?? 0) > 0) found.set(key, { name, installed, available, line })
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line)
}

/**
 * Each kernel of Debian and Ubuntu is a package of its own. Where the one that depends on the newest is not installed, or is another's, no package of an
 * installed name is newer, and the security archive has a newer kernel of the same series and kind all the same.
 */
function withKernel(pending: readonly SecurityUpdate[], rows: readonly Row[]): readonly SecurityUpdate[] {
  if (pending.some(({ name }) => name.startsWith('linux-image-'))) return pending
  const kernels = rows.filter(({ fields }) => fields[0] === 'k').toSorted((a, b) => -(compareDebian(kernelOf(a), kernelOf(b)) ?? 0))
  const [newest] = kernels
  const installed = kernels.find(({ fields }) => fields[3] !== '')
  if (newest === undefined || installed === undefined || newest.fields[3] !== '') return pending
  const [, name = '', , , available = ''] = newest.fields
  return [...pending, { name, installed: installed.fields[3] ?? '', available, line: newest.line }]
}

const kernelOf = ({ fields }: Row): string => (fields[1] ?? '').replace('linux-image-', '')

/**
 * Which build of a name runs, its banner tells: `#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)`, and `#89-Ubuntu SMP …` of 6.8.0-88.89, the last number
 * of which is the upload.
 */
function rebuiltKernel(blocks: readonly Block[], rows: readonly Row[]): Updates['rebuiltKernel'] {
  const [, release = '', banner = ''] = /^(\S+) (.*)$/.exec(blocks.find(({ tag }) => tag === 'running')?.arguments ?? '') ?? []
  const row = rows.find(({ fields }) => fields[0] === 'k' && fields[1] === `linux-image-${release}` && fields[3] !== '')
  const upload = /^#(\S+)-Ubuntu /.exec(banner)?.[1]
  const running = upload === undefined ? /\bDebian (\S+)/.exec(banner)?.[1] : `${release.replace(/-[a-z][\w-]*$/, '')}.${upload}`
  const installed = row?.fields[3]
  if (row === undefined || running === undefined || installed === undefined) return undefined
  return (compareDebian(installed, running) ?? 0) > 0 ? { running, installed, line: row.line } : undefined
}

interface Lists {
  readonly listsMs?: number
  readonly listLine?: number
  readonly unknown?: string
}

/** Release files of apt: `Date` is when the archive made it. */
function aptLists(blocks: readonly Block[]): Lists {
  const releases = blocks.filter(({ tag }) => tag === 'release')
  if (releases.length === 0) return { unknown: 'no package lists are on this host; apt-get update was never run, or they were deleted' }
  const security = releases.filter(isSecurity)
  const dated = security.flatMap(({ lines }) =>
    lines.flatMap(({ text, line }) => {
      const at = text.startsWith('Date: ') ? Date.parse(text.slice(6)) : Number.NaN
      return Number.isNaN(at) ? [] : [{ at, line }]
    }),
  )
  // The oldest: an archive that is refreshed does not make another one current.
  const oldest = dated.toSorted((a, b) => a.at - b.at)[0]
  if (oldest === undefined) return { unknown: 'no security archive of the distribution is among the cached package lists' }
  const codenames = codenamesOf(blocks)
  if (codenames.length > 0 && !security.some((release) => isOf(release, codenames))) {
    return { unknown: `the cached package lists hold no security archive of ${codenames.join(' or ')}, which this system is` }
  }
  if (security.some(isMadeAnew))
    return {
      unknown:
        'a mirror made the Release file of the security list itself (that of Debian has a Valid-Until, that of Ubuntu the codename of the release alone), so its date says nothing',
    }
  return { listsMs: oldest.at, listLine: oldest.line }
}

const isSecurity = ({ lines }: Block): boolean =>
  lines.some(({ text }) => /^(?:Suite|Codename): .*-security$/.test(text) || text === 'Label: Debian-Security')

/**
 * Debian's own says how long it holds, Ubuntu's has `Codename: noble`. What aptly, reprepro and others make of the same packages has a date and a signature of the
 * mirror's, and for a codename that of the folder, `noble-security`.
 */
const isMadeAnew = ({ lines }: Block): boolean =>
  lines.some(({ text }) => /^(?:Label: Debian-Security|Codename: .*-security)$/.test(text)) &&
  !lines.some(({ text }) => text.startsWith('Valid-Until: '))

const codenamesOf = (blocks: readonly Block[]): readonly string[] => [
  ...new Set(blocks.flatMap(({ tag, arguments: said }) => (tag === 'codename' && /\w/.test(said) ? [said.replace(/\W/g, '')] : []))),
]

function archivesOf(blocks: readonly Block[]): Pick<Updates, 'codenames' | 'securityArchives' | 'otherArchives'> {
  const codenames = codenamesOf(blocks)
  const found = blocks.filter((block) => block.tag === 'release' && isOf(block, codenames))
  const securityArchives = found.filter(isSecurity).map(archiveOf)
  const origins = new Set(securityArchives.map(({ origin }) => origin))
  return {
    codenames,
    securityArchives,
    otherArchives: found
      .filter((block) => !isSecurity(block))
      .map(archiveOf)
      .filter(({ origin, suite }) => origins.has(origin) && !/-(?:backports|proposed)/.test(suite)),
  }
}

/** Lists of ESM are on a host only where it is attached to Ubuntu Pro. */
function proOf(blocks: readonly Block[]): Pick<Updates, 'withoutPro' | 'behindPro'> {
  const has = (origin: string) =>
    blocks.some(({ tag, lines }) => tag === 'release' && lines.some(({ text }) => text === `Origin: ${origin}`))
  const counted = blocks.flatMap(({ tag, arguments: said, line }) =>
    tag === 'esm' ? [{ count: Number(/^\d{1,6}(?= )/.exec(said)?.[0] ?? 0), line }] : [],
  )
  const count = counted.reduce((sum, one) => sum + one.count, 0)
  const withoutPro = has('Ubuntu') && !has('UbuntuESMApps')
  return { withoutPro, ...(count > 0 && { behindPro: { count, line: counted[0]?.line ?? 0 } }) }
}

function archiveOf({ arguments: file, lines }: Block): SecurityArchive {
  const said = (key: string) => lines.find(({ text }) => text.startsWith(`${key}: `))?.text.slice(key.length + 2) ?? ''
  const site = /^([^_:]*)/.exec(file)?.[1] ?? ''
  return { origin: said('Origin'), label: said('Label'), suite: said('Suite'), codename: said('Codename'), site }
}

/** What ESM adds comes beside the security archive of a release, not in its place. */
const isOf = ({ arguments: file, lines }: Block, codenames: readonly string[]): boolean =>
  !lines.some(({ text }) => text.startsWith('Origin: UbuntuESM')) &&
  [file, ...lines.flatMap(({ text }) => /^(?:Suite|Codename): (.+)$/.exec(text)?.[1] ?? [])].some((text) =>
    text.split(/[^A-Za-z0-9]+/).some((word) => codenames.includes(word)),
  )

/** repomd.xml of dnf: its revision is the time at which the repository was made (seconds since the epoch). */
function dnfLists(blocks: readonly Block[]): Lists {
  const wanted = blocks.filter(({ tag }) => tag === 'updateinfo')
  if (wanted.length === 0) return { unknown: 'the cached repositories carry no updateinfo, so security updates cannot be told apart' }
  const read = new Set(blocks.filter(({ tag }) => tag === 'read').map((block) => block.arguments))
  const missing = wanted.find((block) => !read.has(block.arguments))
  if (missing) return { unknown: `${missing.arguments} could not be unpacked` }
  const dated = blocks.flatMap(({ tag, arguments: words, line }) => {
    const [seconds = '', folder = ''] = words.split(' ')
    const used = wanted.some((block) => block.arguments.startsWith(`${folder}/`))
    return tag === 'repomd' && used && /^1\d{9}$/.test(seconds) ? [{ at: Number(seconds) * 1000, line }] : []
  })
  const oldest = dated.toSorted((a, b) => a.at - b.at)[0]
  if (oldest === undefined) return { unknown: 'the age of the cached repositories could not be read' }
  return { listsMs: oldest.at, listLine: oldest.line }
}
