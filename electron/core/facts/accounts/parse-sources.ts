import type { Account, Accounts } from './accounts.ts'

/** Services of nsswitch.conf(5) that list all they know. nss-systemd(8) does but for memberships, which are asked separately. */
export const LISTING = 'files|compat|db|nis|nisplus|altfiles|extrausers|usrfiles|cache|systemd|mymachines|myhostname'
const LISTS = new RegExp(`^(?:${LISTING})$`)
/** systemd-homed(8) gives its accounts these uids, and their groups to nobody who asks for a list. */
const [HOMED_FIRST, HOMED_LAST] = [60_001, 60_513]

type Sources = Pick<Accounts, 'unlisted' | 'sudoDirectory'>

/**
 * What stands behind `@sources` in section `groups`: who else was asked for accounts, and may hold more than it lists. SSSD lists nobody unless told
 * to (sssd.conf(5), `enumerate`), nor does winbind. A service that is not known counts as one of these.
 */
export function parseSources(text: string, accounts: readonly Account[]): Sources {
  const rows = text.split('\n').map((row, index) => ({ row, line: index + 1 }))
  const start = rows.findLastIndex(({ row }) => row === '@sources')
  if (start < 0) return { unlisted: notAsked, sudoDirectory: notAsked }
  const said = rows.slice(start + 1)
  const unread = said.find(({ row }) => row.startsWith('@unread '))
  if (unread) {
    const reason = `${unread.row.slice(8, 100)} could not be read, so where accounts come from is not known`
    return { unlisted: { reason, line: unread.line }, sudoDirectory: { reason, line: unread.line } }
  }
  const answers = (part: string): boolean => said.some(({ row }) => row === `@answers ${part}`)
  const first = (keywords: RegExp, part: string) =>
    said.flatMap(({ row, line }) => {
      const [, keyword = '', rest = ''] = /^=([a-z_]{1,20}):(.{0,1000})/.exec(row) ?? []
      if (!keywords.test(keyword)) return []
      const services = servicesOf(rest).filter((service) => !LISTS.test(service) && (service !== 'sss' || answers(part)))
      return services.map((service) => ({ service, keyword, line }))
    })[0]
  const membership = said.find(({ row }) => row.startsWith('@membership '))
  const directory = first(/^(?:accounts|group|initgroups)(?:_compat)?$/, 'nss')
  const rules = first(/^sudoers$/, 'sudo')
  const homed = accounts.find(({ uid }) => uid >= HOMED_FIRST && uid <= HOMED_LAST)
  const unlisted = directory
    ? {
        reason: `nsswitch.conf asks ${directory.service} as well, which does not list everybody it knows`,
        service: directory.service,
        line: directory.line,
      }
    : membership
      ? { reason: `${membership.row.slice(12, 112)} puts an account into a group, which no list shows`, line: membership.line }
      : homed && { reason: `${homed.name.slice(0, 40)} is an account of systemd-homed, whose groups no list shows`, line: start + 1 }
  const sudoDirectory = rules && {
    reason: `nsswitch.conf takes rules of sudo from ${rules.service} as well, which was not asked`,
    line: rules.line,
  }
  return { unlisted, sudoDirectory }
}

const notAsked = { reason: 'where accounts and groups come from was not asked', line: 0 }

/** `files [SUCCESS=merge] sss # both`: actions and comments are no services. */
const servicesOf = (text: string): readonly string[] =>
  text
    .replace(/#.*/, '')
    .replace(/\[[^\]]*\]/g, ' ')
    .split(/\s+/)
    .flatMap((word) => (word === '' ? [] : word.slice(0, 40)))
