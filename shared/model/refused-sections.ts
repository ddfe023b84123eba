import type { HostAudit, SectionRecord } from './audit.ts'

/** Sections that sudo refused. They alone carry the line that would allow them. Free of schemas, so that the window can use it. */
export const refusedSections = (audit: Pick<HostAudit, 'sections'> | undefined): readonly SectionRecord[] =>
  audit?.sections.filter((section) => section.sudoers !== undefined || section.state === 'denied') ?? []
