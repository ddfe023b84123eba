import type { InferenceService } from '#shared/model/inference-service.ts'
import { octal } from '#shared/words.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { ModelDirectory, ModelFileKind, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, citeKind, countOf, incomplete, judgeDirectories, servicesOf } from './model-directories.ts'

const GROUP_WRITE = 0o020

export default defineControl({
  id: 'model-directory-not-writable-by-others',
  item: 'INF-6',
  severity: 'medium',
  title: 'No account but the service can write models through a group',
  rationale:
    "A member of a group that may write can swap a model without sudo and without a trace in the service's log. The Ollama installer puts the person who ran it into the group of the service.",
  needs: ['model-files', 'services'],
  uses: ['accounts'],
  remediation: { template: 'model-ownership' },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-5', 'CIS-8:3.3', 'ISO-27001:A.8.3'],
  evaluate: ({ 'model-files': files, services, accounts }) =>
    judgeDirectories(files, services, (directory) => judge(directory, files, servicesOf(directory, services), accounts)),
})

function judge(
  directory: ModelDirectory,
  files: ModelFiles,
  services: readonly InferenceService[],
  accounts: FactResult<Accounts>,
): Verdict[] {
  const subject = directory.path
  const writable = directory.kinds.filter(({ type, mode }) => type !== 'symlink' && (mode & GROUP_WRITE) !== 0)
  const groups = [...new Set(writable.map(({ group }) => group))].filter((group) => group !== 'root' && group !== '0')
  if (groups.length > 0 && !accounts.known)
    return [
      {
        status: 'not-evaluated',
        subject,
        title: 'Who may write through a group is not known',
        reason: `Group ${groups.join(', ')} may write in ${directory.path}, and its members could not be read. ${accounts.reason}.`,
        cite: citeDirectory(directory),
      },
    ]
  const trusted = new Set(['root', ...services.flatMap(({ user }) => user ?? [])])
  const found = accounts.known
    ? groups.map((group) => membersOf(group, accounts.value)).filter((each) => each.names.some((name) => !trusted.has(name)))
    : []
  if (found.length > 0) {
    const names = [...new Set(found.flatMap((each) => each.names))].filter((name) => !trusted.has(name))
    const offending = writable.filter(({ group }) => found.some((each) => each.group === group))
    return [
      {
        status: 'fail',
        subject,
        title: names.length === 1 ? `${short(names[0] ?? '')} can change models` : `${names.length} accounts can change models`,
        reason: `${amount(countOf(offending), 'entry', 'entries')} in ${directory.path} can be written by group ${found.map((each) => each.group).join(', ')}, of which ${listed(names)} ${names.length === 1 ? 'is' : 'are'} a member besides the service.`,
        cite: [...offending.slice(0, 2).flatMap((kind) => citeKind(kind, noteFor(kind))), ...found.flatMap((each) => each.cite)],
      },
    ]
  }
  const unlisted = accounts.known ? accounts.value.unlisted : undefined
  const shared = accounts.known && unlisted ? groups.filter((group) => membersOf(group, accounts.value).names.length === 0) : []
  if (unlisted && shared.length > 0)
    return [
      {
        ...{ status: 'not-evaluated', subject, title: 'Who may write through a group is not known' },
        reason: `Group ${shared.join(', ')} may write in ${directory.path}. No member of it is listed, but ${unlisted.reason}.`,
        cite: [...citeDirectory(directory), { section: 'groups', line: unlisted.line }],
      },
    ]
  if (!directory.complete) return [incomplete(directory, files)]
  return [
    {
      status: 'pass',
      subject,
      title: 'No one else can write models by group',
      reason:
        groups.length === 0
          ? `Nothing in ${directory.path} can be written through a group.`
          : `Group ${groups.join(', ')} may write in ${directory.path}, and has no member besides the service.`,
      cite: citeDirectory(directory),
    },
  ]
}

const noteFor = (kind: ModelFileKind) => `Mode ${octal(kind.mode)}, group ${kind.group}. Expected no write for the group.`

/** Supplementary members, and the accounts whose primary group it is. */
function membersOf(name: string, { accounts, groups }: Accounts): { group: string; names: string[]; cite: Citation[] } {
  const group = groups.find((each) => each.name === name || String(each.gid) === name)
  const primary = accounts.filter(({ gid }) => gid === (group?.gid ?? Number.NaN))
  return {
    group: name,
    names: [...new Set([...(group?.members ?? []), ...primary.map((account) => account.name)])],
    cite:
      group && group.members.length > 0
        ? [{ section: 'groups', line: group.line }]
        : primary.slice(0, 2).map(({ line }) => ({ section: 'accounts', line })),
  }
}

const listed = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

const short = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name)
