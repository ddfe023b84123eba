/**
 * Facts that say what is worth asking over the network (`core/wire`), in the order of the registry. Their sections begin first: those answers take several
 * round trips, and an audit that learns late what to ask for ends with waiting for them.
 */
export const factsForQuestions = [
  'system',
  'network',
  'accounts',
  'listeners',
  'processes',
  'units',
  'containers',
  'services',
  'programs',
  'nginx',
  'caddy',
] as const
