import { GatehouseError } from '#shared/errors.ts'
import type { TemplateEntry } from '#shared/model/template-entry.ts'
import { sha256Of } from '../../ledger/record.ts'
import { keyOf, type SignedDecisions, type Verdict } from '../../ledger/signed-decisions.ts'
import type { OwnTemplates } from './own-templates.ts'
import { signerOf } from './template-signatures.ts'
import { type ShippedTemplate, shippedTemplates } from './templates.ts'

/** Every template that this console knows, and which of them may be pushed. */
export interface TemplateShelf {
  list(): { readonly templates: TemplateEntry[]; readonly problems: string[] }
  /** Throws `push.not-possible` for one that is not known. */
  find(id: string): TemplateEntry
  /** Throws also `push.not-approved`. */
  pushable(id: string): ShippedTemplate
  /** Keeps a template of one's own, which is then to be approved. Throws `push.template-invalid`. */
  add(text: string): TemplateEntry
  /** About the very content that was looked at. Throws `push.template-invalid` when it is another one by now. */
  decide(decision: Verdict, id: string, sha256: string, note: string): TemplateEntry
}

/** A template counts by the hash of its content: whoever changes a byte of one that was approved has one that was not. */
export function createTemplateShelf(own: OwnTemplates, decisions: SignedDecisions): TemplateShelf {
  function list(): ReturnType<TemplateShelf['list']> {
    const decided = decisions.all()
    const { templates, problems } = own.list()
    const entry = (origin: TemplateEntry['origin'], { manifest, sha256 }: ShippedTemplate): TemplateEntry => {
      const decision = decided.get(keyOf({ ...manifest, sha256 })) ?? null
      const without = origin === 'shipped' ? 'shipped' : 'pending'
      const state = decision === null ? without : decision.decision === 'approve' ? 'approved' : 'withdrawn'
      const signedBy = origin === 'shipped' ? signerOf({ ...manifest, sha256 }) : null
      return { manifest, sha256, origin, signedBy, state, decision }
    }
    const mine = templates.map((manifest) => ({ manifest, sha256: sha256Of(JSON.stringify(manifest)) }))
    return {
      templates: [...shippedTemplates().map((one) => entry('shipped', one)), ...mine.map((one) => entry('own', one))],
      problems,
    }
  }

  function find(id: string): TemplateEntry {
    const { templates } = list()
    const found = templates.find(({ manifest }) => manifest.id === id)
    if (found) return found
    const known = templates.map(({ manifest }) => manifest.id).join(', ')
    throw new GatehouseError({ code: 'push.not-possible', detail: `no template ${JSON.stringify(id)}; there are ${known}` })
  }

  return {
    list,
    find,
    pushable(id) {
      const { state, manifest, sha256 } = find(id)
      if (state === 'pending' || state === 'withdrawn')
        throw new GatehouseError({
          code: 'push.not-approved',
          detail: `${id} ${manifest.version} is ${state === 'pending' ? 'not approved yet' : 'withdrawn'}`,
        })
      return { manifest, sha256 }
    },
    add(text) {
      const { id } = own.add(
        text,
        shippedTemplates().map(({ manifest }) => manifest.id),
      )
      return find(id)
    },
    decide(decision, id, sha256, note) {
      const found = find(id)
      if (found.sha256 !== sha256)
        throw new GatehouseError({ code: 'push.template-invalid', detail: `${id} is not what was looked at; read it again` })
      decisions.decide(decision, { id, version: found.manifest.version, sha256 }, note)
      return find(id)
    },
  }
}
