import shipped from '#assets/advisories/advisories.json' with { type: 'json' }
import { type AdvisorySet, advisorySetSchema } from '#shared/model/advisory.ts'
import { type AdvisoryBook, createAdvisoryBook } from './advisory-book.ts'

let parsed: AdvisorySet | undefined
let book: AdvisoryBook | undefined

/** The records of this release. Bundled into the app, read from the folder of assets by plain Node; the same for both. */
export function shippedAdvisories(): AdvisorySet {
  parsed ??= advisorySetSchema.parse(shipped)
  return parsed
}

/** The book of these records alone. */
export function shippedBook(): AdvisoryBook {
  const { records, published } = shippedAdvisories()
  book ??= createAdvisoryBook(records, [{ kind: 'shipped', publishedMs: Date.parse(published) }])
  return book
}
