import { createPublicKey } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import { type Ledger, wholeReading } from '../../ledger/ledger.ts'
import { catalogueOf } from '../../policy/catalogue.ts'
import type { AnyControl } from '../../policy/control.ts'
import type { Decisions } from '../../policy/decisions.ts'
import type { Clock } from '../../ports.ts'
import type { ConsoleKey } from '../../signing/console-key.ts'
import type { AuditRepo } from '../../store/audit.repo.ts'
import { neverLookedAt } from '../audit-host.ts'
import type { AttachmentStore } from '../walkthrough/attachments.ts'
import type { WalkthroughService } from '../walkthrough/walkthrough-service.ts'
import { frameworkViews } from './frameworks.ts'
import { keyDigestOf } from './key-digest.ts'
import { OSCAL_VERSION } from './oscal/common.ts'
import type { PackFile } from './pack-file.ts'
import { packFiles } from './pack-files.ts'
import type { PackSources } from './pack-sources.ts'
import { printReport } from './print-report.ts'
import { rememberedHosts } from './remembered-hosts.ts'
import { verifyGuide } from './verify-guide.ts'
import { walkthroughFiles } from './walkthrough-files.ts'
import { type WrittenPack, writePack } from './write-pack.ts'

export interface PackServicePorts {
  readonly clock: Clock
  readonly repo: Pick<AuditRepo, 'newestAudit' | 'outputs'>
  readonly latest: (fleet: Fleet) => AuditResults | null
  /** The newest result of a host, as decided until now. */
  readonly host: (fleet: Fleet, name: string) => HostAudit | null
  readonly decisions: (fleet: Fleet) => Decisions
  readonly controls: readonly AnyControl[]
  readonly ledger: Ledger
  readonly walkthroughs: Pick<WalkthroughService, 'current' | 'records' | 'guide'>
  readonly attachments: Pick<AttachmentStore, 'read'>
  /** Newest first. */
  readonly reviews: { recorded(fleet: Fleet): readonly RecordedReview[] }
  /** Throws `signing.key-unusable`. */
  readonly key: () => ConsoleKey
  readonly by: string
  readonly version: string
}

/** Makes evidence packs out of what is stored. Asks no host. */
export interface PackService {
  /** The report as it is printed to PDF, as one page of HTML. Throws `audit.not-found`. */
  printable(fleet: Fleet): string
  /**
   * Writes the newest results of a fleet to `zip` and the folder of that name, and notes it in the ledger. Throws `audit.not-found`,
   * `pack.unwritable`, `signing.key-unusable`, and what the ledger throws; out of one that is not whole nothing is written.
   */
  build(fleet: Fleet, zip: string, extra?: readonly PackFile[]): Promise<WrittenPack>
}

/** Packs the newest results as they are decided now; of hosts that nobody has looked at it says so. */
export function createPackService(ports: PackServicePorts): PackService {
  const { clock, repo, latest, host, decisions, controls, ledger, walkthroughs, attachments, reviews, key, by, version } = ports

  function outputs(fleet: string, host: string) {
    const newest = repo.newestAudit(fleet, host)
    return newest === undefined ? [] : repo.outputs(newest, host).values()
  }

  function newest(fleet: Fleet): AuditResults {
    const audit = latest(fleet)
    if (audit === null) throw new GatehouseError({ code: 'audit.not-found', detail: 'no host of this fleet has been audited' })
    const at = new Date(clock.now()).toISOString()
    return { ...audit, hosts: rememberedHosts(auditedHosts(fleet), (one) => host(fleet, one.name) ?? neverLookedAt(one, controls, at)) }
  }

  return {
    printable(fleet) {
      const audit = newest(fleet)
      const views = frameworkViews(catalogueOf(controls), audit.hosts)
      const [walkthrough, recorded] = [walkthroughs.current(fleet), reviews.recorded(fleet)]
      return printReport({ audit, views, guide: walkthroughs.guide(), walkthrough, reviews: recorded })
    },
    async build(fleet, zip, extra = []) {
      const audit = newest(fleet)
      const signer = key()
      const now = clock.now()
      const decided = decisions(fleet)
      const sources: PackSources = {
        audit,
        controls: catalogueOf(controls),
        outputs: (host) => outputs(fleet.name, host),
        waivers: decided.waivers,
        attestations: decided.attestations,
        reviews: reviews.recorded(fleet),
        ledger: wholeReading(ledger),
        extra: [...walkthroughFiles(walkthroughs.current(fleet), walkthroughs.records(fleet), attachments), ...extra],
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
