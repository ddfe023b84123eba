import type { Attachment, StepRecord, Walkthrough } from '#shared/model/walkthrough.ts'
import type { AttachmentStore } from '../walkthrough/attachments.ts'
import { safeName } from './evidence-path.ts'
import type { PackFile } from './pack-file.ts'

/** What was recorded with the auditor, and the files that were attached: each by its digest, so that two of one name are two. */
export function walkthroughFiles(
  walkthrough: Walkthrough | null,
  records: readonly StepRecord[],
  attachments: Pick<AttachmentStore, 'read'>,
): PackFile[] {
  if (walkthrough === null) return []
  const { id, startedAt, startedBy, auditor, closedAt } = walkthrough
  const attached = new Map(records.flatMap((record) => record.attachments.map((one) => [attachmentPath(one), one] as const)))
  const text = `${JSON.stringify({ id, startedAt, startedBy, auditor, closedAt, records }, null, 2)}\n`
  return [
    { path: 'decisions/walkthrough.json', pieces: [text] },
    ...[...attached].map(([path, one]) => ({ path, pieces: attachments.read(one) })),
  ]
}

const attachmentPath = ({ sha256, name }: Attachment): string => `attachments/${sha256.slice(0, 16)}-${safeName(name).slice(-100)}`
