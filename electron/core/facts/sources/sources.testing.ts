import type { Sources } from './sources.ts'

/** Test support: what is known of a host that states no source of anything, and what a test adds. */
export const sources = (more: Partial<Sources> = {}): Sources => ({
  ...{ resolvers: [], resolverFiles: [], packageSources: [], registries: [], proxies: [], unreadable: [], cut: [], kernels: [] },
  automatic: {},
  ...more,
})
