import { type Block, type BlockRow, readBlocks } from '../blocks.ts'
import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { readCommand, readNumbered } from '../privileged/read-block.ts'
import type { Access } from './access.ts'
import { collectAccess } from './collect.ts'
import { readShadowGroups } from './gshadow.ts'
import { parseHooks } from './hooks.ts'
import { parseScripts, parseTimed } from './jobs.ts'
import { MAX_ROWS } from './jobs-script.ts'
import { missedKeys, parseLoginKeys } from './login-keys.ts'
import { parseInheriting } from './pam-cap.ts'
import {
  parseAcls,
  parseCron,
  parseKeyLinks,
  parseLastLogins,
  parseMailAddresses,
  parseOpen,
  parsePasswords,
  parsePaths,
  parseWebAccounts,
} from './parse.ts'
import { OLD_FOLDER, parsePolkit } from './polkit.ts'
import { parseDefaults, parsePkexec } from './polkit-actions.ts'
import { readRunRules } from './polkit-run.ts'
import { parseRaised, parseSpecial, parseTrust, type Raised, withoutNosuid } from './trust.ts'
import { parseUnitPrograms } from './unit-programs.ts'

export const accessFact: FactDefinition<'access'> = {
  id: 'access',
  sections: collectAccess,
  read: ({ section }) => {
    const output = section('access')
    const trouble = output.state === 'denied' ? undefined : unusable(output, 'Access')
    if (trouble) return trouble
    const part = <T>(name: string, what: string, parse: (rows: readonly BlockRow[]) => T): FactResult<T> => {
      const printed = readCommand(output, name, what)
      if (!printed.known) return printed
      if (printed.value.rows.length >= MAX_ROWS) return unknown(`${what}: there are more than ${MAX_ROWS} rows`, [output.id])
      return known(parse(printed.value.rows))
    }
    const numbered = (name: string, rows: readonly BlockRow[]) =>
      readNumbered({ rows, exitCode: 0, line: 0 }).filter(({ file }) => isOf(name, file))
    const blocks = readBlocks(output.stdout)
    const rowsOf = (name: string): readonly BlockRow[] => blocks.get(name)?.[0]?.rows ?? []
    const runRules = readRunRules(rowsOf('run-rules'))
    const acls = part('acls', 'Access control lists', parseAcls)
    const marked = rowsOf('acl-marks').flatMap(({ text }) => text || [])
    const passwords = part('shadow', 'State of passwords', parsePasswords)
    const open = part('open', 'Files that others may write', parseOpen)
    const isOldPolkit = open.known && open.value.some(({ path }) => path === OLD_FOLDER)
    const trust = blocks.has('trust') ? parseTrust(rowsOf('trust')) : undefined
    const value: Access = {
      passwords:
        passwords.known && passwords.value.length === 0
          ? unknown('State of passwords: /etc/shadow could not be read', [output.id])
          : passwords,
      shadowGroups: readShadowGroups(readCommand(output, 'shadow', 'State of passwords'), blocks.get('gshadow')?.[0], output.id),
      keys: part('keys', 'Keys of accounts', parseLoginKeys),
      keyLinks: parseKeyLinks([...rowsOf('keys'), ...rowsOf('links')]),
      keysMissed: missedKeys(rowsOf('keys')),
      webAccounts: part('keys', 'Names in password files', parseWebAccounts),
      mailAddresses: parseMailAddresses(rowsOf('keys')),
      open,
      ...(blocks.has('unit-programs') && { unitPrograms: parseUnitPrograms(rowsOf('unit-programs')) }),
      ...(blocks.has('hooks') && { hooks: parseHooks(rowsOf('hooks')) }),
      ...(trust && {
        trust: { ...trust, inheriting: withoutNosuid(parseInheriting(rowsOf('raised')), rowsOf('nosuid')) },
        raised: raisedOf(rowsOf),
      }),
      paths: parsePaths(rowsOf('paths')),
      hostNames: rowsOf('host-names').flatMap(({ text }) => text || []),
      acls: acls.known || !blocks.has('acl-marks') ? acls : aclsByMarks(marked, output.id),
      polkit:
        runRules === undefined
          ? unknown('Rules of polkit: those of /run/polkit-1/rules.d could not be read', [output.id])
          : part('rules', 'Rules of polkit', (rows) =>
              parsePolkit(
                [...numbered('polkit', rows), ...numbered('polkit', rowsOf('trust')), ...runRules],
                isOldPolkit,
                parseDefaults(rowsOf('actions')),
              ),
            ),
      cron: part('rules', 'Jobs of cron', (rows) => parseCron(numbered('cron', rows))),
      timed: timedOf(blocks.get('timed')?.[0], output.id),
      scripts: blocks.has('fetches')
        ? known(parseScripts(rowsOf('scripts'), rowsOf('scripts-unread'), readNumbered({ rows: rowsOf('fetches'), exitCode: 0, line: 0 })))
        : unknown('Scripts of jobs: the host was not asked', [output.id]),
      lingering: rowsOf('lingering').flatMap(({ text, line }) => (text === '' ? [] : [{ account: text, line }])),
      lastLogins: blocks.has('last-logins')
        ? known(parseLastLogins(rowsOf('last-logins')))
        : unknown('Last logins: neither lastlog nor lastlog2 is installed', [output.id]),
    }
    return known(value)
  },
}

/** systemd itself brings timers, so that none means that it did not answer. */
function timedOf(block: Block | undefined, section: string): Access['timed'] {
  if (block === undefined) return unknown('Timers: the host was not asked', [section])
  if (block.words === 'none') return known([])
  const timed = parseTimed(block.rows)
  if (timed.length === 0) return unknown('Timers: systemctl named none', [section])
  return block.rows.length >= MAX_ROWS ? unknown(`Timers: there are more than ${MAX_ROWS} rows`, [section]) : known(timed)
}

/** Of two lists that both looked below /opt, once. */
function raisedOf(rowsOf: (name: string) => readonly BlockRow[]): readonly Raised[] {
  const found = [...parseRaised(rowsOf('raised')), ...rowsOf('keys').flatMap(({ text, line }) => parseSpecial(text, line))]
  const once = new Map(found.map((one) => [`${one.by} ${one.path}`, one]))
  return [...withoutNosuid([...once.values()], rowsOf('nosuid')), ...parsePkexec(rowsOf('actions'))]
}

const isOf = (name: string, file: string): boolean => (name === 'cron') === /^\/(?:etc\/cron|var\/spool\/cron)/.test(file)

/** ls saw no list, or some that nobody could read. */
const aclsByMarks = (marked: readonly string[], section: string): Access['acls'] =>
  marked.length === 0
    ? known([])
    : unknown(`Access control lists: ${marked.slice(0, 3).join(', ').slice(0, 200)} has one, and getfacl is not installed`, [section])
