interface Section {
  readonly state: string
  readonly sudoers?: string | undefined
}

/** Sections that sudo refused. They alone carry the line that would allow them. Free of schemas, so that the window can use it. */
export const refusedSections = <S extends Section>(audit: { readonly sections: readonly S[] } | undefined): readonly S[] =>
  audit?.sections.filter((section) => section.sudoers !== undefined || section.state === 'denied') ?? []
