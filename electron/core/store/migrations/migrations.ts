import { sql as audits } from './0001-audits.ts'
import { sql as decisions } from './0002-decisions.ts'
import { sql as briefs } from './0003-briefs.ts'
import { sql as models } from './0004-models.ts'
import { sql as modelScans } from './0005-model-scans.ts'
import { sql as registrations } from './0006-registrations.ts'
import { sql as auditTrend } from './0007-audit-trend.ts'
import { sql as walkthroughs } from './0008-walkthroughs.ts'
import { sql as accessReviews } from './0009-access-reviews.ts'
import { sql as quarantine } from './0010-quarantine.ts'
import { sql as reviewedAccess } from './0011-reviewed-access.ts'
import { sql as reviewCover } from './0012-review-cover.ts'
import { sql as reviewedKind } from './0013-reviewed-kind.ts'

/** In order; a database at version n has seen the first n. Append only. */
export const migrations: readonly string[] = [
  audits,
  decisions,
  briefs,
  models,
  modelScans,
  registrations,
  auditTrend,
  walkthroughs,
  accessReviews,
  quarantine,
  reviewedAccess,
  reviewCover,
  reviewedKind,
]
