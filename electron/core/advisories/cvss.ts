import cvss from 'ae-cvss-calculator'

/**
 * Base score of a CVSS 3.0, 3.1 or 4.0 vector (FIRST's specifications). Temporal, threat and environmental metrics do not count: nobody stated them for
 * this host. Undefined when a base metric is missing or unknown.
 */
export function cvssBaseScore(version: 3 | 4, vector: string): number | undefined {
  if (!prefixes[version].test(vector)) return undefined
  const read = cvss.fromVector(vector)
  if (read instanceof cvss.Cvss4P0) return read.isBaseFullyDefined() ? read.calculateScores().baseMetricsOnly : undefined
  if (read instanceof cvss.Cvss3P1 || read instanceof cvss.Cvss3P0)
    return read.isBaseFullyDefined() ? read.calculateScores().base : undefined
  return undefined
}

const prefixes = { 3: /^CVSS:3\.[01]\//, 4: /^CVSS:4\.0\// }
