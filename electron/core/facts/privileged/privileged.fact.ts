import type { Accounts } from '../accounts/accounts.ts'
import { readBlocks } from '../blocks.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { parsePathEntry } from '../path-entry.ts'
import { collectPrivileged, guardedFolders, MAX_FILES } from './collect.ts'
import { parseGuardedFiles, parseLoaded, parseWatches } from './parse.ts'
import { parseSudoers } from './parse-sudoers.ts'
import type { Sudoers } from './privileged.ts'
import { readCommand, readNumbered } from './read-block.ts'
import { parseMatches, unreadFiles } from './sshd-files.ts'

/** A directory may give rules that stand in no file (sudoers.ldap(5), sssd-sudo(5)), and so may a plugin. */
const withOthers = (sudoers: Sudoers, accounts: FactResult<Accounts>, plugins: readonly string[]): Sudoers => {
  const more = [accounts.known ? accounts.value.sudoDirectory?.reason : undefined, otherPlugin(plugins)].filter(Boolean)
  return more.length === 0 ? sudoers : { ...sudoers, incomplete: [sudoers.incomplete, ...more].filter(Boolean).join('; ') }
}

/** Words behind `Plugin` of sudo.conf(5), as sudo itself and distributions have them: who owns the file of rules and how errors in it are taken changes no rule. */
const OWN_PLUGIN =
  /^sudoers_(?:policy|io|audit)\s+(?:\/usr\/(?:lib(?:64|exec)?|local\/libexec)\/(?:[\w-]+\/)?sudo\/)?sudoers\.so(?:\s+(?:sudoers_(?:uid|gid|mode)|error_recovery)=\S+)*$/

function otherPlugin(plugins: readonly string[]): string | undefined {
  const other = plugins.map((words) => words.replace(/#.*/, '').trim()).find((words) => !OWN_PLUGIN.test(words))
  if (other === '') return '/etc/sudo.conf could not be read, so which rules sudo goes by is not known'
  return other && `/etc/sudo.conf has sudo ask ${other.slice(0, 100)}, which was not followed`
}

export const sudoersFact: FactDefinition<'sudoers'> = {
  id: 'sudoers',
  sections: collectPrivileged,
  read: ({ section, fact }) => {
    const accounts = fact('accounts')
    const printed = readCommand(section('privileged'), 'sudoers', 'Rules of sudo')
    if (!printed.known) return printed
    const lines = readNumbered(printed.value)
    const rows = readBlocks(section('privileged').stdout).get('sudo-paths')?.[0]?.rows ?? []
    const paths = rows.flatMap(({ text, line }) => parsePathEntry(text, line) ?? [])
    const sudoRs = readBlocks(section('privileged').stdout).get('sudo-rs')?.[0]
    const plugins = (readBlocks(section('privileged').stdout).get('sudo-plugin') ?? []).map(({ words }) => words)
    if (sudoRs?.words === '0')
      return unknown('Rules of sudo: sudo-rs reads /etc/sudoers-rs on this host, which is not followed', ['privileged'])
    if (lines.length > 0) return known(withOthers({ ...parseSudoers(lines, sudoRs !== undefined), paths }, accounts, plugins))
    // grep ends with 2 when the files do not exist: then nobody may use sudo.
    const absent = printed.value.rows.some(({ text }) => /\/etc\/sudoers: No such file/.test(text))
    return absent
      ? known(withOthers({ rules: [], grants: [], defaults: [], asksForRoot: false }, accounts, plugins))
      : unknown('Rules of sudo: /etc/sudoers could not be read', ['privileged'])
  },
}

/** augenrules(8) takes `rules.d/*.rules`, as a shell does: nothing hidden, no folders below, no copies by another name. */
const isMerged = (file: string): boolean => /^\/etc\/audit\/rules\.d\/[^./][^/]*\.rules$/.test(file)

export const auditRulesFact: FactDefinition<'audit-rules'> = {
  id: 'audit-rules',
  sections: collectPrivileged,
  read: ({ section }) => {
    const output = section('privileged')
    const written = readCommand(output, 'audit-written', 'Audit rules')
    const loaded = readCommand(output, 'audit-loaded', 'Audit rules')
    // Without auditctl there is no audit in the kernel's rules that anybody could have loaded.
    if (!loaded.known && /not installed/.test(loaded.reason))
      return known({ loaded: [], excluded: [], enabled: false, loadedLine: 0, written: [] })
    if (!loaded.known) return loaded
    const state = readCommand(output, 'audit-state', 'Audit state')
    const stated = (name: string) =>
      state.known ? state.value.rows.flatMap(({ text }) => new RegExp(`^${name} (\\d{1,10})$`).exec(text)?.[1] ?? [])[0] : undefined
    const [enabled, pid] = [stated('enabled'), stated('pid')]
    const files = written.known ? readNumbered(written.value) : []
    const { watches, excluded, hushed } = parseLoaded(loaded.value.rows, files)
    return known({
      loaded: loaded.value.exitCode === 0 ? watches : undefined,
      excluded,
      hushed,
      enabled: enabled === undefined ? undefined : enabled !== '0',
      locked: enabled === '2',
      taken: pid === undefined ? undefined : pid !== '0',
      loadedLine: loaded.value.line,
      written: parseWatches(files.filter(({ file }) => isMerged(file))).watches,
    })
  },
}

export const sshdMatchesFact: FactDefinition<'sshd-matches'> = {
  id: 'sshd-matches',
  sections: collectPrivileged,
  read: ({ section }) => {
    const printed = readCommand(section('privileged'), 'sshd-config', 'Files of the SSH server')
    if (!printed.known) return printed
    const lines = readNumbered(printed.value)
    return lines.length > 0
      ? known(parseMatches(lines, unreadFiles(printed.value.rows)))
      : unknown('Files of the SSH server: sshd_config could not be read', ['privileged'])
  },
}

export const guardedFilesFact: FactDefinition<'guarded-files'> = {
  id: 'guarded-files',
  sections: collectPrivileged,
  read: ({ section }) => {
    const printed = readCommand(section('privileged'), 'files', 'Key and log folders')
    if (!printed.known) return printed
    if (printed.value.rows.length >= MAX_FILES) return unknown('Key and log folders: there are too many files', ['privileged'])
    return known({ files: parseGuardedFiles(printed.value.rows), folders: guardedFolders })
  },
}
