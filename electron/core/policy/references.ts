/**
 * What a control refers to: `NIST-800-53:SC-7(5)`, `CIS-8:4.4`, `ISO-27001:A.8.20`, `OWASP-LLM:LLM03`, or the page of a vendor or a standard.
 * Numbers are checked against what each framework really has, so that a report never names a rule that does not exist.
 */
export interface Framework {
  readonly name: string
  readonly has: (id: string) => boolean
}

/** Last control of each family of NIST SP 800-53 Rev. 5 (catalogue of usnistgov/oscal-content), and those that were withdrawn. */
const nistFamilies: Readonly<Record<string, number>> = {
  ...{ AC: 25, AT: 6, AU: 16, CA: 9, CM: 14, CP: 13, IA: 12, IR: 9, MA: 7, MP: 8, PE: 23, PL: 11, PM: 32, PS: 9, PT: 8, RA: 10 },
  ...{ SA: 23, SC: 51, SI: 23, SR: 12 },
}
const nistWithdrawn: ReadonlySet<string> = new Set([
  ...['AC-13', 'AC-15', 'AT-5', 'AU-15', 'CA-4', 'CP-5', 'PE-7', 'PL-3', 'PL-5', 'PL-6', 'RA-4', 'SA-6', 'SA-7', 'SA-12', 'SA-13', 'SA-14'],
  ...['SA-18', 'SA-19', 'SC-9', 'SC-14', 'SC-19', 'SC-33', 'SI-9'],
])

/** Safeguards of each of the 18 CIS controls, version 8: 153 in all. */
const cisSafeguards = [5, 7, 14, 12, 6, 8, 7, 12, 7, 7, 5, 8, 11, 9, 7, 14, 9, 5]

/** Controls of Annex A, ISO/IEC 27001:2022: 93 in all. */
const isoControls: Readonly<Record<string, number>> = { '5': 37, '6': 8, '7': 14, '8': 34 }

const between = (value: number, last: number | undefined): boolean => last !== undefined && value >= 1 && value <= last

/** In the order in which people look for them. */
const frameworks: Readonly<Record<string, Framework>> = {
  'NIST-800-53': {
    name: 'NIST SP 800-53 Rev. 5',
    has: (id) => {
      const [, control = '', family = '', number = ''] = /^(([A-Z]{2})-(\d{1,2}))(?:\(\d{1,2}\))?$/.exec(id) ?? []
      return between(Number(number), nistFamilies[family]) && !nistWithdrawn.has(control)
    },
  },
  'CIS-8': {
    name: 'CIS Controls v8',
    has: (id) => {
      const [, control = '', safeguard = ''] = /^(\d{1,2})\.(\d{1,2})$/.exec(id) ?? []
      return between(Number(safeguard), cisSafeguards[Number(control) - 1])
    },
  },
  'ISO-27001': {
    name: 'ISO/IEC 27001:2022, Annex A',
    has: (id) => {
      const [, theme = '', number = ''] = /^A\.([5-8])\.(\d{1,2})$/.exec(id) ?? []
      return between(Number(number), isoControls[theme])
    },
  },
  // The 2026 edition numbers its entries anew: these are those of 2025.
  'OWASP-LLM': { name: 'OWASP Top 10 for LLM Applications 2025', has: (id) => /^LLM(?:0[1-9]|10)$/.test(id) },
}

export interface Reference {
  /** Name of the framework; null for a page. */
  readonly framework: string | null
  readonly id: string
}

/** Reads one reference; undefined when it names nothing that exists. */
export function parseReference(text: string): Reference | undefined {
  if (/^https:\/\/[a-z0-9.-]+\.[a-z]{2,}(?:\/\S*)?$/.test(text)) return { framework: null, id: text }
  const [, prefix = '', id = ''] = /^([A-Z0-9-]+):(\S+)$/.exec(text) ?? []
  const framework = Object.hasOwn(frameworks, prefix) ? frameworks[prefix] : undefined
  return framework?.has(id) ? { framework: framework.name, id } : undefined
}
