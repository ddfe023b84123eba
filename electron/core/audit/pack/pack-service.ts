import { createPublicKey } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { AuditResults } from '#shared/model/audit.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { catalogueOf } from '../../policy/catalogue.ts'
import type { AnyControl } from '../../policy/control.ts'
import type { Decisions } from '../../policy/decisions.ts'
import type { Clock } from '../../ports.ts'
import type { ConsoleKey } from '../../signing/console-key.ts'
import type { AuditRepo } from '../../store/audit.repo.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { keyDigestOf } from './key-digest.ts'
import { OSCAL_VERSION } from './oscal/common.ts'
import type { PackFile } from './pack-file.ts'
import { type PackSources, packFiles } from './pack-files.ts'
import { verifyGuide } from './verify-guide.ts'
import { type WrittenPack, writePack } from './write-pack.ts'

export interface PackServicePorts {
  readonly clock: Clock
  readonly repo: Pick<AuditRepo, 'newest' | 'outputs'>
  readonly latest: (fleet: Fleet) => AuditResults | null
  readonly decisions: (fleet: Fleet) => Decisions
  readonly controls: readonly AnyControl[]
  readonly ledger: Ledger
  /** Throws `signing.key-unusable`. */
  readonly key: () => ConsoleKey
  readonly by: string
  readonly version: string
}

/** Makes evidence packs out of what is stored. Asks no host. */
export interface PackService {
  /**
   * Writes the newest results of a fleet to `zip` and the folder of that name, and notes it in the ledger. Throws `audit.not-found`,
   * `pack.unwritable`, `signing.key-unusable`, and what the ledger throws.
   */
  build(fleet: Fleet, zip: string, extra?: readonly PackFile[]): Promise<WrittenPack>
}

export function createPackService({ clock, repo, latest, decisions, controls, ledger, key, by, version }: PackServicePorts): PackService {
  function outputs(fleet: string, host: string) {
    const [newest] = repo.newest(fleet, host, 1)
    return newest === undefined ? [] : repo.outputs(newest.auditId, host).values()
  }

  return {
    async build(fleet, zip, extra = []) {
      const audit = latest(fleet)
      if (audit === null) throw new GatehouseError({ code: 'audit.not-found', detail: 'no host of this fleet has been audited' })
      const signer = key()
      const now = clock.now()
      const decided = decisions(fleet)
      const sources: PackSources = {
        audit,
        controls: catalogueOf(controls),
        outputs: (host) => outputs(fleet.name, host),
        waivers: decided.waivers,
        attestations: decided.attestations,
        ledger: ledger.read(),
        extra,
        now,
      }
      const guide = verifyGuide({
        fleet: fleet.name,
        gatehouse: version,
        builtAt: new Date(now).toISOString(),
        builtBy: by,
        keyDigest: keyDigestOf(createPublicKey(signer.publicKeyPem)),
        oscalVersion: OSCAL_VERSION,
      })
      const files = (function* (): Generator<PackFile> {
        yield { path: 'VERIFY.md', pieces: [guide] }
        yield* packFiles(sources)
      })()
      const written = await writePack(zip, files, signer, new Date(now))
      ledger.append({
        action: 'pack.build',
        host: '',
        subject: fleet.name.slice(0, 200),
        detail: `${written.files} files, ${written.bytes} bytes`,
        digests: { sums: written.digest },
      })
      return written
    },
  }
}
