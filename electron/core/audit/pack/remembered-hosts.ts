import type { HostAudit } from '#shared/model/audit.ts'

/** About a megabyte each: what a fleet of usual size has, and what an engine can hold. */
const KEPT_HOSTS = 128

/** Goes through hosts many times and reads the first ones only once; beyond them, each is read again whenever it is its turn. */
export function rememberedHosts<K>(keys: readonly K[], read: (key: K) => HostAudit | null): Iterable<HostAudit> {
  const kept = new Map<K, HostAudit | null>()
  return {
    *[Symbol.iterator]() {
      for (const key of keys) {
        const host = kept.has(key) ? (kept.get(key) ?? null) : read(key)
        if (kept.size < KEPT_HOSTS) kept.set(key, host)
        if (host !== null) yield host
      }
    },
  }
}
