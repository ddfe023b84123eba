import type { InferenceService } from '#shared/model/inference-service.ts'
import type { ModelDirectory, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, citeKind, countOf, incomplete, judgeDirectories, servicesOf } from './model-directories.ts'

export default defineControl({
  id: 'model-files-owned-by-service',
  item: 'INF-6',
  severity: 'high',
  title: 'Model files belong to the inference service or to root',
  rationale:
    'Who owns a file may rewrite it and open it to others. A model that belongs to a person or to another service can be swapped for a poisoned one without anyone else agreeing.',
  needs: ['model-files', 'services'],
  remediation: { template: 'model-ownership' },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-5', 'CIS-8:3.3', 'ISO-27001:A.8.3', 'OWASP-LLM:LLM04'],
  evaluate: ({ 'model-files': files, services }) =>
    judgeDirectories(files, services, (directory) => judge(directory, files, servicesOf(directory, services))),
})

function judge(directory: ModelDirectory, files: ModelFiles, services: readonly InferenceService[]): Verdict[] {
  const subject = directory.path
  if (services.length === 0)
    return [
      {
        status: 'not-applicable',
        subject,
        title: 'No inference server to own the models',
        reason: `No inference server was found on this host, so nothing says who ${directory.path} should belong to.`,
        cite: citeDirectory(directory),
      },
    ]
  const accounts = [...new Set(services.flatMap(({ user }) => user ?? []))]
  const owners = new Set([...accounts, 'root', '0', ...services.flatMap(({ uid }) => (uid === undefined ? [] : [String(uid)]))])
  // The mode and owner of a link mean nothing; its target is judged where it lies.
  const strange = directory.kinds.filter(({ type, owner }) => type !== 'symlink' && !owners.has(owner))
  const names = services.map(({ id }) => id).join(', ')
  if (strange.length > 0 && services.some(({ user, uid }) => user === undefined && uid === undefined))
    return [
      {
        status: 'not-evaluated',
        subject,
        title: 'The account of the service is not known',
        reason: `${amount(countOf(strange), 'entry', 'entries')} belong to ${listOwners(strange)}, and the account of ${names} could not be read.`,
        cite: citeDirectory(directory),
      },
    ]
  if (strange.length > 0) {
    const expected = `Expected ${[...accounts, 'root'].filter((name, index, all) => all.indexOf(name) === index).join(' or ')}.`
    return [
      {
        status: 'fail',
        subject,
        title: `Model files belong to ${short(strange[0]?.owner ?? '')}`,
        reason: `${amount(countOf(strange), 'entry', 'entries')} in ${directory.path} belong to ${listOwners(strange)}. ${expected}`,
        cite: strange.slice(0, 3).flatMap((kind) => citeKind(kind, `Owned by ${kind.owner}. ${expected}`)),
      },
    ]
  }
  if (!directory.complete) return [incomplete(directory, files)]
  return [
    {
      status: 'pass',
      subject,
      title: 'Model files belong to the service or root',
      reason: `All ${amount(countOf(directory.kinds), 'entry', 'entries')} of ${directory.path} belong to ${listOwners(directory.kinds)}.`,
      cite: citeDirectory(directory),
    },
  ]
}

const listOwners = (kinds: readonly { readonly owner: string }[]) => [...new Set(kinds.map(({ owner }) => owner))].join(', ')

const short = (name: string) => (name.length > 20 ? `${name.slice(0, 19)}…` : name)
